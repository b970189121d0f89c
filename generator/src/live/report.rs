//! A report on a run that goes on: what has run so far, and what has happened.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use llvm_coverage::Coverage;
use llvm_coverage::count::following::Following;
use llvm_coverage::formats::html::{About, Followed, Reached};
use serde::Serialize;

use super::watch::Watch;
use crate::background;
use crate::measured::Recording;

/// So many events are kept for a page that has lost its connection.
const EVENTS: usize = 1000;

/// A report on a run that goes on.
pub struct Live {
    state: Mutex<State>,
    changed: Condvar,
    /// The connections that are open, the oldest first.
    pub(super) open: Mutex<VecDeque<Weak<TcpStream>>>,
}

/// What has happened. The numbers count from the beginning of the run.
pub(super) struct State {
    pub following: Option<Following>,
    /// The pages.
    pub followed: Followed,
    /// The names of the pages of files, by the files' paths.
    pub pages: HashMap<String, String>,
    events: Vec<Arc<str>>,
    /// The number of the first one that is kept.
    first: usize,
    pub is_over: bool,
    /// Whether all that was counted is to be forgotten.
    pub is_reset: bool,
    /// A mark that is to be set once the counters were looked at.
    wanted_mark: Option<Mark>,
    mark: Option<Mark>,
    /// The last functions that ran for the first time, the newest last.
    pub firsts: Vec<First>,
    /// All functions that pages were told of.
    pub reached: HashSet<Reached>,
    /// The places of the files by when something ran of them, the last one last.
    pub last: Vec<usize>,
    /// Of the places of files the number of the event that told of them last.
    pub told: HashMap<usize, usize>,
    /// The number of the event since which the report is on these programs.
    pub begin: usize,
}

/// From when on what runs is told apart.
#[derive(Clone)]
pub(super) struct Mark {
    /// The scenario that began then.
    name: Option<String>,
}

/// What is asked of who looks at the counters.
pub(super) struct Wish {
    /// That all is forgotten.
    pub is_reset: bool,
    pub mark: Option<Mark>,
}

/// Something that pages are told.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Event {
    /// Something has run.
    Ran {
        /// The pages of the files that have other counts.
        pages: Vec<String>,
        first: Vec<First>,
    },
    /// A mark was set.
    Mark { mark: Option<String> },
    /// What was counted is forgotten.
    Reset { reset: bool },
}

/// A function that has run for the first time.
#[derive(Serialize, Clone)]
pub(super) struct First {
    pub name: String,
    /// With its modules.
    full: String,
    pub page: String,
    /// The name of its file.
    #[serde(skip)]
    pub file: String,
    pub line: u32,
}

/// What a page is told of the time since the mark.
#[derive(Serialize)]
struct Since<'a> {
    /// Whether there is a mark.
    is_marked: bool,
    name: Option<&'a str>,
    /// The lines of the page that have run since.
    lines: Vec<u32>,
    /// The pages of files of which something has run since.
    pages: Vec<&'a str>,
}

/// What a browser gets.
pub struct Answer {
    pub text: String,
    /// The number of the first event that it knows nothing of.
    pub next: usize,
}

impl State {
    /// The number of the next event.
    pub fn next(&self) -> usize {
        self.first + self.events.len()
    }

    /// The report is on other programs from now on.
    pub fn follow(&mut self, following: Following) {
        self.pages = self.followed.pages_of_files(following.coverage());
        for file in &following.coverage().files {
            self.followed.has_changed(&file.path);
        }
        self.following = Some(following);
        self.last.clear();
        self.told.clear();
        self.begin = self.next() + 1;
    }
}

impl First {
    pub fn new(function: &Reached, page: String) -> First {
        First {
            name: function.name.clone(),
            full: function.full.clone(),
            page,
            file: function.path.to_string(),
            line: function.line,
        }
    }
}

impl Live {
    /// Follows a run, in a thread of its own that ends with the value.
    ///
    /// # Errors
    ///
    /// If there can be no thread.
    pub fn begin(
        recording: &Recording,
        root: &Path,
        about: About,
        generated: Vec<PathBuf>,
    ) -> io::Result<Arc<Live>> {
        let live = Arc::new(Live {
            state: Mutex::new(State {
                following: None,
                followed: Followed::new(root, about),
                pages: HashMap::new(),
                events: Vec::new(),
                first: 0,
                is_over: false,
                is_reset: false,
                wanted_mark: None,
                mark: None,
                firsts: Vec::new(),
                reached: HashSet::new(),
                last: Vec::new(),
                told: HashMap::new(),
                begin: 0,
            }),
            changed: Condvar::new(),
            open: Mutex::default(),
        });
        let mut watch = Watch::new(&live, recording, generated);
        background::begin(move || watch.go())?;
        Ok(live)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run is over.
    pub fn end(&self) {
        self.state().is_over = true;
        self.changed.notify_all();
    }

    /// What runs from now on is told apart, as soon as it is known what has run until now.
    pub fn mark(&self, name: Option<String>) {
        self.state().wanted_mark = Some(Mark { name });
        self.changed.notify_all();
    }

    /// What was counted is forgotten: the counters are zero.
    pub fn reset(&self) {
        self.state().is_reset = true;
        self.changed.notify_all();
    }

    /// What is asked of who looks at the counters, which waits so long for it at most; or nothing, when the run is over.
    pub(super) fn wish(&self, patience: Duration) -> Option<Wish> {
        let is_quiet =
            |state: &mut State| !state.is_over && !state.is_reset && state.wanted_mark.is_none();
        let state = self.state();
        let waited = self.changed.wait_timeout_while(state, patience, is_quiet);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!state.is_over).then(|| Wish {
            is_reset: std::mem::take(&mut state.is_reset),
            mark: state.wanted_mark.take(),
        })
    }

