//! Counting: mappings and profile become coverage.
//!
//! Pure functions of values: nothing here reads a file.

pub mod delta;
pub mod following;
pub mod functions;
pub mod lines;
pub mod profile;
pub mod ratio;
pub mod reach;
pub mod restrict;
pub mod segments;
pub mod since;
pub mod summary;
pub mod values;

use std::path::Path;
use std::sync::Arc;

use crate::hash::HashMap;
use crate::parallel;
use functions::{Function, Functions};
use lines::Line;
use segments::Segment;
use summary::Summary;

/// What ran of a program's source files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By their paths.
    pub files: Vec<FileCoverage>,
    /// Every function that has code in one of the files, as often as it was compiled, in the order of the objects.
    pub functions: Vec<Function>,
    /// The sum of the files' summaries.
    pub total: Summary,
    /// Of how many functions the profile is of another build, so that it does not count.
    pub functions_of_other_builds: usize,
    /// How many functions ran and are counted as not run, because their mapping is not there.
    pub functions_without_mapping: usize,
}

/// What ran of a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCoverage {
    /// Absolute.
    pub path: Arc<str>,
    /// Of the functions that are written in the file.
    pub summary: Summary,
    /// The places in [`Coverage::functions`] of those that have code in the file.
    pub functions: Vec<usize>,
    /// The file from its top to its bottom, cut wherever the count changes.
    pub segments: Vec<Segment>,
    /// The lines that have code.
    pub lines: Vec<Line>,
}

impl Coverage {
    /// The coverage of those source files that are `wanted`.
    pub fn new(functions: Functions, wanted: impl Fn(&Path) -> bool) -> Self {
        let (of_other_builds, without_mapping) = (
            functions.of_other_builds.len(),
            functions.without_mapping.len(),
        );
        let (known, files) = by_file(functions.into_known(), wanted);
        let files = parallel::map(&files, 1, &|(path, functions)| {
            FileCoverage::new(path, functions.clone(), &known)
        });
        let mut total = Summary::default();
        for file in &files {
            total += file.summary;
        }
        Self {
            files,
            functions: known,
            total,
            functions_of_other_builds: of_other_builds,
            functions_without_mapping: without_mapping,
        }
    }

    /// The functions that have code in a file, as often as they were compiled.
    pub fn functions_of(&self, file: &FileCoverage) -> impl Iterator<Item = &Function> {
        file.functions.iter().map(|place| &self.functions[*place])
    }
}

/// The path of a file, and the places of the functions that have code in it.
type FileOfFunctions = (Arc<str>, Vec<usize>);

/// The functions that have code in a file that is wanted; and these files, by their paths, each with the places of those that
/// have code in it.
fn by_file<R>(
    mut functions: Vec<Function<R>>,
    wanted: impl Fn(&Path) -> bool,
) -> (Vec<Function<R>>, Vec<FileOfFunctions>) {
    let mut is_wanted: HashMap<Arc<str>, bool> = HashMap::default();
    for file in functions.iter().flat_map(|function| &function.files) {
        if !is_wanted.contains_key(file) {
            is_wanted.insert(Arc::clone(file), wanted(Path::new(&**file)));
        }
    }
    functions.retain(|function| function.files.iter().any(|file| is_wanted[file]));
    let mut by_file: HashMap<Arc<str>, Vec<usize>> = HashMap::default();
    for (place, function) in functions.iter().enumerate() {
        for file in function.files.iter().filter(|file| is_wanted[*file]) {
            let those = by_file.entry(Arc::clone(file)).or_default();
            if those.last() != Some(&place) {
                those.push(place);
            }
        }
    }
    let mut files: Vec<_> = by_file.into_iter().collect();
    files.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    (functions, files)
}

impl FileCoverage {
    fn new(path: &Arc<str>, places: Vec<usize>, all: &[Function]) -> Self {
        let summary = summary::summary(path, places.iter().map(|place| &all[*place]));
        Self::with_summary(path, places, all, summary)
    }

    /// One of which the summary is known.
    fn with_summary(
        path: &Arc<str>,
        places: Vec<usize>,
        all: &[Function],
        summary: Summary,
    ) -> Self {
        let functions = places.iter().map(|place| &all[*place]);
        let regions = functions.flat_map(|function| {
            function
                .regions
                .iter()
                .filter(|region| function.files[region.file] == *path)
                .copied()
        });
        let segments = segments::segments(regions);
        Self {
            path: Arc::clone(path),
            summary,
            lines: lines::lines(&segments),
            segments,
            functions: places,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::functions::CountedRegion;
    use super::ratio::Ratio;
    use super::*;
    use crate::parse::regions::{Kind, Position};

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
        Coverage::new(functions, |path| path.starts_with("/base"))
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
                instantiations: ratio(2, 3),
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
            instantiations: ratio(1, 1),
            regions: ratio(2, 2),
        };
        let line = coverage.functions_of(a).next().unwrap().line();
        assert_eq!((a.summary, line), (summary, 10));
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
