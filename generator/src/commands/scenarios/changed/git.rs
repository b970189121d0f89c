//! What git says has changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::commands::report::git::Repository;

/// See above.
pub struct Changes {
    pub repository: Repository,
    base: String,
    /// The files, by their paths without links; of a submodule, its directory.
    pub paths: BTreeSet<PathBuf>,
    /// What the repository tracks, and its submodules.
    tracked: BTreeSet<PathBuf>,
}

impl Changes {
    /// What has changed since the branch and a revision parted.
    ///
    /// # Errors
    ///
    /// If git cannot tell.
    pub fn of(root: &Path, revision: &str) -> Result<Changes> {
        let mut repository = Repository::around(root)?;
        let base = repository.merge_base(revision)?;
        let entries = repository.entries()?;
        repository.look_at_all(&entries)?;
        let mut tracked = BTreeSet::new();
        add_tracked(&repository, &mut tracked)?;
        let top = repository.top.clone();
        let changed = repository.changed(&base)?.into_iter();
        let paths = changed.chain(repository.untracked()?);
        Ok(Changes {
            paths: paths.map(|path| top.join(path)).collect(),
            tracked,
            repository,
            base,
        })
    }

    /// Whether git tells changes of the file at a path without links.
    pub fn know(&self, path: &Path) -> bool {
        self.tracked.contains(path) || self.paths.contains(path)
    }

    /// The text of a file at the revision, by its path without links. `None` if there was none.
    pub fn text(&self, path: &Path) -> Option<Vec<u8>> {
        let below = path.strip_prefix(&self.repository.top).ok()?;
        self.repository.text(&self.base, below).ok()
    }

    /// The path as it is shown.
    pub fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.repository.top).unwrap_or(path)
    }
}

fn add_tracked(repository: &Repository, tracked: &mut BTreeSet<PathBuf>) -> Result<()> {
    for entry in repository.entries()? {
        let path = repository.top.join(&entry.path);
        if !entry.is_submodule {
            tracked.insert(path);
        } else if path.join(".git").exists() {
            add_tracked(&repository.submodule(&entry.path), tracked)?;
        }
    }
    Ok(())
}