    /// Sets a mark: it is known what has run until now.
    pub(super) fn set_mark(&self, mark: Mark) {
        let mut state = self.state();
        if let Some(following) = &mut state.following {
            following.mark();
        }
        state.mark = Some(mark.clone());
        self.tell(&mut state, &Event::Mark { mark: mark.name });
    }

    /// Tells something to each page that is open.
    pub(super) fn tell(&self, state: &mut State, event: &Event) {
        let Ok(event) = serde_json::to_string(event) else {
            return;
        };
        state.events.push(event.into());
        if state.events.len() > EVENTS {
            state.events.remove(0);
            state.first += 1;
        }
        self.changed.notify_all();
    }

    /// What has run so far, with the pages of the report on it.
    pub(super) fn with_coverage<T>(&self, of: impl FnOnce(&Coverage, &mut Followed) -> T) -> T {
        let mut state = self.state();
        let State {
            following,
            followed,
            ..
        } = &mut *state;
        let nothing = Coverage::default();
        let following = following.as_ref();
        of(following.map_or(&nothing, Following::coverage), followed)
    }

    /// The places of up to so many files, those of which something ran last, in the order of the report.
    pub(super) fn last(&self, most: usize) -> Vec<usize> {
        let state = self.state();
        let mut last: Vec<usize> = state.last.iter().rev().take(most).copied().collect();
        let all = state
            .following
            .as_ref()
            .map_or(0, |it| it.coverage().files.len());
        for place in 0..all {
            if last.len() >= most {
                break;
            }
            if !last.contains(&place) {
                last.push(place);
            }
        }
        last.sort_unstable();
        last
    }

    /// A file of the report, by its name.
    pub fn file(&self, name: &str) -> Option<Answer> {
        let next = self.state().next();
        let text = self.with_coverage(|coverage, followed| followed.file(coverage, name))?;
        Some(Answer { text, next })
    }

    /// What has changed of a page, if anything has, since the event of a number was the next one.
    pub fn parts(&self, name: &str, from: usize) -> Option<Answer> {
        let (next, is_new, places) = {
            let state = self.state();
            let told = state.told.iter().filter(|(_, event)| **event >= from);
            let places: Vec<usize> = told.map(|(place, _)| *place).collect();
            (state.next(), state.begin > from, places)
        };
        if is_new {
            return self.file(name);
        }
        let text = self.with_coverage(|coverage, followed| {
            let files = places.iter().filter_map(|it| coverage.files.get(*it));
            let paths: HashSet<&str> = files.map(|file| &*file.path).collect();
            followed.parts(coverage, name, &paths)
        })?;
        Some(Answer { text, next })
    }

    /// What has run since the mark, in JSON, for the page of a name.
    pub fn since(&self, page: &str) -> Answer {
        let state = self.state();
        let mut since = Since {
            is_marked: state.mark.is_some(),
            name: state.mark.as_ref().and_then(|it| it.name.as_deref()),
            lines: Vec::new(),
            pages: Vec::new(),
        };
        if let (Some(following), true) = (&state.following, since.is_marked) {
            let files = &following.coverage().files;
            for place in following.since().files() {
                let Some(name) = state.pages.get(&*files[place].path) else {
                    continue;
                };
                since.pages.push(name);
                if name == page {
                    since.lines = following.since().lines(place, &files[place]);
                }
            }
        }
        Answer {
            text: serde_json::to_string(&since).unwrap_or_default(),
            next: state.next(),
        }
    }

    /// What a page is told first: the functions that ran for the first time not long ago; and the number of the next event.
    pub fn first_event(&self) -> (String, usize) {
        let state = self.state();
        let event = Event::Ran {
            pages: Vec::new(),
            first: state.firsts.clone(),
        };
        let text = serde_json::to_string(&event).unwrap_or_default();
        (text, state.next())
    }

    /// The events from a number on, once there are any, or none after a while; the number of the next one; and whether the run
    /// is over.
    pub fn events(&self, from: usize, patience: Duration) -> (Vec<Arc<str>>, usize, bool) {
        let state = self.state();
        let is_quiet = |state: &mut State| !state.is_over && state.next() <= from;
        let waited = self.changed.wait_timeout_while(state, patience, is_quiet);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let events = state.events.iter().skip(from.saturating_sub(state.first));
        let next = state.next();
        (events.cloned().collect(), next, state.is_over)
    }
}
