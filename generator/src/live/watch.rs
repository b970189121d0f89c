//! Who looks at the counters, and brings the report up to date.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use anyhow::Result;
use llvm_coverage::count::following::{Following, Update};
use llvm_coverage::count::profile::Profile;
use llvm_coverage::formats::html::reached;

use super::report::{Event, First, Live, State};
use crate::measured::counters::{Counters, Moved};
use crate::measured::scenarios::places::Places;
use crate::measured::{Choice, Measurement, Profiles, Recording};

/// How long it waits between two looks whether something has run for the first time, since the mark or since the beginning.
const TICK: Duration = Duration::from_millis(100);

/// It waits longer where looks take long: so many times what the last one took, and never longer than this. A line is green after
/// that time at the latest, and what it takes to count.
const LOOK: u32 = 300;
const LONGEST_TICK: Duration = Duration::from_millis(200);

/// What only ran again is counted after so many times what that took the last time, and never later than this. So little of a
/// processor is used also where a program does something all the time.
const AGAIN: u32 = 500;
const LONGEST: Duration = Duration::from_secs(5);

/// So many functions that ran for the first time are kept.
const FIRSTS: usize = 20;

/// What it knows of the counters.
pub(super) struct Watch {
    live: Weak<Live>,
    run: PathBuf,
    counters: Counters,
    generated: Vec<PathBuf>,
    /// Of each profile its functions.
    places: HashMap<String, Places>,
    /// What has run so far.
    profile: Profile,
    /// What had run when the mark was set.
    marked: Option<Profile>,
    /// Whether there is a program whose functions the report does not know.
    is_behind: bool,
    /// Whether the pages are still to be told that all is forgotten.
    is_reset: bool,
}

impl Watch {
    pub(super) fn new(live: &Arc<Live>, recording: &Recording, generated: Vec<PathBuf>) -> Watch {
        Watch {
            live: Arc::downgrade(live),
            run: recording.run().to_owned(),
            counters: recording.counters(),
            generated,
            places: HashMap::new(),
            profile: Profile::default(),
            marked: None,
            is_behind: false,
            is_reset: false,
        }
    }

    /// Looks until the run is over.
    pub(super) fn go(&mut self) {
        let (mut due, mut tick) = (Instant::now(), TICK);
        while let Some(live) = self.live.upgrade()
            && let Some(wish) = live.wish(tick)
        {
            let begin = Instant::now();
            if wish.is_reset {
                self.forget(&live);
                due = begin;
            }
            // What cannot be read now may be read the next time.
            let mut is_wanted = begin >= due || wish.mark.is_some();
            if !is_wanted {
                is_wanted = self.counters.have_first().unwrap_or_default();
                tick = (begin.elapsed() * LOOK).clamp(TICK, LONGEST_TICK);
            }
            if is_wanted {
                if let Ok(moved) = self.counters.moved()
                    && (self.is_behind || !moved.is_empty())
                {
                    let _ = self.take(&live, &moved);
                }
                due = begin + (begin.elapsed() * AGAIN).clamp(TICK, LONGEST);
            }
            if let Some(mark) = wish.mark {
                self.marked = Some(self.profile.clone());
                self.counters.mark();
                live.set_mark(mark);
            }
        }
    }

    /// Begins anew.
    fn forget(&mut self, live: &Live) {
        self.counters.forget();
        self.profile = Profile::default();
        self.marked = None;
        self.is_behind = true;
        self.is_reset = true;
        let mut state = live.state();
        state.firsts.clear();
        state.reached.clear();
    }

    /// Brings the report up to date.
    fn take(&mut self, live: &Live, moved: &[Moved]) -> Result<()> {
        for Moved { name, path, .. } in moved {
            // Of a program that cannot be read the others are followed all the same.
            if !self.places.contains_key(name)
                && let Ok(places) = Places::read(path)
            {
                self.places.insert(name.clone(), places);
                self.is_behind = true;
            }
        }
        let before = self.is_behind.then(|| self.profile.clone());
        let mut functions = Vec::new();
        for Moved { name, by, .. } in moved {
            if let Some(places) = self.places.get(name) {
                functions.extend(places.add(by, &mut self.profile));
            }
        }
        if let Some(before) = &before {
            let mut following = self.following()?;
            if let Some(marked) = &self.marked {
                following.update(&marked.functions().collect::<Vec<_>>(), marked);
                following.mark();
            }
            following.update(&before.functions().collect::<Vec<_>>(), before);
            self.is_behind = false;
            let mut state = live.state();
            state.follow(following);
            // Not before there is something else to ask for.
            if std::mem::take(&mut self.is_reset) {
                live.tell(&mut state, &Event::Reset { reset: true });
            }
            drop(state);
            // Also what could not be read until now.
            functions = self.profile.functions().collect();
        }
        let mut state = live.state();
        let Some(following) = &mut state.following else {
            return Ok(());
        };
        let update = following.update(&functions, &self.profile);
        if update.files.is_empty() && before.is_none() {
            return Ok(());
        }
        let mut event = told(&mut state, &update);
        if let (Some(_), Event::Ran { pages, .. }) = (&before, &mut event) {
            // Of a program that has joined there is something in files in which nothing has run.
            *pages = state.pages.values().cloned().collect();
        }
        live.tell(&mut state, &event);
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

/// What is told of an update.
fn told(state: &mut State, update: &Update) -> Event {
    let number = state.next();
    let State {
        following: Some(following),
        pages,
        firsts,
        reached: already,
        last,
        told,
        followed,
        ..
    } = state
    else {
        return Event::Reset { reset: false };
    };
    let coverage = following.coverage();
    let page = |path: &str| pages.get(path).cloned();
    let first = reached(coverage, &update.first).into_iter();
    let first = first.filter(|it| already.insert(it.clone()));
    let first = first.filter_map(|it| Some(First::new(&it, page(&it.path)?)));
    let first: Vec<First> = first.collect();
    firsts.extend(first.iter().cloned());
    let many = firsts.len().saturating_sub(FIRSTS);
    firsts.drain(..many);
    last.retain(|file| !update.files.contains(file));
    last.extend(&update.files);
    for file in &update.files {
        told.insert(*file, number);
        followed.has_changed(&coverage.files[*file].path);
    }
    let pages = update.files.iter();
    Event::Ran {
        first,
        pages: pages
            .filter_map(|file| page(&coverage.files[*file].path))
            .collect(),
    }
}
