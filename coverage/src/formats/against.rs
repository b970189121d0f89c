//! What has changed since an earlier report, in two plain lines, and as Markdown.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::missing::stretches;
use super::view::View;
use crate::baseline::Comparison;
use crate::count::FileCoverage;
use crate::terminal::harmless;

/// How many files a list in Markdown has.
const LISTED: usize = 20;
/// How many stretches of lines it has of a file.
const STRETCHES_LISTED: usize = 10;

/// How many of the files with lost lines are named, those with most first.
const FILES: usize = 3;
/// How many stretches of lines are listed of a file.
const STRETCHES: usize = 5;

/// Writes how many lines are newly run and lost, and where those are that were lost; nothing without an earlier report.
///
/// # Errors
///
/// Those of `out`.
pub(super) fn write(out: &mut dyn Write, view: &View) -> io::Result<()> {
    let Some(against) = &view.subject.against else {
        return Ok(());
    };
    let sentence = format!(
        "Against {}: {}.",
        harmless(&against.name),
        against.sentence()
    );
    writeln!(out, "\n{}", view.screen.wrapped(sentence.split(' '), 0))?;
    let files = view.files();
    let files = losing(against, &files);
    let mut lost: Vec<_> = files
        .iter()
        .take(FILES)
        .map(|(file, name)| {
            let lines = against.of(file).lost.iter();
            format!("{name}: {}", stretches(lines.copied(), STRETCHES))
        })
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    match files.len() - lost.len() {
        0 => {}
        1 => lost.push("and 1 more file".into()),
        more => lost.push(format!("and {more} more files")),
    }
    let lost = format!("Lost: {}", lost.join("; "));
    writeln!(out, "{}", view.screen.wrapped(lost.split(' '), 4))
}

/// The same as a sentence and a list, of at most about so many bytes. `code` makes code of a name.
pub(super) fn markdown(
    against: &Comparison,
    files: &[(&FileCoverage, Cow<'_, str>)],
    code: impl Fn(&str) -> String,
    most: usize,
) -> String {
    let (name, sentence) = (code(&against.name), against.sentence());
    let mut text = format!("\nAgainst {name}: **{sentence}**\n");
    let files = losing(against, files);
    for (place, (file, name)) in files.iter().enumerate() {
        let lost = &against.of(file).lost;
        let lines = stretches(lost.iter().copied(), STRETCHES_LISTED);
        let item = format!("- {}: {} lost: {lines}\n", code(name), lost.len());
        text.push_str(if place == 0 { "\n" } else { "" });
        if place == LISTED || text.len() + item.len() > most {
            let _ = writeln!(text, "- {} more files", files.len() - place);
            break;
        }
        text.push_str(&item);
    }
    text
}

/// The files with lost lines, those with most first.
fn losing<'a, 'name>(
    against: &Comparison,
    files: &'a [(&'a FileCoverage, Cow<'name, str>)],
) -> Vec<&'a (&'a FileCoverage, Cow<'name, str>)> {
    let lost = |file: &FileCoverage| against.of(file).lost.len();
    let mut files: Vec<_> = files.iter().filter(|(file, _)| lost(file) > 0).collect();
    files.sort_by_key(|(file, _)| Reverse(lost(file)));
    files
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::baseline::{Changes, Comparison};
    use crate::count::summary::Summary;
    use crate::count::{Coverage, FileCoverage};
    use crate::formats::order::Order;
    use crate::formats::screen::Screen;
    use crate::formats::subject::Subject;

    /// Files in each of which so many lines were lost.
    fn lost(lost: &[u32]) -> (Coverage, Comparison) {
        let file = |number: usize| FileCoverage {
            path: format!("/app/{number}.rs").into(),
            summary: Summary::default(),
            functions: vec![],
            segments: vec![],
            lines: vec![],
        };
        let changes = |lost: u32| Changes {
            gained: vec![9],
            lost: (1..=lost).map(|it| it * 2).collect(),
        };
        let files: Vec<_> = (0..lost.len()).map(file).collect();
        let paths = files.iter().map(|file| file.path.clone());
        let against = Comparison {
            name: "earlier.json".into(),
            files: paths.zip(lost.iter().copied().map(changes)).collect(),
            ..Comparison::default()
        };
        let coverage = Coverage {
            files,
            ..Coverage::default()
        };
        (coverage, against)
    }

    fn written(lines: &[u32]) -> String {
        let (coverage, against) = lost(lines);
        let view = View {
            coverage: &coverage,
            root: Path::new("/app"),
            order: Order::Name,
            screen: Screen::default(),
            subject: &Subject {
                against: Some(against),
                ..Subject::default()
            },
        };
        let mut text = vec![];
        write(&mut text, &view).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_files_that_lost_most_are_named_and_the_others_counted() {
        let none = "\nAgainst earlier.json: 2 lines newly run, 0 lost.\n";
        assert_eq!(written(&[0, 0]), none);
        assert_eq!(
            written(&[1, 0, 7, 2, 1]),
            "\nAgainst earlier.json: 5 lines newly run, 11 lost.\n\
             Lost: 2.rs: 2, 4, 6, 8, 10, and 2 more; 3.rs: 2, 4; 0.rs: 2; and 1 more file\n"
        );
    }

    #[test]
    fn a_list_ends_where_there_is_no_more_room() {
        let written = |lines: &[u32], name: &str| {
            let (coverage, against) = lost(lines);
            let files: Vec<_> = coverage.files.iter().map(|it| (it, name.into())).collect();
            markdown(&against, &files, str::to_owned, 200)
        };
        let head = "\nAgainst earlier.json: **";
        assert_eq!(
            written(&[0], "a"),
            format!("{head}1 line newly run, 0 lost**\n")
        );
        assert_eq!(
            written(&[1, 2], "a"),
            format!("{head}2 lines newly run, 3 lost**\n\n- a: 2 lost: 2, 4\n- a: 1 lost: 2\n")
        );
        let name = "x".repeat(100);
        assert_eq!(
            written(&[1, 1, 1], &name),
            format!("{head}3 lines newly run, 3 lost**\n\n- {name}: 1 lost: 2\n- 2 more files\n")
        );
        let many = written(&[1; 30], "");
        assert!(
            many.len() < 250 && many.ends_with(" more files\n"),
            "{many}"
        );
    }
}
