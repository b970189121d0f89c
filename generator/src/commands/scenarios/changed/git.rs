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
        let (mut paths, mut tracked) = (BTreeSet::new(), BTreeSet::new());
        add(&mut repository, &base, &mut paths, &mut tracked)?;
        Ok(Changes {
            repository,
            base,
            paths,
            tracked,
        })
    }

    /// Whether git tells changes of the file at a path without links.
    pub fn know(&self, path: &Path) -> bool {
        self.tracked.contains(path) || self.paths.contains(path)
    }

    /// Whether git does not track the file at a path without links.
    pub fn is_untracked(&self, path: &Path) -> bool {
        !self.tracked.contains(path)
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

/// Adds what has changed in a repository since a commit of it, and what it tracks, with its submodules.
fn add(
    repository: &mut Repository,
    base: &str,
    paths: &mut BTreeSet<PathBuf>,
    tracked: &mut BTreeSet<PathBuf>,
) -> Result<()> {
    let entries = repository.entries()?;
    repository.look_at_all(&entries)?;
    let top = repository.top.clone();
    let changed = repository.changed(base)?.into_iter();
    let changed = changed.chain(repository.changed_sources(base)?);
    let changed = changed.chain(repository.untracked()?);
    paths.extend(changed.map(|path| top.join(path)));
    for entry in entries {
        let path = top.join(&entry.path);
        if !entry.is_submodule {
            tracked.insert(path);
        } else if path.join(".git").exists() {
            let mut submodule = repository.submodule(&entry.path);
            // Where the commit has none, the submodule itself has changed.
            let base = repository.recorded(base, &entry.path)?;
            let base = base.map_or_else(|| submodule.empty_tree(), Ok)?;
            add(&mut submodule, &base, paths, tracked)?;
        }
    }
    Ok(())
}
