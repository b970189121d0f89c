//! Lines that ran in part: a region of code in them did not, or one of the functions that they belong to.
//!
//! The summary adds lines up by function, and its regions need not be apart: those of `#[tokio::main]` and of the
//! function behind it are in the same lines. So what is missing there may be in a line that ran.

use std::collections::{BTreeMap, BTreeSet};

use crate::count::functions::Function;
use crate::count::lines::{Line, lines};
use crate::count::ratio::Ratio;
use crate::count::segments::{Segment, segments};
use crate::count::{Coverage, FileCoverage};
use crate::parse::regions::Kind;

/// A line of code, and the segments that tell how it ran.
pub struct Parts<'a> {
    /// The line.
    pub line: Line,
    /// What holds where it begins.
    open: Option<&'a Segment>,
    /// Those that start in it.
    here: &'a [Segment],
}

/// The lines of code with their parts.
pub fn parts(file: &FileCoverage) -> impl Iterator<Item = Parts<'_>> {
    let mut rest = &*file.segments;
    let mut open: Option<&Segment> = None;
    file.lines.iter().map(move |line| {
        let before = rest.partition_point(|segment| segment.start.line < line.number);
        open = rest[..before].last().or(open);
        rest = &rest[before..];
        let here = rest.partition_point(|segment| segment.start.line == line.number);
        Parts {
            line: *line,
            open,
            here: &rest[..here],
        }
    })
}

impl<'a> Parts<'a> {
    /// How many of its regions ran: of those that begin in it, and of the one that was open before it, if that ran.
    pub fn regions(&self) -> Ratio {
        let open = self.open.and_then(|segment| segment.count);
        let open = open.filter(|count| *count > 0);
        let starting = self.starting().filter_map(|segment| segment.count);
        let mut parts = Ratio::default();
        for count in open.into_iter().chain(starting) {
            parts += Ratio {
                covered: usize::from(count > 0),
                total: 1,
            };
        }
        parts
    }

    /// Whether it ran, and a region that has a place in it did not. Where one goes on after another inside of it, there
    /// may be nothing but space.
    fn ran_in_part(&self) -> bool {
        let goes_on = self
            .here
            .first()
            .is_some_and(|first| first.start.column > 1);
        let open = self
            .open
            .filter(|open| goes_on && open.is_entry && !open.is_gap);
        let mut regions = open.into_iter().chain(self.starting());
        self.line.count > 0 && regions.any(|segment| segment.count == Some(0))
    }

    fn starting(&self) -> impl Iterator<Item = &'a Segment> {
        self.here
            .iter()
            .filter(|segment| segment.is_entry && !segment.is_gap)
    }
}

/// The numbers of the lines of a file that ran, but not all that is in them. If lines, functions or regions are missing
/// in its summary, there is one, or a line that did not run.
pub fn in_part(coverage: &Coverage, file: &FileCoverage) -> Vec<u32> {
    let with_parts = parts(file).filter(Parts::ran_in_part);
    let mut numbers: BTreeSet<u32> = with_parts.map(|parts| parts.line.number).collect();
    if file.summary.is_complete() {
        return numbers.into_iter().collect();
    }
    let written = written(coverage, file);
    let ran = |number: &u32| {
        let place = file.lines.binary_search_by_key(number, |line| line.number);
        place.is_ok_and(|place| file.lines[place].count > 0)
    };
    numbers.extend(best(&written, |own| own.lines.covered).filter(ran));
    if numbers.is_empty() && file.lines.iter().all(|line| line.count > 0) {
        // The best of several instantiations has no more code that did not run, but there is one with more code.
        numbers.extend(best(&written, |own| own.lines.total).filter(ran));
        numbers.extend(best(&written, |own| own.regions).filter(ran));
    }
    numbers.into_iter().collect()
}

/// An instantiation of a function: how much it has, and where something of it did not run.
struct Own {
    lines: Ratio,
    /// How many there are.
    regions: usize,
    missing: BTreeSet<u32>,
}

/// The functions that are written in the file, as the summary knows them, each with its instantiations.
fn written(coverage: &Coverage, file: &FileCoverage) -> Vec<Vec<Own>> {
    let mut written: BTreeMap<_, Vec<Own>> = BTreeMap::new();
    for function in coverage.functions_of(file) {
        let own_file = function
            .own_file()
            .filter(|own| function.files[*own] == file.path);
        let first = own_file.and_then(|own| Some((own, function.regions_in(own).next()?)));
        if let Some((own_file, first)) = first {
            let own = own(function, own_file, file);
            written.entry(first.start).or_default().push(own);
        }
    }
    written.into_values().collect()
}

