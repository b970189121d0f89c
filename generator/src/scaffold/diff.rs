//! A plan as a unified diff.

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::plan::Change;

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const FILE: Style = Style::new().bold();

/// The change as `diff -u` and `git apply` know it, styled for a terminal; empty where nothing changes.
pub fn unified(change: &Change) -> Result<String, fmt::Error> {
    let before = change.before.as_deref().unwrap_or_default();
    let after = change.after.as_deref().unwrap_or_default();
    let mut out = String::new();
    if change.is_unchanged() {
        return Ok(out);
    }
    match change.before {
        Some(_) => writeln!(out, "{FILE}--- a/{}{FILE:#}", change.name)?,
        None => writeln!(out, "{FILE}--- /dev/null{FILE:#}")?,
    }
    match change.after {
        Some(_) => writeln!(out, "{FILE}+++ b/{}{FILE:#}", change.name)?,
        None => writeln!(out, "{FILE}+++ /dev/null{FILE:#}")?,
    }
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().iter_hunks() {
        writeln!(out, "{PLACE}{}{PLACE:#}", hunk.header())?;
        for line in hunk.iter_changes() {
            let style = match line.tag() {
                ChangeTag::Delete => REMOVED,
                ChangeTag::Insert => ADDED,
                ChangeTag::Equal => Style::new(),
            };
            let text = line.value();
            writeln!(
                out,
                "{style}{}{}{style:#}",
                line.tag(),
                text.strip_suffix('\n').unwrap_or(text)
            )?;
            if line.missing_newline() {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(out)
}
