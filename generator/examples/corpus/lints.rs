//! What cargo and its tools say while they build: JSON messages, and lines on standard error.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::process::Command;

use anyhow::Result;
use cargo_metadata::diagnostic::Diagnostic;
use cargo_metadata::{Message, PackageId};

use crate::tools::run;

/// What came of `cargo build` or `cargo clippy`.
pub struct Built {
    /// The packages that were compiled, and not taken as they were.
    pub compiled: BTreeSet<PackageId>,
    /// Every diagnostic, with the target that it belongs to, and every warning of cargo.
    pub said: BTreeSet<String>,
}

/// Runs `cargo clippy` on everything that there is.
pub fn clippy(cargo: &mut Command) -> Result<Built> {
    cargo.args([
        "--all-targets",
        "--all-features",
        "--message-format",
        "json",
    ]);
    // What the author's clippy let pass, today's may deny.
    built(cargo.args(["--", "--cap-lints", "warn"]))
}

/// Runs `cargo build`.
pub fn build(cargo: &mut Command) -> Result<Built> {
    built(cargo.args(["--message-format", "json"]))
}

fn built(cargo: &mut Command) -> Result<Built> {
    let output = run(cargo)?;
    let mut built = Built {
        compiled: BTreeSet::new(),
        said: output
            .stderr
            .lines()
            .filter(|line| line.starts_with("warning"))
            .map(str::to_owned)
            .collect(),
    };
    for message in Message::parse_stream(Cursor::new(output.stdout)) {
        match message? {
            Message::CompilerArtifact(artifact) if !artifact.fresh => {
                built.compiled.insert(artifact.package_id);
            }
            Message::CompilerMessage(message) => {
                let target = message.target.name;
                built
                    .said
                    .insert(format!("{target}: {}", said(&message.message)));
            }
            _ => {}
        }
    }
    Ok(built)
}

/// A diagnostic without its notes: rustc proposes now this, now that name which looks similar.
fn said(diagnostic: &Diagnostic) -> String {
    let places = diagnostic.spans.iter().filter(|span| span.is_primary);
    let places = places.map(|span| {
        let (file, line, column) = (&span.file_name, span.line_start, span.column_start);
        format!("{file}:{line}:{column}")
    });
    let code = diagnostic.code.as_ref().map_or("", |code| &code.code);
    let places = places.collect::<Vec<_>>().join(" ");
    format!(
        "{:?} {code} {} {places}",
        diagnostic.level, diagnostic.message
    )
}
