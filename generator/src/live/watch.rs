//! What has run so far, and what has changed since.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use llvm_coverage::count::following::Following;
use llvm_coverage::count::profile::Profile;
use llvm_coverage::formats::demangled;
use llvm_coverage::formats::html::{self, About};
use serde::Serialize;

use crate::measured::counters::{Counters, Moved};
use crate::measured::scenarios::places::Places;
use crate::measured::{Choice, Measurement, Profiles, Recording};

/// How often it is looked whether something has moved.
const TICK: Duration = Duration::from_millis(100);

/// So many events are kept for a page that has lost its connection.
const EVENTS: usize = 1000;

/// So many are told to a page that is opened.
const RECENT: usize = 20;

/// A report on a run that goes on.
pub struct Live {
    state: Mutex<State>,
    changed: Condvar,
    /// The root of the workspace.
    pub root: PathBuf,
    /// What the pages say of the report.
    pub about: About,
}

/// What has happened. The numbers count from the beginning of the run.
struct State {
    following: Option<Following>,
    /// The names of the pages of files, by the files' paths.
    pages: HashMap<String, String>,
    events: Vec<Arc<str>>,
    /// The number of the first one that is kept.
    first: usize,
    is_over: bool,
}

/// Something has run.
#[derive(Serialize)]
struct Event {
    /// The pages of the files that have other counts.
    pages: Vec<String>,
    first: Vec<First>,
}

/// A function that has run for the first time.
#[derive(Serialize)]
struct First {
    name: String,
    page: String,
    line: u32,
}

impl Live {
    /// Follows a run, in a thread of its own that ends with the value.
    pub fn begin(
        recording: &Recording,
        root: &Path,
        about: About,
        generated: Vec<PathBuf>,
    ) -> Arc<Live> {
        let live = Arc::new(Live {
            state: Mutex::new(State {
                following: None,
                pages: HashMap::new(),
                events: Vec::new(),
                first: 0,
                is_over: false,
            }),
            changed: Condvar::new(),
            root: root.to_owned(),
            about,
        });
        let mut watch = Watch {
            live: Arc::downgrade(&live),
            run: recording.run().to_owned(),
            counters: recording.counters(),
            generated,
            places: HashMap::new(),
            profile: Profile::default(),
        };
        thread::spawn(move || watch.go());
        live
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run is over.
    pub fn end(&self) {
        self.state().is_over = true;
        self.changed.notify_all();
    }

    /// A file of the report, by its name.
    pub fn file(&self, name: &str) -> Option<String> {
        let state = self.state();
        let nothing = llvm_coverage::Coverage::default();
        let coverage = state
            .following
            .as_ref()
            .map_or(&nothing, Following::coverage);
        html::follow(coverage, &self.root, &self.about, name)
    }

    /// The number of an event that was not long ago: a page shows the last ones.
    pub fn recent(&self) -> usize {
        let state = self.state();
        state.first + state.events.len().saturating_sub(RECENT)
    }

    /// The events from a number on, once there are any, or none after a while; the number of the next one; and whether the run
    /// is over.
    pub fn events(&self, from: usize, patience: Duration) -> (Vec<Arc<str>>, usize, bool) {
        let state = self.state();
        let is_quiet =
            |state: &mut State| !state.is_over && state.first + state.events.len() <= from;
        let waited = self.changed.wait_timeout_while(state, patience, is_quiet);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let events = state.events.iter().skip(from.saturating_sub(state.first));
        let next = state.first + state.events.len();
        (events.cloned().collect(), next, state.is_over)
    }
}

/// Who looks at the counters.
struct Watch {
    live: Weak<Live>,
    run: PathBuf,
    counters: Counters,
    generated: Vec<PathBuf>,
    /// Of each profile its functions.
    places: HashMap<String, Places>,
    /// What has run so far.
    profile: Profile,
}

impl Watch {
    fn go(&mut self) {
        loop {
            thread::sleep(TICK);
            let Some(live) = self.live.upgrade() else {
                return;
            };
            if live.state().is_over {
                return;
            }
            // What cannot be read now may be read the next time.
            if let Ok(moved) = self.counters.moved()
                && !moved.is_empty()
            {
                let _ = self.take(&live, &moved);
            }
        }
    }

    fn take(&mut self, live: &Live, moved: &[Moved]) -> Result<()> {
        let mut functions = Vec::new();
        let mut has_new_program = false;
        for Moved { name, path, by } in moved {
            if !self.places.contains_key(name) {
                self.places.insert(name.clone(), Places::read(path)?);
                has_new_program = true;
            }
            functions.extend(self.places[name].add(by, &mut self.profile));
        }
        let mut state = live.state();
        if has_new_program {
            drop(state);
            let following = self.following()?;
            let pages = html::pages_of_files(following.coverage(), &live.root, &live.about);
            state = live.state();
            (state.following, state.pages) = (Some(following), pages);
            // Whatever ran before.
            functions = self.profile.functions().collect();
        }
        let State {
            following: Some(following),
            pages,
            ..
        } = &mut *state
        else {
            return Ok(());
        };
        let update = following.update(&functions, &self.profile);
        if update.files.is_empty() {
            return Ok(());
        }
        let coverage = following.coverage();
        let page = |path: &str| pages.get(path).cloned();
        let first = update.first.iter().filter_map(|place| {
            let function = &coverage.functions[*place];
            Some(First {
                name: demangled(&function.name),
                page: page(&function.files[function.own_file()?])?,
                line: function.line(),
            })
        });
        let event = Event {
            first: first.collect(),
            pages: update
                .files
                .iter()
                .filter_map(|file| page(&coverage.files[*file].path))
                .collect(),
        };
        let event = serde_json::to_string(&event)?;
        state.events.push(event.into());
        if state.events.len() > EVENTS {
            state.events.remove(0);
            state.first += 1;
        }
        live.changed.notify_all();
        Ok(())
    }

    /// Counts of nothing yet, of all that has run: a program may have started another one.
    fn following(&self) -> Result<Following> {
        let parts = crate::measured::parts(&self.run)?;
        let mut measurement = Measurement::find(&parts, &Choice::default())?;
        let profiles = Profiles::collected(measurement.profiles().to_vec());
        let merged = measurement.merge(&profiles, &|| {})?;
        Ok(Following::new(
            measurement.reach(&merged.profile, &self.generated)?,
        ))
    }
}
