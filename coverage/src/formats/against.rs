//! What has changed since an earlier report, in two plain lines.

use std::io::{self, Write};

use super::missing::stretches;
use super::view::View;
use crate::terminal::harmless;

/// How many files with lost lines are named.
const FILES: usize = 5;
/// How many stretches of lines are listed of a file.
const STRETCHES: usize = 10;

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
    let files = view.files().into_iter();
    let mut lost: Vec<_> = files
        .filter_map(|(file, name)| {
            let lost = &against.of(file).lost;
            let lines = stretches(lost.iter().copied(), STRETCHES);
            (!lost.is_empty()).then(|| format!("{name}: {lines}"))
        })
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let more = lost.len().saturating_sub(FILES);
    lost.truncate(FILES);
    if more > 0 {
        lost.push(format!("and {more} more files"));
    }
    let lost = format!("Lost: {}", lost.join("; "));
    writeln!(out, "{}", view.screen.wrapped(lost.split(' '), 4))
}
