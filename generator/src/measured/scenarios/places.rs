//! Which counters of a profile are which function's.

use std::path::Path;

use anyhow::{Context, Result};
use llvm_coverage::count::delta::Delta;
use llvm_coverage::count::profile::Profile;
use llvm_coverage::files;
use llvm_coverage::parse::{Malformed, profile};
use llvm_coverage::terminal::Harmless as _;

/// The functions of a profile, by the places of their counters.
#[derive(PartialEq)]
pub struct Places(Vec<FunctionCounters>);

/// A function: both hashes, the place of its first counter, and how many there are.
#[derive(PartialEq)]
struct FunctionCounters {
    hashes: (u64, u64),
    first: usize,
    length: usize,
}

impl Places {
    /// Those of the profile at a path.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is damaged.
    pub fn read(path: &Path) -> Result<Places> {
        let cannot = || format!("cannot read {}", path.harmless());
        let bytes = files::read_profile(path).with_context(cannot)?;
        Places::of(&bytes).with_context(cannot)
    }

    /// Those of a profile.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub fn of(bytes: &[u8]) -> Result<Places, Malformed> {
        let functions = profile::functions(bytes)?;
        let places = functions.iter().map(|function| FunctionCounters {
            hashes: (function.name_hash, function.function_hash),
            first: function.first,
            length: function.counts().len(),
        });
        let mut places: Vec<FunctionCounters> = places.collect();
        places.sort_by_key(|place| place.first);
        Ok(Places(places))
    }

    /// Adds the counters that have moved to a profile. Gives the functions that they are of, by the hashes of their names and of
    /// their structure.
    pub fn add(&self, delta: &Delta, profile: &mut Profile) -> Vec<(u64, u64)> {
        let mut functions = Vec::new();
        let mut rest = delta.moved();
        while let Some((counter, _)) = rest.first() {
            let next = self.0.partition_point(|place| place.first <= *counter);
            let found = next.checked_sub(1).map(|it| &self.0[it]);
            let Some(place) = found.filter(|it| counter - it.first < it.length) else {
                // It is of no function.
                rest = &rest[1..];
                continue;
            };
            let end = place.first + place.length;
            let (own, later) = rest.split_at(rest.partition_point(|(counter, _)| *counter < end));
            let mut counts = vec![0; place.length];
            for (counter, by) in own {
                counts[counter - place.first] = *by;
            }
            profile.add(place.hashes.0, place.hashes.1, &counts);
            functions.push(place.hashes);
            rest = later;
        }
        functions
    }
}
