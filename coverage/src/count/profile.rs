//! Profiles as values: the counters of every function, of one run or of several that add up.

use crate::hash::HashMap;
use crate::parse::Malformed;
use crate::parse::profile::{self, FunctionCounts};

/// The counters of every function that was instrumented, of one or several runs.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// In the order in which they came.
    records: Vec<Record>,
    /// Those of all records, one record behind the other.
    counts: Vec<u64>,
    places: HashMap<Key, usize>,
    /// Name hash → the place of its latest record. There are several when several builds were run.
    latest: HashMap<u64, usize>,
    /// The place of the record that the next one is likely to be added to: the profiles of a build have the same
    /// functions in the same order.
    expected: usize,
}

/// Counters are added to those of the same function in the same build. Builds whose hashes are the same and whose
/// number of counters is not are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    name_hash: u64,
    function_hash: u64,
    length: usize,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    key: Key,
    /// The place of its first counter.
    start: usize,
    /// The place of the record before it with the same name.
    before: Option<usize>,
}

/// What a profile has to say about a function of a mapping.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// It was linked; these are its counters.
    Counts(&'a [u64]),
    /// It is not in the profile: nothing ever ran it.
    Unknown,
    /// The profile is of another build of it.
    OtherBuild {
        /// Whether that other build of it ran.
        ran: bool,
    },
}

impl Profile {
    /// Reads a raw profile; see [`profile::functions`].
    ///
    /// # Errors
    ///
    /// If the bytes are no raw profile, or damaged.
    pub fn parse(file: &[u8]) -> Result<Self, Malformed> {
        let mut profile = Self::default();
        for function in profile::functions(file)? {
            profile.add_function(&function);
        }
        Ok(profile)
    }

    /// Whether it has no function.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Its functions, by the hashes of their names and of their structure.
    pub fn functions(&self) -> impl Iterator<Item = (u64, u64)> {
        let keys = self.records.iter().map(|record| record.key);
        keys.map(|key| (key.name_hash, key.function_hash))
    }

    /// Adds the counts of `other`, as `llvm-profdata merge` does.
    pub fn merge(&mut self, other: &Self) {
        for record in &other.records {
            self.add_counts(record.key, other.counts_of(record).iter().copied());
        }
    }

    /// Adds the counts of one function.
    pub fn add(&mut self, name_hash: u64, function_hash: u64, counts: &[u64]) {
        let key = Key {
            name_hash,
            function_hash,
            length: counts.len(),
        };
        self.add_counts(key, counts.iter().copied());
    }

    /// Adds the counts of one function in a file.
    pub fn add_function(&mut self, function: &FunctionCounts<'_>) {
        let counts = function.counts();
        let key = Key {
            name_hash: function.name_hash,
            function_hash: function.function_hash,
            length: counts.len(),
        };
        self.add_counts(key, counts);
    }

    fn add_counts(&mut self, key: Key, counts: impl Iterator<Item = u64>) {
        let is_expected = |record: &Record| record.key == key;
        let known = if self.records.get(self.expected).is_some_and(is_expected) {
            Some(self.expected)
        } else {
            self.places.get(&key).copied()
        };
        let place = if let Some(place) = known {
            let start = self.records[place].start;
            let own = &mut self.counts[start..start + key.length];
            for (count, more) in own.iter_mut().zip(counts) {
                *count = count.saturating_add(more);
            }
            place
        } else {
            let place = self.records.len();
            self.places.insert(key, place);
            self.records.push(Record {
                key,
                start: self.counts.len(),
                before: self.latest.insert(key.name_hash, place),
            });
            self.counts.extend(counts);
            place
        };
        self.expected = if place + 1 < self.records.len() {
            place + 1
        } else {
            0
        };
    }

    fn counts_of(&self, record: &Record) -> &[u64] {
        &self.counts[record.start..record.start + record.key.length]
    }

    /// The records of a function, the latest first.
    fn records_of(&self, name_hash: u64) -> impl Iterator<Item = &Record> {
        let latest = self.latest.get(&name_hash).copied();
        let places = std::iter::successors(latest, |place| self.records[*place].before);
        places.map(|place| &self.records[place])
    }

    /// The counters of the function with this name and this hash of its structure.
    pub fn find(&self, name_hash: u64, function_hash: u64) -> Lookup<'_> {
        let records = || self.records_of(name_hash);
        if records().next().is_none() {
            return Lookup::Unknown;
        }
        // Of several with other numbers of counters the first counts, which LLVM adds no others to.
        let of_this_build = records().filter(|record| record.key.function_hash == function_hash);
        if let Some(record) = of_this_build.last() {
            return Lookup::Counts(self.counts_of(record));
        }
        Lookup::OtherBuild {
            ran: records().any(|record| self.counts_of(record).iter().any(|count| *count > 0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(functions: &[(u64, u64, &[u64])]) -> Profile {
        let mut profile = Profile::default();
        for (name_hash, function_hash, counts) in functions {
            profile.add(*name_hash, *function_hash, counts);
        }
        profile
    }

    #[test]
    fn merged_profiles_add_up_and_do_not_overflow() {
        let mut merged = profile(&[(1, 10, &[7, u64::MAX])]);
        merged.merge(&profile(&[(1, 10, &[1, 2]), (2, 20, &[3])]));
        assert_eq!(merged.find(1, 10), Lookup::Counts(&[8, u64::MAX]));
        assert_eq!(merged.find(2, 20), Lookup::Counts(&[3]));
    }

    #[test]
    fn builds_of_one_function_are_told_apart() {
        let profile = profile(&[(1, 10, &[7]), (1, 11, &[8])]);
        assert_eq!(profile.find(1, 10), Lookup::Counts(&[7]));
        assert_eq!(profile.find(1, 11), Lookup::Counts(&[8]));
        assert_eq!(profile.find(1, 12), Lookup::OtherBuild { ran: true });
    }

    #[test]
    fn counts_that_come_in_another_order_are_added_to_the_same_functions() {
        let mut merged = profile(&[(1, 10, &[1]), (2, 20, &[2, 2]), (3, 30, &[3])]);
        for functions in [
            &[(1, 10, &[10][..]), (2, 20, &[20, 20]), (3, 30, &[30])][..],
            &[(3, 30, &[300]), (1, 10, &[100])],
            &[(2, 20, &[200, 200])],
        ] {
            merged.merge(&profile(functions));
        }
        assert_eq!(merged.find(1, 10), Lookup::Counts(&[111]));
        assert_eq!(merged.find(2, 20), Lookup::Counts(&[222, 222]));
        assert_eq!(merged.find(3, 30), Lookup::Counts(&[333]));
    }

    #[test]
    fn of_the_same_hashes_with_other_numbers_of_counters_the_first_counts() {
        let mut merged = profile(&[(1, 10, &[7, 8])]);
        merged.merge(&profile(&[(1, 10, &[1])]));
        merged.merge(&profile(&[(1, 10, &[2, 2])]));
        assert_eq!(merged.find(1, 10), Lookup::Counts(&[9, 10]));
    }
}
