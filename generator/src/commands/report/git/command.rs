//! How git is called.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use llvm_coverage::terminal::Harmless;

pub use crate::git_dir::{as_path, seat};
use crate::{git_dir, output};

/// With this, git reads what a commit has, and not what it was told to read instead: <https://git-scm.com/docs/git-replace>.
pub(super) const NO_REPLACEMENTS: &str = "GIT_NO_REPLACE_OBJECTS";

/// git, which is to read and nothing else: no refreshed index, no monitor.
pub(super) fn git(directory: &Path) -> Command {
    let mut git = git_dir::git(directory);
    git.args([
        "--no-pager",
        "--no-optional-locks",
        "-c",
        "core.fsmonitor=false",
        // Whether a file is as it was, git also sees by the times that nobody can set.
        "-c",
        "core.trustctime=true",
        "-c",
        "core.checkStat=default",
    ]);
    git.env("LC_ALL", "C").stdin(std::process::Stdio::null());
    git.env(NO_REPLACEMENTS, "1");
    // With these, the extensions would match no file.
    for kind in ["LITERAL", "GLOB", "NOGLOB", "ICASE"] {
        git.env_remove(format!("GIT_{kind}_PATHSPECS"));
    }
    git
}

/// What git says of a directory.
pub fn asked(directory: &Path, question: &[&str]) -> Result<Vec<u8>> {
    answer(git(seat(directory)).args(question))
}

pub(super) fn run(command: &mut Command) -> Result<Output> {
    output::running(command);
    match command.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("git is not installed, or not on the PATH")
        }
        output => output.context("cannot run git"),
    }
}

/// What git prints when it succeeds.
pub(super) fn answer(command: &mut Command) -> Result<Vec<u8>> {
    let output = run(command)?;
    if !output.status.success() {
        let words: Vec<_> = command.get_args().map(Harmless::harmless).collect();
        bail!("git {} failed\n{}", words.join(" "), said(&output));
    }
    Ok(output.stdout)
}

/// What git says is wrong.
pub(super) fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    output::of_other(text.trim_start_matches("fatal: "))
}

pub(super) fn line(output: &[u8]) -> &[u8] {
    output.strip_suffix(b"\n").unwrap_or(output)
}
