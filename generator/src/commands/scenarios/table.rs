//! Scenarios as a table.

use std::fmt::Write as _;
use std::io::{self, Write};

use llvm_coverage::formats::screen::width;
use llvm_coverage::terminal::harmless;
use serde::Serialize;

use crate::measured::scenarios::Outcome;

/// A scenario as it is shown.
#[derive(Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How many seconds it took, if that is known.
    pub seconds: Option<f64>,
    /// How many lines it reaches.
    pub lines: usize,
    /// How many of them no other scenario reaches, nor what runs outside of any.
    pub alone: usize,
    /// How many are reached neither by those above it, nor outside of any.
    pub adds: usize,
    /// Whether others may have used what it has started, so that what they reached counts for it.
    pub shared: bool,
}

/// What people are told of the rows of which it is said.
const SHARED: &str = "shared: what the scenario has started may have served other tests as well. What these reached there counts for it.";

/// How a scenario ended, and whether it is shared, for people.
pub fn said(outcome: Outcome, is_shared: bool) -> String {
    let words = [outcome.word(), if is_shared { "shared" } else { "" }];
    let words = words.into_iter().filter(|it| !it.is_empty());
    words.collect::<Vec<_>>().join(", ")
}

/// Writes a row for each, and a sentence on what ran outside of any: how many lines, and how many that no scenario reaches.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, rows: &[Row], outside: Option<[usize; 2]>) -> io::Result<()> {
    let heads = ["Scenario", "", "Seconds", "Lines", "Alone", "Adds"];
    let mut cells: Vec<[String; 6]> = vec![heads.map(str::to_owned)];
    for row in rows {
        cells.push([
            harmless(row.name.as_str()).into_owned(),
            said(row.outcome, row.shared),
            row.seconds.map(|it| format!("{it:.2}")).unwrap_or_default(),
            row.lines.to_string(),
            row.alone.to_string(),
            row.adds.to_string(),
        ]);
    }
    let widths: Vec<usize> = (0..6)
        .map(|column| {
            cells
                .iter()
                .map(|row| width(&row[column]))
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in &cells {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column] - width(cell));
            if column < 2 {
                let _ = write!(line, "{cell}{padding}  ");
            } else {
                let _ = write!(line, "{padding}{cell}  ");
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    if rows.iter().any(|row| row.shared) {
        writeln!(out, "\n{SHARED}")?;
    }
    if let Some([lines, alone]) = outside {
        writeln!(
            out,
            "\nOutside of scenarios, as at the start: {lines} lines, {alone} of which no scenario reaches."
        )?;
    }
    Ok(())
}
