//! Runs that were wanted. One that has measured nothing leaves the run before it as the last one, which is to be said.
//!
//! The process that wants a run holds the lock of a file, in which is the directory of what it records, below that of all checkouts. A
//! file without a directory that has recorded something is of a run that has measured nothing: yet, if somebody holds the file; else it is
//! lost. Files and runs are called by numbers in the order in which they were wanted, so that it is known which of them is later than the
//! run that is reported on. What is added to a run later makes up for what was to be added to it and is lost, and not for a run.
//!
//! A checkout that is mounted elsewhere as well has a store for each of its paths. A run is noted in all of them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

use super::beginning::Beginning;
use super::numbered::{behind, number, numbered};
use super::part::Follower;
use super::runs::{Store, is_held, is_recorded};
use crate::build::linked::RUNS;

/// What stands before the directory of a run that is to be added to the last one.
const ADDS: &[u8] = b"+";

/// A run that is wanted.
#[derive(Debug)]
pub struct Wanted {
    /// The files that are held.
    files: Vec<File>,
    /// What the files are called by, and a run that begins anew. What is wanted later has a higher one.
    pub number: u64,
}

impl Wanted {
    /// Notes that a run is wanted, which begins anew or `adds` to the last one. Nothing is written where there is no run that could be taken for it.
    ///
    /// # Errors
    ///
    /// If nothing can be written.
    pub fn note(store: &Store, adds: bool) -> Result<Wanted> {
        let stores = store.with_runs()?;
        let cannot = |there: &Store| format!("cannot write to {}", there.directory.harmless());
        let lock = (!stores.is_empty()).then(|| store.lock());
        let _lock = lock.transpose().with_context(|| cannot(store))?;
        let mut numbers = Vec::new();
        for there in stores.iter().chain([store]) {
            numbers.extend(numbered(&there.wanted())?);
            numbers.extend(numbered(&there.directory.join(RUNS))?);
        }
        let number = behind(&numbers);
        let mut files = Vec::new();
        for there in &stores {
            let noted = || -> Result<File> {
                let directory = there.wanted();
                fs::create_dir_all(&directory)?;
                if there.directory != store.directory {
                    // Nobody else forgets them there. The last one says that there was one until this one has begun.
                    let noted = numbered(&directory)?;
                    let earlier = noted.iter().rev().skip(1);
                    let mut over = earlier.filter(|file| !is_held(file));
                    over.try_for_each(fs::remove_file)?;
                }
                let file = directory.join(number.to_string());
                // Nobody is to find it before it is held.
                let half = file.with_extension("half");
                let held = File::create(&half)?;
                held.lock()?;
                if adds {
                    (&held).write_all(ADDS)?;
                }
                fs::rename(half, file)?;
                Ok(held)
            };
            files.push(noted().with_context(|| cannot(there))?);
        }
        Ok(Wanted { files, number })
    }

    /// Notes where it is recorded.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn begins(&self, part: &Path) -> io::Result<()> {
        let part = below_checkouts(part).unwrap_or(part);
        let mut files = self.files.iter();
        files.try_for_each(|mut file| file.write_all(part.as_os_str().as_encoded_bytes()))
    }
}

impl Store {
    /// Where the runs are noted that are wanted.
    fn wanted(&self) -> PathBuf {
        self.directory.join("wanted")
    }

    /// This store and those of other paths of its checkout, if there are runs in them.
    fn with_runs(&self) -> Result<Vec<Store>> {
        let mut found = self.beside()?;
        found.retain(|it| {
            // If they cannot be listed, whoever writes there next says why.
            let runs = it.runs().unwrap_or_default();
            let mut parts = runs
                .iter()
                .flat_map(|run| numbered(run).unwrap_or_default());
            let is_here =
                |part: PathBuf| Beginning::read(&part).is_some_and(|it| it.is_of(&self.checkout));
            it.directory == self.directory && !runs.is_empty() || parts.any(is_here)
        });
        Ok(found)
    }

    /// The last run that was wanted after a `run`, if nothing of it is in this store.
    ///
    /// # Errors
    ///
    /// If the runs cannot be listed.
    pub(super) fn follower(&self, run: &Path) -> Result<Option<Follower>> {
        let wanted = numbered(&self.wanted())?;
        let later = wanted.iter().rev();
        // Behind the last number there is none, so what has that may be later than a run that has it.
        let is_later =
            |file: &&PathBuf| number(file) > number(run) || number(file) == Some(u64::MAX);
        let mut later = later.take_while(is_later);
        Ok(later.find_map(|file| {
            let part = part(file);
            let elsewhere = part
                .as_deref()
                .filter(|it| !it.starts_with(&self.directory));
            if let Some(beginning) = elsewhere.and_then(Beginning::read) {
                return Some(Follower::Elsewhere(beginning.path));
            }
            match part {
                Some(part) if is_recorded(&part) => None,
                _ if is_held(file) => Some(Follower::Begun),
                _ => Some(Follower::Lost),
            }
        }))
    }

    /// Forgets those that are over. Of a run that is kept, by its number, only its own and those that were wanted before it; if that was added to
    /// a run, only those that were to be added as well.
    pub(super) fn forget_wanted(&self, own: Option<u64>, is_added: bool) -> Result<()> {
        for file in numbered(&self.wanted())? {
            if is_added && !text(&file).starts_with(ADDS) {
                continue;
            }
            let (number, is_own) = (number(&file), own.is_some() && number(&file) == own);
            if is_own || (own.is_none() || number < own) && !is_held(&file) {
                fs::remove_file(&file)
                    .with_context(|| format!("cannot delete {}", file.harmless()))?;
            }
        }
        Ok(())
    }
}

/// The directory of what was recorded. None if it was not begun.
fn part(file: &Path) -> Option<PathBuf> {
    let text = text(file);
    let below = Path::new(OsStr::from_bytes(text.strip_prefix(ADDS).unwrap_or(&text)));
    let checkouts = file.ancestors().nth(3).unwrap_or(file);
    (below != Path::new("")).then(|| checkouts.join(below))
}

/// The path of a part below the directory of all checkouts: `<name>-<key>/runs/<number>/<number>`.
fn below_checkouts(part: &Path) -> Option<&Path> {
    part.strip_prefix(part.ancestors().nth(4)?).ok()
}

fn text(file: &Path) -> Vec<u8> {
    files::read(file, files::TEXT).unwrap_or_default()
}
