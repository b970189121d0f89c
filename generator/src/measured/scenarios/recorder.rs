//! The recorder: at each mark it looks how far the counters have moved since the last one.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use llvm_coverage::count::delta::Delta;

use super::log::{Entry, Outcome, add, read};
use super::shared::Sharing;
use crate::measured::counters::Counters;
use crate::measured::part::SUITE;

/// Records the scenarios of a run that goes on.
pub struct Recorder(Mutex<State>);

struct State {
    file: PathBuf,
    log: File,
    counters: Counters,
    /// The directory of the suite's profiles, and how many tests have noted there that they ran, until the last mark.
    suite: PathBuf,
    ran: usize,
    /// The last mark.
    since: Instant,
    /// The scenario that goes on.
    name: Option<String>,
    /// Whether its end will be said, so that it is cut without that.
    will_end: bool,
}

impl Recorder {
    /// Begins, outside of any scenario.
    ///
    /// # Errors
    ///
    /// If nothing can be written to the directory of the part.
    pub fn begin(part: &Path, linked: &Path) -> io::Result<Recorder> {
        let file = part.join(super::FILE);
        let suite = part.join(SUITE);
        File::create(suite.join(super::RAN))?;
        Ok(Recorder(Mutex::new(State {
            log: File::options().create(true).append(true).open(&file)?,
            file,
            counters: Counters::new(part, linked),
            suite,
            ran: 0,
            since: Instant::now(),
            name: None,
            will_end: false,
        })))
    }

    /// A scenario begins, and the one before it ends. What ran until now belongs to that.
    ///
    /// # Errors
    ///
    /// If a profile cannot be read, or the scenario before cannot be written.
    pub fn start(&self, name: String, will_end: bool) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.close(Outcome::Ended)?;
        (state.name, state.will_end) = (Some(name), will_end);
        state.write(Outcome::Cut, true, Vec::new(), Vec::new())
    }

    /// The scenario that goes on ends.
    ///
    /// # Errors
    ///
    /// As of [`Recorder::start`].
    pub fn end(&self, outcome: Outcome) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.close(outcome)
    }

    /// What was counted until now is forgotten, and each scenario with it. Those that have their own profiles may go on, and only they
    /// know, so of these it is forgotten what they have done.
    ///
    /// # Errors
    ///
    /// If the counters or the scenarios cannot be written.
    pub fn reset(&self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // First the scenarios: what has a count and no scenario is known as such.
        let entries = read(&state.file)?.into_iter();
        state.log.set_len(0)?;
        for entry in entries.filter(|it| it.directory.is_some() && !it.is_folded) {
            let begun = Entry {
                outcome: Outcome::Cut,
                is_begun: true,
                seconds: None,
                ..entry
            };
            add(&state.log, &begun)?;
        }
        state.counters.reset()?;
        state.name = None;
        state.since = Instant::now();
        Ok(())
    }

    /// The scenario of this name ends. If it is not the one that goes on, what it did later belongs to others, so it is cut.
    ///
    /// # Errors
    ///
    /// If it is not the one that goes on, and as of [`Recorder::start`].
    pub fn end_of(&self, name: &str, outcome: Outcome) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.name.as_deref() == Some(name) {
            state.will_end = false;
            return state.close(outcome);
        }
        let entry = Entry {
            name: Some(name.to_owned()),
            outcome: Outcome::Cut,
            is_begun: false,
            // Those until it was cut are noted.
            seconds: Some(0.0),
            is_again: false,
            profiles: Vec::new(),
            directory: None,
            is_folded: false,
            test: None,
            ran: Vec::new(),
            has_loaded: false,
            sharing: Sharing::default(),
        };
        add(&state.log, &entry)?;
        Err(io::Error::other(format!(
            "{name:?} is cut, as another scenario began or ended before it was over: only one can go on at a time"
        )))
    }
}

impl State {
    fn close(&mut self, outcome: Outcome) -> io::Result<()> {
        let moved = self.counters.moved()?.into_iter();
        let moved = moved.map(|moved| (moved.name, moved.by)).collect();
        let ran = super::ran(&self.suite);
        let new = ran.get(self.ran..).unwrap_or_default().to_vec();
        self.ran = ran.len();
        // What is outside of scenarios has no end of its own.
        let outcome = match self.name {
            Some(_) if self.will_end => Outcome::Cut,
            Some(_) => outcome,
            None => Outcome::Ended,
        };
        self.write(outcome, false, moved, new)?;
        (self.name, self.will_end) = (None, false);
        self.since = Instant::now();
        Ok(())
    }

    fn write(
        &self,
        outcome: Outcome,
        is_begun: bool,
        profiles: Vec<(String, Delta)>,
        ran: Vec<PathBuf>,
    ) -> io::Result<()> {
        let entry = Entry {
            name: self.name.clone(),
            outcome,
            is_begun,
            seconds: Some(self.since.elapsed().as_secs_f64()),
            is_again: false,
            profiles,
            directory: None,
            is_folded: false,
            test: None,
            ran,
            has_loaded: false,
            sharing: Sharing::default(),
        };
        add(&self.log, &entry)
    }
}
