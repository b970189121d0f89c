//! Segments: a file from its top to its bottom, cut wherever the count that holds changes.
//!
//! Regions nest; at each place the innermost one that is open there tells the count. The method is that of
//! LLVM's `SegmentBuilder`, so that each line comes out as llvm-cov shows it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::functions::CountedRegion;
use crate::parse::regions::{Kind, Position};

/// From `start` on, until the next segment, this count holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Where it begins.
    pub start: Position,
    /// `None` where there is no code.
    pub count: Option<u64>,
    /// A region starts here, other than a gap; without it, an enclosing region goes on.
    pub is_entry: bool,
    /// It is space between two regions of code.
    pub is_gap: bool,
}

/// Cuts a file into segments.
pub fn segments(regions: impl IntoIterator<Item = CountedRegion>) -> Vec<Segment> {
    let regions = merged(regions);
    let mut sweep = Sweep {
        segments: Vec::with_capacity(regions.len()),
        ..Sweep::default()
    };
    let mut regions = regions.into_iter().peekable();
    while let Some(region) = regions.next() {
        sweep.close_until(Some(region.start));
        sweep.open(region, regions.peek());
    }
    sweep.close_until(None);
    sweep.segments
}

/// The regions from the top to the bottom, an outer one before those inside, each extent once. A function
/// that was compiled several times has the same regions several times: the counts of the same kind add up.
fn merged(regions: impl IntoIterator<Item = CountedRegion>) -> Vec<CountedRegion> {
    let each = regions.into_iter();
    // A function's are few, and there are many functions: none has to grow.
    let mut regions = Vec::with_capacity(each.size_hint().1.unwrap_or_default());
    regions.extend(each);
    regions.sort_by(|a, b| (a.start, b.end, a.kind).cmp(&(b.start, a.end, b.kind)));
    regions.dedup_by(|region, kept| {
        let same_extent = (region.start, region.end) == (kept.start, kept.end);
        if same_extent && region.kind == kept.kind {
            kept.count = kept.count.saturating_add(region.count);
        }
        same_extent
    });
    regions
}

#[derive(Default)]
struct Sweep {
    segments: Vec<Segment>,
    /// The regions around the current place, an outer one before those inside. The last one is open; of those before
    /// it one can have ended, where regions overlap.
    open: Vec<CountedRegion>,
    /// Where each of them that has not ended does, and its place in `open`: the next end comes first.
    ends: BinaryHeap<Reverse<(Position, usize)>>,
    /// Which of them have ended.
    has_ended: Vec<bool>,
}

impl Sweep {
    fn open(&mut self, region: CountedRegion, next: Option<&CountedRegion>) {
        let is_entry = region.kind != Kind::Gap;
        if region.start == region.end {
            // An empty region cannot be around anything. The count around it goes on, or ends with it.
            let around = self.open.last().copied();
            if next.is_none() || region.kind == Kind::Skipped {
                self.push_without_count(region.start, is_entry);
                if let Some(around) = around {
                    self.push(&around, region.start, false);
                }
            } else {
                self.push(&around.unwrap_or(region), region.start, is_entry);
            }
            return;
        }
        // Of several that start here the innermost tells the count; it comes last.
        if next.is_none_or(|next| next.start != region.start) {
            self.push(&region, region.start, is_entry);
        }
        self.ends.push(Reverse((region.end, self.open.len())));
        self.open.push(region);
        self.has_ended.push(false);
    }

    /// Closes the regions that end at or before `place`, or all.
    fn close_until(&mut self, place: Option<Position>) {
        let mut ended = vec![];
        while let Some(Reverse((end, index))) = self.ends.peek().copied()
            && place.is_none_or(|place| end <= place)
        {
            self.ends.pop();
            self.has_ended[index] = true;
            ended.push(self.open[index]);
        }
        while self.has_ended.last() == Some(&true) {
            self.has_ended.pop();
            self.open.pop();
        }

        // Where some of them end, the count is that of the last one among those that end next.
        let ends: Vec<&[CountedRegion]> = ended.chunk_by(|a, b| a.end == b.end).collect();
        for pair in ends.windows(2) {
            if let ([.., ending], [.., next]) = (pair[0], pair[1]) {
                self.push(next, ending.end, false);
            }
        }
        let Some(last) = ended.last().filter(|last| Some(last.end) != place) else {
            return;
        };
        match self.open.last().copied() {
            Some(around) => self.push(&around, last.end, false),
            None => self.push_without_count(last.end, false),
        }
    }

    /// From `start` on the count of `region` holds. Says nothing that the segment before did not say.
    fn push(&mut self, region: &CountedRegion, start: Position, is_entry: bool) {
        let count = (region.kind != Kind::Skipped).then_some(region.count);
        let goes_on = |last: &Segment| last.count == count && !last.is_entry;
        if is_entry || !self.segments.last().is_some_and(goes_on) {
            let is_gap = count.is_some() && region.kind == Kind::Gap;
            self.segments.push(Segment {
                start,
                count,
                is_entry,
                is_gap,
            });
        }
    }

