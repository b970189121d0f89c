//! What decides how a program is made, and is no part of what is measured: manifests, the sources of build scripts and macros, of
//! what these use and of crates outside of the workspace, and the files that build scripts say they depend on.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cargo_metadata::Artifact;
use llvm_coverage::files;
use toml_edit::DocumentMut;
use walkdir::{DirEntry, WalkDir};

use super::again::Product;
use super::layout::Layout;
use super::noted::noted;
use super::settings;
use super::sources::{clean, is_elsewhere, is_final, listed};
use super::texts::{TICK, Text};
use super::units::{self, Unit};

/// A library, macro or build script that cargo has compiled.
#[derive(Debug)]
pub struct Early {
    /// The directory of its package.
    package: PathBuf,
    /// The list of its sources.
    list: PathBuf,
    /// What cargo looks for.
    files: Vec<PathBuf>,
}

impl Early {
    /// Those of an artifact, but for packages that stay as they are.
    pub fn of(artifact: &Artifact) -> Vec<Early> {
        let target = &artifact.target;
        let manifest = artifact.manifest_path.as_std_path();
        if is_final(manifest) {
            return Vec::new();
        }
        let package = manifest.parent().unwrap_or(manifest);
        let files = artifact.filenames.iter().map(|file| file.as_std_path());
        let mut by_list: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        if target.is_custom_build() {
            for list in files.flat_map(lists_beside) {
                by_list.insert(list.clone(), vec![list.with_extension("")]);
            }
        } else if target.is_proc_macro() || target.is_lib() || target.is_rlib() || target.is_dylib()
        {
            let in_deps = |it: &&Path| it.parent().is_some_and(|it| it.ends_with("deps"));
            for file in files.filter(in_deps) {
                let list = units::stem(file).with_extension("d");
                by_list.entry(list).or_default().push(file.to_owned());
            }
        }
        let early = by_list.into_iter().map(|(list, files)| Early {
            package: package.to_owned(),
            list,
            files,
        });
        early.collect()
    }

    /// What was read for it, by a cargo that `began` then.
    fn product(&self, layout: &Layout, notes: &Path, began: SystemTime) -> Product {
        let read = || {
            let list = files::read_text(&self.list).unwrap_or_default();
            let root = layout.root.as_path();
            // Members are compiled in the workspace, other packages in their own directories.
            let directories = [root, &self.package];
            let sources = listed(&list).filter_map(|file| {
                let read = directories.iter().map(|it| it.join(&file));
                let all = read.map(|read| {
                    let clean = clean(&read);
                    if is_elsewhere(&clean, &read) {
                        read
                    } else {
                        clean
                    }
                });
                all.into_iter().find(|it| it.is_file())
            });
            let sources = sources.filter(|it| !it.starts_with(&layout.itcov));
            // Of what was made before, what was written later is not what was read.
            let moment = made(&self.list).map_or(began, |made| began.min(made + 2 * TICK));
            sources.map(|path| Text::before(path, moment)).collect()
        };
        Product {
            texts: noted(notes, &self.list, read),
            files: self.files.clone(),
        }
    }
}

/// The lists of sources in the directory of a build script.
fn lists_beside(script: &Path) -> Vec<PathBuf> {
    let beside = script.parent().and_then(|it| fs::read_dir(it).ok());
    let beside = beside.into_iter().flatten().flatten();
    let beside = beside.map(|entry| entry.path());
    beside
        .filter(|it| it.extension() == Some(OsStr::new("d")))
        .collect()
}

/// When something was made.
fn made(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok()?.modified().ok()
}

/// What a build script has said, which cargo keeps beside the directory for its files.
#[derive(Debug)]
pub struct Said {
    /// The directory of its package.
    pub package: PathBuf,
    pub output: PathBuf,
}

impl Said {
    /// What it has read as far as it says so, and what has it run again.
    fn product(&self, layout: &Layout, notes: &Path) -> Product {
        Product {
            texts: noted(notes, &self.output, || self.inputs(layout)),
            files: vec![self.output.clone()],
        }
    }

