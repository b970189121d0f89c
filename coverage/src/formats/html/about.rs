//! What the pages say of themselves.

use std::fmt::{self, Display, Formatter};

use crate::formats::subject::Subject;

/// What a report is on.
pub struct About {
    /// The name of the program or workspace.
    pub title: String,
    /// When it is made, in seconds since 1970.
    pub made: u64,
    /// What the numbers are of.
    pub subject: Subject,
    /// What is checked out, if that is known.
    pub revision: Option<Revision>,
    /// The program that makes it, with its version: `mytool 1.0.0`.
    pub tool: String,
}

/// What was checked out when a report was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The beginning of its hash.
    pub commit: String,
    /// The branch, if it is one.
    pub branch: Option<String>,
    /// Files differ from those of the commit.
    pub has_changes: bool,
}

impl Display for Revision {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "Commit {}", self.commit)?;
        if self.has_changes {
            out.write_str(" with uncommitted changes")?;
        }
        match &self.branch {
            Some(branch) => write!(out, ", branch {branch}"),
            None => Ok(()),
        }
    }
}
