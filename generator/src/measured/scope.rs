//! Scopes: which crates are measured, and how much of them counts.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

/// Which crates are measured. What is measured in one go has a directory, so that its builds do not disturb another's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// The workspace's own crates
    #[default]
    Workspace,
    /// Of the workspace's own crates what the linker has put into the program, which is what tools see that look at
    /// the program alone: to compare with their numbers
    Linked,
    /// The dependencies too, as `just itcov_scope=all itcov` measures them
    All,
}

impl Scope {
    /// Where the recipes note what they have built and collected, or places for it, in the ordinary target directory.
    pub fn directory(self, target: &Path) -> PathBuf {
        let itcov = target.join("itcov");
        match self {
            Self::Workspace | Self::Linked => itcov.join("coverage"),
            Self::All => itcov.join("all").join("coverage"),
        }
    }

    /// What to type between `just` and a recipe.
    pub fn variable(self) -> Option<&'static str> {
        match self {
            Self::Workspace | Self::Linked => None,
            Self::All => Some("itcov_scope=all"),
        }
    }

    /// What a report says of it. Nothing of an ordinary one.
    pub fn remark(self) -> Option<&'static str> {
        match self {
            Self::Workspace => None,
            Self::Linked => Some("scope: linked"),
            Self::All => Some("scope: all"),
        }
    }

    /// Whether what is in `object` counts: a program or a shared library always, a library that a program was linked
    /// from if what the linker left out counts.
    pub fn includes(self, object: &Path) -> bool {
        self != Self::Linked || object.extension().is_none_or(|it| it != "rlib")
    }
}
