//! Restriction: the coverage of some files, or of some lines alone, such as those that a branch changed.
//!
//! Of wanted lines those count that have code. A function counts if one of them is among its lines, a region if it
//! has a place in one of them, also where it goes on in others; both have the counts that they had.

use std::ops::RangeInclusive;
use std::path::Path;

use super::functions::Function;
use super::lines::Line;
use super::segments::Segment;
use super::summary::{Summary, summary_of};
use super::{Coverage, FileCoverage};
use crate::parse::regions::{Kind, Position};

impl Coverage {
    /// The coverage of the files that are `wanted`.
    #[must_use]
    pub fn of_files(mut self, wanted: impl Fn(&Path) -> bool) -> Self {
        self.files.retain(|file| wanted(Path::new(&*file.path)));
        self.without_the_rest()
    }

    /// The coverage of the lines that are `wanted`: whether any is from the one to the other of the file at the path.
    #[must_use]
    pub fn of_lines(mut self, wanted: impl Fn(&str, RangeInclusive<u32>) -> bool) -> Self {
        let functions = &self.functions;
        let restricted = |file: FileCoverage| restricted(file, functions, &wanted);
        self.files = std::mem::take(&mut self.files)
            .into_iter()
            .filter_map(restricted)
            .collect();
        let mut coverage = self.without_the_rest();
        for function in &mut coverage.functions {
            let files = &function.files;
            let mut is_body = true;
            // The body is what a function is known by, and expansions tell which of its files is its own.
            function.regions.retain(|region| {
                std::mem::take(&mut is_body)
                    || region.kind == Kind::Expansion
                    || wanted(&files[region.file], region.lines())
            });
        }
        coverage
    }

    /// The same files, without functions that have no code in them.
    fn without_the_rest(mut self) -> Self {
        let mut places = vec![None; self.functions.len()];
        for place in self.files.iter().flat_map(|file| &file.functions) {
            places[*place] = Some(0);
        }
        for (number, place) in places.iter_mut().flatten().enumerate() {
            *place = number;
        }
        let mut is_known = places.iter().map(Option::is_some);
        self.functions.retain(|_| is_known.next() == Some(true));
        self.total = Summary::default();
        for file in &mut self.files {
            file.functions = file.functions.iter().filter_map(|it| places[*it]).collect();
            self.total += file.summary;
        }
        self
    }
}

/// The wanted lines of a file, if one of them has code.
fn restricted(
    mut file: FileCoverage,
    functions: &[Function],
    wanted: impl Fn(&str, RangeInclusive<u32>) -> bool,
) -> Option<FileCoverage> {
    let path = &*file.path;
    file.lines
        .retain(|line| wanted(path, line.number..=line.number));
    if file.lines.is_empty() {
        return None;
    }
    file.functions.retain(|place| {
        let function = &functions[*place];
        function
            .regions
            .iter()
            .any(|region| *function.files[region.file] == *path && wanted(path, region.lines()))
    });
    file.summary = summary_of(
        path,
        file.functions.iter().map(|it| &functions[*it]),
        &wanted,
    );
    file.segments = clipped(&file.segments, &file.lines);
    Some(file)
}

