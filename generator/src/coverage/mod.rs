//! Coverage: what ran, and what did not.
//!
//! ```text
//! collected ── objects ── mapping ── regions ─┐
//! profiles ─── profile ────────────────────── functions ─┬─ segments ── lines ─┬─ table ─── names
//!                                                        └─ summary ───────────┼─ missing ─ names
//!                                                                              └─ lcov
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
pub mod missing;
mod names;
mod objects;
mod place;
mod profile;
mod profiles;
mod regions;
mod scope;
mod segments;
mod summary;
pub mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

pub use collected::Collected;
use functions::{Function, Functions};
use lines::Line;
pub use place::{Choice, Place};
pub use profiles::Profiles;
pub use scope::Scope;
use summary::Summary;

/// What ran of a program's source files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By their paths.
    pub files: Vec<FileCoverage>,
    pub total: Summary,
    /// Of how many functions the profile is of another build, so that it does not count.
    pub functions_of_other_builds: usize,
    /// How many functions ran and are counted as not run, because their mapping is not there.
    pub functions_without_mapping: usize,
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
            functions_without_mapping: functions.without_mapping.len(),
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

#[cfg(test)]
mod tests {
    use super::functions::CountedRegion;
    use super::regions::{Kind, Position};
    use super::summary::Ratio;
    use super::*;

    fn region(file: usize, lines: (u32, u32), count: u64) -> CountedRegion {
        let [start, end] = [lines.0, lines.1].map(|line| Position { line, column: 1 });
        CountedRegion {
            kind: Kind::Code,
            file,
            expanded_file: None,
            start,
            end,
            count,
        }
    }

    fn coverage(functions: &[(&str, &[&str], &[CountedRegion])]) -> Coverage {
        let known = functions.iter().map(|(name, files, regions)| Function {
            name: (*name).into(),
            files: files.iter().map(|file| (*file).into()).collect(),
            regions: regions.to_vec(),
        });
        let mut functions = Functions::default();
        functions.known.extend(known);
        Coverage::new(&functions, |path| path.starts_with("/base"))
    }

    fn lines(file: &FileCoverage) -> Vec<(u32, u64)> {
        file.lines
            .iter()
            .map(|line| (line.number, line.count))
            .collect()
    }

    fn ratio(covered: usize, total: usize) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn instantiations_are_one_function_of_which_the_best_counts() {
        let half = [region(0, (1, 5), 1), region(0, (3, 5), 0)];
        let whole = [region(0, (1, 5), 2), region(0, (3, 5), 2)];
        let never = [region(0, (1, 5), 0), region(0, (3, 5), 0)];
        for (first, second, third) in [
            (half, whole, never),
            (never, half, whole),
            (whole, never, half),
        ] {
            let file: &[&str] = &["/base/a.rs"];
            let coverage = coverage(&[
                ("f<u8>", file, &first),
                ("f<u16>", file, &second),
                ("f<()>", file, &third),
            ]);
            let total = Summary {
                lines: ratio(5, 5),
                functions: ratio(1, 1),
                regions: ratio(2, 2),
            };
            assert_eq!(coverage.total, total);
            assert_eq!(
                lines(&coverage.files[0]),
                [(1, 3), (2, 3), (3, 3), (4, 2), (5, 2)]
            );
            assert_eq!(coverage.files[0].functions.len(), 3);
        }
    }

    #[test]
    fn what_is_expanded_from_another_file_counts_in_the_lines_of_both_and_in_the_function() {
        let expansion = CountedRegion {
            kind: Kind::Expansion,
            expanded_file: Some(0),
            ..region(1, (12, 13), 4)
        };
        let regions = [region(1, (10, 15), 4), expansion, region(0, (1, 2), 4)];
        let coverage = coverage(&[("f", &["/base/macros.rs", "/base/a.rs"], &regions)]);
        let [a, macros] = &*coverage.files else {
            panic!("{coverage:?}")
        };
        assert_eq!((&*a.path, &*macros.path), ("/base/a.rs", "/base/macros.rs"));
        assert_eq!(
            lines(a),
            (10..=15).map(|line| (line, 4)).collect::<Vec<_>>()
        );
        assert_eq!(lines(macros), [(1, 4), (2, 4)]);
        assert_eq!(
            (macros.summary, macros.functions.len()),
            (Summary::default(), 1)
        );
        let summary = Summary {
            lines: ratio(6, 6),
            functions: ratio(1, 1),
            regions: ratio(2, 2),
        };
        assert_eq!((a.summary, a.functions[0].line), (summary, 10));
    }

    #[test]
    fn only_what_is_wanted_counts_and_by_its_path() {
        let [one, two] = [[region(0, (1, 1), 1)], [region(0, (4, 6), 0)]];
        let coverage = coverage(&[
            ("f", &["/base/b.rs"], &one),
            ("g", &["/elsewhere/c.rs"], &two),
            ("h", &["/base/a.rs"], &two),
        ]);
        let paths: Vec<_> = coverage.files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["/base/a.rs", "/base/b.rs"]);
        assert_eq!(coverage.total.functions, ratio(1, 2));
    }
}
