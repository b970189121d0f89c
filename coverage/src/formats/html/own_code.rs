//! What each line of a page counts: its own code. Where a closure or an async body lies inside of another function, what is
//! around it says nothing of its lines, though llvm-cov takes them for run, as `#[tokio::main]` makes of all lines of `main`.

use std::collections::BTreeMap;

use super::functions::ShownFunction;
use crate::count::functions::CountedRegion;
use crate::count::lines::{Line, lines};
use crate::count::restrict::clipped;
use crate::count::segments::{Segment, segments};
use crate::count::{Coverage, FileCoverage};
use crate::parse::regions::Position;

/// The segments of a file, and its lines.
pub struct OwnCode {
    /// From the top to the bottom.
    pub segments: Vec<Segment>,
    /// Those that have code.
    pub lines: Vec<Line>,
    /// Whether functions are told apart; if not, this is what llvm-cov has.
    pub is_apart: bool,
}

impl OwnCode {
    /// Those of the innermost function at each place, if functions lie inside of others or apart, else those of the file, which
    /// has this text if it is known.
    pub fn of(coverage: &Coverage, file: &FileCoverage, text: Option<&str>) -> Self {
        let text: Vec<_> = text.unwrap_or_default().lines().collect();
        let nested = bodies(coverage, file).and_then(|bodies| nested(bodies, &text));
        let Some(segments) = nested else {
            return Self {
                segments: file.segments.clone(),
                lines: file.lines.clone(),
                is_apart: false,
            };
        };
        let is_known = |line: &Line| {
            let place = file
                .lines
                .binary_search_by_key(&line.number, |it| it.number);
            place.is_ok()
        };
        let all = lines(&segments);
        // Of a file of which some lines alone are reported on there are no others.
        let kept: Vec<_> = all.iter().copied().filter(is_known).collect();
        let segments = if kept.len() < all.len() {
            clipped(&segments, &kept)
        } else {
            segments
        };
        Self {
            segments,
            lines: kept,
            is_apart: true,
        }
    }

    /// How many of the lines did not run.
    pub fn missing(&self) -> usize {
        self.lines.iter().filter(|line| line.count == 0).count()
    }
}

/// The lines of a function that has these `parts`: itself, its closures and its async body. What else a macro makes in the same
/// place is not counted. `text` has the lines of the file.
pub fn lines_of(parts: &[&ShownFunction], text: &[&str]) -> Vec<Line> {
    let mut by_start: BTreeMap<Position, Vec<CountedRegion>> = BTreeMap::new();
    for part in parts {
        by_start.entry(part.start).or_default().extend(part.code());
    }
    let all = || segments(by_start.values().flatten().copied());
    lines(&nested(bodies_of(&by_start), text).unwrap_or_else(all))
}

/// The code of a function, as all its instantiations.
struct Body {
    start: Position,
    end: Position,
    segments: Vec<Segment>,
    /// So many of them are written.
    written: usize,
}

/// The bodies in a file, an outer one before those inside; none if a function has code in several places of the file, such as
/// that of a macro.
fn bodies(coverage: &Coverage, file: &FileCoverage) -> Option<Vec<Body>> {
    let mut by_start: BTreeMap<Position, Vec<CountedRegion>> = BTreeMap::new();
    for function in coverage.functions_of(file) {
        let mut own = function
            .regions
            .iter()
            .filter(|region| function.files[region.file] == file.path)
            .peekable();
        let first = **own.peek()?;
        for region in own {
            if region.file != first.file || region.start < first.start {
                return None;
            }
            by_start.entry(first.start).or_default().push(*region);
        }
    }
    Some(bodies_of(&by_start))
}

fn bodies_of(by_start: &BTreeMap<Position, Vec<CountedRegion>>) -> Vec<Body> {
    let bodies = by_start.iter().map(|(&start, regions)| Body {
        start,
        end: regions.iter().map(|it| it.end).max().unwrap_or(start),
        segments: segments(regions.iter().copied()),
        written: 0,
    });
    bodies.collect()
}

/// The segments of bodies that lie inside of each other or apart; none if some overlap.
fn nested(bodies: Vec<Body>, text: &[&str]) -> Option<Vec<Segment>> {
    let mut out = vec![];
    let mut around: Vec<Body> = vec![];
    for mut body in bodies {
        while around.last().is_some_and(|it| it.end <= body.start) {
            finish(&mut around, &mut out);
        }
        if let Some(outer) = around.last_mut() {
            if outer.end < body.end {
                return None;
            }
            outer.write(body.start, &mut out);
            if is_all_of(text, outer.start, body.start) {
                body.end = outer.end;
            }
        }
        around.push(body);
    }
    while !around.is_empty() {
        finish(&mut around, &mut out);
    }
    Some(out)
}

