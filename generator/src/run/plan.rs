//! What is to run: programs, each by its harness, and a suite.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::Failure;
use llvm_coverage::terminal::Harmless as _;

/// What is started of a program: its harness, with its words and its environment.
#[derive(Debug)]
pub struct Start {
    /// For people.
    pub name: String,
    /// The harness that was compiled, if it is not the template's.
    pub harness: Option<PathBuf>,
    /// The words behind it.
    pub arguments: Vec<OsString>,
    /// The whole environment.
    pub environment: BTreeMap<OsString, OsString>,
}

/// The suite: its command, and what it gets beside this process's environment.
#[derive(Debug)]
pub struct Suite {
    /// The command and its words.
    pub words: Vec<OsString>,
    /// Variables.
    pub environment: BTreeMap<OsString, OsString>,
}

/// What is to run.
#[derive(Debug)]
pub struct Plan {
    /// The programs that are started, at once.
    pub programs: Vec<Start>,
    /// What runs against them, or by itself.
    pub suite: Option<Suite>,
}

/// Words as a command is shown.
pub struct Words<'a>(pub &'a [OsString]);

impl std::fmt::Debug for Words<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, word) in self.0.iter().enumerate() {
            let space = if number == 0 { "" } else { " " };
            write!(out, "{space}{word:?}")?;
        }
        Ok(())
    }
}

/// The words of a command. The recipes put two dashes before it, and so may who calls them.
pub fn command(words: Vec<OsString>) -> Vec<OsString> {
    let dashes = usize::from(words.len() > 1 && words[0] == "--");
    words.into_iter().skip(dashes).collect()
}

/// Whether a suite's command is there, and can be run.
///
/// # Errors
///
/// If it is not, with the exit status that a shell has for that.
pub fn find_command(word: &OsString) -> Result<(), Failure> {
    let path = Path::new(word);
    if path.components().count() > 1 && path.exists() {
        return can_be_run(path);
    }
    let directories = std::env::var_os("PATH").unwrap_or_default();
    let is_there = path.components().count() == 1
        && std::env::split_paths(&directories).any(|directory| directory.join(word).is_file());
    if is_there {
        return Ok(());
    }
    let word = word.to_string_lossy();
    let what_to_do = if word.starts_with('-') {
        format!(
            "if it is an option of cargo itcov, it stands before the command, with just in itcov_options: just itcov_options='{word}' \
             RECIPE CMD; if it is one of the report, type that after the run: cargo itcov report {word}"
        )
    } else if word.contains(' ') {
        let script = shell_words::quote(&word);
        format!("if these are several words, leave out the quotes, or type sh -c {script}")
    } else {
        "give its path, or put it on the PATH".to_owned()
    };
    Err(Failure {
        status: 127,
        message: format!("there is no command {word}: {what_to_do}"),
    })
}

/// A file that is there may be none that can be run.
fn can_be_run(path: &Path) -> Result<(), Failure> {
    let why = if path.is_dir() {
        "it is a directory"
    } else if access(path, Access::EXEC_OK).is_err() {
        "make it executable (chmod +x)"
    } else {
        return Ok(());
    };
    Err(Failure {
        status: 126,
        message: format!("cannot run {}: {why}", path.harmless()),
    })
}
