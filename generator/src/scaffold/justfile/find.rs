//! Finds a workspace's justfile, as just does, and reads it with what it imports. Writes nothing.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use anyhow::{Context, Result, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};
use llvm_coverage::files;

use super::items::items;
use super::{Justfile, Source};
use crate::scaffold::{RECIPES, just};

/// Reads the justfile of a workspace, and asks the installed just about it. `packages` are the directories of the
/// packages that are measured.
///
/// # Errors
///
/// Where there are several, where it is no file or a link to nothing, and where it is not UTF-8.
pub fn read(root: &Utf8Path, packages: &[&Utf8Path]) -> Result<Justfile> {
    let path = find(root)?;
    let text = read_text(&path)?;
    let mut sources = Vec::new();
    if let Some(text) = &text {
        let first = Source {
            path: path.clone(),
            text: text.clone(),
        };
        read_imports(first, &root.join(RECIPES), &mut sources)?;
    }
    let verdict = match &text {
        Some(_) => just::verdict(&path, root.join(RECIPES).exists()),
        None => just::Verdict::Unknown,
    };
    // Packages share the directories above them; each is looked into once.
    let inside: BTreeSet<&Utf8Path> = packages
        .iter()
        .filter(|package| package.starts_with(root))
        .flat_map(|package| {
            package
                .ancestors()
                .take_while(|directory| *directory != root)
        })
        .collect();
    let mut nearer: Vec<Utf8PathBuf> = inside.into_iter().flat_map(candidates).collect();
    nearer.sort();
    Ok(Justfile {
        parent: root
            .ancestors()
            .skip(1)
            .find_map(|above| candidates(above).into_iter().next()),
        root: root.to_owned(),
        path,
        text,
        sources,
        verdict,
        nearer,
    })
}

/// What just would take for the justfile of a directory: `justfile` and `.justfile` in any case.
fn candidates(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = directory.read_dir_utf8().into_iter().flatten().flatten();
    let mut found: Vec<Utf8PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name();
            ["justfile", ".justfile"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
        })
        .map(|entry| entry.path().to_owned())
        .collect();
    found.sort();
    found
}

fn find(root: &Utf8Path) -> Result<Utf8PathBuf> {
    root.read_dir_utf8()
        .with_context(|| format!("cannot read the directory {root}"))?;
    match &candidates(root)[..] {
        [] => Ok(root.join("justfile")),
        [path] => Ok(path.clone()),
        several => {
            let names: Vec<&str> = several.iter().map(|path| path.as_str()).collect();
            bail!(
                "just takes one justfile, and {root} has several; keep one of them:\n  {}",
                names.join("\n  ")
            )
        }
    }
}

fn read_text(path: &Utf8Path) -> Result<Option<String>> {
    let bytes = match files::read(path.as_std_path(), files::TEXT) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if path.symlink_metadata().is_ok() {
                bail!(
                    "{path} links to a file that does not exist: remove the link, or create the file"
                );
            }
            return Ok(None);
        }
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            bail!("{path} is a directory, and just takes it for the justfile: rename it")
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..start]
                .split(|byte| *byte == b'\n')
                .count();
            bail!(
                "{path} is not UTF-8 (line {line}), and just reads nothing else: convert it first"
            )
        }
    }
}

/// Adds a justfile and, depth first, all that it imports but our recipes. What is not there or cannot be read is just's
/// to complain about.
fn read_imports(source: Source, recipes: &Utf8Path, sources: &mut Vec<Source>) -> Result<()> {
    let imported: Vec<Utf8PathBuf> = items(&source.text)
        .iter()
        .filter(|item| item.kind.is_import())
        .map(|item| source.beside(item.name))
        .collect();
    sources.push(source);
    for path in imported {
        if path == recipes || sources.iter().any(|source| source.path == path) {
            continue;
        }
        match files::read_text(path.as_std_path()) {
            Ok(text) => read_imports(Source { path, text }, recipes, sources)?,
            // just would wait for it, or never come to its end.
            Err(error) if matches!(error.kind(), ErrorKind::Other | ErrorKind::FileTooLarge) => {
                bail!("just cannot import {path}: {error}")
            }
            Err(_) => {}
        }
    }
    Ok(())
}