/// Whether what begins at `inner` is all that a function has between its braces, as the async body of a `main` under
/// `#[tokio::main]` is. Its last braces have no code of their own, and none of the function around them.
fn is_all_of(text: &[&str], outer: Position, inner: Position) -> bool {
    let column = |place: Position| place.column.saturating_sub(1) as usize;
    for number in outer.line..=inner.line {
        let line = number.checked_sub(1).and_then(|it| text.get(it as usize));
        let start = if number == outer.line {
            column(outer)
        } else {
            0
        };
        let Some(rest) = line.and_then(|line| line.get(start..)) else {
            return false;
        };
        if let Some(brace) = rest.find('{') {
            return number == inner.line && start + brace == column(inner);
        }
    }
    false
}

/// Writes what is left of the innermost body. Behind it, the one around it goes on.
fn finish(around: &mut Vec<Body>, out: &mut Vec<Segment>) {
    let Some(inner) = around.pop() else { return };
    out.extend(&inner.segments[inner.written..]);
    let Some(outer) = around.last_mut() else {
        return;
    };
    let after = |segment: &Segment| segment.start < inner.end;
    outer.written = outer.written.max(outer.segments.partition_point(after));
    let goes_on = outer.segments[..outer.written].last();
    let continues = outer
        .segments
        .get(outer.written)
        .is_none_or(|next| next.start > inner.end);
    out.pop_if(|last| last.start == inner.end);
    if let Some(segment) = goes_on.filter(|_| continues) {
        out.push(Segment {
            start: inner.end,
            is_entry: false,
            ..*segment
        });
    }
}

impl Body {
    /// Writes the segments before a place.
    fn write(&mut self, place: Position, out: &mut Vec<Segment>) {
        let end = self.segments.partition_point(|it| it.start < place);
        if end > self.written {
            out.extend(&self.segments[self.written..end]);
            self.written = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::functions::{Function, Functions};
    use crate::parse::regions::Kind;

    type Region = ((u32, u32), (u32, u32), u64);

    fn lines(functions: &[&[Region]]) -> Vec<(u32, u64)> {
        lines_of(None, functions)
    }

    fn lines_of(text: Option<&str>, functions: &[&[Region]]) -> Vec<(u32, u64)> {
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
        let coverage = Coverage::new(all, |_| true);
        let own = OwnCode::of(&coverage, &coverage.files[0], text);
        let lines = own.lines.iter();
        lines.map(|line| (line.number, line.count)).collect()
    }

    #[test]
    fn what_is_around_a_body_says_nothing_of_its_lines() {
        // Of line 3 the body has no more than a name, as of `println!`.
        let outer: &[Region] = &[((1, 1), (9, 2), 1)];
        let body: &[Region] = &[
            ((2, 5), (2, 20), 1),
            ((3, 9), (3, 17), 0),
            ((5, 1), (6, 6), 1),
        ];
        let inside: &[Region] = &[((5, 5), (5, 9), 0)];
        let expected = [
            (1, 1),
            (2, 1),
            (3, 0),
            (5, 1),
            (6, 1),
            (7, 1),
            (8, 1),
            (9, 1),
        ];
        assert_eq!(lines(&[outer, body, inside]), expected);
        assert_eq!(lines(&[inside, body, outer]), expected);
    }

    #[test]
    fn the_braces_behind_all_of_a_body_have_no_code() {
        let text = "async fn main() {\n    if a {\n        b()\n    }\n}\n";
        let outer: &[Region] = &[((1, 1), (5, 2), 1)];
        let body: &[Region] = &[((1, 17), (2, 10), 1), ((3, 9), (3, 10), 0)];
        let own = [(1, 1), (2, 1), (3, 0)];
        assert_eq!(lines_of(Some(text), &[outer, body]), own);
        // Where it is not known what the braces are of, they are those of the function around.
        let whole = [own.to_vec(), vec![(4, 1), (5, 1)]].concat();
        assert_eq!(lines(&[outer, body]), whole);
        let text = text.replacen("main()", "{ 1 } ", 1);
        assert_eq!(lines_of(Some(&text), &[outer, body]), whole);
    }

    #[test]
    fn behind_a_body_what_is_around_it_goes_on() {
        let outer: &[Region] = &[((1, 1), (9, 2), 4), ((2, 5), (7, 6), 2)];
        let one: &[Region] = &[((3, 8), (4, 3), 0)];
        let other: &[Region] = &[((6, 8), (7, 6), 0)];
        // As llvm-cov has it, a line counts as what begins in it and what is open before it.
        let expected = [
            (1, 4),
            (2, 4),
            (3, 2),
            (4, 0),
            (5, 2),
            (6, 2),
            (7, 0),
            (8, 4),
            (9, 4),
        ];
        assert_eq!(lines(&[outer, one, other]), expected);
    }

    #[test]
    fn instantiations_add_up_and_what_overlaps_counts_as_in_llvm_cov() {
        let body: &[Region] = &[((1, 1), (3, 2), 2)];
        assert_eq!(lines(&[body, body]), [(1, 4), (2, 4), (3, 4)]);
        let across: &[Region] = &[((2, 1), (5, 2), 0)];
        assert_eq!(
            lines(&[body, across]),
            [(1, 2), (2, 2), (3, 0), (4, 0), (5, 0)]
        );
    }
}
