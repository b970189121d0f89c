//! The changes themselves, one after the other.
//!
//! A process that is killed leaves what it has renamed so far, in the plan's order. After a crash of the machine a rename
//! is certain only once its directory was synced, and a later one in another directory may have survived without it. So
//! directories are synced before a change that may rest on what was done before it. Neighbours in the plan whose files
//! have the same name (the harnesses of all packages, then their manifests) do not rest on each other: these share one
//! round of syncs, each directory once.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::staged::{StagedChanges, Step, is_as_planned};
use super::sync::sync;
use super::target::{Roots, Target};
use crate::scaffold::change::Change;
use llvm_coverage::terminal::Harmless as _;

/// How many of the changes that were made an error names.
const NAMED: usize = 5;

/// Makes the changes.
pub fn commit(staged: &mut StagedChanges<'_>, roots: &Roots) -> Result<()> {
    let mut made = Vec::new();
    let all = staged.steps.len();
    let parents = staged.directories.iter().filter_map(|path| path.parent());
    let mut unsynced: BTreeSet<PathBuf> = parents.map(Path::to_owned).collect();
    // What can be seen now is said while nothing has changed yet.
    let mut outcome = staged.steps.iter().try_for_each(|step| check(step, roots));
    if outcome.is_ok() {
        outcome = staged.steps.iter_mut().try_for_each(|step| {
            let rests_on = |last: &&Change| last.path.file_name() != step.change.path.file_name();
            if made.last().is_some_and(rests_on) {
                sync_taken(&mut unsynced)?;
            }
            check(step, roots)?;
            make(step)?;
            made.push(step.change);
            unsynced.insert(step.target.directory().to_owned());
            if step.change.after.is_none() {
                unsynced.extend(remove_empty(step.change, roots)?);
            }
            Ok(())
        });
    }
    outcome
        .and_then(|()| sync_taken(&mut unsynced))
        .with_context(|| so_far(&made, all))
}

/// Syncs the directories, and forgets them.
fn sync_taken(directories: &mut BTreeSet<PathBuf>) -> Result<()> {
    let directories: Vec<PathBuf> = std::mem::take(directories).into_iter().collect();
    sync(&directories)
}

/// Whether the file still is what it was, and where.
fn check(step: &Step<'_>, roots: &Roots) -> Result<()> {
    let change = step.change;
    if !is_as_planned(change)? || Target::of(change, roots)?.path() != step.target.path() {
        bail!(
            "{} has changed meanwhile and was left as it is",
            change.name
        );
    }
    Ok(())
}

/// Replaces or removes one file.
fn make(step: &mut Step<'_>) -> Result<()> {
    let change = step.change;
    match &step.beside {
        Some(beside) => fs::rename(beside, step.target.path())
            .with_context(|| format!("cannot replace {}", change.path))?,
        None => fs::remove_file(step.target.path())
            .with_context(|| format!("cannot remove {}", change.path))?,
    }
    step.beside = None;
    Ok(())
}

/// What an error after the first change has to say besides.
fn so_far(made: &[&Change], all: usize) -> String {
    if made.is_empty() {
        return "nothing was changed; run the command again".to_owned();
    }
    let names: Vec<&str> = made
        .iter()
        .take(NAMED)
        .map(|change| change.name.as_str())
        .collect();
    format!(
        "stopped after {} of {all} changes ({}{}); run the command again to complete",
        made.len(),
        names.join(", "),
        if made.len() > NAMED { ", …" } else { "" }
    )
}

/// Removes the directories that the file was in, as far as they are empty, and gives the one that has changed last.
fn remove_empty(change: &Change, roots: &Roots) -> Result<Option<PathBuf>> {
    let mut changed = None;
    for directory in change.path.as_std_path().ancestors().skip(1) {
        // A link to an empty directory would lead nowhere without it.
        let is_directory = fs::symlink_metadata(directory).is_ok_and(|it| it.is_dir());
        if !is_directory || directory.canonicalize().is_ok_and(|it| roots.are(&it)) {
            break;
        }
        match fs::remove_dir(directory) {
            Ok(()) => changed = directory.parent().map(Path::to_owned),
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => break,
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("cannot remove the empty directory {}", directory.harmless())
                });
            }
        }
    }
    Ok(changed)
}
