//! Reach: which lines ran in each of many profiles of the same objects.
//!
//! What is the same for all of them is found once: which record of a function counts, and which functions have code in a file.
//! Of a profile only the files are counted of which something ran.

use std::path::Path;
use std::sync::Arc;

use super::functions::{Counted, CountedRegion, Function, Functions, Uncounted};
use super::profile::Profile;
use super::{by_file, lines, segments};
use crate::parse::mapping::FunctionMapping;

/// What is the same for all profiles.
#[derive(Debug)]
pub struct Reach {
    functions: Vec<Function<Uncounted>>,
    files: Vec<(Arc<str>, Vec<usize>)>,
    /// Of each function the places of the files that it has code in.
    files_of: Vec<Vec<usize>>,
}

/// A function of an object that is to be counted.
#[derive(Debug)]
pub(crate) struct Later(Counted<Uncounted>);

impl Later {
    /// Of one that is not `wanted`, which is told by its files, nothing is counted.
    pub(crate) fn new(
        mapping: FunctionMapping,
        all: &Profile,
        wanted: impl FnOnce(&[Arc<str>]) -> bool,
    ) -> Self {
        Self(Counted::later(mapping, all, wanted))
    }
}

impl Reach {
    /// Of functions in the order of their objects, and the source files that are `wanted`.
    pub(crate) fn new(
        functions: impl Iterator<Item = Later>,
        wanted: impl Fn(&Path) -> bool,
    ) -> Self {
        let mut all = Functions::default();
        for function in functions {
            all.add_counted(function.0);
        }
        let (functions, files) = by_file(all.into_known(), wanted);
        let mut files_of = vec![Vec::new(); functions.len()];
        for (file, (_, places)) in files.iter().enumerate() {
            for place in places {
                files_of[*place].push(file);
            }
        }
        Self {
            functions,
            files,
            files_of,
        }
    }

    /// The paths of the source files.
    pub fn files(&self) -> impl Iterator<Item = &Arc<str>> {
        self.files.iter().map(|(path, _)| path)
    }

    pub(super) fn functions(&self) -> impl Iterator<Item = &Function<Uncounted>> {
        self.functions.iter()
    }

    pub(super) fn function(&self, place: usize) -> &Function<Uncounted> {
        &self.functions[place]
    }

    /// The places of the files that a function has code in.
    pub(super) fn files_of(&self, function: usize) -> impl Iterator<Item = usize> {
        self.files_of[function].iter().copied()
    }

    /// The paths of the files, each with the places of the functions that have code in it.
    pub(super) fn files_with_functions(&self) -> impl Iterator<Item = (&Arc<str>, &Vec<usize>)> {
        self.files.iter().map(|(path, places)| (path, places))
    }

    /// The lines that ran according to a profile: the places of the files, each with the numbers of the lines.
    pub fn lines(&self, profile: &Profile) -> Vec<(usize, Vec<u32>)> {
        let mut has_run = vec![false; self.files.len()];
        for (function, files) in self.functions.iter().zip(&self.files_of) {
            let counts = function.regions.counts(profile).unwrap_or_default();
            if counts.iter().any(|count| *count > 0) {
                for file in files {
                    has_run[*file] = true;
                }
            }
        }
        let files = has_run.iter().enumerate().filter(|(_, has_run)| **has_run);
        let lines = files.filter_map(|(file, _)| {
            let ran = self.lines_of(file, profile);
            (!ran.is_empty()).then_some((file, ran))
        });
        lines.collect()
    }

    fn lines_of(&self, file: usize, profile: &Profile) -> Vec<u32> {
        let (path, places) = &self.files[file];
        let functions = places.iter().map(|place| &self.functions[*place]);
        let regions = functions.flat_map(|function| {
            let is_here = |region: &CountedRegion| function.files[region.file] == *path;
            let counted = function.regions.counted(profile).unwrap_or_default();
            counted.into_iter().filter(is_here)
        });
        let segments = segments::segments(regions);
        let lines = lines::lines(&segments).into_iter();
        lines
            .filter(|line| line.count > 0)
            .map(|line| line.number)
            .collect()
    }
}
