//! Following: coverage of programs that run, brought up to date by what has moved.
//!
//! What has not moved is not counted again: neither another function, nor another file.

use std::collections::{HashMap, HashSet};

use super::functions::{CountedRegion, Function};
use super::profile::Profile;
use super::reach::Reach;
use super::since::Since;
use super::summary::Summary;
use super::{Coverage, FileCoverage};

/// Coverage that follows a profile.
#[derive(Debug)]
pub struct Following {
    reach: Reach,
    coverage: Coverage,
    /// The places of functions, by the hashes of their names and of their structure.
    places: HashMap<(u64, u64), Vec<usize>>,
    since: Since,
}

/// What an update has changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// The places of the files whose counts are other ones.
    pub files: Vec<usize>,
    /// The places of the functions that have run for the first time.
    pub first: Vec<usize>,
}

impl Following {
    /// Nothing has run yet.
    pub fn new(reach: Reach) -> Self {
        let nothing = Profile::default();
        let functions = reach.functions().map(|function| Function {
            name: function.name.clone(),
            files: function.files.clone(),
            regions: function.regions.counted(&nothing).unwrap_or_default(),
        });
        let functions: Vec<Function> = functions.collect();
        let files = reach.files_with_functions();
        let files = files.map(|(path, places)| FileCoverage::new(path, places.clone(), &functions));
        let files: Vec<FileCoverage> = files.collect();
        let mut places: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, function) in reach.functions().enumerate() {
            let those = places.entry(function.regions.hashes).or_default();
            those.push(place);
        }
        let mut following = Self {
            coverage: Coverage {
                files,
                functions,
                ..Coverage::default()
            },
            reach,
            places,
            since: Since::default(),
        };
        following.sum_up();
        following
    }

    /// What has run so far.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Sets a mark.
    pub fn mark(&mut self) {
        self.since = Since::default();
    }

    /// What has run since the mark, or since the beginning.
    pub fn since(&self) -> &Since {
        &self.since
    }

    /// Counts functions anew, given by the hashes of their names and of their structure.
    pub fn update(&mut self, moved: &[(u64, u64)], profile: &Profile) -> Update {
        let mut update = Update::default();
        let mut with_other_sums = HashSet::new();
        for hashes in moved {
            for place in self.places.get(hashes).into_iter().flatten() {
                let uncounted = &self.reach.function(*place).regions;
                let Some(regions) = uncounted.counted(profile) else {
                    continue;
                };
                let function = &mut self.coverage.functions[*place];
                let before = function.count();
                // Only whether a region ran is summed up, and not how often.
                if !ran(&function.regions).eq(ran(&regions)) {
                    with_other_sums.extend(self.reach.files_of(*place));
                }
                function.regions = regions;
                if before == 0 && function.count() > 0 {
                    update.first.push(*place);
                }
                update.files.extend(self.reach.files_of(*place));
            }
        }
        update.files.sort_unstable();
        update.files.dedup();
        for file in &update.files {
            let before = &self.coverage.files[*file];
            let (all, places) = (&self.coverage.functions, before.functions.clone());
            let now = if with_other_sums.contains(file) {
                FileCoverage::new(&before.path, places, all)
            } else {
                FileCoverage::with_summary(&before.path, places, all, before.summary)
            };
            let before = std::mem::replace(&mut self.coverage.files[*file], now);
            self.since.keep(*file, &before);
        }
        if !update.files.is_empty() {
            self.sum_up();
        }
        update
    }

    fn sum_up(&mut self) {
        let mut total = Summary::default();
        for file in &self.coverage.files {
            total += file.summary;
        }
        self.coverage.total = total;
    }
}

fn ran(regions: &[CountedRegion]) -> impl Iterator<Item = bool> {
    regions.iter().map(|region| region.count > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::count::functions::Functions;
    use crate::count::reach::Later;
    use crate::parse::counter::{Counter, Expression, Operation};
    use crate::parse::mapping::FunctionMapping;
    use crate::parse::regions::{Kind, Position, Region};

    /// Two functions in one file, of which one is expanded from another file, and one elsewhere.
    fn mappings() -> Vec<FunctionMapping> {
        let region = |file: usize, lines: (u32, u32), counter: Counter| Region {
            kind: Kind::Code,
            counter,
            file,
            expanded_file: None,
            start: Position {
                line: lines.0,
                column: 1,
            },
            end: Position {
                line: lines.1,
                column: 9,
            },
        };
        let difference = Expression {
            operation: Operation::Subtract,
            left: Counter::Profile(0),
            right: Counter::Profile(1),
        };
        let function = |number: u64, files: &[&str], regions: Vec<Region>| FunctionMapping {
            name: format!("f{number}").into(),
            name_hash: number,
            hash: number + 10,
            files: files.iter().map(|file| (*file).into()).collect(),
            expressions: vec![difference],
            regions,
        };
        vec![
            function(
                1,
                &["/w/a.rs"],
                vec![
                    region(0, (1, 9), Counter::Profile(0)),
                    region(0, (3, 4), Counter::Profile(1)),
                    region(0, (6, 7), Counter::Expression(0)),
                ],
            ),
            function(
                2,
                &["/w/a.rs", "/w/b.rs"],
                vec![
                    region(0, (20, 25), Counter::Profile(0)),
                    region(1, (2, 3), Counter::Profile(1)),
                ],
            ),
            function(
                3,
                &["/w/c.rs"],
                vec![region(0, (1, 2), Counter::Profile(0))],
            ),
        ]
    }

    fn anew(profile: &Profile) -> Coverage {
        let mut functions = Functions::default();
        for mapping in mappings() {
            functions.add(mapping, profile);
        }
        Coverage::new(functions, |_| true)
    }

    proptest! {
        #[test]
        fn what_is_followed_is_what_is_counted_anew(
            moves in proptest::collection::vec((1_u64..4, proptest::collection::vec(0_u64..3, 2)), 0..12)
        ) {
            let mut profile = Profile::default();
            for number in 1..4 {
                profile.add(number, number + 10, &[0, 0]);
            }
            let later = mappings().into_iter().map(|it| Later::new(it, &profile, |_| true));
            let mut following = Following::new(Reach::new(later, |_| true));
            prop_assert_eq!(following.coverage(), &anew(&profile));
            for (number, by) in moves {
                let before = following.coverage().clone();
                following.mark();
                profile.add(number, number + 10, &by);
                let update = following.update(&[(number, number + 10)], &profile);
                prop_assert_eq!(following.coverage(), &anew(&profile));
                for (place, file) in before.files.iter().enumerate() {
                    let is_same = *file == following.coverage().files[place];
                    prop_assert!(is_same || update.files.contains(&place));
                    // Each line that has moved since the mark.
                    let now = &following.coverage().files[place];
                    let moved = following.since().lines(place, now);
                    for (line, then) in now.lines.iter().zip(&file.lines) {
                        prop_assert!(line == then || moved.contains(&line.number));
                    }
                    prop_assert!(!is_same || moved.is_empty());
                }
            }
        }
    }
}
