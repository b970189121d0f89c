//! What was around a run whose scenarios were recorded: the commit, and the files that were not as in it. Where a suite, its data
//! or a manifest is another one now, scenarios may reach something else.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;
use llvm_coverage::files;
use serde::{Deserialize, Serialize};

use crate::build::texts::{State, Text};
use crate::commands::report::git::Repository;
use crate::readable;
use crate::run::interrupts;

/// The name of the file in the directory of a part.
const FILE: &str = ".around.json";

/// How often it is looked whether git has answered.
const TICK: Duration = Duration::from_millis(5);

/// See above.
#[derive(Serialize, Deserialize)]
struct Around {
    commit: String,
    /// Files that had changed since, or that git did not know.
    others: Vec<Text>,
}

/// What git is being asked, while something else goes on.
pub struct Asked(JoinHandle<Result<Around>>);

impl Asked {
    /// Asks what is around the workspace at `root` now.
    pub fn begin(root: &Path) -> Asked {
        let root = root.to_owned();
        Asked(thread::spawn(move || Around::of(&root)))
    }

    /// Notes it in the directory of a part, where git could tell. A signal ends the wait for git, and this process.
    ///
    /// # Errors
    ///
    /// If nothing can be written.
    pub fn note(self, part: &Path) -> io::Result<()> {
        while !self.0.is_finished() {
            interrupts::exit_if_interrupted();
            thread::sleep(TICK);
        }
        let Ok(Ok(around)) = self.0.join() else {
            return Ok(());
        };
        let half = part.join(".around.half");
        fs::write(&half, serde_json::to_vec(&around)?)?;
        fs::rename(half, part.join(FILE))
    }
}

impl Around {
    fn of(root: &Path) -> Result<Around> {
        let mut repository = Repository::around(root)?;
        let entries = repository.entries()?;
        let top = repository.top.clone();
        let paths: Vec<PathBuf> = entries.iter().map(|it| top.join(&it.path)).collect();
        readable::by_git(paths.iter().map(PathBuf::as_path))?;
        repository.look_at_all(&entries)?;
        let commit = repository.merge_base("HEAD")?;
        let paths = different(&repository, &commit)?;
        let others = paths.into_iter().map(Text::at).collect();
        Ok(Around { commit, others })
    }
}

/// The files that were others when a part was recorded. `None` if that is not known.
pub fn since(repository: &Repository, part: &Path) -> Option<BTreeSet<PathBuf>> {
    let bytes = files::read(&part.join(FILE), files::TEXT).ok()?;
    let around: Around = serde_json::from_slice(&bytes).ok()?;
    let mut paths = different(repository, &around.commit).ok()?;
    let others = around.others.iter();
    let others: HashMap<&Path, &Text> = others.map(|it| (it.path.as_path(), it)).collect();
    paths.extend(others.keys().map(|path| path.to_path_buf()));
    paths.retain(|path| {
        let was = others.get(path.as_path());
        was.is_none_or(|text| !text.is_gone() && text.state() != State::Same)
    });
    Some(paths)
}

/// The files that are not those of a commit.
fn different(repository: &Repository, commit: &str) -> Result<BTreeSet<PathBuf>> {
    let changed = repository.changed(commit)?.into_iter();
    let paths = changed.chain(repository.untracked()?);
    Ok(paths.map(|path| repository.top.join(path)).collect())
}
