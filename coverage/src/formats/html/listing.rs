//! The listing of a source file: every line with its count, and inside of it what did not run.

use std::fmt::Write;

use super::against;
use super::folds;
use super::line_state::LineState;
use super::marks::{Marks, State};
use super::notes::Notes;
use super::numbers::{compact, counted, exact};
use super::pieces::Writer;
use crate::baseline::Changes;
use crate::count::lines::Line;

/// A browser lays out as many lines at once, and those out of sight later.
const LINES_TOGETHER: u32 = 100;

/// The lines of a file, as a page shows them.
pub struct Listing {
    /// The elements, one a line.
    pub html: String,
    /// How many uncovered places there are.
    pub places: usize,
    /// How many lines it has.
    pub length: u32,
    /// The lines that did not run and those that did not run as a whole, from a first one to a last one.
    pub missing: Vec<(State, u32, u32)>,
    /// Not all of it is shown at once.
    pub is_folded: bool,
}

/// What is known of a source.
#[derive(Clone, Copy)]
pub struct Kind<'a> {
    /// Only Rust has colours.
    pub is_rust: bool,
    /// The lines with counts are those that have changed: they are marked, and the others folded.
    pub is_of_changes: bool,
    /// What has changed since an earlier report.
    pub changes: &'a Changes,
}

/// The lines of `text`, with `counts`, and the `notes` below the lines that they belong to.
pub fn listing(
    text: &str,
    kind: Kind<'_>,
    counts: &[Line],
    mut marks: Marks<'_>,
    notes: &mut Notes,
) -> Listing {
    let mut listing = Listing {
        html: String::with_capacity(text.len() * 3),
        places: 0,
        length: 0,
        missing: vec![],
        is_folded: false,
    };
    let mut writer = Writer::new(text, kind.is_rust);
    let folds = if kind.is_of_changes {
        let length = text.split_terminator('\n').count();
        folds::between(counts, u32::try_from(length).unwrap_or(u32::MAX))
    } else {
        vec![]
    };
    listing.is_folded = !folds.is_empty();
    let mut folds = folds.into_iter().peekable();
    let mut counts = counts.iter().peekable();
    let mut start = 0;
    for line in text.split_terminator('\n') {
        listing.length += 1;
        let number = listing.length;
        if number % LINES_TOGETHER == 1 {
            listing
                .html
                .push_str(if number == 1 { "<div>" } else { "</div><div>" });
        }
        if let Some(fold) = folds.peek().filter(|fold| *fold.start() == number) {
            let lines = fold.end() - number + 1;
            let _ = write!(
                listing.html,
                "</div><details class=fold><summary>… {} …</summary><div>",
                counted(lines as usize, "line")
            );
        }
        while counts.next_if(|count| count.number < number).is_some() {}
        let count = counts
            .next_if(|count| count.number == number)
            .map(|line| line.count);
        let pieces = marks.next_line(line);
        let state = LineState::new(count, &pieces);
        let _ = write!(
            listing.html,
            "<p id=L{number}{class}><a href=#L{number}>{number}</a>{count}<code>",
            class = state.class(kind.is_of_changes, against::class(kind.changes, number)),
            count = count_of(count),
        );
        for piece in &pieces {
            writer.piece(&mut listing.html, piece, start, state, count);
        }
        listing.html.push_str("</code>");
        start += line.len() + 1;
        // What is copied has a line end where the source has one.
        if start <= text.len() {
            listing.html.push('\n');
        }
        listing.note(state, number);
        notes.write(&mut listing.html, number);
        if folds.next_if(|fold| *fold.end() == number).is_some() {
            listing.html.push_str("</div></details><div>");
        }
    }
    if listing.length > 0 {
        listing.html.push_str("</div>");
    }
    listing.places = writer.places;
    listing
}

/// The lines that have counts, of a file that is not there.
pub fn numbers(counts: &[Line], changes: &Changes) -> Listing {
    let mut listing = Listing {
        html: "<div>".into(),
        places: 0,
        length: counts.last().map_or(0, |last| last.number),
        missing: vec![],
        is_folded: false,
    };
    let mut before = LineState::Plain;
    for Line { number, count } in counts {
        let state = LineState::new(Some(*count), &[]);
        let mut place = String::new();
        if state == LineState::Uncovered && before != state {
            listing.places += 1;
            place = format!("<u id=U{}> </u>", listing.places);
        }
        let _ = writeln!(
            listing.html,
            "<p id=L{number}{class}><a href=#L{number}>{number}</a>{count}<code>{place}</code>",
            class = state.class(false, against::class(changes, *number)),
            count = count_of(Some(*count)),
        );
        listing.note(state, *number);
        before = state;
    }
    listing.html.push_str("</div>");
    listing
}

fn count_of(count: Option<u64>) -> String {
    match count {
        None => "<b></b>".into(),
        Some(count) if count < 1000 => format!("<b>{count}</b>"),
        Some(count) => format!("<b title=\"{}\">{}</b>", exact(count), compact(count)),
    }
}

