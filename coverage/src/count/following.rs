//! Following: coverage of programs that run, brought up to date by what has moved.
//!
//! What has not moved is not counted again: neither another function, nor another file.

use std::collections::HashMap;

use super::functions::Function;
use super::profile::Profile;
use super::reach::Reach;
use super::summary::Summary;
use super::{Coverage, FileCoverage};

/// Coverage that follows a profile.
#[derive(Debug)]
pub struct Following {
    reach: Reach,
    coverage: Coverage,
    /// The places of functions, by the hashes of their names and of their structure.
    places: HashMap<(u64, u64), Vec<usize>>,
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
        };
        following.sum_up();
        following
    }

    /// What has run so far.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Counts functions anew, given by the hashes of their names and of their structure.
    pub fn update(&mut self, moved: &[(u64, u64)], profile: &Profile) -> Update {
        let mut update = Update::default();
        for hashes in moved {
            for place in self.places.get(hashes).into_iter().flatten() {
                let uncounted = &self.reach.function(*place).regions;
                let Some(regions) = uncounted.counted(profile) else {
                    continue;
                };
                let function = &mut self.coverage.functions[*place];
                let before = function.count();
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
            let FileCoverage {
                path, functions, ..
            } = &self.coverage.files[*file];
            let (path, functions) = (path.clone(), functions.clone());
            let file_now = FileCoverage::new(&path, functions, &self.coverage.functions);
            self.coverage.files[*file] = file_now;
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
