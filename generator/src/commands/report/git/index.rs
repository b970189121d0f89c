//! Copies of git's index, with which it looks at what it would take for unchanged.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::command::{answer, as_path, line, run};
use super::{Entry, Repository};
use llvm_coverage::terminal::Harmless as _;

/// The variables that have the values by which a filter is switched off.
const NO_COMMAND: &str = "ITCOV_NO_FILTER";
const NOT_REQUIRED: &str = "ITCOV_FILTER_NOT_REQUIRED";

/// How many paths are named on one command line.
const PATHS_AT_ONCE: usize = 500;

impl Repository {
    /// Has git look at files, too, that it was told to take for unchanged: in a copy of its index they have no such marks.
    pub fn look_at_all(&mut self, entries: &[Entry]) -> Result<()> {
        let hidden = entries.iter().filter(|entry| entry.is_hidden);
        let hidden = hidden.filter(|entry| self.top.join(&entry.path).exists());
        let hidden: Vec<&OsStr> = hidden.map(|entry| entry.path.as_os_str()).collect();
        if hidden.is_empty() {
            return Ok(());
        }
        self.index = Some(self.copy_of_index(None)?);
        for mark in ["--no-assume-unchanged", "--no-skip-worktree"] {
            for some in hidden.chunks(PATHS_AT_ONCE) {
                let mut asked = self.git(&self.top);
                answer(asked.args(["update-index", mark, "--"]).args(some))?;
            }
        }
        Ok(())
    }

    /// A copy of the index, which may have been written at another time.
    fn copy_of_index(&self, written: Option<SystemTime>) -> Result<TempDir> {
        // It tells the path of the copy, where there is one.
        let mut asked = self.git(&self.top);
        let index = answer(asked.args(["rev-parse", "--git-path", "index"]))?;
        let index = self.top.join(as_path(line(&index)));
        let copy = tempfile::tempdir().context("cannot make a temporary directory")?;
        copied(&index, &copy.path().join("index"), written)
            .with_context(|| format!("cannot copy {}", index.harmless()))?;
        Ok(copy)
    }

    /// git, which does not change files before it compares them, and the index for that. By its own one, a file is what it was when it
    /// was added, which a filter has changed; by one that is older than all files, git looks at each.
    pub(super) fn without_filters(&self) -> Result<(Command, Option<TempDir>)> {
        let mut asked = self.git(&self.top);
        let filters = self.filters()?;
        if filters.is_empty() {
            return Ok((asked, None));
        }
        // Not by `-c`, which takes what is behind the first `=` in a filter's name for the value.
        asked.env(NO_COMMAND, "").env(NOT_REQUIRED, "false");
        for filter in filters {
            for (key, value) in [
                ("clean", NO_COMMAND),
                ("process", NO_COMMAND),
                ("required", NOT_REQUIRED),
            ] {
                asked.arg(format!("--config-env={filter}.{key}={value}"));
            }
        }
        let index = self.copy_of_index(Some(UNIX_EPOCH + Duration::from_secs(1)))?;
        asked.env("GIT_INDEX_FILE", index.path().join("index"));
        Ok((asked, Some(index)))
    }

    /// The sections of the configuration that have filters of files: <https://git-scm.com/docs/gitattributes#_filter>.
    fn filters(&self) -> Result<BTreeSet<String>> {
        let mut asked = self.git(&self.top);
        asked.args(["config", "--null", "--name-only", "--get-regexp"]);
        // It fails where there are none.
        let listed = run(asked.arg(r"^filter\..*\.(clean|process)$"))?.stdout;
        let names = listed.split(|byte| *byte == 0);
        let names = names.map(String::from_utf8_lossy);
        let sections = names.filter_map(|it| Some(it.rsplit_once('.')?.0.to_owned()));
        Ok(sections.collect())
    }
}

/// Copies an index with its time, or another one: git looks again at files that are as new as that.
fn copied(index: &Path, to: &Path, written: Option<SystemTime>) -> io::Result<()> {
    let written = written.map_or_else(|| fs::metadata(index)?.modified(), Ok)?;
    fs::copy(index, to)?;
    fs::File::options()
        .append(true)
        .open(to)?
        .set_modified(written)
}
