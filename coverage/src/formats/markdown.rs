//! Coverage as Markdown, for a comment on a pull request or the summary of a job.
//!
//! It is GitHub's dialect. The first line is a comment by which a program finds the text again, to replace it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use super::against;
use super::order::Order;
use super::screen::Screen;
use super::subject::Subject;
use super::table::percent;
use super::{missing, names};
use crate::count::ratio::Ratio;
use crate::count::summary::Summary;
use crate::count::{Coverage, FileCoverage};
use crate::terminal::{has_command, steers};

/// GitHub refuses a longer comment. It counts characters; these are bytes, which are no fewer.
const LIMIT: usize = 65_536;
/// What is kept free for the end.
const END: usize = 256;
/// How many files are shown, before the others fold up.
const SHOWN: usize = 20;
/// How many stretches of lines are listed of a file.
const STRETCHES: usize = 10;
/// How wide a bar is.
const BAR: usize = 20;

const HEAD: &str = "\n| File | Lines | Functions | Regions | Lines that did not run |\n\
                    | :--- | ---: | ---: | ---: | :--- |\n";

/// Writes the totals, and a table of the files, as [`names`] calls them in the workspace at `root`: the one of
/// which the least ran comes first. Those of which everything ran fold up. The first line is the comment `<!-- mark -->`.
///
/// # Errors
///
/// Those of `out`.
pub fn write(
    out: &mut dyn Write,
    coverage: &Coverage,
    root: &Path,
    subject: &Subject,
    mark: &str,
) -> io::Result<()> {
    let mut files = names::in_order(coverage, root);
    files.sort_by(|(one, _), (other, _)| {
        let by = |order: Order| order.of(&one.summary, &other.summary);
        let complete = |file: &FileCoverage| file.summary.is_complete();
        complete(one)
            .cmp(&complete(other))
            .then_with(|| by(Order::Lines))
            .then_with(|| by(Order::Missing))
    });
    if let Some(nothing) = subject.nothing(code)
        && files.is_empty()
    {
        return write!(out, "<!-- {mark} -->\n## Coverage\n\n{nothing}\n");
    }
    let incomplete = |(file, _): &&(&FileCoverage, _)| !file.summary.is_complete();
    let shown = files.iter().take(SHOWN).filter(incomplete).count();
    let mut text = format!("<!-- {mark} -->\n");
    text.push_str(&totals(&coverage.total, subject));
    if let Some(earlier) = &subject.against {
        text.push_str(&against::markdown(earlier, &files, code, LIMIT / 4));
    }
    if shown > 0 {
        text.push_str(HEAD);
    }
    for (place, (file, name)) in files.iter().enumerate() {
        let mut row = row(coverage, file, name);
        if place == shown {
            let summary = folded(&files[shown..]);
            row = format!("\n<details><summary>{summary}</summary>\n{HEAD}{row}");
        }
        if text.len() + row.len() + END > LIMIT {
            let count = files.len() - place;
            if place > shown {
                text.push_str("\n</details>\n");
            }
            let _ = writeln!(
                text,
                "\nFiles that are not shown, as a comment has at most {LIMIT} characters: {count}"
            );
            return out.write_all(text.as_bytes());
        }
        text.push_str(&row);
    }
    if files.len() > shown {
        text.push_str("\n</details>\n");
    }
    out.write_all(text.as_bytes())
}

