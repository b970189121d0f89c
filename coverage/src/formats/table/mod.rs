//! Coverage as a table for people: a row for each file, and one for all.

mod columns;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::against;
use super::screen::{Screen, width};
use super::view::View;
use crate::count::ratio::{DECIMALS, Ratio};
use crate::count::summary::Summary;
use crate::terminal::harmless;
use columns::{BAR, Column, GAP, Kind};

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();

/// Writes the table, on a screen as wide as that, else as wide as it needs to be. The colours, llvm-cov's, are for
/// `out` to keep or to drop; a screen with room for it has bars that say the same, and a sentence below.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, view: &View) -> io::Result<()> {
    let files = view.files();
    if let Some(nothing) = view.subject.nothing(|it| harmless(it).into_owned())
        && files.is_empty()
    {
        return writeln!(out, "{nothing}");
    }
    if let Some(since) = &view.subject.since {
        let since = harmless(since);
        writeln!(out, "Of the lines changed since {since}:\n")?;
    }
    let mut rows: Vec<Row> = files
        .iter()
        .map(|(file, name)| Row {
            name,
            style: PLAIN,
            summary: &file.summary,
        })
        .collect();
    rows.push(Row {
        name: "Total",
        style: BOLD,
        summary: &view.coverage.total,
    });
    Table::new(rows, view.screen).write(out)?;
    if view.screen.width.is_some() {
        let missing = files
            .iter()
            .filter(|(file, _)| file.summary.lines.missing() > 0);
        let sentence = conclusion(view.coverage.total.lines, missing.count(), files.len());
        let sentence = view.screen.wrapped(sentence.split(' '), 0);
        writeln!(out, "\n{sentence}")?;
    }
    against::write(out, view)
}

/// What the table comes to, in words.
fn conclusion(lines: Ratio, files: usize, all: usize) -> String {
    match lines.missing() {
        0 => "Every line ran.".into(),
        missing => format!(
            "{missing} of {} lines did not run, in {files} of {all} files.",
            lines.total
        ),
    }
}

struct Row<'a> {
    name: &'a str,
    style: Style,
    summary: &'a Summary,
}

struct Table<'a> {
    screen: Screen,
    rows: Vec<Row<'a>>,
    /// The room for the names.
    room: usize,
    /// Each with its width.
    columns: Vec<(Column, usize)>,
}

