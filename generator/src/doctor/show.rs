//! Findings for people, and for scripts.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use llvm_coverage::terminal::harmless;
use serde_json::{Value, json};

use super::finding::{Finding, Status};

/// Writes a line for each finding and, below it, what it means and what to type. The colours are for `out` to keep or to
/// drop.
///
/// # Errors
///
/// Those of `out`.
pub fn text(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    let width = findings
        .iter()
        .map(|finding| finding.name.chars().count())
        .max()
        .unwrap_or_default();
    for finding in findings {
        let style = style(finding.status);
        let status = finding.status.word();
        let (name, found) = (harmless(&*finding.name), harmless(&*finding.found));
        writeln!(out, "{style}{status:>12}{style:#} {name:width$}  {found}")?;
        let means = finding
            .means
            .iter()
            .flat_map(|means| means.lines())
            .map(str::to_owned);
        for line in means.chain(
            finding
                .advice
                .iter()
                .map(|advice| format!("type: {advice}")),
        ) {
            writeln!(out, "{:>12} {:width$}  {}", "", "", harmless(line))?;
        }
    }
    Ok(())
}

/// The findings as an object: `ok`, whether a measured run and its report would work, and the list of `findings`.
pub fn json(findings: &[Finding]) -> Value {
    let object = |finding: &Finding| {
        json!({
            "name": finding.name,
            "status": finding.status.word(),
            "found": finding.found,
            "means": finding.means,
            "command": finding.advice,
        })
    };
    json!({
        "ok": findings.iter().all(|finding| finding.status.is_fine()),
        "findings": findings.iter().map(object).collect::<Vec<_>>(),
    })
}

fn style(status: Status) -> Style {
    let colour = match status {
        Status::Ok => AnsiColor::Green,
        Status::Note => AnsiColor::Cyan,
        Status::Old => AnsiColor::Yellow,
        Status::Missing | Status::Wrong => AnsiColor::Red,
    };
    colour.on_default().bold()
}
