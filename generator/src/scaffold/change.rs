//! A plan: the file changes that a command makes, or shows, or misses.

use cargo_metadata::camino::Utf8PathBuf;

use super::justfile;
use super::owned::{self, FileStatus};

/// What is to be done to a crate, and what is to be said about it.
#[derive(Default)]
pub struct Plan {
    /// In the order in which they are to be made: cargo accepts the crate after each of them. Those that change nothing
    /// are listed too.
    pub changes: Vec<Change>,
    /// What is worth knowing, for people.
    pub notes: Vec<String>,
    /// What is wrong and stays so, for people: with any, a check fails.
    pub problems: Vec<String>,
}

/// One file, before and after.
pub struct Change {
    /// Absolute.
    pub path: Utf8PathBuf,
    /// Relative to the workspace, for people.
    pub name: String,
    /// What the file has of the scaffold, for people.
    pub what: String,
    /// How the file was found.
    pub found: FileStatus,
    /// `None` where there is no file yet.
    pub before: Option<String>,
    /// The whole text; `None` where the file is to go.
    pub after: Option<String>,
    /// What this version writes, where the file stays as it is because somebody has edited it.
    pub latest: Option<String>,
    /// Whether the file is to be executable where there is none yet.
    pub executable: bool,
}

impl Change {
    /// Whether the file is as it ought to be.
    pub fn is_unchanged(&self) -> bool {
        self.before == self.after
    }

    /// Whether nothing of anybody's is lost with what is there: itcov can write it again.
    pub fn is_replaceable(&self) -> bool {
        let is_ours = |text: &str| {
            owned::is_untouched(text)
                || justfile::without_import(text) == Some(justfile::Removed::File)
        };
        self.before.as_deref().is_some_and(is_ours)
    }
}

impl Plan {
    /// Whether nothing is missing or stale.
    pub fn is_current(&self) -> bool {
        self.is_unchanged() && self.problems.is_empty()
    }

    /// Whether there is nothing to do.
    pub fn is_unchanged(&self) -> bool {
        self.changes.iter().all(Change::is_unchanged)
    }
}