    /// The files and directories on which it depends:
    /// <https://doc.rust-lang.org/cargo/reference/build-scripts.html#rerun-if-changed>. What was written while it ran, it may have
    /// written itself.
    fn inputs(&self, layout: &Layout) -> Vec<Text> {
        let output = files::read(&self.output, files::TEXT).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        let ran = made(&self.output).unwrap_or(SystemTime::UNIX_EPOCH) + 2 * TICK;
        let mut texts = Vec::new();
        let declared = output.lines().filter_map(|line| {
            // As cargo reads it.
            let line = line.trim();
            let said = line
                .strip_prefix("cargo::")
                .or_else(|| line.strip_prefix("cargo:"))?;
            said.strip_prefix("rerun-if-changed=")
        });
        for input in declared.map(|input| self.package.join(input)) {
            if !input.exists() {
                texts.push(Text::absent(input));
                continue;
            }
            // It may be the whole directory of the package. What links lead to is read, as by cargo.
            let all = WalkDir::new(input).follow_links(true).into_iter();
            for entry in all.filter_entry(|it| !is_no_input(it, layout)) {
                match entry {
                    Ok(entry) if entry.file_type().is_file() => {
                        // Reading all of very many would take long.
                        let of = if texts.len() < MOST_READ {
                            Text::at
                        } else {
                            Text::stamped
                        };
                        texts.push(of(entry.into_path()).if_before(ran));
                    }
                    Ok(entry)
                        if entry.file_type().is_dir()
                            && !self.package.starts_with(entry.path()) =>
                    {
                        texts.push(Text::names(entry.into_path()));
                    }
                    Ok(_) => {}
                    // A link that leads nowhere.
                    Err(error) => {
                        let path = error.path().filter(|it| !it.exists());
                        texts.extend(path.map(|it| Text::absent(it.to_owned())));
                    }
                }
                if texts.len() >= MOST_INPUTS {
                    return texts;
                }
            }
        }
        texts
    }
}

/// Whether it is a directory that is built, or has what git knows.
fn is_no_input(entry: &DirEntry, layout: &Layout) -> bool {
    let is_built = |path: &Path| layout.is_built(path);
    let link = entry.path_is_symlink().then(|| entry.path().canonicalize());
    is_built(entry.path())
        || link.is_some_and(|to| to.is_ok_and(|to| is_built(&to)))
        || entry.file_name() == ".git"
}

/// No more files are read of those that a build script depends on: the others are known by their times.
const MOST_READ: usize = 5000;

/// No more files are looked at.
const MOST_INPUTS: usize = 50_000;

/// What was made for a program, beside the `measured` units, by a cargo that `began` then. What was read is noted in the directory
/// of `notes`.
pub fn products(
    measured: &[&Unit],
    (early, said): (&[Early], &[Said]),
    layout: &Layout,
    notes: &Path,
    began: SystemTime,
) -> Vec<Product> {
    let measured: HashSet<&Path> = measured.iter().map(|unit| unit.stem.as_path()).collect();
    let early = early
        .iter()
        .filter(|it| !measured.contains(&*it.list.with_extension("")));
    let early = early.map(|it| it.product(layout, notes, began));
    early
        .chain(said.iter().map(|it| it.product(layout, notes)))
        .collect()
}

/// The manifests and settings that decided how a program was made of some units, by a cargo that `began` then.
pub fn manifests(
    units: &[Unit],
    early: &[Early],
    layout: &Layout,
    began: SystemTime,
) -> BTreeSet<Text> {
    let units = units
        .iter()
        .filter(|unit| unit.counts && !is_final(&unit.manifest))
        .map(|unit| unit.manifest.as_path());
    let packages = units.chain(early.iter().map(|it| it.package.as_path()));
    let packages: BTreeSet<&Path> = packages.collect();
    let found = packages
        .iter()
        .flat_map(|it| FOUND.map(|name| it.join(name)));
    let absent = found.filter(|path| !path.exists()).map(Text::absent);
    let roots = packages.iter().filter_map(|it| workspace_of(it));
    let manifests: BTreeSet<PathBuf> = packages
        .iter()
        .map(|it| it.to_path_buf())
        .chain(roots)
        .chain([layout.root.clone()])
        .map(|package| package.join("Cargo.toml"))
        .collect();
    let manifests = manifests.into_iter().filter(|path| path.exists());
    let manifests = manifests.map(|path| Text::before(path, began));
    manifests
        .chain(absent)
        .chain(settings::of(&layout.root, began))
        .collect()
}

/// The root of the workspace that a package is a member of, whose manifest says with which features and versions it is made.
fn workspace_of(package: &Path) -> Option<PathBuf> {
    let manifest = |directory: &Path| {
        let text = files::read_text(&directory.join("Cargo.toml")).ok()?;
        text.parse::<DocumentMut>().ok()
    };
    let own = manifest(package)?;
    let named = own
        .get("package")
        .and_then(|it| it.get("workspace")?.as_str());
    if let Some(named) = named {
        return Some(clean(&package.join(named)));
    }
    let mut above = package.ancestors();
    let root = above.find(|it| manifest(it).is_some_and(|it| it.contains_key("workspace")));
    root.map(Path::to_owned)
}

/// What cargo makes part of a package's program though no manifest names it, as soon as it is there.
const FOUND: [&str; 2] = ["build.rs", "src/lib.rs"];
