//! A run that is recorded: what was started, what has run, and whether it is kept.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
#[cfg(target_os = "linux")]
use std::os::unix::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

use super::beginning::Beginning;
use super::built_twice::with_other_code;
use super::copied::put_copies;
use super::counters::Counters;
use super::going_on::ALONE;
use super::kept::{Kept, Objects};
use super::now::Late;
use super::numbered::{next, number, numbered};
use super::origin::{may_be_of, own_functions};
use super::part::{Measured, Part, SUITE, TESTS};
use super::profiles;
use super::runs::{How, PART, Store, is_going_on, parts};
use super::scenarios::{self, Recorder};
use super::unknown::{note_missing, unknown};
use crate::build::linked;
use crate::build::units::Unit;

/// A run that is going on, or about to.
#[derive(Debug)]
pub struct Recording {
    pub(super) store: Store,
    /// The directory of the run.
    run: PathBuf,
    /// The directory of the part that is recorded.
    pub(super) part: PathBuf,
    /// The link by which processes come to it.
    link: PathBuf,
    /// What came too late to other runs before it began.
    late: Late,
    /// When it was wanted.
    number: u64,
    /// Whether nothing was there that it is added to.
    is_new: bool,
    /// Held as long as the run goes on.
    _lock: File,
    /// Where it is told of processes whose profiles are lost. If another run goes on, that may be told of those that do not know their run.
    told: Vec<UnixDatagram>,
    has_lost: OnceCell<bool>,
    is_kept: bool,
}

impl Recording {
    /// Begins a run of the last build, or another part of the last run. `said` tells what is forgotten.
    ///
    /// # Errors
    ///
    /// If the directory cannot be written, or the last run, to which something is to be added, still goes on.
    pub fn begin(store: &Store, part: &Part, how: How, said: &dyn Fn(&str)) -> Result<Recording> {
        let cannot = || format!("cannot write to {}", store.directory.harmless());
        let _lock = store.lock().with_context(cannot)?;
        let runs = store.runs()?;
        let run = match runs.last().filter(|_| how.adds) {
            Some(run) if is_going_on(run) => {
                bail!(
                    "the last run still goes on, so --add cannot add to it: wait until it is over"
                )
            }
            Some(run) => run.clone(),
            None => {
                let directory = store.directory.join(linked::RUNS);
                let run = directory.join(how.number.to_string());
                let is_there = run.exists();
                if is_there {
                    next(&directory, &[run])
                } else {
                    run
                }
            }
        };
        if !how.adds && run.exists() {
            bail!(
                "{} is no name for a run, as it is there; type `cargo itcov clean`",
                run.harmless()
            );
        }
        // They were said before the build.
        store.look_for_others(how.is_alone, &|_| {})?;
        store.settle()?;
        store.forget_elsewhere()?;
        store.close_killed()?;
        fs::create_dir_all(&run).with_context(cannot)?;
        let lock = File::create(run.join("lock")).with_context(cannot)?;
        let hold = || -> io::Result<()> {
            lock.lock()?;
            let is_alone = if how.is_alone { ALONE } else { "" };
            (&lock).write_all(format!("{}{is_alone}", std::process::id()).as_bytes())
        };
        hold().with_context(cannot)?;
        let mut changed = BTreeSet::new();
        for earlier in parts(&run)? {
            if !earlier.is_of(&store.checkout) {
                said("the last run was not made in this checkout, so it is forgotten");
                earlier.directory.map(fs::remove_dir_all).transpose()?;
            } else if let Some(program) = earlier.part.replaced_by(part) {
                if changed.insert(program.to_owned()) {
                    said(&format!(
                        "{program} has changed, so what was measured of it before is forgotten"
                    ));
                }
                earlier.directory.map(fs::remove_dir_all).transpose()?;
            }
        }
        let earlier = numbered(&run)?;
        let is_new = earlier.is_empty();
        for part in &earlier {
            // Something of a run that was killed may go on.
            let _ = put_copies(part);
        }
        let late = store.late()?;
        let directory = store.next_part(&run)?;
        let written = || -> io::Result<PathBuf> {
            fs::create_dir_all(&directory)?;
            // A process that another measured one has started makes no directory.
            for program in &part.programs {
                fs::create_dir_all(directory.join(&program.bin))?;
            }
            fs::create_dir_all(directory.join(SUITE))?;
            fs::create_dir_all(store.linked())?;
            fs::create_dir_all(store.linked_tests())?;
            Beginning::note(&store.checkout, &directory)?;
            let link = store.open(&directory)?;
            fs::write(directory.join(PART), serde_json::to_vec(part)?)?;
            Ok(link)
        };
        let link = written().with_context(cannot)?;
        let names = [
            linked::socket_of(&store.directory),
            linked::socket_of_part(&store.directory, &link),
        ];
        Ok(Recording {
            store: store.clone(),
            run,
            part: directory,
            link,
            late,
            number: how.number,
            is_new,
            told: names.iter().filter_map(|it| listen(it).ok()).collect(),
            has_lost: OnceCell::new(),
            _lock: lock,
            is_kept: false,
        })
    }

