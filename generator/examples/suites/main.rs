//! Runs the suites of published programs, as their authors wrote them, and compares what counts with `cargo llvm-cov`.
//!
//! ```sh
//! cargo run --release --example suites            # all of them, and docs/suites.md
//! cargo run --release --example suites -- hexyl   # some, and the table alone
//! ```
//!
//! Needs `cargo llvm-cov`, with the LLVM tools that it needs.

#[path = "../corpus/download.rs"]
mod download;
mod lcov;
#[path = "../corpus/tools.rs"]
#[allow(dead_code)]
mod tools;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use download::Source;
use lcov::Lines;
use tools::{Tools, run};

/// A published program, and what is given to `cargo test` for the tests that start it.
struct Suite {
    name: &'static str,
    version: &'static str,
    arguments: &'static [&'static str],
}

#[rustfmt::skip]
const SUITES: [Suite; 6] = [
    Suite { name: "hexyl", version: "0.17.0", arguments: &["--test", "integration_tests"] },
    Suite { name: "sd", version: "1.0.0", arguments: &["--test", "cli"] },
    Suite { name: "hyperfine", version: "1.20.0", arguments: &["--test", "integration_tests", "--test", "execution_order_tests"] },
    Suite { name: "fd-find", version: "10.5.0", arguments: &["--test", "tests"] },
    Suite { name: "ripgrep", version: "15.2.0", arguments: &["--test", "integration"] },
    Suite { name: "dufs", version: "0.47.0", arguments: &["--test", "*"] },
];

/// How often each suite is timed, ordinary and measured in turn: at least so often.
const TIMES: usize = 3;

/// A suite that takes next to no time runs more often, up to this, until it took [`ENOUGH`] seconds.
const MOST_TIMES: usize = 25;
const ENOUGH: f64 = 4.0;

/// How often a suite runs once more for lines that run by chance.
const AGAIN: usize = 10;

/// What was found of a suite.
struct Row {
    suite: &'static Suite,
    tests: usize,
    /// Median seconds of the ordinary suite and of the measured one.
    seconds: [f64; 2],
    /// Of one run each, by cargo llvm-cov and by itcov.
    lines: [String; 2],
    /// Lines that only cargo llvm-cov has, also after so many more runs.
    missing: usize,
    again: usize,
}

fn main() -> Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize()?;
    let tools = tools::prepare(&repository, "suites")?;
    let names: Vec<String> = std::env::args().skip(1).collect();
    let chosen = SUITES
        .iter()
        .filter(|suite| names.is_empty() || names.iter().any(|name| name == suite.name));
    let mut rows = Vec::new();
    for suite in chosen {
        eprintln!("{:>12} {} {}", "Measuring", suite.name, suite.version);
        rows.push(measure(suite, &tools).with_context(|| suite.name)?);
    }
    let table = table(&rows);
    print!("{table}");
    if names.is_empty() {
        fs::write(repository.join("docs/suites.md"), page(&table))?;
    }
    let missing: usize = rows.iter().map(|row| row.missing).sum();
    if missing > 0 {
        bail!("lines that ran according to cargo llvm-cov alone: {missing}");
    }
    Ok(())
}

