//! Coverage as a table for people: a row for each file, and one for all.

use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::super::count::Coverage;
use super::super::count::summary::{Ratio, Summary};
use super::names;

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();

/// Writes the table, the files as [`names`] calls them in the workspace at `root`, as wide as it needs to be. The colours, llvm-cov's, are
/// for `out` to keep or to drop.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, coverage: &Coverage, root: &Path) -> io::Result<()> {
    let head = [
        "File",
        "Lines",
        "Cover",
        "Functions",
        "Cover",
        "Regions",
        "Cover",
    ];
    let mut rows = vec![head.map(|title| Cell {
        text: title.into(),
        style: BOLD,
    })];
    for (file, name) in names::in_order(coverage, root) {
        rows.push(row(&name, PLAIN, &file.summary));
    }
    rows.push(row("Total", BOLD, &coverage.total));

    let mut widths = [0; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    for row in &rows {
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let Cell { text, style } = cell;
            let space = " ".repeat(width - cell.width());
            match column {
                0 => write!(out, "{style}{text}{style:#}{space}")?,
                _ => write!(out, "  {space}{style}{text}{style:#}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

fn row(name: &str, style: Style, summary: &Summary) -> [Cell; 7] {
    let [lines, functions, regions] =
        [summary.lines, summary.functions, summary.regions].map(|ratio| {
            [
                Cell {
                    text: ratio.to_string(),
                    style,
                },
                Cell {
                    text: percent(ratio),
                    style: colour(ratio, style),
                },
            ]
        });
    let [[l, lc], [f, fc], [r, rc]] = [lines, functions, regions];
    [
        Cell {
            text: name.into(),
            style,
        },
        l,
        lc,
        f,
        fc,
        r,
        rc,
    ]
}

fn percent(ratio: Ratio) -> String {
    ratio
        .percent()
        .map_or("-".into(), |percent| format!("{percent:.2}%"))
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
    use super::super::super::count::FileCoverage;
    use super::*;

    fn ratio(covered: usize, total: usize) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn the_columns_are_as_wide_as_their_widest_cell() {
        let summary = Summary {
            lines: ratio(2, 3),
            functions: ratio(1, 1),
            instantiations: ratio(1, 1),
            regions: ratio(0, 0),
        };
        let file = |path: &str| FileCoverage {
            path: path.into(),
            summary,
            functions: vec![],
            segments: vec![],
            lines: vec![],
        };
        let coverage = Coverage {
            files: vec![file("/base/src/main.rs"), file("/elsewhere/lib.rs")],
            total: Summary {
                lines: ratio(1200, 1234),
                ..summary
            },
            ..Coverage::default()
        };
        let mut table = anstream::StripStream::new(vec![]);
        write(&mut table, &coverage, Path::new("/base")).unwrap();
        assert_eq!(
            String::from_utf8(table.into_inner()).unwrap(),
            "\
File                   Lines   Cover  Functions    Cover  Regions  Cover
src/main.rs              2/3  66.67%        1/1  100.00%      0/0      -
/elsewhere/lib.rs        2/3  66.67%        1/1  100.00%      0/0      -
Total              1200/1234  97.24%        1/1  100.00%      0/0      -
"
        );
    }

    #[test]
    fn a_percentage_has_two_decimals_rounded_as_c_does() {
        let percent = |covered, total| percent(Ratio { covered, total });
        assert_eq!(percent(2, 3), "66.67%");
        assert_eq!(
            percent(1, 32),
            "3.12%",
            "halfway between 3.12 and 3.13, to the even one"
        );
        assert_eq!(
            percent(3, 32),
            "9.38%",
            "halfway between 9.37 and 9.38, to the even one"
        );
        assert_eq!(percent(7, 7), "100.00%");
        assert_eq!(percent(0, 0), "-");
    }
}
