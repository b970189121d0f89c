//! The runs of a checkout.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use llvm_coverage::files;

use super::kept::{Kept, Objects};
use super::origin::{build_id, functions, may_be_of, own_functions};
use super::part::{LINKED, Measured, Part, SUITE, TESTS};
use super::place::Place;
use super::profiles;
use super::scenarios::Recorder;
use crate::build::layout::Layout;
use crate::build::leftovers;
use crate::build::units::Unit;

/// What the lock of a run says behind its process if no other can go on.
const ALONE: &str = " alone";

/// The file in a part's directory with the number of profiles that may be of it.
const UNKNOWN: &str = "unknown";

/// The data of a checkout.
#[derive(Debug, Clone)]
pub struct Store {
    directory: PathBuf,
    /// The root of the workspace.
    checkout: PathBuf,
}

/// How a run begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// It is added to the last run.
    pub adds: bool,
    /// Its processes find the places of their profiles by themselves, so no other run can go on.
    pub is_alone: bool,
}

/// A run that goes on.
#[derive(Debug)]
struct GoingOn {
    run: PathBuf,
    /// The process, if it has said so yet.
    process: String,
    is_alone: bool,
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
    /// The data of this checkout.
    pub fn of(layout: &Layout) -> Store {
        Store {
            directory: layout.store.clone(),
            checkout: layout.root.clone(),
        }
    }

