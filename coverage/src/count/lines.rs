//! Lines: how often each line of code ran, from the segments that touch it.
//!
//! The rules are those of LLVM's `LineCoverageStats`: of the regions that start in a line, and the one that
//! is open where it begins, the one that ran most often tells the line's count.

use super::segments::Segment;

/// A line that has code, and how often it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1 on.
    pub number: u32,
    /// How often it ran.
    pub count: u64,
}

/// The lines that have code, by their numbers.
pub fn lines(segments: &[Segment]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(segments.len());
    let mut number = segments.first().map_or(0, |segment| segment.start.line);
    let mut before: Option<&Segment> = None;
    let mut rest = segments;
    while let Some(next) = rest.first() {
        if before.is_none_or(|before| before.count.is_none()) {
            number = number.max(next.start.line);
        }
        let length = rest
            .iter()
            .take_while(|segment| segment.start.line <= number)
            .count();
        let (here, later) = rest.split_at(length);
        lines.extend(count(here, before).map(|count| Line { number, count }));
        before = here.last().or(before);
        rest = later;
        number = number.saturating_add(1);
    }
    lines
}

/// The count of a line in which the segments `here` start, and `before` is open at its beginning.
fn count(here: &[Segment], before: Option<&Segment>) -> Option<u64> {
    let entries = || {
        here.iter()
            .filter(|segment| segment.is_entry && segment.count.is_some())
    };
    let open = before.and_then(|before| before.count);
    let starts_skipped = here
        .first()
        .is_some_and(|first| first.is_entry && first.count.is_none());
    let has_code = entries().next().is_some() || (open.is_some() && !starts_skipped);
    let starting = entries()
        .filter(|segment| !segment.is_gap)
        .filter_map(|segment| segment.count);
    has_code.then(|| starting.chain(open).max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::regions::Position;

    fn segment((line, column): (u32, u32), count: Option<u64>, is_entry: bool) -> Segment {
        Segment {
            start: Position { line, column },
            count,
            is_entry,
            is_gap: false,
        }
    }

    fn show(segments: &[Segment]) -> Vec<(u32, u64)> {
        lines(segments)
            .iter()
            .map(|line| (line.number, line.count))
            .collect()
    }

    #[test]
    fn a_line_has_the_largest_count_of_what_starts_in_it_and_what_is_open() {
        let segments = [
            segment((1, 1), Some(7), true),
            segment((2, 5), Some(2), true),
            segment((3, 2), Some(7), false),
            segment((4, 2), None, false),
        ];
        assert_eq!(show(&segments), [(1, 7), (2, 7), (3, 2), (4, 7)]);
    }

    #[test]
    fn lines_between_functions_have_no_code() {
        let segments = [
            segment((1, 1), Some(7), true),
            segment((2, 2), None, false),
            segment((5, 1), Some(0), true),
            segment((5, 9), None, false),
        ];
        assert_eq!(show(&segments), [(1, 7), (2, 7), (5, 0)]);
    }

    #[test]
    fn a_gap_gives_its_count_only_to_the_lines_that_begin_in_it() {
        let gap = Segment {
            is_gap: true,
            ..segment((2, 9), Some(3), false)
        };
        let segments = [
            segment((1, 1), Some(7), true),
            gap,
            segment((4, 1), Some(2), true),
        ];
        assert_eq!(show(&segments), [(1, 7), (2, 7), (3, 3), (4, 3)]);
    }

    #[test]
    fn what_starts_in_a_gap_without_an_end_does_not_give_its_line_a_count() {
        let empty = Segment {
            is_gap: true,
            ..segment((2, 5), Some(9), true)
        };
        let end = segment((3, 1), None, false);
        assert_eq!(
            show(&[segment((1, 1), Some(7), true), empty, end]),
            [(1, 7), (2, 7), (3, 9)]
        );
    }

    #[test]
    fn a_line_in_which_a_skipped_region_starts_has_no_code_of_its_own() {
        let segments = [
            segment((1, 1), Some(7), true),
            segment((2, 1), None, true),
            segment((3, 1), Some(7), false),
            segment((4, 2), None, false),
        ];
        assert_eq!(show(&segments), [(1, 7), (4, 7)]);
    }
}
