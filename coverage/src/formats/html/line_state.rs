//! What ran of a line as a whole.

use super::marks::{Piece, State};

/// What ran of a line.
#[derive(Clone, Copy, PartialEq)]
pub enum LineState {
    /// It has no code.
    Plain,
    /// It ran, all of it.
    Covered,
    /// A part of it did not run.
    Partly,
    /// It did not run.
    Uncovered,
}

impl LineState {
    /// That of a line with this count and these pieces.
    pub fn new(count: Option<u64>, pieces: &[Piece]) -> Self {
        let has_uncovered = || pieces.iter().any(|it| it.state == State::Uncovered);
        match count {
            None => Self::Plain,
            Some(0) => Self::Uncovered,
            Some(_) if has_uncovered() => Self::Partly,
            Some(_) => Self::Covered,
        }
    }

    /// The attribute of a line; `since` is its class if it is not as in an earlier report.
    pub fn class(self, is_of_changes: bool, since: &str) -> String {
        let own = match self {
            Self::Plain => return String::new(),
            Self::Covered => "c",
            Self::Partly => "h",
            Self::Uncovered => "u",
        };
        match (is_of_changes, since) {
            (false, "") => format!(" class={own}"),
            (true, "") => format!(" class=\"{own} v\""),
            (false, since) => format!(" class=\"{own} {since}\""),
            (true, since) => format!(" class=\"{own} v {since}\""),
        }
    }
}
