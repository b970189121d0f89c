//! The corpus: programs from the registry that nobody here wrote. Each gets the scaffold and loses it again, and every
//! step is looked at; some are also built, linted and measured. The results are `docs/corpus.md`.
//!
//! ```sh
//! cargo run --example corpus                  # all of it, with the builds: some ten minutes
//! cargo run --example corpus -- --no-builds   # without what takes minutes: a table on the screen
//! cargo run --example corpus -- hexyl jaq     # the entries whose names begin so
//! ```
//!
//! Needs cargo, git, a C compiler and the registry; `just` is brought along. The crates are copied to `target/corpus`,
//! where they stay to be looked at. Ends with 1 if something failed that `crates.toml` does not know of.

mod assemble;
mod builds;
mod copy;
mod download;
mod lints;
mod list;
mod outcome;
mod special;
mod step;
mod steps;
mod table;
mod tools;
mod tree;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use anyhow::{Context, Result};

use list::Entry;
use outcome::Outcome;
use tools::Tools;

/// How many crates are looked at at once. Builds take turns, because cargo uses all processors for one.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    match run(env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything went as `crates.toml` says.
fn run(arguments: Vec<String>) -> Result<bool> {
    let (options, names): (Vec<_>, Vec<_>) = arguments
        .into_iter()
        .partition(|argument| argument.starts_with('-'));
    if let Some(unknown) = options.iter().find(|option| *option != "--no-builds") {
        anyhow::bail!("unknown option {unknown}: there is --no-builds, and names of entries");
    }
    let builds = options.is_empty();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize()?;
    let all = list::read(&repository.join("generator/examples/corpus/crates.toml"))?;
    let entries: Vec<&Entry> = all
        .iter()
        .filter(|entry| names.is_empty() || names.iter().any(|name| entry.name.starts_with(name)))
        .collect();
    anyhow::ensure!(!entries.is_empty(), "no entry has a name that begins so");

    let tools = tools::prepare(&repository, "corpus")?;
    for source in entries.iter().flat_map(|entry| entry.sources()) {
        download::source(source)?;
    }
    let mut outcomes = in_parallel(&entries, &tools);
    if builds {
        for (entry, outcome) in entries.iter().zip(&mut outcomes) {
            if let Some(build) = &entry.build {
                eprintln!("{:>12} {}", "Building", entry.name);
                builds::follow(entry, build, &tools, outcome);
                progress(entry, outcome, "builds");
            }
        }
    }

    let rows: Vec<_> = entries.into_iter().zip(outcomes).collect();
    let text = table::markdown(&rows);
    if builds && names.is_empty() {
        fs::write(repository.join("docs/corpus.md"), &text)
            .context("cannot write docs/corpus.md")?;
    } else {
        println!("{text}");
    }
    let mut as_expected = true;
    for (entry, outcome) in &rows {
        for line in outcome.surprises(entry) {
            as_expected = false;
            eprintln!("{:>12} {}: {line}", "Unexpected", entry.name);
        }
    }
    Ok(as_expected)
}

/// Each entry's steps but the builds, in the order of the entries.
fn in_parallel(entries: &[&Entry], tools: &Tools) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = steps::follow(entry, tools);
                    progress(entry, &outcome, "steps");
                    // Each entry has a name of its own.
                    done.lock()
                        .expect("no thread has panicked")
                        .insert(entry.name.clone(), outcome);
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread has panicked");
    entries
        .iter()
        .filter_map(|entry| done.remove(&entry.name))
        .collect()
}

fn progress(entry: &Entry, outcome: &Outcome, what: &str) {
    let failed = outcome.failed().count();
    if failed == 0 {
        eprintln!("{:>12} {} ({what})", "Passed", entry.name);
    } else {
        eprintln!("{:>12} {} ({failed} of its steps)", "Failed", entry.name);
    }
}
