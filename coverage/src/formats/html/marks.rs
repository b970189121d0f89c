//! Marks: which part of a line ran and which did not, to the column.

use std::ops::Range;

use crate::count::segments::Segment;
use crate::parse::regions::Position;

/// What is known of a stretch of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There is no code.
    Plain,
    /// It ran.
    Covered,
    /// It did not run.
    Uncovered,
}

/// A part of a line that is of one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its bytes in the line.
    pub range: Range<usize>,
    /// What is known of it.
    pub state: State,
    /// How often it ran.
    pub count: u64,
    /// It is the first of an uncovered place: as many pieces as no code that ran and no beginning of a function
    /// comes between.
    pub begins_place: bool,
    /// This place is a whole function.
    pub is_function: bool,
}

/// Goes through a file, from its first line to its last.
pub struct Marks<'a> {
    rest: &'a [Segment],
    /// Where functions begin.
    functions: &'a [Position],
    state: State,
    count: u64,
    number: u32,
    /// The text before, leaving out space, did not run.
    in_place: bool,
    /// A function begins here that did not run.
    at_function: bool,
}

impl<'a> Marks<'a> {
    /// Before the first line. `functions` are the places where they begin, in order; closures are none.
    pub fn new(segments: &'a [Segment], functions: &'a [Position]) -> Self {
        Self {
            rest: segments,
            functions,
            state: State::Plain,
            count: 0,
            number: 0,
            in_place: false,
            at_function: false,
        }
    }

    /// The pieces of the next line, which has this text. Space around what did not run is not part of it.
    pub fn next_line(&mut self, text: &str) -> Vec<Piece> {
        self.number = self.number.saturating_add(1);
        let mut pieces = vec![];
        let mut start = 0;
        while let Some(segment) = self
            .rest
            .first()
            .filter(|segment| segment.start.line <= self.number)
        {
            self.rest = &self.rest[1..];
            if segment.start.line == self.number {
                let column = segment.start.column.saturating_sub(1) as usize;
                let end = text.floor_char_boundary(column).max(start);
                self.push(&mut pieces, text, start..end);
                start = end;
            }
            self.enter(segment);
        }
        self.push(&mut pieces, text, start..text.len());
        pieces
    }

    fn enter(&mut self, segment: &Segment) {
        self.state = match segment.count {
            None => State::Plain,
            // Space between two regions is not code.
            Some(0) if segment.is_gap => return,
            Some(0) => State::Uncovered,
            Some(_) => State::Covered,
        };
        self.count = segment.count.unwrap_or(0);
        while let [first, rest @ ..] = self.functions
            && *first <= segment.start
        {
            self.functions = rest;
            self.in_place = false;
            self.at_function = segment.count == Some(0) && *first == segment.start;
        }
    }

    fn push(&mut self, pieces: &mut Vec<Piece>, text: &str, range: Range<usize>) {
        let inside = &text[range.clone()];
        let core = inside.trim();
        let is_function = self.at_function;
        let all = self.count;
        let mut add = |range: Range<usize>, state, begins_place: bool| {
            let count = if state == State::Plain { 0 } else { all };
            if let Some(last) = pieces.last_mut()
                && (last.state, last.count) == (state, count)
                && !begins_place
            {
                last.range.end = range.end;
            } else if !range.is_empty() {
                pieces.push(Piece {
                    range,
                    state,
                    count,
                    begins_place,
                    is_function: begins_place && is_function,
                });
            }
        };
        if core.is_empty() {
            return add(range, State::Plain, false);
        }
        let start = range.start + (inside.len() - inside.trim_start().len());
        let end = start + core.len();
        let is_uncovered = self.state == State::Uncovered;
        add(range.start..start, State::Plain, false);
        add(start..end, self.state, is_uncovered && !self.in_place);
        add(end..range.end, State::Plain, false);
        self.at_function = false;
        self.in_place = is_uncovered || (self.in_place && self.state == State::Plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(line: u32, column: u32, count: Option<u64>) -> Segment {
        Segment {
            start: Position { line, column },
            count,
            is_entry: true,
            is_gap: false,
        }
    }

    /// Each line with `+` around what ran, `-` around what did not, and `>` where an uncovered place begins, `>fn` if
    /// that is a function.
    fn show(segments: &[Segment], functions: &[Position], source: &str) -> Vec<String> {
        let mut marks = Marks::new(segments, functions);
        let lines = source.lines().map(|line| {
            let show = |piece: Piece| {
                let text = &line[piece.range];
                let place = match piece {
                    Piece {
                        is_function: true, ..
                    } => ">fn ",
                    Piece {
                        begins_place: true, ..
                    } => ">",
                    _ => "",
                };
                match piece.state {
                    State::Plain => text.to_owned(),
                    State::Covered => format!("+{text}+"),
                    State::Uncovered => format!("{place}-{text}-"),
                }
            };
            marks.next_line(line).into_iter().map(show).collect()
        });
        lines.collect()
    }

    #[test]
    fn a_part_of_a_line_is_marked_from_its_column_to_its_end() {
        let segments = [
            segment(1, 1, Some(3)),
            segment(1, 4, Some(0)),
            segment(1, 5, Some(3)),
            segment(2, 2, None),
        ];
        assert_eq!(
            show(&segments, &[], "a()?;\n} z"),
            ["+a()+>-?-+;+", "+}+ z"]
        );
    }

    #[test]
    fn a_place_goes_on_over_lines_and_ends_where_other_code_comes() {
        let segments = [
            segment(1, 1, Some(1)),
            segment(1, 6, Some(0)),
            segment(3, 2, Some(1)),
            segment(3, 8, Some(0)),
            segment(4, 2, None),
        ];
        assert_eq!(
            show(&segments, &[], "if a {\n    b\n} else {\n}"),
            ["+if a+ >-{-", "    -b-", "-}- +else+ >-{-", "-}-"]
        );
    }

    #[test]
    fn what_is_no_code_does_not_end_a_place() {
        let segments = [
            segment(1, 8, Some(0)),
            segment(1, 9, None),
            segment(1, 10, Some(0)),
            segment(1, 14, None),
        ];
        assert_eq!(
            show(&segments, &[], "return a.iter();"),
            ["return >-a-.-iter-();"]
        );
    }

    #[test]
    fn the_next_function_is_a_place_of_its_own() {
        let segments = [
            segment(1, 1, Some(0)),
            segment(1, 3, None),
            segment(3, 1, Some(0)),
            segment(3, 3, None),
        ];
        assert_eq!(
            show(
                &segments,
                &[segments[0].start, segments[2].start],
                "{}\n\n{}"
            ),
            [">fn -{}-", "", ">fn -{}-"]
        );
    }

    #[test]
    fn a_gap_that_did_not_run_changes_nothing() {
        let gap = Segment {
            is_gap: true,
            ..segment(1, 2, Some(0))
        };
        let segments = [segment(1, 1, Some(1)), gap, segment(1, 3, Some(1))];
        assert_eq!(show(&segments, &[], "a;b"), ["+a;b+"]);
    }

    #[test]
    fn columns_outside_of_the_line_or_inside_of_a_character_do_no_harm() {
        let segments = [
            segment(1, 0, Some(1)),
            segment(1, 2, Some(0)),
            segment(1, 900, Some(1)),
            segment(9, 1, None),
        ];
        assert_eq!(show(&segments, &[], "äö"), [">-äö-"]);
        assert_eq!(show(&segments, &[], ""), Vec::<String>::new());
    }
}
