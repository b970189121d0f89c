//! Changes published programs, one line at a time, and looks whether each test that finds the change is among those that
//! `cargo itcov scenarios --changed-since` selects.
//!
//! ```sh
//! cargo run --release --example mutants            # all of them, and docs/mutants.md
//! cargo run --release --example mutants -- hexyl   # some, and the table alone
//! ```
//!
//! Needs `cargo nextest`.

#[path = "../corpus/download.rs"]
mod download;
mod mutation;
#[path = "../corpus/tools.rs"]
#[allow(dead_code)]
mod tools;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use download::Source;
use serde_json::Value;
use tools::{Tools, output, run};

/// A published program, with its tests that start it.
struct Program {
    name: &'static str,
    version: &'static str,
    tests: &'static str,
}

const PROGRAMS: [Program; 2] = [
    Program {
        name: "hexyl",
        version: "0.17.0",
        tests: "integration_tests",
    },
    Program {
        name: "fd-find",
        version: "10.5.0",
        tests: "tests",
    },
];

/// How many changes are tried of each.
const CHANGES: usize = 25;

/// A change may make a program wait for ever.
const NEXTEST: &str = "[profile.default]\nslow-timeout = { period = \"2s\", terminate-after = 1 }\nfail-fast = false\n";

/// What was found of a program.
#[derive(Default)]
struct Row {
    tests: usize,
    /// Changes that compile, and those of them that a test has found.
    changes: usize,
    found: usize,
    /// How many percent of the tests were selected, of each change.
    selected: Vec<f64>,
    /// For how many it was all of them, in doubt.
    doubted: usize,
    /// Tests that have found a change and were not selected.
    missed: Vec<String>,
}

fn main() -> Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize()?;
    let tools = tools::prepare(&repository, "mutants")?;
    let names: Vec<String> = std::env::args().skip(1).collect();
    let is_meant = |it: &&Program| names.is_empty() || names.iter().any(|name| name == it.name);
    let mut table = String::from(
        "| program | tests | changes | found by a test | selected, median | all, in doubt | found and not selected |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut missed = Vec::new();
    for program in PROGRAMS.iter().filter(is_meant) {
        let mut row = measure(program, &tools).with_context(|| program.name)?;
        let _ = writeln!(
            table,
            "| {} {} | {} | {} | {} | {:.0} % | {} | {} |",
            program.name,
            program.version,
            row.tests,
            row.changes,
            row.found,
            median(&mut row.selected),
            row.doubted,
            row.missed.len()
        );
        missed.append(&mut row.missed);
    }
    print!("{table}");
    if names.is_empty() {
        fs::write(repository.join("docs/mutants.md"), page(&table))?;
    }
    ensure!(missed.is_empty(), "not selected:\n{}", missed.join("\n"));
    Ok(())
}

fn page(table: &str) -> String {
    format!(
        "# Changes and the tests that find them\n\n\
         Each program was changed {CHANGES} times, each time in one line that one of its tests reaches: a comparison, a sign, \
         a truth value or a number is another one. The columns are the tests that start the program, the changes that compile, \
         those that a test finds, how many percent of the tests `cargo itcov scenarios --changed-since` selects (the median), for \
         how many changes it selects all of them, in doubt, and how many tests have found a change and were not selected. Made \
         by `cargo run --release --example mutants`.\n\n{table}"
    )
}

/// A program that is being changed.
struct Mutated<'a> {
    tools: &'a Tools,
    root: PathBuf,
    tests: &'a str,
}

fn measure(program: &Program, tools: &Tools) -> Result<Row> {
    let source = Source {
        name: program.name.to_owned(),
        version: program.version.to_owned(),
    };
    let root = tools.directory.join("crates").join(program.name);
    if !root.exists() {
        download::copy(&source, &root)?;
        fs::create_dir_all(root.join(".config"))?;
        fs::write(root.join(".config/nextest.toml"), NEXTEST)?;
        fs::write(root.join(".gitignore"), "/target\n")?;
    }
    let mutated = Mutated {
        tools,
        root,
        tests: program.tests,
    };
    mutated.commit_as_published()?;
    let at_first = mutated.failures()?;
    let exec = [
        "itcov",
        "exec",
        "--scenarios",
        "--",
        "cargo",
        "nextest",
        "run",
        "--test",
    ];
    let mut exec = mutated.command("cargo", &exec);
    output(exec.arg(program.tests))?;
    let reached = mutated.reached()?;
    let mut row = Row {
        tests: mutated.selected(&[])?.0.len(),
        ..Row::default()
    };
    let changes: Vec<Change> = mutated.changes(&reached)?;
    // All over the program.
    let step = (changes.len() / CHANGES).max(1);
    let mut next = 0;
    while row.changes < CHANGES && next < changes.len() {
        mutated.try_out(&changes[next], &at_first, &mut row)?;
        next += step;
        if next >= changes.len() && row.changes < CHANGES && step > 1 {
            // Some did not compile.
            next = next % step + 1;
        }
    }
    Ok(row)
}

/// Another text of a line.
struct Change {
    file: PathBuf,
    line: usize,
    text: String,
}