fn measure(suite: &'static Suite, tools: &Tools) -> Result<Row> {
    let source = Source {
        name: suite.name.to_owned(),
        version: suite.version.to_owned(),
    };
    let root = tools.directory.join("crates").join(suite.name);
    if !root.exists() {
        download::copy(&source, &root)?;
    }
    let cargo = |words: &[&str]| {
        let mut cargo = tools.command("cargo", &root);
        cargo.args(words).args(suite.arguments);
        cargo
    };
    run(tools.command("cargo", &root).args(["build", "--quiet"])).context("cargo build")?;
    let tests = run(&mut cargo(&["test"])).context("cargo test")?.stdout;
    let tests = tests
        .lines()
        .filter(|line| line.starts_with("test ") && line.ends_with(" ok"))
        .count();
    let exec = ["itcov", "exec", "--", "cargo", "test"];
    run(&mut cargo(&exec)).context("cargo itcov exec")?;
    let mut seconds = [Vec::new(), Vec::new()];
    while seconds[0].len() < TIMES
        || (seconds[0].len() < MOST_TIMES && seconds[0].iter().sum::<f64>() < ENOUGH)
    {
        seconds[0].push(time(&mut cargo(&["test"]))?);
        let said = run(&mut cargo(&exec))?.stderr;
        seconds[1].push(said_seconds(&said).context("itcov does not say how long the suite took")?);
    }
    let ours = root.join("target/itcov.info");
    // cargo llvm-cov has absolute paths.
    let report = ["itcov", "report", "--relative-to", "/", "--lcov"];
    let report = || -> Result<Lines> {
        run(tools.command("cargo", &root).args(report).arg(&ours)).context("cargo itcov report")?;
        read(&ours, &root)
    };
    let theirs = root.join("target/llvm-cov.info");
    let mut llvm_cov = tools.command("cargo", &root);
    llvm_cov
        .args(["llvm-cov", "--lcov", "--output-path"])
        .arg(&theirs)
        .args(suite.arguments);
    run(&mut llvm_cov).context("cargo llvm-cov")?;
    let theirs = read(&theirs, &root)?;
    let mut lines = report()?;
    let once = lines.to_string();
    // Some lines run by chance, as where threads race.
    let add = ["itcov", "exec", "--add", "--", "cargo", "test"];
    let mut again = 0;
    while theirs.ran_without(&lines) > 0 && again < AGAIN {
        run(&mut cargo(&add)).context("cargo itcov exec --add")?;
        again += 1;
        lines = report()?;
    }
    Ok(Row {
        suite,
        tests,
        seconds: seconds.map(median),
        missing: theirs.ran_without(&lines),
        again,
        lines: [theirs.to_string(), once],
    })
}

fn read(file: &PathBuf, root: &Path) -> Result<Lines> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Lines::parse(&text, root))
}

fn time(command: &mut Command) -> Result<f64> {
    let started = Instant::now();
    run(command)?;
    Ok(started.elapsed().as_secs_f64())
}

/// `itcov: the suite ended after 1.2s: status 0`
fn said_seconds(said: &str) -> Option<f64> {
    let (_, rest) = said.split_once("the suite ended after ")?;
    let (number, _) = rest.split_once(": ")?;
    if let Some(number) = number.strip_suffix("ms") {
        return Some(number.parse::<f64>().ok()? / 1000.0);
    }
    number.strip_suffix('s')?.parse().ok()
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn table(rows: &[Row]) -> String {
    let mut table = String::from(
        "| program | tests | suite | measured | times | `cargo llvm-cov` | itcov | only `cargo llvm-cov` |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for Row {
        suite,
        tests,
        seconds: [ordinary, measured],
        lines: [theirs, ours],
        missing,
        again,
    } in rows
    {
        let ratio = measured / ordinary;
        let after = match again {
            0 => String::new(),
            times => format!(", after {times} more"),
        };
        let _ = writeln!(
            table,
            "| {} {} | {tests} | {ordinary:.2} s | {measured:.2} s | {ratio:.2} | {theirs} | {ours} | {missing}{after} |",
            suite.name, suite.version,
        );
    }
    table
}

fn page(table: &str) -> String {
    format!(
        "# Suites of published programs\n\n\
         Each suite is run as its authors wrote it: `cargo itcov exec -- cargo test …` beside `cargo llvm-cov …`. The\n\
         columns are the tests that start the program, the median of {TIMES} runs of the suite or more (up to {MOST_TIMES},\n\
         where it is short), ordinary and measured, the lines of its sources that ran, and how many of those that\n\
         `cargo llvm-cov` has are missing here, after more runs of the suite where some lines run by chance.\n\
         `cargo llvm-cov` loses the counts of servers that their tests kill. Made by\n\
         `cargo run --release --example suites`.\n\n{table}"
    )
}
