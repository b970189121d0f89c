//! Builds that nothing refers to any more: of choices of dependencies, and of other versions of this program.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use super::Store;
use crate::build::layout::Layout;
use crate::build::{units, wrapper};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

/// Removes them, unless a run goes on in some checkout. Gives how many bytes that has freed.
///
/// # Errors
///
/// If the runs of some checkout cannot be listed, or something cannot be deleted.
pub fn remove(layout: &Layout) -> Result<u64> {
    let mut used = Vec::new();
    for store in Store::all(&layout.itcov.join(".checkouts"))? {
        if store.is_running()? {
            return Ok(0);
        }
        // What is damaged, or of another version, nobody can report on.
        used.extend(store.executables().unwrap_or_default());
    }
    let mut freed = 0;
    for choice in entries(&layout.itcov.join(".also")) {
        let is_used = used
            .iter()
            .any(|executable| executable.starts_with(&choice));
        if !is_used && !is_built_in(&choice) {
            freed += delete(&choice)?;
        }
    }
    let wrappers = entries(&layout.itcov.join(".wrapper"));
    let targets = wrappers.iter().filter_map(|it| wrapper::target_of(it));
    let targets: Vec<PathBuf> = targets.collect();
    for whole in entries(&layout.itcov.join(".all")) {
        if !targets.contains(&whole) && !is_built_in(&whole) {
            freed += delete(&whole)?;
        }
    }
    for wrapper in wrappers {
        if wrapper::target_of(&wrapper).is_some_and(|target| target.exists()) {
            continue;
        }
        // cargo would find them fresh, and nobody would know what they are made of.
        for file in units::files_below(&units::notes(&wrapper), &layout.itcov) {
            if file.exists() {
                freed += delete(&file)?;
            }
        }
        freed += delete(&wrapper)?;
    }
    Ok(freed)
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Whether a cargo holds the lock of a profile in this target directory.
fn is_built_in(target: &Path) -> bool {
    let files = WalkDir::new(target).max_depth(3).into_iter().flatten();
    let mut locks = files.filter(|entry| entry.file_name() == ".cargo-lock");
    locks.any(|entry| files::open(entry.path()).is_ok_and(|lock| lock.try_lock().is_err()))
}

/// Deletes a file or a directory. Gives how many bytes that frees: those of files that have no other name.
fn delete(path: &Path) -> Result<u64> {
    let files = WalkDir::new(path).into_iter().flatten();
    let files = files.filter_map(|entry| entry.metadata().ok());
    let files = files.filter(|file| file.is_file() && file.nlink() == 1);
    let size = files.map(|file| file.len()).sum();
    let deleted = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    deleted.with_context(|| format!("cannot delete {}", path.harmless()))?;
    Ok(size)
}