    fn push_without_count(&mut self, start: Position, is_entry: bool) {
        self.segments.push(Segment {
            start,
            count: None,
            is_entry,
            is_gap: false,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

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

    /// Line, column, count, and `>` for an entry, `~` for a gap.
    fn show(regions: &[CountedRegion]) -> Vec<String> {
        let show = |segment: &Segment| {
            let count = segment.count.map_or("-".into(), |count| count.to_string());
            let mark = [(segment.is_entry, ">"), (segment.is_gap, "~")]
                .map(|(is, mark)| if is { mark } else { "" });
            format!(
                "{}:{} {count}{}",
                segment.start.line,
                segment.start.column,
                mark.concat()
            )
        };
        segments(regions.iter().copied()).iter().map(show).collect()
    }

    #[test]
    fn after_a_nested_region_the_count_around_it_goes_on() {
        let regions = [code((1, 1), (9, 2), 7), code((3, 5), (5, 6), 2)];
        assert_eq!(show(&regions), ["1:1 7>", "3:5 2>", "5:6 7", "9:2 -"]);
    }

    #[test]
    fn between_two_nested_regions_the_count_around_them_goes_on() {
        let regions = [
            code((1, 1), (9, 2), 7),
            code((3, 5), (4, 6), 2),
            code((6, 1), (7, 1), 3),
        ];
        assert_eq!(
            show(&regions),
            ["1:1 7>", "3:5 2>", "4:6 7", "6:1 3>", "7:1 7", "9:2 -"]
        );
    }

    #[test]
    fn regions_that_end_together_leave_the_count_around_them() {
        let regions = [
            code((1, 1), (9, 2), 7),
            code((3, 5), (6, 6), 2),
            code((4, 1), (6, 6), 1),
        ];
        assert_eq!(
            show(&regions),
            ["1:1 7>", "3:5 2>", "4:1 1>", "6:6 7", "9:2 -"]
        );
    }

    #[test]
    fn of_regions_that_start_together_the_innermost_tells_the_count() {
        let regions = [code((1, 1), (4, 1), 1), code((1, 1), (9, 2), 7)];
        assert_eq!(show(&regions), ["1:1 1>", "4:1 7", "9:2 -"]);
    }

    #[test]
    fn regions_that_overlap_end_one_after_the_other() {
        let regions = [code((1, 1), (6, 1), 3), code((4, 1), (9, 1), 5)];
        assert_eq!(show(&regions), ["1:1 3>", "4:1 5>", "6:1 5", "9:1 -"]);
    }

    #[test]
    fn between_two_functions_there_is_no_count() {
        let regions = [code((1, 1), (3, 2), 4), code((5, 1), (6, 2), 0)];
        assert_eq!(show(&regions), ["1:1 4>", "3:2 -", "5:1 0>", "6:2 -"]);
    }

    #[test]
    fn a_gap_is_no_entry() {
        let regions = [
            code((1, 1), (9, 2), 7),
            region(Kind::Gap, (3, 5), (5, 6), 2),
        ];
        assert_eq!(show(&regions), ["1:1 7>", "3:5 2~", "5:6 7", "9:2 -"]);
    }

    #[test]
    fn instantiations_of_a_generic_function_add_up() {
        let regions = [code((1, 1), (3, 2), 4), code((1, 1), (3, 2), 5)];
        assert_eq!(show(&regions), ["1:1 9>", "3:2 -"]);
    }

    #[test]
    fn a_skipped_region_of_the_same_extent_adds_nothing() {
        let regions = [
            region(Kind::Skipped, (1, 1), (3, 2), 5),
            code((1, 1), (3, 2), 4),
        ];
        assert_eq!(show(&regions), ["1:1 4>", "3:2 -"]);
    }

    #[test]
    fn an_empty_region_shows_the_count_around_it() {
        let regions = [
            code((1, 1), (9, 2), 7),
            code((3, 5), (3, 5), 2),
            code((4, 1), (5, 1), 1),
        ];
        assert_eq!(
            show(&regions),
            ["1:1 7>", "3:5 7>", "4:1 1>", "5:1 7", "9:2 -"]
        );
    }

    #[test]
    fn an_empty_region_at_the_end_has_no_count() {
        let regions = [code((1, 1), (9, 2), 7), code((3, 5), (3, 5), 2)];
        assert_eq!(show(&regions), ["1:1 7>", "3:5 ->", "3:5 7", "9:2 -"]);
    }

    #[test]
    fn a_hundred_thousand_regions_inside_each_other_or_overlapping_are_soon_cut() {
        let number = 100_000;
        for last in [|first: u32| 200_002 - first, |first| first + 100_000] {
            let regions = (1..=number).map(|first| code((first, 1), (last(first), 1), 1));
            let begin = Instant::now();
            assert!(segments(regions).len() >= 100_000);
            assert!(begin.elapsed() < Duration::from_secs(20));
        }
    }
}
