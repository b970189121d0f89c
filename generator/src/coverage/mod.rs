//! Coverage: what ran, and what did not.
//!
//! ```text
//! collected ─┬─ objects ── mapping ── regions ─┐
//!            └─ profile ────────────────────── functions ─┬─ segments ── lines ─┬─ table
//!                                                         └─ summary ───────────┴─ lcov
//! ```
//!
//! Objects and profiles are parsed into values, `Coverage::new` makes coverage out of them, and each output
//! format is one file that prints it. The numbers are those of LLVM's `llvm-cov report` and
//! `llvm-cov export -format=lcov`, given the same program and the members of the same libraries, with one
//! deliberate exception: a count below zero is zero (see [`counter::Values::count`]). Outcomes of conditions,
//! which only a nightly compiler records and only when told to, are left out.
//!
//! The file formats are read here, and not by the crate `llvm_profparser`, because it reads but the first of
//! an unlinked object's `__llvm_covfun` sections (each function has one), takes the counters to be in the
//! order of the functions, and panics or runs out of memory on a damaged file.

mod bytes;
mod collected;
mod counter;
mod functions;
pub mod lcov;
mod lines;
mod mapping;
mod objects;
mod profile;
mod regions;
mod segments;
mod summary;
pub mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

pub use collected::Collected;
use functions::{Function, Functions};
use lines::Line;
use summary::Summary;

/// What ran of a program's source files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By their paths.
    pub files: Vec<FileCoverage>,
    pub total: Summary,
    /// Of how many functions the profile is of another build, so that it does not count.
    pub functions_of_other_builds: usize,
}

/// What ran of a source file.
#[derive(Debug, PartialEq, Eq)]
pub struct FileCoverage {
    /// Absolute.
    pub path: Rc<str>,
    pub summary: Summary,
    /// Every function that has code in the file, as often as it was compiled.
    pub functions: Vec<FunctionCoverage>,
    /// The lines that have code.
    pub lines: Vec<Line>,
}

/// How often a function was entered.
#[derive(Debug, PartialEq, Eq)]
pub struct FunctionCoverage {
    /// Its mangled name.
    pub name: Rc<str>,
    /// The line where it begins.
    pub line: u32,
    pub count: u64,
}

impl Coverage {
    /// The coverage of those source files that are `wanted`.
    fn new(functions: &Functions, wanted: impl Fn(&Path) -> bool) -> Self {
        let mut by_file: BTreeMap<&Rc<str>, Vec<&Function>> = BTreeMap::new();
        for function in &functions.known {
            for file in &function.files {
                let those = by_file.entry(file).or_default();
                if those
                    .last()
                    .is_none_or(|last| !std::ptr::eq(*last, function))
                {
                    those.push(function);
                }
            }
        }
        by_file.retain(|path, _| wanted(Path::new(&***path)));
        let files: Vec<_> = by_file
            .into_iter()
            .map(|(path, functions)| FileCoverage::new(path, &functions))
            .collect();
        let mut total = Summary::default();
        for file in &files {
            total += file.summary;
        }
        Self {
            files,
            total,
            functions_of_other_builds: functions.of_other_builds.len(),
        }
    }
}

impl FileCoverage {
    fn new(path: &Rc<str>, functions: &[&Function]) -> Self {
        let regions = functions.iter().flat_map(|function| {
            function
                .regions
                .iter()
                .filter(|region| function.files[region.file] == *path)
                .copied()
        });
        let entries = functions.iter().map(|function| FunctionCoverage {
            name: Rc::clone(&function.name),
            line: function
                .regions
                .first()
                .map_or(0, |region| region.start.line),
            count: function.count(),
        });
        Self {
            path: Rc::clone(path),
            summary: summary::summary(path, functions.iter().copied()),
            functions: entries.collect(),
            lines: lines::lines(&segments::segments(regions)),
        }
    }
}
