//! What was recorded, as profiles: of each scenario one, however often it ran.

use std::collections::HashMap;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::count::profile::Profile;
use llvm_coverage::files;
use llvm_coverage::parse::profile;

use super::log::{self, Entry, Outcome};
use crate::measured::part::Measured;

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
    /// How many seconds it took.
    pub seconds: f64,
    /// The places of its entries: the part's, and the one in it.
    entries: Vec<(usize, usize)>,
}

impl Scenarios {
    /// Reads those of the parts of a run.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn of(parts: &[Measured]) -> Result<Scenarios> {
        let directories = parts.iter().filter_map(|part| part.directory.as_deref());
        let parts: Vec<Reading> = directories.map(Reading::of).collect::<Result<_>>()?;
        let mut all: Vec<Scenario> = Vec::new();
        for (part, reading) in parts.iter().enumerate() {
            for (place, entry) in reading.entries.iter().enumerate() {
                let known = all.iter_mut().find(|it| it.name == entry.name);
                if let Some(known) = known {
                    known.outcome = entry.outcome;
                    known.seconds += entry.seconds;
                    known.entries.push((part, place));
                } else {
                    all.push(Scenario {
                        name: entry.name.clone(),
                        outcome: entry.outcome,
                        seconds: entry.seconds,
                        entries: vec![(part, place)],
                    });
                }
            }
        }
        Ok(Scenarios { parts, all })
    }

    /// Adds what ran in a scenario to a profile.
    ///
    /// # Errors
    ///
    /// If one of the run's profiles is gone or damaged.
    pub fn add(&mut self, scenario: usize, profile: &mut Profile) -> Result<()> {
        for (part, entry) in &self.all[scenario].entries {
            self.parts[*part].add(*entry, profile)?;
        }
        Ok(())
    }
}

/// What a part has recorded.
struct Reading {
    directory: PathBuf,
    entries: Vec<Entry>,
    /// Of each profile its functions: both hashes, and the places of their counters.
    functions: HashMap<String, Vec<Place>>,
}

struct Place {
    name_hash: u64,
    function_hash: u64,
    first: usize,
    length: usize,
}

impl Reading {
    fn of(directory: &Path) -> Result<Reading> {
        let file = directory.join(super::FILE);
        let entries = log::read(&file);
        Ok(Reading {
            entries: entries.with_context(|| format!("cannot read {}", file.display()))?,
            directory: directory.to_owned(),
            functions: HashMap::new(),
        })
    }

    fn add(&mut self, entry: usize, profile: &mut Profile) -> Result<()> {
        for (name, delta) in &self.entries[entry].profiles {
            if !self.functions.contains_key(name) {
                let functions = functions(&self.directory.join(name))?;
                self.functions.insert(name.clone(), functions);
            }
            for place in &self.functions[name] {
                if let Some(counts) = delta.within(place.first, place.length) {
                    profile.add(place.name_hash, place.function_hash, &counts);
                }
            }
        }
        Ok(())
    }
}

fn functions(path: &Path) -> Result<Vec<Place>> {
    let cannot = || format!("cannot read {}", path.display());
    let bytes = files::read(path, files::PROFILE).with_context(cannot)?;
    let functions = profile::functions(&bytes).with_context(cannot)?;
    let places = functions.iter().map(|function| Place {
        name_hash: function.name_hash,
        function_hash: function.function_hash,
        first: function.first,
        length: function.counts().len(),
    });
    Ok(places.collect())
}
