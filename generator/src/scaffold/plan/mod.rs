//! The plan: a pure function from what a crate is and what is wanted to the list of file changes.

mod install;
mod others;
mod remove;
mod renewal;

use anyhow::Result;
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};

use super::facts::Facts;
use super::justfile;
use super::owned::{self, Status};
use super::template::Rendered;

pub use install::{Wishes, install, variables};
pub use remove::{remove, variables_without};
pub use renewal::Mode;

/// What a file is that only a template of the user's has, for people.
pub const OF_TEMPLATE: &str = "of the template";

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
    pub found: Status,
    /// `None` where there is no file yet.
    pub before: Option<String>,
    /// The whole text; `None` where the file is to go.
    pub after: Option<String>,
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

/// What is missing or stale, as what would be done about it.
pub fn check(facts: &Facts, rendered: &Rendered) -> Result<Plan> {
    if facts.measured.is_empty() && facts.packages.is_empty() {
        return Ok(Plan {
            problems: vec!["there is no scaffold: `cargo itcov init` puts it in".to_owned()],
            ..Plan::default()
        });
    }
    install(facts, &Wishes::default(), rendered, Mode::Renew)
}

fn relative(path: &Utf8Path, root: &Utf8Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string()
}
