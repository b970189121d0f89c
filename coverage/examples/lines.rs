//! Prints how often each line ran: `lines PROFILE OBJECT...`
//!
//! ```console
//! $ rustc -C instrument-coverage app.rs
//! $ LLVM_PROFILE_FILE=app.profraw ./app
//! $ cargo run --example lines app.profraw ./app
//! ```

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use llvm_coverage::{Objects, SourceFilter, profiles};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let profile = arguments.next().ok_or("usage: lines PROFILE OBJECT...")?;
    let objects = Objects::new(arguments);

    let merged = profiles::merge(&[profile], &objects.functions(), &|| {})?;
    let coverage = objects.coverage(&merged.profile, &SourceFilter::all(), &|| {})?;

    let mut out = io::stdout().lock();
    for file in &coverage.files {
        for line in &file.lines {
            writeln!(out, "{}:{} {}", file.path, line.number, line.count)?;
        }
    }
    Ok(())
}
