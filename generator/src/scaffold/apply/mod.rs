//! Writes a plan to disk: the one module that writes into a user's crate.
//!
//! All new texts are first written and synced beside their targets; only when every one of them is there are they
//! renamed into place, in the plan's order, in which every prefix leaves a crate that builds.

mod commit;
mod leftovers;
mod lock;
mod staged;
mod sync;
mod target;

use std::collections::{BTreeSet, HashMap};
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use cargo_metadata::camino::Utf8Path;
use llvm_coverage::terminal::harmless;

use super::change::{Change, Plan};
use commit::commit;
pub use lock::Lock;
use staged::StagedChanges;
use target::{Roots, Target};

/// Carries the plan out. The lock is to be held since before the crate was read.
///
/// # Errors
///
/// On an error before the first rename nothing has changed. On a later one what was done is said, and the plan that is
/// made of the crate then completes it.
pub fn apply(plan: &Plan, lock: &Lock) -> Result<()> {
    let changes: Vec<&Change> = plan
        .changes
        .iter()
        .filter(|change| !change.is_unchanged())
        .collect();
    let roots = Roots::of(lock.root(), &changes);
    let mut steps = steps(&changes, &roots)?;
    // What is as it ought to be may have left-overs beside it, too.
    let targets = plan
        .changes
        .iter()
        .filter_map(|change| Target::of(change, &roots).ok());
    let directories = targets.map(|target| target.directory().to_owned());
    if leftovers::clear(&directories.collect(), lock) {
        steps = self::steps(&changes, &roots)?;
    }
    let mut staged = StagedChanges::default();
    for (change, target) in steps {
        staged.add(change, target, &roots)?;
    }
    staged.sync()?;
    let other_names = staged.other_names();
    commit(&mut staged, &roots)?;
    if !other_names.is_empty() {
        let _ = writeln!(
            anstream::stderr(),
            "warning: other hard links to a file that was changed keep the old text; link them again: {}",
            harmless(other_names.join(", "))
        );
    }
    Ok(())
}

/// Clears away what killed runs have left beside the files of packages: in these directories and in their `tests`.
pub fn clear<'a>(packages: impl Iterator<Item = &'a Utf8Path>, lock: &Lock) {
    let mut directories = BTreeSet::from([lock.root().to_owned()]);
    for package in packages {
        directories.insert(package.into());
        directories.insert(package.join("tests").into());
    }
    leftovers::clear(&directories, lock);
}

/// The changes and their targets. Through links, two can be one file's.
fn steps<'plan>(changes: &[&'plan Change], roots: &Roots) -> Result<Vec<(&'plan Change, Target)>> {
    let mut taken: HashMap<PathBuf, &Change> = HashMap::new();
    let mut steps = Vec::new();
    for &change in changes {
        let target = Target::of(change, roots).context("nothing was changed")?;
        match taken.insert(target.path().to_owned(), change) {
            None => steps.push((change, target)),
            Some(first) if first.after == change.after => {}
            Some(first) => bail!(
                "{} and {} are one file and would have to differ: replace the link by a file; nothing was changed",
                first.name,
                change.name
            ),
        }
    }
    Ok(steps)
}
