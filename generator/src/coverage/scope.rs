//! Scopes: which crates are measured.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

/// Which crates are measured. Each scope has a directory, so that the builds of one do not disturb another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// The workspace's own crates
    Workspace,
    /// The dependencies too, as `just itcov_scope=all itcov` measures them
    All,
}

impl Scope {
    /// Where the recipes note what they have built and collected, or places for it, in the ordinary target directory.
    pub fn directory(self, target: &Path) -> PathBuf {
        let itcov = target.join("itcov");
        match self {
            Self::Workspace => itcov.join("coverage"),
            Self::All => itcov.join("all").join("coverage"),
        }
    }

    /// What to type between `just` and a recipe.
    pub fn variable(self) -> Option<&'static str> {
        match self {
            Self::Workspace => None,
            Self::All => Some("itcov_scope=all"),
        }
    }
}