impl Listing {
    fn note(&mut self, state: LineState, number: u32) {
        let state = match state {
            LineState::Uncovered => State::Uncovered,
            LineState::Partly => State::Covered,
            _ => return,
        };
        match self.missing.last_mut() {
            Some((before, _, last)) if *before == state && *last + 1 == number => *last = number,
            _ => self.missing.push((state, number, number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::segments::Segment;
    use crate::parse::regions::Position;

    fn shown(text: &str, lines: &[(u32, u64)], segments: &[(u32, u32, u64)]) -> Listing {
        let kind = Kind {
            is_rust: true,
            is_of_changes: false,
            changes: &Changes::default(),
        };
        shown_of(kind, text, lines, segments)
    }

    fn shown_of(
        kind: Kind<'_>,
        text: &str,
        lines: &[(u32, u64)],
        segments: &[(u32, u32, u64)],
    ) -> Listing {
        let counts: Vec<_> = lines
            .iter()
            .map(|&(number, count)| Line { number, count })
            .collect();
        let segments: Vec<_> = segments
            .iter()
            .map(|&(line, column, count)| Segment {
                start: Position { line, column },
                count: Some(count),
                is_entry: true,
                is_gap: false,
            })
            .collect();
        let mut notes = Notes::default();
        listing(text, kind, &counts, Marks::new(&segments, &[]), &mut notes)
    }

    #[test]
    fn a_mark_and_a_colour_may_cross() {
        let listing = shown("\"ab\"", &[(1, 2)], &[(1, 1, 2), (1, 3, 0)]);
        assert_eq!(
            listing.html,
            "<div><p id=L1 class=h><a href=#L1>1</a><b>2</b><code><i class=s>&quot;a</i>\
             <u id=U1><i class=s>b&quot;</i></u></code></div>"
        );
    }

    #[test]
    fn what_ran_in_a_line_that_did_not_is_marked() {
        let listing = shown(
            "a b\nc",
            &[(1, 0), (2, 1200)],
            &[(1, 1, 0), (1, 3, 1), (2, 1, 1200)],
        );
        assert!(listing.html.contains(
            " class=u><a href=#L1>1</a><b>0</b><code><u id=U1>a</u> <ins title=1×>b</ins>"
        ));
        assert!(
            listing
                .html
                .contains("<b title=\"1,200\">1.2k</b><code>c</code>")
        );
        assert_eq!(
            (listing.places, listing.missing),
            (1, vec![(State::Uncovered, 1, 1)])
        );
    }

    #[test]
    fn what_ran_another_number_of_times_than_its_line_says_how_often() {
        let html = shown(
            "if a { b }",
            &[(1, 1200)],
            &[(1, 1, 1200), (1, 6, 3), (1, 11, 1200)],
        )
        .html;
        assert!(
            html.contains("<i class=k>if</i> a <q title=3×>{ b }</q></code>"),
            "{html}"
        );
        let html = shown("a b c", &[(1, 4)], &[(1, 1, 1), (1, 3, 4), (1, 5, 0)]).html;
        assert!(
            html.contains("<q title=1×>a</q> b <u id=U1>c</u>"),
            "{html}"
        );
    }

    #[test]
    fn a_comment_over_several_lines_is_coloured_in_each() {
        let html = shown("/* a\n\n b */ fn", &[], &[]).html;
        assert!(
            html.contains("<i class=c>/* a</i></code>") && html.contains("<i class=c> b */</i>"),
            "{html}"
        );
    }

    #[test]
    fn changed_lines_are_marked_and_what_is_between_them_is_folded() {
        let kind = Kind {
            is_rust: false,
            is_of_changes: true,
            changes: &Changes::default(),
        };
        let listing = shown_of(kind, &"a\n".repeat(120), &[(110, 1), (111, 0)], &[]);
        let html = &listing.html;
        assert!(html.starts_with(
            "<div></div><details class=fold><summary>… 106 lines …</summary><div><p id=L1>"
        ));
        assert!(html.contains("</code>\n</div></details><div><p id=L107>"));
        assert!(
            html.contains("<p id=L110 class=\"c v\">")
                && html.contains("<p id=L111 class=\"u v\">")
        );
        assert_eq!(
            html.matches("<div>").count(),
            html.matches("</div>").count()
        );
        assert!(listing.is_folded);
    }

    #[test]
    fn lines_that_are_not_as_in_an_earlier_report_have_a_class() {
        let changes = Changes {
            gained: vec![1],
            lost: vec![3],
        };
        let kind = Kind {
            is_rust: false,
            is_of_changes: false,
            changes: &changes,
        };
        let html = shown_of(kind, "a\nb\nc\n", &[(1, 2), (2, 1), (3, 0)], &[]).html;
        for class in ["L1 class=\"c ga\"", "L2 class=c", "L3 class=\"u lo\""] {
            assert!(html.contains(&format!("<p id={class}>")), "{html}");
        }
        let html = numbers(
            &[Line {
                number: 3,
                count: 0,
            }],
            &changes,
        )
        .html;
        assert!(html.contains("<p id=L3 class=\"u lo\">"), "{html}");
    }
}
