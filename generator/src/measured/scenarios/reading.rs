//! What was recorded, as profiles: of each scenario one, however often it ran.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use llvm_coverage::count::profile::Profile;
use llvm_coverage::files;
use llvm_coverage::parse::profile;
use llvm_coverage::profiles::Merged;
use llvm_coverage::terminal::Harmless as _;

use super::apart::APART;
use super::folding::LAYOUT;
use super::log::{self, Entry, Outcome};
use super::places::Places;
use super::shared::Sharing;
use super::shared::fixtures::shared;
use crate::measured::numbered::numbered;
use crate::measured::part::{Measured, SUITE};
use crate::measured::profiles;
use crate::near::nearest;

/// The scenarios of a run.
pub struct Scenarios {
    parts: Vec<Reading>,
    /// In the order in which each ran first. The one without a name is what ran outside of any.
    pub all: Vec<Scenario>,
}

/// A scenario.
pub struct Scenario {
    /// Its name; `None` for what ran outside of any.
    pub name: Option<String>,
    /// How it ended the last time.
    pub outcome: Outcome,
    /// How many seconds it took, if that is known.
    pub seconds: Option<f64>,
    /// Whether it came to its end each time, and has not failed: if not, it may reach more.
    pub is_whole: bool,
    /// The executables of the test that it is.
    pub tests: BTreeSet<PathBuf>,
    /// The executables of other tests that ran in it.
    pub ran: BTreeSet<PathBuf>,
    /// Whether a test in it, or a build script, had loaded a measured library, and what that did does not count.
    pub has_loaded: bool,
    /// Whether others may have used what it has started, so that what they reached counts for it.
    pub is_shared: bool,
    /// The places of its entries: the part's, and the one in it.
    entries: Vec<(usize, usize)>,
}

/// The place of the scenario of a name.
///
/// # Errors
///
/// If there is none.
pub fn place_of(name: &str, all: &[Scenario]) -> Result<usize> {
    let names = || all.iter().map(|it| it.name.as_deref());
    if let Some(place) = names().position(|it| it == Some(name)) {
        return Ok(place);
    }
    if names().flatten().next().is_none() {
        bail!("the last run has no scenarios: see `cargo itcov help scenario`");
    }
    let near = nearest(name, names().flatten().map(|it| (it, it)));
    let near: Vec<String> = near.iter().map(|it| format!("{it:?}")).collect();
    let similar = match &*near {
        [] => String::new(),
        near => format!("; similar: {}", near.join(", ")),
    };
    bail!("there is no scenario {name:?}{similar}; `cargo itcov scenarios` lists them")
}

impl Scenarios {
    /// Reads those of the parts of a run, without the profiles that do not count.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn of(parts: &[Measured], merged: &Merged) -> Result<Scenarios> {
        let left_out = merged.left_out();
        let parts = parts.iter().filter_map(|part| {
            let directory = part.directory.as_deref()?;
            Some(part.of_other_programs().and_then(|others| {
                let left_out = left_out.iter().cloned().chain(others).collect();
                Reading::of(directory, &part.others, left_out)
            }))
        });
        let parts: Vec<Reading> = parts.collect::<Result<_>>()?;
        let mut all: Vec<Scenario> = Vec::new();
        let mut numbers: HashMap<Option<String>, usize> = HashMap::new();
        for (part, reading) in parts.iter().enumerate() {
            for (place, entry) in reading.entries.iter().enumerate() {
                let number = *numbers.entry(entry.name.clone()).or_insert_with(|| {
                    all.push(Scenario {
                        name: entry.name.clone(),
                        outcome: entry.outcome,
                        seconds: None,
                        is_whole: true,
                        tests: BTreeSet::new(),
                        ran: BTreeSet::new(),
                        has_loaded: false,
                        is_shared: false,
                        entries: Vec::new(),
                    });
                    all.len() - 1
                });
                let scenario = &mut all[number];
                scenario.outcome = entry.outcome;
                // What the one before has started may have served others.
                let before = scenario.entries.last().filter(|_| entry.is_again);
                if before.is_some_and(|(part, place)| !parts[*part].shared[*place]) {
                    scenario.entries.pop();
                }
                scenario.entries.push((part, place));
            }
        }
        for scenario in &mut all {
            let entries = scenario.entries.iter();
            let seconds = entries.map(|(part, place)| parts[*part].entries[*place].seconds);
            scenario.seconds = seconds.sum();
            for (part, place) in &scenario.entries {
                let entry = &parts[*part].entries[*place];
                scenario.is_whole &= match entry.outcome {
                    Outcome::Passed => true,
                    // It may be the one that has failed.
                    Outcome::Ended => !parts[*part].has_failed,
                    Outcome::Failed | Outcome::Cut => false,
                };
                scenario.tests.extend(entry.test.clone());
                scenario.ran.extend(parts[*part].ran(entry));
                scenario.has_loaded |= parts[*part].has_loaded(entry)?;
                scenario.is_shared |= parts[*part].shared[*place];
            }
        }
        Ok(Scenarios { parts, all })
    }

    /// How many directories have profiles of a scenario whose name is not noted: who was to do so was killed.
    ///
    /// # Errors
    ///
    /// If a directory cannot be read.
    pub fn unnamed(&self) -> Result<usize> {
        let mut number = 0;
        for part in &self.parts {
            let noted: HashSet<&str> = part
                .entries
                .iter()
                .filter_map(|entry| entry.directory.as_deref())
                .chain([LAYOUT])
                .collect();
            let mut paths = Vec::new();
            let apart = part.directory.join(SUITE).join(APART);
            profiles::below(&apart, &mut paths)?;
            let directories = paths.iter().filter_map(|path| {
                let below = path.strip_prefix(&apart).ok()?.components().next()?;
                Some(below.as_os_str().to_owned())
            });
            let directories: HashSet<_> = directories.collect();
            let unnamed = directories.iter().filter(|it| {
                let name = it.to_str();
                name.is_none_or(|name| !noted.contains(name))
            });
            number += unnamed.count();
        }
        Ok(number)
    }

    /// What ran in a scenario, without what did not.
    ///
    /// # Errors
    ///
    /// If one of the run's profiles is damaged.
    pub fn profile(&self, scenario: usize) -> Result<Profile> {
        let mut profile = Profile::default();
        for (part, entry) in &self.all[scenario].entries {
            self.parts[*part].add(*entry, &mut profile)?;
        }
        Ok(profile)
    }

    /// The files of a part that tell what its scenarios are.
    pub fn files(part: &Path) -> [PathBuf; 2] {
        [part.join(super::FILE), part.join("part.json")]
    }
}