    /// The directory of the part.
    pub fn directory(&self) -> &Path {
        &self.part
    }

    /// The path of the part for what is started: it leads there until the run is over.
    pub fn for_processes(&self) -> &Path {
        &self.link
    }

    /// The run is over: what begins from now on does not come to it.
    pub fn close(&self) {
        let _ = fs::remove_file(&self.link);
    }

    /// The directory of its run.
    pub fn run(&self) -> &Path {
        &self.run
    }

    /// What its counters do from now on.
    pub fn counters(&self) -> Counters {
        Counters::new(&self.part, &self.store.linked())
    }

    /// Where a process that was measured has put its profile instead, as its environment has said.
    pub fn elsewhere(&self) -> Option<String> {
        files::read_text(&self.store.elsewhere()).ok()
    }

    /// The directory of the package that cargo was to run in the place of a measured program, as a process of that has said.
    pub fn another(&self) -> Option<PathBuf> {
        files::read_text(&self.store.another())
            .ok()
            .map(PathBuf::from)
    }

    /// Whether a process that was measured could not write its profile, before this was asked first.
    pub fn has_lost(&self) -> bool {
        let is_told = || {
            let mut told = self.told.iter();
            told.any(|it| it.recv(&mut [0]).is_ok())
        };
        *self.has_lost.get_or_init(is_told)
    }

    /// A profile with which a process has come to another run, which was over, since this one began.
    ///
    /// # Errors
    ///
    /// If the profiles cannot be listed.
    pub fn in_earlier_run(&self) -> Result<Option<PathBuf>> {
        let late = self.store.late()?;
        let profile = late.difference(&self.late).next();
        Ok(profile.map(|(path, _)| path.clone()))
    }

    /// What records its scenarios.
    ///
    /// # Errors
    ///
    /// If nothing can be written to its directory.
    pub fn recorder(&self) -> Result<Recorder> {
        let recorder = Recorder::begin(&self.part, &self.store.linked());
        recorder.with_context(|| format!("cannot write to {}", self.part.harmless()))
    }

    /// Notes that not all has gone well in it, or not yet: of its scenarios, one may have failed of which nobody has said so.
    ///
    /// # Errors
    ///
    /// If nothing can be written to its directory.
    pub fn note_failure(&self) -> io::Result<()> {
        fs::write(self.part.join(scenarios::FAILED), "")
    }

    /// Notes something that ran in it and does not count.
    ///
    /// # Errors
    ///
    /// If nothing can be written to its directory.
    pub fn note_missing(&self, what: &str) -> Result<()> {
        let noted = note_missing(&self.part, what);
        noted.with_context(|| format!("cannot write to {}", self.part.harmless()))
    }

