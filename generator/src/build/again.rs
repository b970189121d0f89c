//! What cargo takes for fresh though its text is another one, or something has written over it: cargo compares times, which `mv`,
//! `cp -p`, `tar` and clocks set, and does not look at what it has made.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use llvm_coverage::mapped;
use llvm_coverage::parse::objects;

use super::made;
use super::seed::wait_for;
use super::texts::{self, Text};
use super::units::{self, Unit};

/// Something that cargo has made.
#[derive(Debug)]
pub struct Product {
    /// What it was made of.
    pub texts: Vec<Text>,
    /// Without these, cargo makes it anew.
    pub files: Vec<PathBuf>,
}

impl Product {
    /// A unit whose code counts.
    pub fn of(unit: &Unit) -> Product {
        let unknown = || vec![Text::unknown(unit.manifest.clone())];
        let mut texts = texts::read(&unit.texts()).unwrap_or_else(unknown);
        let object = unit.object();
        if !made::is_as_it_was(unit) {
            texts.push(Text::unknown(object.clone()));
        }
        Product {
            texts,
            files: vec![object],
        }
    }

    /// A shared library that was instrumented by another wrapper than the one with these notes. Of one that Rust code is linked with,
    /// cargo does not keep apart what went through one wrapper and another.
    pub fn of_other_settings(notes: &Path, stem: &Path) -> Option<Product> {
        let name = stem.file_name()?.to_string_lossy();
        let file = stem.with_file_name(format!("lib{name}.so"));
        let is_instrumented = || {
            let bytes = mapped::map(&file).ok()?;
            Some(!objects::hashes(&bytes).ok()?.is_empty())
        };
        (units::read(notes, stem).is_none() && is_instrumented()?).then(|| Product {
            texts: vec![Text::unknown(file.clone())],
            files: vec![file],
        })
    }

    /// A unit of which nobody knows any more what it is made of.
    fn of_lost(stem: &Path) -> Product {
        let name = stem.file_name().unwrap_or_default().to_string_lossy();
        let endings = ["rlib", "so"].map(|ending| format!("lib{name}.{ending}"));
        let libraries = endings.map(|name| stem.with_file_name(name));
        let made = stem.with_extension(units::MADE);
        Product {
            texts: vec![Text::unknown(stem.to_owned())],
            files: [&libraries[..], &[stem.to_owned(), made]].concat(),
        }
    }

    /// The files that are not as they were when it was made.
    fn changed(&self) -> Vec<&Path> {
        let changed = self.texts.iter().filter(|it| !it.is_as_it_was());
        changed.map(|text| text.path.as_path()).collect()
    }
}

/// Has cargo make again what went through the wrapper in this directory, if its notes are lost: a copy or a cache may leave out
/// directories whose names begin with a dot.
///
/// # Errors
///
/// If what was made cannot be removed.
pub fn forget_lost(wrapper: &Path, target: &Path) -> io::Result<()> {
    if units::notes(wrapper).exists() {
        return Ok(());
    }
    let lost: Vec<Product> = made::through(wrapper, target)
        .map(|stem| Product::of_lost(&stem))
        .collect();
    forget(lost.iter()).map(drop)
}

/// Has cargo make again what is not made of the texts that there are now. Says which files these are.
///
/// # Errors
///
/// If what was made cannot be removed.
pub fn forget<'a>(products: impl Iterator<Item = &'a Product>) -> io::Result<BTreeSet<PathBuf>> {
    let mut changed = BTreeSet::new();
    let mut seen = HashSet::new();
    for product in products.filter(|product| seen.insert(&product.files)) {
        let texts = product.changed();
        if texts.is_empty() {
            continue;
        }
        changed.extend(texts.into_iter().map(Path::to_owned));
        let first = product
            .files
            .first()
            .map_or(Path::new(""), PathBuf::as_path);
        // cargo holds this lock while it builds.
        let mut directories = first.ancestors().skip(1);
        let directory = directories.find(|it| it.join(".cargo-lock").exists());
        let lock = directory.and_then(|it| Some((it, File::open(it.join(".cargo-lock")).ok()?)));
        if let Some((directory, lock)) = &lock {
            wait_for(lock, directory);
        }
        for file in &product.files {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(changed)
}
