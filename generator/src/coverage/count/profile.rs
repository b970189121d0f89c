//! Profiles as values: the counters of every function, of one run or of several that add up.

use std::collections::HashMap;

/// The bit of a function hash that sets a second, context-sensitive kind of profile apart. rustc's hashes
/// use all bits, so that a reader meets both kinds; it must treat them as LLVM's reader does.
const CONTEXT_SENSITIVE: u64 = 1 << 60;

/// The counters of every function that was instrumented, of one or several runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Name hash → one entry a function hash (there are several when several builds were run).
    functions: HashMap<u64, Vec<Counters>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Counters {
    function_hash: u64,
    counts: Vec<u64>,
}

/// What a profile has to say about a function of a mapping.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// It was linked; these are its counters.
    Counts(&'a [u64]),
    /// It is not in the profile: nothing ever ran it.
    Unknown,
    /// The profile is of another build of it. LLVM's reader leaves such a function out if the hashes are
    /// of the same kind, and otherwise takes it for one that nothing ever ran.
    OtherBuild {
        /// Whether the hashes are of the same kind.
        same_kind: bool,
        /// Whether that other build of it ran.
        ran: bool,
    },
}

impl Profile {
    /// Adds the counts of `other`, as `llvm-profdata merge` does.
    pub fn merge(&mut self, other: &Self) {
        for (name_hash, builds) in &other.functions {
            for build in builds {
                self.add(*name_hash, build.function_hash, &build.counts);
            }
        }
    }

    /// Adds the counts of one function.
    pub fn add(&mut self, name_hash: u64, function_hash: u64, counts: &[u64]) {
        let builds = self.functions.entry(name_hash).or_default();
        match builds
            .iter_mut()
            .find(|build| build.function_hash == function_hash)
        {
            Some(build) => {
                for (count, more) in build.counts.iter_mut().zip(counts) {
                    *count = count.saturating_add(*more);
                }
            }
            None => builds.push(Counters {
                function_hash,
                counts: counts.to_vec(),
            }),
        }
    }

    /// The counters of the function with this name and this hash of its structure.
    pub fn find(&self, name_hash: u64, function_hash: u64) -> Lookup<'_> {
        let Some(builds) = self.functions.get(&name_hash) else {
            return Lookup::Unknown;
        };
        if let Some(build) = builds
            .iter()
            .find(|build| build.function_hash == function_hash)
        {
            return Lookup::Counts(&build.counts);
        }
        let same_kind =
            |build: &Counters| (build.function_hash ^ function_hash) & CONTEXT_SENSITIVE == 0;
        Lookup::OtherBuild {
            same_kind: builds.iter().any(same_kind),
            ran: builds
                .iter()
                .any(|build| build.counts.iter().any(|count| *count > 0)),
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
        for (function_hash, same_kind) in [(12, true), (12 + CONTEXT_SENSITIVE, false)] {
            let other = Lookup::OtherBuild {
                same_kind,
                ran: true,
            };
            assert_eq!(profile.find(1, function_hash), other);
        }
    }
}
