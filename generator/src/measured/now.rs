//! How processes come to the part that is recorded: by a link, whose path is in their environment.
//!
//! The link is there as long as the run goes on. What begins later with that environment makes a directory of that name, and profiles
//! in it, which do not count: something has kept the environment, such as a shell or a server. The names are numbers that are not used
//! again.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use llvm_coverage::terminal::Harmless as _;

use super::numbered::{next, numbered};
use super::profiles;
use super::runs::{Store, is_going_on};
use crate::build::linked::{NOW, leads_to_part};

/// Profiles that do not count, and when each was written.
pub type Late = BTreeSet<(PathBuf, Option<SystemTime>)>;

impl Store {
    /// The directory of the links.
    fn now(&self) -> PathBuf {
        self.directory.join(NOW)
    }

    /// The directory of the next part of a run. No link had its number.
    pub(super) fn next_part(&self, run: &Path) -> Result<PathBuf> {
        let links = numbered(&self.now())?;
        Ok(next(run, &[numbered(run)?, links].concat()))
    }

    /// Makes the link to a part.
    pub(super) fn open(&self, part: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(self.now())?;
        let link = self.now().join(part.file_name().unwrap_or_default());
        let below = part.strip_prefix(&self.directory).unwrap_or(part);
        symlink(Path::new("..").join(below), &link)?;
        Ok(link)
    }

    /// Removes the links to runs that were killed.
    pub(super) fn close_killed(&self) -> Result<()> {
        for link in numbered(&self.now())? {
            let goes_on = || leads_to_part(&link) && is_going_on(&link.join(".."));
            if link.is_symlink() && !goes_on() {
                fs::remove_file(&link).with_context(|| cannot_delete(&link))?;
            }
        }
        Ok(())
    }

    /// The profiles of what came too late.
    pub(super) fn late(&self) -> Result<Late> {
        late_below(&self.now())
    }

    /// Forgets the links, and what came too late, but not to a run that is `kept`. None may go on.
    pub(super) fn forget_late(&self, kept: Option<&Path>) -> Result<()> {
        for link in numbered(&self.now())? {
            let name = link.file_name().unwrap_or_default();
            if !kept.is_some_and(|run| run.join(name).exists()) {
                // Something may go on making profiles there, or it is another user's: it does not count, and is named.
                let _ = fs::remove_dir_all(&link);
            }
        }
        Ok(())
    }
}

/// Whether something came too late to the run of a part, or to an earlier one, since a run of the checkout was kept.
///
/// # Errors
///
/// If that cannot be looked for.
pub fn has_late(part: &Path) -> Result<bool> {
    let store = part.ancestors().nth(3);
    store.map_or(Ok(false), |store| {
        Ok(!late_below(&store.join(NOW))?.is_empty())
    })
}

/// What came too late below the directory of the links: profiles, or directories that cannot be read.
fn late_below(now: &Path) -> Result<Late> {
    let mut found = Vec::new();
    for directory in numbered(now)?.into_iter().filter(|it| !it.is_symlink()) {
        if profiles::below(&directory, &mut found).is_err() {
            found.push(directory);
        }
    }
    let written = |path: PathBuf| {
        let when = fs::metadata(&path).and_then(|it| it.modified()).ok();
        (path, when)
    };
    Ok(found.into_iter().map(written).collect())
}

fn cannot_delete(path: &Path) -> String {
    format!("cannot delete {}", path.harmless())
}
