//! The runs of a checkout, and those of the other checkouts of its target directory.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

use super::kept::{Kept, PROFILES};
use super::numbered::numbered;
use super::part::{Measured, Part};
use super::profiles;
use super::unknown::unknown;
use crate::build::layout::Layout;
use crate::build::leftovers;
use crate::build::linked::{ANOTHER, ELSEWHERE, RUNS, lock_of};
use crate::run::interrupts;

/// How long another process may hold the lock of the list: it changes files, and waits for nobody.
const LOCKED: Duration = Duration::from_mins(1);

/// The file in the directory of a part that says what ran.
pub(super) const PART: &str = "part.json";

/// How often it is tried.
const TICK: Duration = Duration::from_millis(10);

/// The data of a checkout.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) directory: PathBuf,
    /// The root of the workspace.
    pub(super) checkout: PathBuf,
}

/// How a run begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// It is added to the last run.
    pub adds: bool,
    /// Its processes find the places of their profiles by themselves, so no other run can go on.
    pub is_alone: bool,
    /// Its number, unless it is added.
    pub number: u64,
}

impl Store {
    /// The data of this checkout.
    ///
    /// # Errors
    ///
    /// If what is there is not the user's own, or leads elsewhere.
    pub fn of(layout: &Layout) -> Result<Store> {
        layout.ask()?;
        Ok(Store {
            directory: layout.store.clone(),
            checkout: layout.root.clone(),
        })
    }

    /// The data of all checkouts, in this directory.
    ///
    /// # Errors
    ///
    /// If they cannot be listed.
    pub fn all(checkouts: &Path) -> Result<Vec<Store>> {
        let cannot = || format!("cannot read {}", checkouts.harmless());
        let entries = match fs::read_dir(checkouts) {
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(Vec::new());
            }
            entries => entries.with_context(cannot)?,
        };
        let directories = entries.map(|entry| entry.map(|it| it.path()));
        let directories: io::Result<Vec<PathBuf>> = directories.collect();
        let directories = directories.with_context(cannot)?.into_iter();
        let of = |directory| Store {
            directory,
            checkout: PathBuf::new(),
        };
        Ok(directories.filter(|it| it.is_dir()).map(of).collect())
    }

    /// The data of all checkouts that share the target directory: this one, and those whose builds put programs to the same places.
    pub(super) fn beside(&self) -> Result<Vec<Store>> {
        Store::all(self.directory.parent().unwrap_or(&self.directory))
    }

    /// Where builds are kept.
    pub fn builds(&self) -> PathBuf {
        self.directory.join("builds")
    }

    /// Where compiled harnesses are.
    pub fn harnesses(&self) -> PathBuf {
        self.directory.join("harness")
    }

    /// Where a process puts its profile that does not know better.
    pub fn linked(&self) -> PathBuf {
        self.directory.join(PROFILES)
    }

    /// Where a process notes that its environment has another place for its profile.
    pub fn elsewhere(&self) -> PathBuf {
        self.directory.join(ELSEWHERE)
    }

    /// Where a process notes which directory cargo has meant, if that is of another checkout.
    pub fn another(&self) -> PathBuf {
        self.directory.join(ANOTHER)
    }

    /// Where a test puts its profile, if tests are measured.
    pub fn linked_tests(&self) -> PathBuf {
        self.directory.join("linked-tests")
    }

    /// The parts of the last run, be it over or not. None if nothing has run.
    ///
    /// # Errors
    ///
    /// If what is there cannot be read.
    pub fn last(&self) -> Result<Vec<Measured>> {
        for run in self.runs()?.into_iter().rev() {
            let mut parts = parts(&run)?;
            if let Some(last) = parts.last_mut() {
                // What the run will take when it is over.
                if matches!(&self.directories_going_on()?[..], [only] if *only == run) {
                    for store in self.beside()? {
                        profiles::below(&store.linked(), &mut last.others)?;
                    }
                }
                last.follower = self.follower(&run)?;
                return Ok(parts);
            }
        }
        Ok(Vec::new())
    }

    /// The last build, whether it has run or not.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn build(&self) -> Result<Option<Part>> {
        Part::read(&self.directory.join("build.json"))
    }

    /// The last builds of all checkouts. One that is damaged, or of another version, has none.
    ///
    /// # Errors
    ///
    /// If the checkouts cannot be listed.
    pub fn last_builds(&self) -> Result<Vec<Part>> {
        let all = self.beside()?.into_iter();
        Ok(all.filter_map(|it| it.build().ok().flatten()).collect())
    }

    /// Keeps a build, and notes that it is the last one.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep_build(&self, keep: impl FnOnce(&Path) -> io::Result<Vec<Kept>>) -> Result<Part> {
        let cannot = || format!("cannot write to {}", self.directory.harmless());
        let _lock = self.lock().with_context(cannot)?;
        leftovers::remove(&self.directory);
        leftovers::remove(&self.builds());
        let part = Part {
            programs: keep(&self.builds()).with_context(cannot)?,
            tests: Vec::new(),
        };
        let written = || -> io::Result<()> {
            let half = self.directory.join(format!("build.{}", std::process::id()));
            fs::write(&half, serde_json::to_vec(&part)?)?;
            fs::rename(half, self.directory.join("build.json"))
        };
        written().with_context(cannot)?;
        Ok(part)
    }

    /// Where cargo has put the programs of the last build and of the runs.
    ///
    /// # Errors
    ///
    /// If what is there cannot be read.
    pub fn executables(&self) -> Result<Vec<PathBuf>> {
        let mut all: Vec<Part> = self.build()?.into_iter().collect();
        for run in self.runs()? {
            all.extend(parts(&run)?.into_iter().map(|it| it.part));
        }
        let programs = all.into_iter().flat_map(|part| part.programs);
        Ok(programs.map(|program| program.executable).collect())
    }

    /// Whether a run goes on in this checkout.
    ///
    /// # Errors
    ///
    /// If the runs cannot be listed.
    pub fn is_running(&self) -> Result<bool> {
        Ok(self.runs()?.iter().any(|run| is_going_on(run)))
    }

    /// The directories of the runs, in the order in which they were wanted.
    pub(super) fn runs(&self) -> Result<Vec<PathBuf>> {
        let mut runs = numbered(&self.directory.join(RUNS))?;
        runs.retain(|run| numbered(run).is_ok_and(|all| all.iter().any(|it| is_recorded(it))));
        Ok(runs)
    }

    /// Forgets what a process has noted that no run has started.
    pub(super) fn forget_elsewhere(&self) -> Result<()> {
        if !self.is_running()? {
            let _ = fs::remove_file(self.elsewhere());
            let _ = fs::remove_file(self.another());
        }
        Ok(())
    }

    /// Keeps two processes from changing the runs at the same time, also those of other checkouts.
    pub(super) fn lock(&self) -> io::Result<File> {
        fs::create_dir_all(&self.directory)?;
        locked(&lock_of(&self.directory), LOCKED)
    }

    /// Forgets everything. Says how many runs go on and stay.
    ///
    /// # Errors
    ///
    /// If something cannot be deleted.
    pub fn forget(&self) -> Result<usize> {
        if !self.directory.exists() {
            return Ok(0);
        }
        let _lock = self.lock()?;
        match fs::remove_file(self.directory.join("build.json")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let going_on = self.forget_all_but(None)?;
        self.forget_wanted(None, false)?;
        self.settle()?;
        Ok(going_on)
    }

    pub(super) fn forget_all_but(&self, kept: Option<&Path>) -> Result<usize> {
        let (mut going_on, mut parts_kept) = (0, Vec::new());
        parts_kept.extend(self.build()?);
        for run in numbered(&self.directory.join(RUNS))? {
            let is_kept = kept == Some(&run);
            if is_kept || is_going_on(&run) {
                going_on += usize::from(!is_kept);
                parts_kept.extend(parts(&run)?.into_iter().map(|it| it.part));
            } else {
                fs::remove_dir_all(&run)
                    .with_context(|| format!("cannot delete {}", run.harmless()))?;
            }
        }
        if going_on == 0 {
            self.forget_late(kept)?;
        }
        let programs = parts_kept.iter().flat_map(|part| &part.programs);
        let tests = parts_kept.iter().flat_map(|part| &part.tests);
        let used: Vec<&str> = programs
            .flat_map(|it| it.others.iter().chain([&it.objects]))
            .chain(tests)
            .map(|objects| objects.build.as_str())
            .collect();
        for entry in fs::read_dir(self.builds()).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if !used.iter().any(|build| name.to_str() == Some(*build)) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(going_on)
    }
}