fn own(function: &Function, own_file: usize, file: &FileCoverage) -> Own {
    // Of a file of which some lines alone are reported on there are no others.
    let is_there = |number: u32| {
        let place = file.lines.binary_search_by_key(&number, |line| line.number);
        place.is_ok()
    };
    let own = lines(&segments(function.regions_in(own_file).copied()));
    let own: Vec<_> = own.iter().filter(|line| is_there(line.number)).collect();
    let missing = own.iter().filter(|line| line.count == 0);
    let mut missing: BTreeSet<u32> = missing.map(|line| line.number).collect();
    let ratio = Ratio {
        covered: own.len() - missing.len(),
        total: own.len(),
    };
    let code = function.regions_in(own_file);
    let code: Vec<_> = code.filter(|region| region.kind == Kind::Code).collect();
    let idle = code.iter().filter(|region| region.count == 0);
    missing.extend(idle.filter_map(|region| region.lines().find(|line| is_there(*line))));
    Own {
        lines: ratio,
        regions: code.len(),
        missing,
    }
}

/// What is missing of each function in the instantiation that has the most.
fn best(written: &[Vec<Own>], most: impl Fn(&Own) -> usize) -> impl Iterator<Item = u32> {
    let best = written
        .iter()
        .filter_map(move |function| function.iter().max_by_key(|own| most(own)));
    best.flat_map(|own| own.missing.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::functions::{CountedRegion, Functions};
    use crate::parse::regions::Position;

    type Region = ((u32, u32), (u32, u32), u64);

    /// The lines that did not run and those that ran in part of a file with these functions.
    fn numbers(functions: &[&[Region]]) -> (Vec<u32>, Vec<u32>) {
        let mut all = Functions::default();
        for (number, regions) in functions.iter().enumerate() {
            let region = |&(start, end, count): &Region| {
                let [start, end] = [start, end].map(|(line, column)| Position { line, column });
                CountedRegion {
                    kind: Kind::Code,
                    file: 0,
                    expanded_file: None,
                    start,
                    end,
                    count,
                }
            };
            all.known.push(Function {
                name: number.to_string().into(),
                files: vec!["/app/main.rs".into()],
                regions: regions.iter().map(region).collect(),
            });
        }
        let coverage = Coverage::new(all, |path| path.starts_with("/app"));
        let file = &coverage.files[0];
        let idle = file.lines.iter().filter(|line| line.count == 0);
        (
            idle.map(|line| line.number).collect(),
            in_part(&coverage, file),
        )
    }

    #[test]
    fn a_line_that_ran_with_a_region_that_did_not_ran_in_part() {
        let regions: &[Region] = &[
            ((1, 1), (2, 14), 1),
            // `run()?;`, and the rest of what `?` begins.
            ((2, 14), (2, 15), 0),
            ((3, 5), (3, 9), 1),
            ((3, 12), (5, 6), 0),
            // `} else {`
            ((5, 12), (7, 6), 1),
            ((8, 1), (8, 2), 1),
        ];
        assert_eq!(numbers(&[regions]), (vec![4], vec![2, 3, 5]));
    }

    #[test]
    fn a_line_of_two_functions_ran_in_part_if_one_of_them_did_not() {
        let inner: &[Region] = &[((1, 23), (4, 2), 1)];
        let outer: &[Region] = &[
            ((1, 1), (1, 22), 1),
            ((2, 5), (2, 9), 0),
            ((3, 5), (4, 2), 1),
        ];
        assert_eq!(numbers(&[inner, outer]), (vec![], vec![2]));
        // Of the same extent, so that no segment tells.
        let (ran, idle): (&[Region], &[Region]) = (
            &[
                ((1, 1), (1, 9), 1),
                ((2, 1), (2, 9), 2),
                ((4, 1), (4, 9), 0),
            ],
            &[((2, 1), (2, 9), 0)],
        );
        assert_eq!(numbers(&[ran, idle]), (vec![4], vec![2]));
        assert_eq!(numbers(&[ran]), (vec![4], vec![]));
    }

    #[test]
    fn where_each_instantiation_has_something_else_one_of_them_is_listed() {
        let one: &[Region] = &[
            ((1, 1), (1, 9), 1),
            ((2, 1), (2, 9), 1),
            ((3, 1), (3, 9), 0),
        ];
        let other: &[Region] = &[
            ((1, 1), (1, 9), 1),
            ((2, 1), (2, 9), 0),
            ((3, 1), (3, 9), 1),
        ];
        let (idle, in_part) = numbers(&[one, other]);
        assert_eq!((idle.len(), in_part.len()), (0, 1));
        let more: &[Region] = &[((1, 1), (1, 9), 1), ((2, 1), (2, 9), 1)];
        let less: &[Region] = &[
            ((1, 1), (1, 9), 0),
            ((2, 1), (2, 9), 0),
            ((3, 1), (3, 9), 0),
        ];
        let third: &[Region] = &[((3, 1), (3, 9), 1)];
        let (idle, in_part) = numbers(&[more, less, third]);
        assert_eq!(idle, Vec::<u32>::new());
        assert!(!in_part.is_empty());
    }
}
