//! The differential test: programs that nobody here wrote are built, run and measured, and every number of
//! `cargo itcov report` is compared with that of `llvm-cov export`. The result is `docs/differential.md`.
//!
//! ```sh
//! cargo run --release --example differential                  # all of it
//! cargo run --release --example differential -- --only hexyl  # one entry: a table on the screen
//! ```
//!
//! Needs cargo, git, a C compiler, the registry, and llvm-cov and llvm-profdata of the compiler's LLVM. The crates are
//! built in `target/differential`, where they stay: what is built already is used again, and with `CARGO_NET_OFFLINE=true`
//! nothing is downloaded. Ends with 1 if a number differs.

mod below_zero;
mod compare;
mod compared;
#[path = "../corpus/download.rs"]
mod download;
mod json;
mod kept;
mod list;
mod llvm;
mod measure;
mod page;
#[expect(dead_code, reason = "what commands print is for the corpus")]
#[path = "../corpus/tools.rs"]
mod tools;
mod trace;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use compared::Compared;
use list::Entry;

/// How many of an entry's differences are shown.
const SHOWN: usize = 40;

fn main() -> ExitCode {
    match run(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing differs.
fn run(arguments: &[String]) -> Result<bool> {
    let only = match arguments {
        [] => None,
        [option, name] if option == "--only" => Some(name),
        _ => bail!("there is one option, --only NAME"),
    };
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize()?;
    let all = list::read(&repository.join("generator/examples/differential/crates.toml"))?;
    let entries: Vec<&Entry> = all
        .iter()
        .filter(|entry| only.is_none_or(|only| entry.name == *only))
        .collect();
    ensure!(!entries.is_empty(), "no entry is called so");

    let (versions, llvm) = page::find()?;
    let tools = tools::prepare(&repository, "differential")?;
    let mut rows: Vec<(&Entry, Compared)> = vec![];
    for source in entries.iter().flat_map(|entry| entry.sources()) {
        download::source(source)?;
    }
    let mut failed = vec![];
    for entry in entries {
        eprintln!("{:>12} {}", "Measuring", entry.name);
        let compared = match measure::follow(entry, &repository, &tools, &llvm) {
            Ok(compared) => compared,
            Err(error) => {
                eprintln!("{:>12} {}: {error:#}", "Failed", entry.name);
                failed.push(&entry.name);
                continue;
            }
        };
        for difference in compared.differences.iter().take(SHOWN) {
            eprintln!("{:>12} {difference}", "Different");
        }
        eprintln!(
            "{:>12} {}: {} files, {} instantiations, {} regions, {} segments, {} lines: {} differences",
            "Compared",
            entry.name,
            compared.files,
            compared.instantiations,
            compared.regions,
            compared.segments,
            compared.lines,
            compared.differences.len()
        );
        rows.push((entry, compared));
    }
    ensure!(
        failed.is_empty(),
        "not measured, so there is no page: {failed:?}"
    );
    let text = page::markdown(&rows, &versions);
    if only.is_none() {
        fs::write(repository.join("docs/differential.md"), text)
            .context("cannot write docs/differential.md")?;
    } else {
        println!("{text}");
    }
    Ok(rows
        .iter()
        .all(|(_, compared)| compared.differences.is_empty()))
}