/// A file that this process has locked.
///
/// # Errors
///
/// If another process holds it all the time.
fn locked(path: &Path, limit: Duration) -> io::Result<File> {
    let file = File::create(path)?;
    let until = Instant::now() + limit;
    let has_come = interrupts::has_come();
    loop {
        // One that has come before may be what has ended the run.
        if !has_come {
            interrupts::exit_if_interrupted();
        }
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(TICK),
            Err(TryLockError::WouldBlock) => {
                let path = path.harmless();
                let why = format!("another process holds {path}; it may be stopped");
                return Err(io::Error::other(why));
            }
        }
    }
}

/// The parts of a run, by its directory.
///
/// # Errors
///
/// If one cannot be read.
pub fn parts(run: &Path) -> Result<Vec<Measured>> {
    let mut parts = Vec::new();
    for directory in numbered(run)? {
        if let Some(part) = Part::read(&directory.join(PART))? {
            parts.push(Measured {
                part,
                unknown: unknown(&directory),
                follower: None,
                directory: Some(directory),
                others: Vec::new(),
            });
        }
    }
    Ok(parts)
}

/// Whether something was recorded in the directory of a part.
pub(super) fn is_recorded(part: &Path) -> bool {
    part.join(PART).exists()
}

/// Whether a process holds the run.
pub(super) fn is_going_on(run: &Path) -> bool {
    is_held(&run.join("lock"))
}

/// Whether a process holds the lock of a file.
pub(super) fn is_held(file: &Path) -> bool {
    files::open(file).is_ok_and(|file| file.try_lock_shared().is_err())
}

#[cfg(test)]
mod tests {
    use super::locked;
    use std::time::Duration;

    #[test]
    fn a_lock_that_another_one_keeps_is_not_waited_for_without_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let first = locked(&path, Duration::from_millis(50)).unwrap();
        let error = locked(&path, Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("another process holds "));
        drop(first);
        locked(&path, Duration::from_millis(50)).unwrap();
    }
}
