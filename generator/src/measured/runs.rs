//! The runs of a checkout.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::kept::{Kept, Objects};
use super::origin::{functions, may_be_of, own_functions};
use super::part::{LINKED, Measured, Part, TESTS};
use super::profiles;
use super::scenarios::Recorder;
use crate::build::units::Unit;

/// The data of a checkout.
#[derive(Debug, Clone)]
pub struct Store {
    directory: PathBuf,
}

/// A run that is going on, or about to.
#[derive(Debug)]
pub struct Recording {
    store: Store,
    /// The directory of the run.
    run: PathBuf,
    /// The directory of the part that is recorded.
    part: PathBuf,
    /// Held as long as the run goes on.
    _lock: File,
    is_kept: bool,
}

impl Store {
    /// The data in a directory.
    pub fn at(directory: &Path) -> Store {
        Store {
            directory: directory.to_owned(),
        }
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where builds are kept.
    pub fn builds(&self) -> PathBuf {
        self.directory.join("builds")
    }

    /// Where a process puts its profile that does not know better.
    pub fn linked(&self) -> PathBuf {
        self.directory.join("linked")
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
                if is_going_on(&run) {
                    profiles::below(&self.linked(), &mut last.others)?;
                }
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

    /// Keeps a build, and notes that it is the last one.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep_build(&self, keep: impl FnOnce(&Path) -> io::Result<Vec<Kept>>) -> Result<Part> {
        let cannot = || format!("cannot write to {}", self.directory.display());
        let _lock = self.lock().with_context(cannot)?;
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

    /// The directories of the runs, the oldest first.
    fn runs(&self) -> Result<Vec<PathBuf>> {
        numbered(&self.directory.join("runs"))
    }

    /// Keeps two processes from changing the list of runs at the same time.
    fn lock(&self) -> io::Result<File> {
        fs::create_dir_all(&self.directory)?;
        let file = File::create(self.directory.join("lock"))?;
        file.lock()?;
        Ok(file)
    }

    /// Begins a run of the last build, or another part of the last run. `said` tells what is forgotten.
    ///
    /// # Errors
    ///
    /// If the directory cannot be written, or the last run, to which something is to be added, still goes on.
    pub fn begin(&self, part: &Part, add: bool, said: &dyn Fn(&str)) -> Result<Recording> {
        let cannot = || format!("cannot write to {}", self.directory.display());
        let _lock = self.lock().with_context(cannot)?;
        let runs = self.runs()?;
        if !runs.iter().any(|run| is_going_on(run)) {
            clear(&self.linked());
            clear(&self.linked_tests());
        }
        let run = match runs.last().filter(|_| add) {
            Some(run) => run.clone(),
            None => next(&self.directory.join("runs"), &runs),
        };
        fs::create_dir_all(&run).with_context(cannot)?;
        let lock = File::create(run.join("lock")).with_context(cannot)?;
        if lock.try_lock().is_err() {
            bail!("the last run still goes on, so nothing can be added to it");
        }
        for earlier in parts(&run)? {
            if let Some(program) = earlier.part.replaced_by(part) {
                said(&format!(
                    "{program} has changed, so what was measured of it before is forgotten"
                ));
                earlier.directory.map(fs::remove_dir_all).transpose()?;
            }
        }
        let directory = next(&run, &numbered(&run)?);
        let written = || -> io::Result<()> {
            fs::create_dir_all(&directory)?;
            for program in &part.programs {
                fs::create_dir_all(directory.join(&program.bin))?;
            }
            fs::create_dir_all(self.linked())?;
            fs::create_dir_all(self.linked_tests())?;
            fs::write(directory.join("part.json"), serde_json::to_vec(part)?)
        };
        written().with_context(cannot)?;
        Ok(Recording {
            store: self.clone(),
            run,
            part: directory,
            _lock: lock,
            is_kept: false,
        })
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
        if going_on == 0 {
            clear(&self.linked());
            clear(&self.linked_tests());
        }
        Ok(going_on)
    }

    fn forget_all_but(&self, kept: Option<&Path>) -> Result<usize> {
        let (mut going_on, mut parts_kept) = (0, Vec::new());
        parts_kept.extend(self.build()?);
        for run in self.runs()? {
            let is_kept = kept == Some(&run);
            if is_kept || is_going_on(&run) {
                going_on += usize::from(!is_kept);
                parts_kept.extend(parts(&run)?.into_iter().map(|it| it.part));
            } else {
                fs::remove_dir_all(&run)
                    .with_context(|| format!("cannot delete {}", run.display()))?;
            }
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

impl Recording {
    /// The directory of the part.
    pub fn directory(&self) -> &Path {
        &self.part
    }

    /// What records its scenarios.
    ///
    /// # Errors
    ///
    /// If nothing can be written to its directory.
    pub fn recorder(&self) -> Result<Recorder> {
        let recorder = Recorder::begin(&self.part, &self.store.linked());
        recorder.with_context(|| format!("cannot write to {}", self.part.display()))
    }

    /// The parts of its run.
    ///
    /// # Errors
    ///
    /// If one cannot be read.
    pub fn parts(&self) -> Result<Vec<Measured>> {
        parts(&self.run)
    }

    /// The profiles of the part, with those of processes that had no `LLVM_PROFILE_FILE`.
    ///
    /// # Errors
    ///
    /// If they cannot be looked for.
    pub fn profiles(&self) -> Result<Vec<PathBuf>> {
        let _lock = self.store.lock()?;
        self.take_linked()?;
        let mut found = Vec::new();
        profiles::below(&self.part, &mut found)?;
        let tests = self.part.join(TESTS);
        found.retain(|path| !path.starts_with(&tests));
        Ok(found)
    }

    /// Takes the executables of tests that ran, of those that a cargo of the suite has built.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub fn add_tests(&self, built: &[Vec<Unit>]) -> Result<()> {
        let cannot = || format!("cannot write to {}", self.store.directory.display());
        let mut profiles = Vec::new();
        profiles::below(&self.part.join(TESTS), &mut profiles)?;
        let Some(mut part) = Part::read(&self.file())? else {
            return Ok(());
        };
        let all: Vec<&Path> = built.iter().map(|units| units[0].stem.as_path()).collect();
        for (units, own) in built.iter().zip(own_functions(&all)?) {
            if profiles.iter().any(|profile| may_be_of(profile, &own)) {
                let kept = Objects::keep(&units[0].stem, units, &self.store.builds());
                part.tests.push(kept.with_context(cannot)?);
            }
        }
        self.write(&part).with_context(cannot)
    }

    fn file(&self) -> PathBuf {
        self.part.join("part.json")
    }

    fn write(&self, part: &Part) -> io::Result<()> {
        let half = self.part.join("part.half");
        fs::write(&half, serde_json::to_vec(part)?)?;
        fs::rename(half, self.file())
    }

    /// Takes what a cargo of the suite has built of the programs' packages, as far as it has run. `built` gives it for a
    /// program. One that ran in the place of the program is it.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub fn add_built(
        &self,
        profiles: &[PathBuf],
        built: &dyn Fn(&Kept) -> Vec<Vec<Unit>>,
    ) -> Result<()> {
        let cannot = || format!("cannot write to {}", self.store.directory.display());
        let Some(mut part) = Part::read(&self.file())? else {
            return Ok(());
        };
        for program in &mut part.programs {
            let kept = std::iter::once(&program.objects).chain(&program.others);
            let kept: Vec<&Path> = kept.map(|objects| objects.files[0].as_path()).collect();
            let built = with_other_code(built(program), &kept)?;
            if built.is_empty() {
                continue;
            }
            let new: Vec<PathBuf> = built.iter().map(|units| units[0].object()).collect();
            let new = new.iter().map(PathBuf::as_path);
            let all: Vec<&Path> = kept.iter().copied().chain(new).collect();
            let ran: Vec<bool> = own_functions(&all)?
                .iter()
                .map(|own| profiles.iter().any(|profile| may_be_of(profile, own)))
                .collect();
            let mut has_run = ran[0];
            let new = built.iter().zip(&ran[kept.len()..]);
            for (units, _) in new.filter(|(_, ran)| **ran) {
                let objects = Objects::keep(&units[0].object(), units, &self.store.builds());
                let objects = objects.with_context(cannot)?;
                if !has_run && units[0].name == program.bin.replace('-', "_") {
                    program.objects = objects;
                    has_run = true;
                } else {
                    program.others.push(objects);
                }
            }
        }
        self.write(&part).with_context(cannot)
    }

    /// Ends it: what was measured stays, and earlier runs are forgotten.
    ///
    /// # Errors
    ///
    /// If files cannot be moved or deleted.
    pub fn keep(&mut self) -> Result<()> {
        let _lock = self.store.lock()?;
        self.take_linked()?;
        self.is_kept = true;
        self.store.forget_all_but(Some(&self.run))?;
        Ok(())
    }

    /// Takes the profiles of processes that had no `LLVM_PROFILE_FILE`.
    fn take_linked(&self) -> io::Result<()> {
        take(&self.store.linked(), &self.part.join(LINKED))?;
        take(&self.store.linked_tests(), &self.part.join(TESTS))
    }
}

/// Moves the files of a directory.
fn take(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        fs::create_dir_all(to)?;
        fs::rename(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Without what was built twice, in two target directories: it has one profile.
fn with_other_code(built: Vec<Vec<Unit>>, kept: &[&Path]) -> Result<Vec<Vec<Unit>>> {
    if built.is_empty() {
        return Ok(built);
    }
    let known = kept.iter().map(|executable| functions(executable));
    let mut known: Vec<_> = known.collect::<Result<_>>()?;
    let mut others = Vec::new();
    for units in built {
        let functions = functions(&units[0].object())?;
        if !known.contains(&functions) {
            known.push(functions);
            others.push(units);
        }
    }
    Ok(others)
}

impl Drop for Recording {
    /// A run that was not to be kept leaves nothing behind.
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // Another process may be forgetting runs.
        let _lock = self.store.lock();
        let _ = fs::remove_dir_all(&self.part);
        if numbered(&self.run).is_ok_and(|parts| parts.is_empty()) {
            let _ = fs::remove_dir_all(&self.run);
        }
    }
}

fn parts(run: &Path) -> Result<Vec<Measured>> {
    let mut parts = Vec::new();
    for directory in numbered(run)? {
        if let Some(part) = Part::read(&directory.join("part.json"))? {
            parts.push(Measured {
                part,
                directory: Some(directory),
                others: Vec::new(),
            });
        }
    }
    Ok(parts)
}

/// The directories whose names are numbers, in their order.
fn numbered(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("cannot read {}", directory.display()))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let Some(number) = number(&path) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.parse().ok()
}

fn next(directory: &Path, there: &[PathBuf]) -> PathBuf {
    let last = there.last().and_then(|path| number(path)).unwrap_or(0);
    directory.join((last + 1).to_string())
}

/// Whether a process holds the run.
fn is_going_on(run: &Path) -> bool {
    File::open(run.join("lock")).is_ok_and(|file| file.try_lock().is_err())
}

fn clear(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let _ = fs::remove_file(entry.path());
    }
}