    /// The data of some checkout, in its directory.
    pub fn at(directory: &Path) -> Store {
        Store {
            directory: directory.to_owned(),
            checkout: PathBuf::new(),
        }
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
                if matches!(&self.going_on()?[..], [only] if only.run == run) {
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

    /// Whether a run goes on.
    ///
    /// # Errors
    ///
    /// If the runs cannot be listed.
    pub fn is_running(&self) -> Result<bool> {
        Ok(self.runs()?.iter().any(|run| is_going_on(run)))
    }

    /// The directories of the runs, the oldest first.
    fn runs(&self) -> Result<Vec<PathBuf>> {
        numbered(&self.directory.join("runs"))
    }

    /// The runs that go on.
    fn going_on(&self) -> Result<Vec<GoingOn>> {
        let runs = self.runs()?.into_iter();
        Ok(runs.filter_map(going_on).collect())
    }

    /// Says which other runs go on in this checkout.
    ///
    /// # Errors
    ///
    /// If they cannot be beside each other.
    pub fn look_for_others(&self, is_alone: bool, said: &dyn Fn(&str)) -> Result<()> {
        for other in self.going_on()? {
            let process = &other.process;
            if is_alone || other.is_alone {
                bail!(
                    "another run goes on in this checkout, as process {process}: with --tests, what the two start could not be \
                     told apart; wait until it is over"
                );
            }
            said(&format!(
                "another run goes on in this checkout, as process {process}; each reports on what it has built and started"
            ));
        }
        Ok(())
    }

    /// Gives the profiles of processes that could not know their run to the only run that goes on. Of several runs nobody knows
    /// which one they are of, so they count for none.
    fn settle(&self) -> Result<()> {
        let found = [(self.linked(), LINKED), (self.linked_tests(), TESTS)];
        match &self.going_on()?[..] {
            [] => {}
            [only] => {
                if let Some(part) = numbered(&only.run)?.last() {
                    for (from, to) in &found {
                        take(from, &part.join(to))?;
                    }
                }
            }
            several => {
                let mut unknown = Vec::new();
                for (from, _) in &found {
                    profiles::below(from, &mut unknown)?;
                }
                for other in several {
                    if let Some(part) = numbered(&other.run)?.last() {
                        add_unknown(part, unknown.len())?;
                    }
                }
            }
        }
        for (from, _) in &found {
            clear(from);
        }
        Ok(())
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
    pub fn begin(&self, part: &Part, how: How, said: &dyn Fn(&str)) -> Result<Recording> {
        let cannot = || format!("cannot write to {}", self.directory.display());
        let _lock = self.lock().with_context(cannot)?;
        let runs = self.runs()?;
        let run = match runs.last().filter(|_| how.adds) {
            Some(run) if is_going_on(run) => {
                bail!("the last run still goes on, so nothing can be added to it")
            }
            Some(run) => run.clone(),
            None => next(&self.directory.join("runs"), &runs),
        };
        // They were said before the build.
        self.look_for_others(how.is_alone, &|_| {})?;
        self.settle()?;
        fs::create_dir_all(&run).with_context(cannot)?;
        let lock = File::create(run.join("lock")).with_context(cannot)?;
        let hold = || -> io::Result<()> {
            lock.lock()?;
            let is_alone = if how.is_alone { ALONE } else { "" };
            (&lock).write_all(format!("{}{is_alone}", std::process::id()).as_bytes())
        };
        hold().with_context(cannot)?;
        for earlier in parts(&run)? {
            if !earlier.is_of(&self.checkout) {
                said("the last run was not made in this checkout, so it is forgotten");
                earlier.directory.map(fs::remove_dir_all).transpose()?;
            } else if let Some(program) = earlier.part.replaced_by(part) {
                said(&format!(
                    "{program} has changed, so what was measured of it before is forgotten"
                ));
                earlier.directory.map(fs::remove_dir_all).transpose()?;
            }
        }
        let directory = next(&run, &numbered(&run)?);
        let written = || -> io::Result<()> {
            fs::create_dir_all(&directory)?;
            // A process that another measured one has started makes no directory.
            for program in &part.programs {
                fs::create_dir_all(directory.join(&program.bin))?;
            }
            fs::create_dir_all(directory.join(SUITE))?;
            fs::create_dir_all(self.linked())?;
            fs::create_dir_all(self.linked_tests())?;
            Place::note(&self.checkout, &directory)?;
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
        self.settle()?;
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
        self.store.settle()?;
        let mut found = Vec::new();
        profiles::below(&self.part, &mut found)?;
        let tests = self.part.join(TESTS);
        // Of one that was cut off nothing is known.
        found.retain(|path| !path.starts_with(&tests) && !profiles::is_cut_off(path));
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
            let (built, twins) = with_other_code(built(program), &kept)?;
            if built.is_empty() {
                program.objects.twins.extend(twins);
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
            program.objects.twins.extend(twins);
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
        self.store.settle()?;
        self.is_kept = true;
        self.store.forget_all_but(Some(&self.run))?;
        Ok(())
    }
}

/// Moves the files of a directory to a new one below another. Those that came before have the same names.
fn take(from: &Path, to: &Path) -> Result<()> {
    let files: Vec<_> = fs::read_dir(from).into_iter().flatten().flatten().collect();
    if files.is_empty() {
        return Ok(());
    }
    let to = next(to, &numbered(to)?);
    let moved = || -> io::Result<()> {
        fs::create_dir_all(&to)?;
        for file in files {
            fs::rename(file.path(), to.join(file.file_name()))?;
        }
        Ok(())
    };
    moved().with_context(|| format!("cannot move profiles to {}", to.display()))
}

/// Notes that there were profiles which may be of this part.
fn add_unknown(part: &Path, number: usize) -> Result<()> {
    if number == 0 {
        return Ok(());
    }
    let file = part.join(UNKNOWN);
    fs::write(&file, (unknown(part) + number).to_string())
        .with_context(|| format!("cannot write {}", file.display()))
}

fn unknown(part: &Path) -> usize {
    let number = fs::read_to_string(part.join(UNKNOWN));
    number.map_or(0, |number| number.parse().unwrap_or(0))
}

/// What a cargo has built: each executable with its libraries.
type Built = Vec<Vec<Unit>>;

/// Without what was built twice, in two target directories, of which there are the build identifiers.
fn with_other_code(built: Built, kept: &[&Path]) -> Result<(Built, Vec<Vec<u8>>)> {
    let (mut others, mut twins) = (Vec::new(), Vec::new());
    if built.is_empty() {
        return Ok((others, twins));
    }
    let known = kept.iter().map(|executable| functions(executable));
    let mut known: Vec<_> = known.collect::<Result<_>>()?;
    for units in built {
        let object = units[0].object();
        let functions = functions(&object)?;
        if known.contains(&functions) {
            twins.extend(build_id(&object)?);
        } else {
            known.push(functions);
            others.push(units);
        }
    }
    Ok((others, twins))
}

impl Drop for Recording {
    /// A run that was not to be kept leaves nothing behind.
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // Another process may be forgetting runs.
        let _lock = self.store.lock();
        let _ = self.store.settle();
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
                unknown: unknown(&directory),
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
    files::open(&run.join("lock")).is_ok_and(|file| file.try_lock_shared().is_err())
}

fn going_on(run: PathBuf) -> Option<GoingOn> {
    is_going_on(&run).then(|| {
        let said = files::read_text(&run.join("lock")).unwrap_or_default();
        GoingOn {
            is_alone: said.ends_with(ALONE),
            process: said.trim_end_matches(ALONE).to_owned(),
            run,
        }
    })
}

fn clear(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let _ = fs::remove_file(entry.path());
    }
}
