//! What was recorded, as profiles.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::count::profile::Profile;
use llvm_coverage::parse::profile;

use super::log::{self, Entry};

/// The scenarios of a part.
pub struct Reading {
    directory: PathBuf,
    /// In the order in which they ran, with what ran between them.
    pub entries: Vec<Entry>,
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
    /// Reads those in the directory of a part.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn of(directory: &Path) -> Result<Reading> {
        let file = directory.join(super::FILE);
        let entries = log::read(&file);
        Ok(Reading {
            entries: entries.with_context(|| format!("cannot read {}", file.display()))?,
            directory: directory.to_owned(),
            functions: HashMap::new(),
        })
    }

    /// Adds what ran in one of the entries to a profile.
    ///
    /// # Errors
    ///
    /// If one of the run's profiles is gone or damaged.
    pub fn add(&mut self, entry: usize, profile: &mut Profile) -> Result<()> {
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
    let bytes = fs::read(path).with_context(cannot)?;
    let functions = profile::functions(&bytes).with_context(cannot)?;
    let places = functions.iter().map(|function| Place {
        name_hash: function.name_hash,
        function_hash: function.function_hash,
        first: function.first,
        length: function.counts().len(),
    });
    Ok(places.collect())
}