/// What is said of the files that are folded up.
fn folded(files: &[(&FileCoverage, Cow<'_, str>)]) -> String {
    let all_complete = files.iter().all(|(file, _)| file.summary.is_complete());
    match (files.len(), all_complete) {
        (1, true) => "1 file of which everything ran".into(),
        (count, true) => format!("{count} files of which everything ran"),
        (1, false) => "1 more file".into(),
        (count, false) => format!("{count} more files"),
    }
}

fn totals(total: &Summary, subject: &Subject) -> String {
    let of_lines = subject.since.as_ref().map_or(" of lines", |_| "");
    let phrase = subject.phrase(code);
    let Ratio { covered, total: of } = total.lines;
    let mut text = format!(
        "## Coverage{phrase}: {}{of_lines} ({covered} of {of})\n\n\
         | | Ran | | |\n| :--- | ---: | ---: | :--- |\n",
        percent(total.lines)
    );
    for (what, ratio) in [
        ("Lines", total.lines),
        ("Functions", total.functions),
        ("Regions", total.regions),
    ] {
        let Ratio { covered, total } = ratio;
        let _ = writeln!(
            text,
            "| {what} | {covered} of {total} | {} | `{}` |",
            percent(ratio),
            bar(ratio)
        );
    }
    text
}

fn row(coverage: &Coverage, file: &FileCoverage, name: &str) -> String {
    let summary = &file.summary;
    let [lines, functions, regions] = [summary.lines, summary.functions, summary.regions]
        .map(|ratio| format!("{} ({ratio})", percent(ratio)));
    format!(
        "| {} | {lines} | {functions} | {regions} | {} |\n",
        code(name),
        missing::list(coverage, file, STRETCHES)
    )
}

/// Full and empty only if all or none of it ran.
fn bar(ratio: Ratio) -> String {
    let full = Screen::default().bar(ratio.covered, ratio.total, BAR).len();
    "█".repeat(full) + &"░".repeat(BAR - full)
}

/// A name as code in a cell of a table, whatever it is made of.
fn code(name: &str) -> String {
    if !name.contains(|it: char| steers(it) || "`|\\".contains(it)) && !has_command(name) {
        return format!("`{name}`");
    }
    let mut text = String::from("<code>");
    for character in name.chars() {
        let number = u32::from(character);
        match character {
            // The pictures of the control characters, in their order.
            '\0'..' ' => text.push(char::from_u32(0x2400 + number).unwrap_or('\u{fffd}')),
            '/' | '.' | '-' => text.push(character),
            _ if steers(character) => {
                let _ = write!(text, "U+{number:04X}");
            }
            _ if character.is_ascii_punctuation() => {
                let _ = write!(text, "&#{number};");
            }
            _ => text.push(character),
        }
    }
    text + "</code>"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::lines::Line;

    fn file(path: &str, missed: u32) -> FileCoverage {
        let ratio = Ratio {
            covered: 1,
            total: 1 + missed as usize,
        };
        let lines = (0..=missed).map(|line| Line {
            number: line * 2 + 1,
            count: u64::from(line == 0),
        });
        FileCoverage {
            path: path.into(),
            summary: Summary {
                lines: ratio,
                functions: ratio,
                instantiations: ratio,
                regions: ratio,
            },
            functions: vec![],
            segments: vec![],
            lines: lines.collect(),
        }
    }

    fn written(files: Vec<FileCoverage>) -> String {
        let mut coverage = Coverage {
            files,
            ..Coverage::default()
        };
        for file in &coverage.files {
            coverage.total += file.summary;
        }
        let mut text = vec![];
        write(
            &mut text,
            &coverage,
            Path::new("/app"),
            &Subject::default(),
            "mark",
        )
        .unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_file_of_which_the_least_ran_comes_first() {
        let text = written(vec![
            file("/app/all.rs", 0),
            file("/app/half.rs", 1),
            file("/app/little.rs", 12),
        ]);
        assert_eq!(
            text,
            "<!-- mark -->
## Coverage: 18.75% of lines (3 of 16)

| | Ran | | |
| :--- | ---: | ---: | :--- |
| Lines | 3 of 16 | 18.75% | `███░░░░░░░░░░░░░░░░░` |
| Functions | 3 of 16 | 18.75% | `███░░░░░░░░░░░░░░░░░` |
| Regions | 3 of 16 | 18.75% | `███░░░░░░░░░░░░░░░░░` |

| File | Lines | Functions | Regions | Lines that did not run |
| :--- | ---: | ---: | ---: | :--- |
| `little.rs` | 7.69% (1/13) | 7.69% (1/13) | 7.69% (1/13) | 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, and 2 more |
| `half.rs` | 50.00% (1/2) | 50.00% (1/2) | 50.00% (1/2) | 3 |

<details><summary>1 file of which everything ran</summary>

| File | Lines | Functions | Regions | Lines that did not run |
| :--- | ---: | ---: | ---: | :--- |
| `all.rs` | 100.00% (1/1) | 100.00% (1/1) | 100.00% (1/1) |  |

</details>
"
        );
    }

    #[test]
    fn the_heading_says_what_the_numbers_are_of() {
        let subject = Subject {
            since: Some("origin/main".into()),
            exclude: vec!["src/**".into()],
            ..Subject::default()
        };
        let first = |coverage: &Coverage| {
            let mut text = vec![];
            write(&mut text, coverage, Path::new("/app"), &subject, "mark").unwrap();
            String::from_utf8(text).unwrap()
        };
        assert_eq!(
            first(&Coverage::default()),
            "<!-- mark -->\n## Coverage\n\nNo line with code has changed since `origin/main`.\n"
        );
        let file = file("/app/half.rs", 1);
        let coverage = Coverage {
            total: file.summary,
            files: vec![file],
            ..Coverage::default()
        };
        assert!(first(&coverage).contains(
            "\n## Coverage of the lines changed since `origin/main` without `src/**`: 50.00% (1 of 2)\n"
        ));
    }

    #[test]
    fn more_files_than_are_looked_at_fold_up() {
        let files = |count| {
            let files = (0..count).map(|number| file(&format!("/app/{number}.rs"), 1));
            written(files.collect())
        };
        assert!(!files(20).contains("<details>"));
        let text = files(23);
        let (shown, folded) = text
            .split_once("\n<details><summary>3 more files</summary>\n")
            .unwrap();
        assert_eq!(shown.matches(".rs`").count(), 20);
        assert_eq!(folded.matches(".rs`").count(), 3);
        assert!(folded.ends_with("|\n\n</details>\n"), "{folded}");
        let complete = written(vec![file("/app/a.rs", 0), file("/app/b.rs", 0)]);
        let (shown, folded) = complete.split_once("<details>").unwrap();
        assert!(!shown.contains("| File |"), "{shown}");
        assert!(
            folded.starts_with("<summary>2 files of which everything ran<"),
            "{folded}"
        );
    }

    #[test]
    fn it_is_never_longer_than_a_comment_may_be() {
        let long = "x".repeat(70_000);
        for name in [
            "src/with/a/rather/long/name/as/they/are/in/some/crates",
            &long,
        ] {
            let files = (0..2_000).map(|number| file(&format!("/app/{name}{number}.rs"), 9));
            let text = written(files.collect());
            assert!(text.len() <= LIMIT, "{} bytes", text.len());
            let shown = text.matches(".rs` |").count();
            let end = format!(
                "\nFiles that are not shown, as a comment has at most 65536 characters: {}\n",
                2_000 - shown
            );
            assert!(text.ends_with(&end), "{}", &text[text.len() - 300..]);
            assert_eq!(
                text.matches("<details>").count(),
                text.matches("</details>").count()
            );
        }
    }

    #[test]
    fn a_bar_is_full_and_empty_only_where_all_or_none_of_it_ran() {
        let full = |covered, total| bar(Ratio { covered, total }).matches('█').count();
        assert_eq!(
            [(0, 9), (1, 900), (899, 900), (9, 9), (0, 0)]
                .map(|(covered, total)| full(covered, total)),
            [0, 1, 19, 20, 0]
        );
    }

    #[test]
    fn a_name_is_code_whatever_it_is_made_of() {
        assert_eq!(code("src/a_b <c> & @d.rs"), "`src/a_b <c> & @d.rs`");
        assert_eq!(
            code("a|b`c\\\n<@d>\u{7f}.rs"),
            "<code>a&#124;b&#96;c&#92;␊&#60;&#64;d&#62;U+007F.rs</code>"
        );
    }
}
