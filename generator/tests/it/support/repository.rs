//! A git repository, untouched by how this machine's git is set up.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{command, stdout};

/// The root of a working tree.
pub struct Git(pub PathBuf);

impl Git {
    /// Makes a repository of the directory, with a branch `main`, that leaves out what is built.
    pub fn init(root: &Path) -> Git {
        let git = Git(root.to_owned());
        git.run(&["init", "--quiet", "--initial-branch=main"]);
        std::fs::write(root.join(".git/info/exclude"), "target\n").unwrap();
        git
    }

    /// Runs git, which must succeed.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        stdout(self.command().args(arguments))
    }

    /// Commits everything. The message makes it another commit than that of the same files.
    #[track_caller]
    pub fn commit(&self, message: &str) {
        self.run(&["add", "--all"]);
        self.run(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    fn command(&self) -> Command {
        let mut git = command("git", &self.0);
        git.args([
            "-c",
            "user.name=Nobody",
            "-c",
            "user.email=nobody@localhost",
        ]);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        git
    }
}
