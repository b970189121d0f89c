//! How the report is shown to people.

use std::io::{IsTerminal, stdout};
use std::path::Path;

use clap::{Args, ValueEnum};
use llvm_coverage::formats::order::Order;
use llvm_coverage::formats::screen::Screen;
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::formats::view::View;
use llvm_coverage::formats::{missing, table};
use llvm_coverage::{Coverage, FileCoverage};

use super::destinations::to_screen;
use crate::measured::Idle;

/// The table, and what is below it.
#[derive(Args)]
pub struct Display {
    /// List the lines that did not run, file by file, below the table, and all lines of other lists there
    #[arg(long)]
    show_missing_lines: bool,

    /// Which files come first; all but `name` begin with the worst
    #[arg(long, value_enum, value_name = "BY", default_value_t)]
    sort: Sort,
}

/// How many stretches of lines of a file a list below the table has that nobody has asked for.
const STRETCHES: usize = 10;

/// Lines that are listed below the table: a title, and what has not reached them.
pub struct Listed(pub &'static str, pub Idle);

/// The values of `--sort`.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Sort {
    /// The files of the workspace, then all others
    #[default]
    Name,
    /// The lowest percentage of lines first
    Lines,
    /// The lowest percentage of functions first
    Functions,
    /// The lowest percentage of regions first
    Regions,
    /// The most lines that did not run first
    Missing,
}

impl From<Sort> for Order {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Name => Self::Name,
            Sort::Lines => Self::Lines,
            Sort::Functions => Self::Functions,
            Sort::Regions => Self::Regions,
            Sort::Missing => Self::Missing,
        }
    }
}

impl Display {
    /// Prints the table, the files as they are called in the workspace at `root`.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn print(
        &self,
        coverage: &Coverage,
        root: &Path,
        subject: &Subject,
        listed: &[Listed],
    ) -> anyhow::Result<()> {
        let view = View {
            coverage,
            root,
            order: self.sort.into(),
            screen: screen(),
            subject,
        };
        to_screen(|out| {
            table::write(out, &view)?;
            if self.show_missing_lines && !coverage.files.is_empty() {
                missing::write(out, &view, "Lines that did not run")?;
            }
            if let Some(against) = &subject.against
                && self.show_missing_lines
            {
                let lost = |file: &FileCoverage| against.of(file).lost.clone();
                missing::write_lines(out, &view, "Lines lost", usize::MAX, &lost)?;
            }
            let most = if self.show_missing_lines {
                usize::MAX
            } else {
                STRETCHES
            };
            for Listed(title, idle) in listed {
                missing::write_lines(out, &view, title, most, &|file| idle.that_ran(file))?;
            }
            Ok(())
        })
    }
}

/// What the standard output is.
pub fn screen() -> Screen {
    let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    if !stdout().is_terminal() {
        return Screen::default();
    }
    let columns = variable("COLUMNS").and_then(|text| text.parse().ok());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(variable);
    let locale = locale.unwrap_or_default().to_lowercase();
    Screen {
        width: [columns, terminal_columns()]
            .into_iter()
            .flatten()
            .find(|width| *width > 0),
        unicode: locale.contains("utf-8") || locale.contains("utf8"),
    }
}

/// How wide the terminal is, whatever it knows of its height.
#[cfg(unix)]
fn terminal_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stdout()).ok()?;
    Some(size.ws_col.into())
}

#[cfg(not(unix))]
fn terminal_columns() -> Option<usize> {
    None
}