/// The segments in the given lines of code. Outside of them there is no code any more, and by the rules of
/// [`super::lines`] they make these lines and no others.
pub(crate) fn clipped(segments: &[Segment], kept: &[Line]) -> Vec<Segment> {
    let at = |line| Position { line, column: 1 };
    let mut clipped = vec![];
    for run in kept.chunk_by(|a, b| a.number + 1 == b.number) {
        let (first, last) = (run[0].number, run[run.len() - 1].number);
        let start = segments.partition_point(|segment| segment.start.line < first);
        let end = segments.partition_point(|segment| segment.start.line <= last);
        let open = segments[..start].last().filter(|it| it.count.is_some());
        // An entry, as a line has code if one begins in it.
        clipped.extend(open.map(|open| Segment {
            start: at(first),
            count: open.count,
            is_entry: true,
            is_gap: false,
        }));
        clipped.extend(&segments[start..end]);
        if clipped.last().is_some_and(|last| last.count.is_some()) {
            // As a skipped region begins: the line has no code, although some was open before it.
            clipped.push(Segment {
                start: at(last.saturating_add(1)),
                count: None,
                is_entry: true,
                is_gap: false,
            });
        }
    }
    clipped
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::count::functions::{CountedRegion, Functions};
    use crate::count::lines::lines;
    use crate::count::ratio::Ratio;
    use crate::count::segments::segments;

    fn region(kind: Kind, start: (u32, u32), end: (u32, u32), count: u64) -> CountedRegion {
        let [start, end] = [start, end].map(|(line, column)| Position { line, column });
        CountedRegion {
            kind,
            file: 0,
            expanded_file: None,
            start,
            end,
            count,
        }
    }

    fn code(start: (u32, u32), end: (u32, u32), count: u64) -> CountedRegion {
        region(Kind::Code, start, end, count)
    }

    fn function(name: &str, files: &[&str], regions: &[CountedRegion]) -> Function {
        Function {
            name: name.into(),
            files: files.iter().map(|file| Arc::from(*file)).collect(),
            regions: regions.to_vec(),
        }
    }

    fn coverage(known: Vec<Function>) -> Coverage {
        let mut functions = Functions::default();
        functions.known = known;
        Coverage::new(functions, |_| true)
    }

    fn ratio(covered: usize, total: usize) -> Ratio {
        Ratio { covered, total }
    }

    /// `f` from 1 to 9, with a branch in 3 to 5 that never ran, and `g` from 11 to 12 that never ran; `h` in another file.
    fn program() -> Coverage {
        coverage(vec![
            function("h", &["b.rs"], &[code((1, 1), (2, 2), 1)]),
            function(
                "f",
                &["a.rs"],
                &[code((1, 1), (9, 2), 7), code((3, 5), (5, 6), 0)],
            ),
            function("g", &["a.rs"], &[code((11, 1), (12, 2), 0)]),
        ])
    }

    fn within(lines: RangeInclusive<u32>) -> impl Fn(&str, RangeInclusive<u32>) -> bool {
        move |path, asked| {
            path == "a.rs" && asked.start() <= lines.end() && lines.start() <= asked.end()
        }
    }

    #[test]
    fn only_the_wanted_lines_count_with_the_functions_and_regions_that_have_one() {
        let coverage = program().of_lines(within(5..=7));
        let [file] = &*coverage.files else {
            panic!("{coverage:?}")
        };
        let numbers: Vec<_> = file.lines.iter().map(|it| (it.number, it.count)).collect();
        assert_eq!(numbers, [(5, 0), (6, 7), (7, 7)]);
        let summary = Summary {
            lines: ratio(2, 3),
            functions: ratio(1, 1),
            instantiations: ratio(1, 1),
            regions: ratio(1, 2),
        };
        assert_eq!((file.summary, coverage.total), (summary, summary));
        let names: Vec<_> = coverage.functions_of(file).map(|it| &*it.name).collect();
        assert_eq!((names, coverage.functions.len()), (vec!["f"], 1));
        assert_eq!(lines(&file.segments), file.lines);

        let behind_the_branch = program().of_lines(within(6..=6));
        assert_eq!(behind_the_branch.total.regions, ratio(1, 1));
        assert_eq!(behind_the_branch.functions[0].regions.len(), 1);
    }

    #[test]
    fn lines_without_code_leave_nothing() {
        let coverage = program().of_lines(within(10..=10));
        assert_eq!(coverage, Coverage::default());
    }

    #[test]
    fn a_function_whose_macro_has_changed_is_still_that_of_its_own_file() {
        let expansion = CountedRegion {
            expanded_file: Some(0),
            file: 1,
            ..region(Kind::Expansion, (12, 5), (12, 9), 4)
        };
        let own = CountedRegion {
            file: 1,
            ..code((10, 1), (15, 2), 4)
        };
        let inside = code((1, 1), (2, 2), 4);
        let files = ["a.rs", "b.rs"];
        let known = vec![function("f", &files, &[own, expansion, inside])];
        let coverage = coverage(known).of_lines(within(1..=1));
        let paths: Vec<_> = coverage.files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["a.rs"]);
        let function = &coverage.functions[0];
        assert_eq!((function.own_file(), function.line()), (Some(1), 10));
        assert_eq!(coverage.total, Summary::default());
    }

    #[test]
    fn a_region_that_ends_at_the_start_of_a_line_has_no_place_in_it() {
        assert_eq!(code((3, 5), (5, 1), 0).lines(), 3..=4);
        assert_eq!(code((3, 5), (5, 2), 0).lines(), 3..=5);
        assert_eq!(code((3, 1), (3, 1), 0).lines(), 3..=3);
    }

    #[test]
    fn only_the_wanted_files_stay_with_their_functions() {
        let all = program();
        let files =
            |wanted: &[&str]| program().of_files(|it| wanted.iter().any(|w| it == Path::new(w)));
        assert_eq!(files(&["a.rs", "b.rs"]), all);
        let one = files(&["a.rs"]);
        assert_eq!(one.total, all.files[0].summary);
        let names: Vec<_> = one
            .functions_of(&one.files[0])
            .map(|it| &*it.name)
            .collect();
        assert_eq!(names, ["f", "g"]);
        assert_eq!(files(&[]), Coverage::default());
    }

    fn regions() -> impl Strategy<Value = Vec<CountedRegion>> {
        let kind = prop_oneof![
            4 => Just(Kind::Code),
            1 => Just(Kind::Gap),
            1 => Just(Kind::Skipped),
        ];
        let place = || (1_u32..12, 1_u32..6);
        let one = (kind, place(), place(), 0_u64..4)
            .prop_map(|(kind, a, b, count)| region(kind, a.min(b), a.max(b), count));
        proptest::collection::vec(one, 0..9)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_clipped_segments_make_the_wanted_lines_and_no_others(
            regions in regions(),
            wanted in proptest::collection::vec(any::<bool>(), 16),
        ) {
            let segments = segments(regions);
            let mut kept = lines(&segments);
            kept.retain(|line| wanted[line.number as usize]);
            prop_assert_eq!(lines(&clipped(&segments, &kept)), kept);
        }
    }
}
