//! The recorder: at each mark it looks how far the counters have moved since the last one.
//!
//! The counters are in files that the programs have mapped, so nothing has to be in the programs, and they need not be asked.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use llvm_coverage::count::delta::Delta;
use llvm_coverage::parse::profile::{HEAD, counters};

use super::apart::APART;
use super::log::{Entry, Outcome, add};
use crate::measured::part::{SUITE, TESTS};
use crate::measured::profiles;

/// Records the scenarios of a run that goes on.
pub struct Recorder(Mutex<State>);

struct State {
    /// The directory of the part, and the one of processes that were not told where their profiles go.
    part: PathBuf,
    linked: PathBuf,
    log: File,
    /// What the counters of each profile stood at.
    before: HashMap<String, Vec<u64>>,
    /// The last mark.
    since: Instant,
    /// The scenario that goes on.
    name: Option<String>,
}

impl Recorder {
    /// Begins, outside of any scenario.
    ///
    /// # Errors
    ///
    /// If nothing can be written to the directory of the part.
    pub fn begin(part: &Path, linked: &Path) -> io::Result<Recorder> {
        Ok(Recorder(Mutex::new(State {
            part: part.to_owned(),
            linked: linked.to_owned(),
            log: File::options()
                .create(true)
                .append(true)
                .open(part.join(super::FILE))?,
            before: HashMap::new(),
            since: Instant::now(),
            name: None,
        })))
    }

    /// A scenario begins, and the one before it ends. What ran until now belongs to that.
    ///
    /// # Errors
    ///
    /// If a profile cannot be read, or the scenario before cannot be written.
    pub fn start(&self, name: String) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.close(Outcome::Ended)?;
        state.name = Some(name);
        state.write(Outcome::Cut, Vec::new())
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

    /// The scenario of this name ends. If it is not the one that goes on, what it did later belongs to others, so it is cut.
    ///
    /// # Errors
    ///
    /// If it is not the one that goes on, and as of [`Recorder::start`].
    pub fn end_of(&self, name: &str, outcome: Outcome) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.name.as_deref() == Some(name) {
            return state.close(outcome);
        }
        let entry = Entry {
            name: Some(name.to_owned()),
            outcome: Outcome::Cut,
            // Those until it was cut are noted.
            seconds: Some(0.0),
            is_again: false,
            profiles: Vec::new(),
            directory: None,
            test: None,
        };
        add(&state.log, &entry)?;
        Err(io::Error::other(format!(
            "{name:?} is cut, as another scenario began or ended before it was over: only one can go on at a time"
        )))
    }
}

impl State {
    fn close(&mut self, outcome: Outcome) -> io::Result<()> {
        let moved = self.moved()?;
        // What is outside of scenarios has no end of its own.
        let outcome = self.name.as_ref().map_or(Outcome::Ended, |_| outcome);
        self.write(outcome, moved)?;
        self.name = None;
        self.since = Instant::now();
        Ok(())
    }

    fn write(&self, outcome: Outcome, profiles: Vec<(String, Delta)>) -> io::Result<()> {
        let entry = Entry {
            name: self.name.clone(),
            outcome,
            seconds: Some(self.since.elapsed().as_secs_f64()),
            is_again: false,
            profiles,
            directory: None,
            test: None,
        };
        add(&self.log, &entry)
    }

    /// How far the counters have moved since the last mark.
    fn moved(&mut self) -> io::Result<Vec<(String, Delta)>> {
        let mut moved = Vec::new();
        for (name, path) in self.profiles()? {
            let Some(now) = read(&path)? else {
                continue;
            };
            let before = self.before.entry(name.clone()).or_default();
            let delta = Delta::of(before, &now);
            *before = now;
            if !delta.is_empty() {
                moved.push((name, delta));
            }
        }
        Ok(moved)
    }

    /// The profiles, each with its path in the directory of the part, where all of them are in the end. Those that are apart
    /// belong to their scenarios.
    fn profiles(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let mut found = Vec::new();
        let apart = Path::new(SUITE).join(APART);
        for (root, prefix) in [(&self.part, ""), (&self.linked, ".linked/")] {
            let mut paths = Vec::new();
            profiles::below(root, &mut paths).map_err(io::Error::other)?;
            for path in paths {
                let below = path.strip_prefix(root).unwrap_or(&path);
                if !below.starts_with(TESTS) && !below.starts_with(&apart) {
                    found.push((format!("{prefix}{}", below.display()), path));
                }
            }
        }
        Ok(found)
    }
}

/// The counters of a profile; `None` if it is gone, or not whole yet.
fn read(path: &Path) -> io::Result<Option<Vec<u64>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut head = [0; HEAD];
    let length = file.read_at(&mut head, 0)?;
    let Ok((offset, number)) = counters(&head[..length]) else {
        return Ok(None);
    };
    let end = offset.saturating_add(8 * number as u64);
    if file.metadata()?.len() < end {
        return Ok(None);
    }
    let mut bytes = vec![0; 8 * number];
    file.read_exact_at(&mut bytes, offset)?;
    let counts = bytes.as_chunks().0.iter();
    Ok(Some(counts.map(|it| u64::from_le_bytes(*it)).collect()))
}