impl Mutated<'_> {
    fn command(&self, program: &str, words: &[&str]) -> std::process::Command {
        let mut command = self.tools.command(program, &self.root);
        command.args(words);
        command
    }

    fn git(&self, words: &[&str]) -> Result<()> {
        let identity = [
            "-c",
            "user.name=Nobody",
            "-c",
            "user.email=nobody@localhost",
        ];
        run(self.command("git", &identity).args(words)).context("git")?;
        Ok(())
    }

    /// The first commit is the program as it was published.
    fn commit_as_published(&self) -> Result<()> {
        if self.root.join(".git").exists() {
            return self.git(&["reset", "--quiet", "--hard", "published"]);
        }
        run(&mut self.command("cargo", &["generate-lockfile"]))?;
        self.git(&["init", "--quiet"])?;
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message", "As published"])?;
        self.git(&["tag", "published"])
    }

    /// The lines of each file that a test reaches.
    fn reached(&self) -> Result<Vec<(PathBuf, BTreeSet<usize>)>> {
        let words = ["itcov", "scenarios", "--format", "testwise"];
        let report = run(&mut self.command("cargo", &words))?.stdout;
        let report: Value = serde_json::from_str(&report)?;
        let files = report["files"].as_array().context("files")?.iter();
        let mut reached: Vec<(PathBuf, BTreeSet<usize>)> = files
            .filter_map(|file| Some((file["path"].as_str()?.into(), BTreeSet::new())))
            .collect();
        for test in report["tests"].as_array().into_iter().flatten() {
            for (file, ranges) in test["coverage"].as_object().into_iter().flatten() {
                let lines = &mut reached[file.parse::<usize>()?].1;
                for range in ranges.as_str().unwrap_or_default().split(',') {
                    let (first, last) = range.split_once('-').unwrap_or((range, range));
                    lines.extend(first.parse::<usize>()?..=last.parse()?);
                }
            }
        }
        Ok(reached)
    }

    /// What can be changed.
    fn changes(&self, reached: &[(PathBuf, BTreeSet<usize>)]) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for (file, lines) in reached {
            let text = fs::read_to_string(self.root.join(file))?;
            let all = text.lines().enumerate();
            for (number, line) in all.filter(|(number, _)| lines.contains(&(number + 1))) {
                changes.extend(mutation::of(line).map(|text| Change {
                    file: file.clone(),
                    line: number,
                    text,
                }));
            }
        }
        Ok(changes)
    }

    /// Commits a change, asks which tests are selected, and runs all of them.
    fn try_out(&self, change: &Change, at_first: &BTreeSet<String>, row: &mut Row) -> Result<()> {
        let file = self.root.join(&change.file);
        let before = fs::read_to_string(&file)?;
        let mut lines: Vec<&str> = before.split('\n').collect();
        lines[change.line] = &change.text;
        fs::write(&file, lines.join("\n"))?;
        let place = format!("{}:{}", change.file.display(), change.line + 1);
        let builds = output(&mut self.command("cargo", &["build", "--quiet"]))?.success;
        if builds {
            self.git(&["commit", "--quiet", "--all", "--message", &place])?;
            let (selected, said) = self.selected(&["--changed-since", "published"])?;
            let failures = self.failures()?;
            let found: Vec<&String> = failures.difference(at_first).collect();
            row.changes += 1;
            row.found += usize::from(!found.is_empty());
            row.doubted += usize::from(said.contains("every scenario is selected"));
            row.selected.push(percent(selected.len(), row.tests));
            let missed = found.iter().filter(|test| !selected.contains(**test));
            row.missed
                .extend(missed.map(|test| format!("{place} {}: {test}", change.text.trim())));
            eprintln!(
                "{:>12} {place}: {} found it, {} selected",
                "Changed",
                found.len(),
                selected.len()
            );
        }
        self.git(&["reset", "--quiet", "--hard", "published"])
    }

    /// The scenarios that are selected, and what is said about it.
    fn selected(&self, words: &[&str]) -> Result<(BTreeSet<String>, String)> {
        let mut scenarios = self.command("cargo", &["itcov", "scenarios"]);
        let output = run(scenarios.args(words))?;
        let names = output.stdout.lines().map(str::to_owned).collect();
        Ok((names, output.stderr))
    }

    /// The tests that fail.
    fn failures(&self) -> Result<BTreeSet<String>> {
        let words = [
            "nextest",
            "run",
            "--test",
            self.tests,
            "--status-level",
            "fail",
        ];
        let output = output(&mut self.command("cargo", &words))?;
        if !output.stderr.contains("Summary [") {
            bail!("nextest has not run\n{}", output.stderr);
        }
        // `        FAIL [   0.005s] ( 1/41) hexyl::integration_tests basic::test`
        let failures = output.stderr.lines().filter_map(|line| {
            let (status, rest) = line.split_once(" [")?;
            let is_status = ["FAIL", "TIMEOUT", "SIGABRT", "SIGSEGV", "TRY"];
            if !is_status.iter().any(|it| status.contains(it)) {
                return None;
            }
            let (_, rest) = rest.split_once("] ")?;
            let name = rest.rsplit_once(") ").map_or(rest, |(_, name)| name);
            Some(name.trim().to_owned())
        });
        Ok(failures.collect())
    }
}

#[allow(clippy::cast_precision_loss)] // There are not so many tests.
fn percent(some: usize, all: usize) -> f64 {
    100.0 * some as f64 / all.max(1) as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