/// What a part has recorded.
struct Reading {
    directory: PathBuf,
    /// Profiles that the part will have when its run is over.
    others: Vec<PathBuf>,
    entries: Vec<Entry>,
    /// Of each entry, whether others may have used what it has started.
    shared: Vec<bool>,
    /// Of each profile of which something is noted, its functions; `None` if it does not count.
    functions: HashMap<String, OnceCell<Option<Places>>>,
    /// The profiles that do not count.
    left_out: HashSet<PathBuf>,
    /// Whether something in it has failed.
    has_failed: bool,
}

impl Reading {
    fn of(directory: &Path, others: &[PathBuf], left_out: HashSet<PathBuf>) -> Result<Reading> {
        let file = directory.join(super::FILE);
        let entries = log::read(&file);
        let entries = entries.with_context(|| format!("cannot read {}", file.harmless()))?;
        let names = entries.iter().flat_map(|entry| &entry.profiles);
        let mut reading = Reading {
            has_failed: directory.join(super::FAILED).exists(),
            directory: directory.to_owned(),
            others: others.to_owned(),
            functions: names
                .map(|(name, _)| (name.clone(), OnceCell::new()))
                .collect(),
            left_out,
            entries,
            shared: Vec::new(),
        };
        let all = reading.entries.iter();
        reading.shared = shared(all.map(|it| (it.name.as_deref(), reading.sharing(it))));
        Ok(reading)
    }

    fn add(&self, entry: usize, profile: &mut Profile) -> Result<()> {
        let entry = &self.entries[entry];
        for (name, delta) in &entry.profiles {
            let known = &self.functions[name];
            if known.get().is_none() {
                let path = self.place(name)?;
                let counts = path.filter(|it| !self.left_out.contains(it));
                let _ = known.set(counts.map(|it| Places::read(&it)).transpose()?);
            }
            if let Some(Some(places)) = known.get() {
                places.add(delta, profile);
            }
        }
        if let Some(directory) = entry.directory.as_ref().filter(|_| !entry.is_folded) {
            let mut paths = Vec::new();
            let apart = self.directory.join(SUITE).join(APART);
            profiles::below(&apart.join(directory), &mut paths)?;
            for path in paths.iter().filter(|it| !self.left_out.contains(*it)) {
                add_all(path, profile)?;
            }
        }
        Ok(())
    }

    /// The directory of an entry's own profiles, while it is there.
    fn own(&self, entry: &Entry) -> Option<PathBuf> {
        let own = entry.directory.as_ref().filter(|_| !entry.is_folded)?;
        Some(self.directory.join(SUITE).join(APART).join(own))
    }

    fn ran(&self, entry: &Entry) -> Vec<PathBuf> {
        let own = self.own(entry);
        own.map_or_else(|| entry.ran.clone(), |own| super::ran(&own))
    }

    fn sharing(&self, entry: &Entry) -> Sharing {
        let own = self.own(entry);
        own.map_or_else(|| entry.sharing.clone(), |own| Sharing::noted(&own))
    }

    fn has_loaded(&self, entry: &Entry) -> Result<bool> {
        // Which of the tests that have no profiles of their own had loaded a library is not known.
        if entry.directory.is_none() && !entry.ran.is_empty() {
            return profiles::is_any_of_other_loader(&self.directory.join(SUITE));
        }
        let own = self.own(entry);
        own.map_or(Ok(entry.has_loaded), |own| {
            profiles::is_any_of_other_loader(&own)
        })
    }

    /// Where a profile is that was noted by this name. One of a process without `LLVM_PROFILE_FILE` comes into a numbered
    /// directory later. `None` if it is not there any more, as it does not count: it was of a program that is not measured, or
    /// perhaps of another run.
    fn place(&self, name: &str) -> Result<Option<PathBuf>> {
        let path = self.directory.join(name);
        let (Some(directory), Some(file)) = (path.parent(), path.file_name()) else {
            return Ok(None);
        };
        let settled = numbered(directory)?.into_iter().map(|it| it.join(file));
        let to_be_settled = || {
            let mut others = self.others.iter();
            others.find(|it| it.file_name() == Some(file)).cloned()
        };
        let mut there = std::iter::once(path.clone()).chain(settled);
        Ok(there.find(|it| it.exists()).or_else(to_be_settled))
    }
}

/// Adds every function of a profile that has run.
fn add_all(path: &Path, profile: &mut Profile) -> Result<()> {
    let cannot = || format!("cannot read {}", path.harmless());
    let bytes = files::read_profile(path).with_context(cannot)?;
    for function in profile::functions(&bytes).with_context(cannot)? {
        if function.counts().any(|count| count > 0) {
            profile.add_function(&function);
        }
    }
    Ok(())
}