    /// Notes that all has gone well in it.
    ///
    /// # Errors
    ///
    /// If the other note cannot be deleted.
    pub fn note_success(&self) -> io::Result<()> {
        fs::remove_file(self.part.join(scenarios::FAILED))
    }

    /// Forgets what was noted of its scenarios, as it is not all.
    ///
    /// # Errors
    ///
    /// If the note cannot be deleted.
    pub fn forget_scenarios(&self) -> Result<()> {
        let file = self.part.join(scenarios::FILE);
        fs::remove_file(&file).with_context(|| format!("cannot delete {}", file.harmless()))
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

    /// How many profiles there were, when it was asked for these last, that may be of it or of another run.
    pub fn unknown(&self) -> usize {
        unknown(&self.part)
    }

    pub(super) fn file(&self) -> PathBuf {
        self.part.join(PART)
    }

    pub(super) fn write(&self, part: &Part) -> io::Result<()> {
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
        let cannot = || format!("cannot write to {}", self.store.directory.harmless());
        let Some(mut part) = Part::read(&self.file())? else {
            return Ok(());
        };
        let before = part.clone();
        for program in &mut part.programs {
            let kept = std::iter::once(&program.objects).chain(&program.others);
            let kept: Vec<&Objects> = kept.collect();
            let (built, twins) = with_other_code(built(program), &kept)?;
            if built.is_empty() {
                program.objects.twins.extend(twins);
                continue;
            }
            let new: Vec<PathBuf> = built.iter().map(|units| units[0].object()).collect();
            let new = new.iter().map(PathBuf::as_path);
            let all: Vec<&Path> = kept.iter().map(|it| &*it.files[0]).chain(new).collect();
            let ran: Vec<bool> = own_functions(&all)?
                .iter()
                .map(|own| profiles.iter().any(|profile| may_be_of(profile, own)))
                .collect();
            let mut has_run = ran[0];
            let new = built.iter().zip(&ran[kept.len()..]);
            for (units, _) in new.filter(|(_, ran)| **ran) {
                let objects = Objects::keep(&units[0].object(), units, &self.store.builds());
                let objects = objects.with_context(cannot)?;
                let is_it =
                    units[0].name == program.bin.replace('-', "_") && !units[0].is_example();
                if !has_run && is_it {
                    program.objects = objects;
                    has_run = true;
                } else {
                    program.others.push(objects);
                }
            }
            program.objects.twins.extend(twins);
        }
        if part == before {
            return Ok(());
        }
        self.write(&part).with_context(cannot)
    }

    /// Ends it: what was measured stays, and other runs that have ended are forgotten. Says if one of them began later.
    ///
    /// # Errors
    ///
    /// If files cannot be moved or deleted.
    pub fn keep(&mut self, said: &dyn Fn(&str)) -> Result<()> {
        let _lock = self.store.lock()?;
        self.store.settle()?;
        self.is_kept = true;
        let runs = self.store.runs()?.into_iter();
        let over = runs.filter(|run| *run != self.run && !is_going_on(run));
        let mut parts = over.flat_map(|run| numbered(&run).unwrap_or_default());
        if parts.any(|part| number(&part) > Some(self.number)) {
            said(
                "a run that began after this one has ended before it, and is forgotten: `cargo itcov report` is about this one",
            );
        }
        self.store.forget_all_but(Some(&self.run))?;
        self.store.forget_wanted(Some(self.number), !self.is_new)
    }
}

/// A socket that has no file.
fn listen(name: &str) -> io::Result<UnixDatagram> {
    #[cfg(target_os = "linux")]
    {
        use std::os::linux::net::SocketAddrExt as _;
        let address = SocketAddr::from_abstract_name(name)?;
        let socket = UnixDatagram::bind_addr(&address)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }
    #[cfg(not(target_os = "linux"))]
    Err(io::Error::other(name.to_owned()))
}

impl Drop for Recording {
    /// A run that was not to be kept leaves nothing behind.
    fn drop(&mut self) {
        self.close();
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