impl<'a> Table<'a> {
    fn new(rows: Vec<Row<'a>>, screen: Screen) -> Self {
        let names = rows.iter().map(|row| row.name).chain(["File"]);
        let longest = names.map(width).max().unwrap_or(0);
        let widest = |column: &Column| {
            let cells = rows
                .iter()
                .map(|row| width(&text(screen, column, row.summary)));
            let least = if column.kind == Kind::Bar {
                BAR
            } else {
                width(column.title)
            };
            cells.chain([least]).max().unwrap_or(0)
        };
        let (columns, room) = columns::fitting(screen, longest, widest);
        let columns = columns.iter().map(|column| (*column, widest(column)));
        Self {
            columns: columns.collect(),
            screen,
            room,
            rows,
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_name(out, "File", BOLD)?;
        for (column, columns) in &self.columns {
            write_cell(out, column, *columns, column.title, BOLD)?;
        }
        writeln!(out)?;
        for row in &self.rows {
            self.write_name(out, row.name, row.style)?;
            for (column, columns) in &self.columns {
                let style = match column.kind {
                    Kind::Count => row.style,
                    Kind::Percent | Kind::Bar => colour((column.of)(row.summary), row.style),
                };
                let text = text(self.screen, column, row.summary);
                write_cell(out, column, *columns, &text, style)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn write_name(&self, out: &mut dyn Write, name: &str, style: Style) -> io::Result<()> {
        let name = self.screen.end_of(name, self.room);
        let space = " ".repeat(self.room - width(&name));
        write!(out, "{style}{name}{style:#}{space}")
    }
}

fn write_cell(
    out: &mut dyn Write,
    column: &Column,
    columns: usize,
    text: &str,
    style: Style,
) -> io::Result<()> {
    let gap = " ".repeat(GAP);
    let space = " ".repeat(columns - width(text));
    match column.kind {
        Kind::Bar => write!(out, "{gap}{style}{text}{style:#}{space}"),
        Kind::Count | Kind::Percent => write!(out, "{gap}{space}{style}{text}{style:#}"),
    }
}

fn text(screen: Screen, column: &Column, summary: &Summary) -> String {
    let ratio = (column.of)(summary);
    match column.kind {
        Kind::Count => ratio.to_string(),
        Kind::Percent => percent(ratio),
        Kind::Bar => screen.bar(ratio.covered, ratio.total, BAR),
    }
}

/// The percentage, and `-` of nothing.
pub(super) fn percent(ratio: Ratio) -> String {
    ratio.percentage(DECIMALS).unwrap_or_else(|| "-".into())
}

fn colour(ratio: Ratio, style: Style) -> Style {
    let colour = match ratio.percent() {
        _ if ratio.covered == ratio.total => AnsiColor::Green,
        Some(percent) if percent >= 80.0 => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    };
    style.fg_color(Some(colour.into()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::count::{Coverage, FileCoverage};
    use crate::formats::order::Order;
    use crate::formats::subject::Subject;

    fn ratio(covered: usize, total: usize) -> Ratio {
        Ratio { covered, total }
    }

    /// The table of three files, without its colours.
    fn table(screen: Screen, order: Order) -> String {
        let file = |path: &str, lines| FileCoverage {
            path: path.into(),
            summary: Summary {
                lines,
                functions: ratio(1, 1),
                instantiations: ratio(1, 1),
                regions: ratio(0, 0),
            },
            functions: vec![],
            segments: vec![],
            lines: vec![],
        };
        let files = vec![
            file("/base/src/main.rs", ratio(2, 3)),
            file("/base/src/源.rs", ratio(0, 31)),
            file("/elsewhere/lib.rs", ratio(1200, 1200)),
        ];
        let coverage = Coverage {
            total: Summary {
                lines: ratio(1202, 1234),
                ..files[0].summary
            },
            files,
            ..Coverage::default()
        };
        let mut table = anstream::StripStream::new(vec![]);
        let view = View {
            coverage: &coverage,
            root: Path::new("/base"),
            order,
            screen,
            subject: &Subject::default(),
        };
        write(&mut table, &view).unwrap();
        String::from_utf8(table.into_inner()).unwrap()
    }

    fn screen(width: usize) -> Screen {
        Screen {
            width: Some(width),
            unicode: true,
        }
    }

    #[test]
    fn the_columns_are_as_wide_as_their_widest_cell() {
        assert_eq!(
            table(Screen::default(), Order::Name),
            "\
File                   Lines    Cover  Functions    Cover  Regions  Cover
src/main.rs              2/3   66.67%        1/1  100.00%      0/0      -
src/源.rs               0/31    0.00%        1/1  100.00%      0/0      -
/elsewhere/lib.rs  1200/1200  100.00%        1/1  100.00%      0/0      -
Total              1202/1234   97.41%        1/1  100.00%      0/0      -
"
        );
    }

    #[test]
    fn a_wide_screen_has_bars_and_a_sentence() {
        assert_eq!(
            table(screen(90), Order::Lines),
            "\
File                   Lines    Cover              Functions    Cover  Regions  Cover
src/源.rs               0/31    0.00%                    1/1  100.00%      0/0      -
src/main.rs              2/3   66.67%  ██████▋           1/1  100.00%      0/0      -
/elsewhere/lib.rs  1200/1200  100.00%  ██████████        1/1  100.00%      0/0      -
Total              1202/1234   97.41%  █████████▋        1/1  100.00%      0/0      -

32 of 1234 lines did not run, in 2 of 3 files.
"
        );
    }

    #[test]
    fn a_narrow_screen_has_the_lines_and_the_ends_of_the_names() {
        assert_eq!(
            table(screen(36), Order::Name),
            "\
File                  Lines    Cover
src/main.rs             2/3   66.67%
src/源.rs              0/31    0.00%
…lsewhere/lib.rs  1200/1200  100.00%
Total             1202/1234   97.41%

32 of 1234 lines did not run, in 2
of 3 files.
"
        );
    }

    #[test]
    fn what_ran_completely_is_said_so() {
        assert_eq!(conclusion(ratio(7, 7), 0, 2), "Every line ran.");
    }
}
