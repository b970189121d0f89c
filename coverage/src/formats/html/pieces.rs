//! The pieces of a line as elements: what of it did not run, how often parts of it did, and its colours.

use std::fmt::Write;
use std::iter::Peekable;
use std::vec::IntoIter;

use super::highlight::{Coloured, coloured};
use super::line_state::LineState;
use super::marks::{Piece, State};
use super::numbers::exact;
use super::text::code;

/// Writes a source from its first piece to its last.
pub struct Writer<'a> {
    text: &'a str,
    colours: Peekable<IntoIter<Coloured>>,
    /// How many uncovered places there are so far.
    pub places: usize,
}

impl<'a> Writer<'a> {
    /// Only Rust has colours.
    pub fn new(text: &'a str, is_rust: bool) -> Self {
        let colours = if is_rust { coloured(text) } else { vec![] };
        Self {
            text,
            colours: colours.into_iter().peekable(),
            places: 0,
        }
    }

    /// A part of a line that begins at `start`. What is as the line says needs no mark; an uncovered place has
    /// one all the same, to be jumped to.
    /// So has what ran another number of times than the line, to be asked for that.
    pub fn piece(
        &mut self,
        html: &mut String,
        piece: &Piece,
        start: usize,
        line: LineState,
        count: Option<u64>,
    ) {
        let end = match (piece.state, line) {
            (State::Uncovered, LineState::Uncovered) if !piece.begins_place => "",
            (State::Uncovered, _) => {
                html.push_str("<u");
                if piece.begins_place {
                    self.places += 1;
                    let class = if piece.is_function { " class=f" } else { "" };
                    let _ = write!(html, " id=U{}{class}", self.places);
                }
                html.push('>');
                "</u>"
            }
            (State::Covered, LineState::Uncovered) => {
                let _ = write!(html, "<ins title={}×>", exact(piece.count));
                "</ins>"
            }
            (State::Covered, _) if count != Some(piece.count) => {
                let _ = write!(html, "<q title={}×>", exact(piece.count));
                "</q>"
            }
            _ => "",
        };
        self.coloured(html, start + piece.range.start, start + piece.range.end);
        html.push_str(end);
    }

    fn coloured(&mut self, html: &mut String, mut start: usize, end: usize) {
        while start < end {
            while self.colours.next_if(|it| it.range.end <= start).is_some() {}
            let Some(next) = self.colours.peek().filter(|next| next.range.start < end) else {
                return code(html, &self.text[start..end]);
            };
            if next.range.start > start {
                code(html, &self.text[start..next.range.start]);
                start = next.range.start;
            }
            let stop = next.range.end.min(end);
            let _ = write!(html, "<i class={}>", next.class);
            code(html, &self.text[start..stop]);
            html.push_str("</i>");
            start = stop;
        }
    }
}
