//! How the report is shown to people.

use std::io::{IsTerminal, stdout};
use std::path::Path;

use clap::Args;
use itcov::coverage::Coverage;
use itcov::coverage::formats::about::Subject;
use itcov::coverage::formats::order::Order;
use itcov::coverage::formats::screen::Screen;
use itcov::coverage::formats::view::View;
use itcov::coverage::formats::{missing, table};

use super::outputs::to_screen;

/// The table, and what is below it.
#[derive(Args)]
pub struct Display {
    /// List the lines that did not run, file by file, below the table
    #[arg(long)]
    show_missing_lines: bool,

    /// Which files come first; all but `name` begin with the worst
    #[arg(long, value_enum, value_name = "BY", default_value_t)]
    sort: Order,
}

impl Display {
    /// Prints the table, the files as they are called in the workspace at `root`.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn print(&self, coverage: &Coverage, root: &Path, subject: &Subject) -> anyhow::Result<()> {
        let view = View {
            coverage,
            root,
            order: self.sort,
            screen: screen(),
            subject,
        };
        to_screen(|out| {
            table::write(out, &view)?;
            if self.show_missing_lines && !coverage.files.is_empty() {
                missing::write(out, &view)?;
            }
            Ok(())
        })
    }
}

/// What the standard output is.
fn screen() -> Screen {
    let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    if !stdout().is_terminal() {
        return Screen::default();
    }
    let columns = variable("COLUMNS").and_then(|text| text.parse().ok());
    let size = terminal_size::terminal_size_of(stdout()).map(|(size, _)| size.0.into());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(variable);
    let locale = locale.unwrap_or_default().to_lowercase();
    Screen {
        width: columns.filter(|width| *width > 0).or(size),
        unicode: locale.contains("utf-8") || locale.contains("utf8"),
    }
}
