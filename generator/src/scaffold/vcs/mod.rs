//! Files with uncommitted changes are not changed further, unless that is allowed: what git has can be had again.

mod git;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::change::Change;
use crate::readable;
use git::{State, WorkingTree};

/// What is allowed to be changed, although it is not committed.
#[derive(Clone, Copy, clap::Args)]
pub struct Allow {
    /// Change files even if they have uncommitted changes
    #[arg(long = "allow-dirty")]
    dirty: bool,
    /// Change files even if they have staged changes, but no others
    #[arg(long = "allow-staged")]
    staged: bool,
}

/// Refuses changes to files whose present text git does not have.
///
/// A file that is not there yet has none, and one that is to be as it was committed may be changed. `is_ours` says of
/// which others the text is known. So may files that git ignores or that are in no repository, and everything where there
/// is no git.
pub fn refuse_dirty(
    changes: &[Change],
    allow: Allow,
    is_ours: impl Fn(&Change) -> bool,
) -> Result<()> {
    if allow.dirty {
        return Ok(());
    }
    let mut places: BTreeMap<PathBuf, Vec<(PathBuf, &Change)>> = BTreeMap::new();
    for change in changes {
        if change.before.is_none() || change.is_unchanged() || is_ours(change) {
            continue;
        }
        let path =
            place(change).with_context(|| format!("cannot tell where {} is", change.path))?;
        if let Some(directory) = git::directory(&path) {
            places.entry(directory).or_default().push((path, change));
        }
    }
    let paths = places.values().flatten().map(|(path, _)| path.as_path());
    readable::by_git(paths)?;
    let mut refused = Vec::new();
    for (directory, changes) in places {
        if let Some(repository) = WorkingTree::at(directory)? {
            refused.extend(uncommitted(&repository, &changes, allow)?);
        }
    }
    refusal(&refused)
}

/// The file without links, as git has it; a link that is to go is meant itself.
fn place(change: &Change) -> Result<PathBuf> {
    let path = change.path.as_std_path();
    if change.after.is_some() {
        return Ok(path.canonicalize()?);
    }
    let directory = path.parent().context("a file has a directory")?;
    let name = path.file_name().context("a file has a name")?;
    Ok(directory.canonicalize()?.join(name))
}

/// The files whose text would be lost.
fn uncommitted<'plan>(
    repository: &WorkingTree,
    changes: &[(PathBuf, &'plan Change)],
    allow: Allow,
) -> Result<Vec<(&'plan Change, State)>> {
    let paths: Vec<&Path> = changes.iter().map(|(path, _)| path.as_path()).collect();
    let mut states = repository.states(&paths)?;
    states.retain(|_, state| !(allow.staged && *state == State::Staged));
    let committed = repository.committed(states.keys())?;
    let lost = states
        .into_iter()
        .zip(committed)
        .filter_map(|((path, state), committed)| {
            let (_, change) = changes.iter().find(|(it, _)| *it == path)?;
            let is_restored = change
                .after
                .as_deref()
                .zip(committed)
                .is_some_and(|(after, committed)| are_same(after, &committed));
            (!is_restored).then_some((*change, state))
        });
    Ok(lost.collect())
}

/// git may have other line ends than the disk.
fn are_same(after: &str, committed: &[u8]) -> bool {
    let committed = String::from_utf8_lossy(committed);
    after == committed || after.replace("\r\n", "\n") == committed.replace("\r\n", "\n")
}

/// How many files a refusal names.
const NAMED: usize = 20;

fn refusal(refused: &[(&Change, State)]) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let all_staged = refused.iter().all(|(_, state)| *state == State::Staged);
    let mut list = refused
        .iter()
        .take(NAMED)
        .fold(String::new(), |mut list, (change, state)| {
            let word = match state {
                State::Dirty => "dirty",
                State::Staged => "staged",
            };
            let _ = write!(list, "\n  {} ({word})", change.name);
            list
        });
    if refused.len() > NAMED {
        let _ = write!(list, "\n  and {} more", refused.len() - NAMED);
    }
    bail!(
        "these files have uncommitted changes; commit them first, or pass {}:{list}",
        if all_staged {
            "--allow-staged"
        } else {
            "--allow-dirty"
        }
    )
}
