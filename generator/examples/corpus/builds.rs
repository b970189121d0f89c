//! The further way of some entries: built, linted and measured.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::list::{Build, Entry};
use crate::outcome::Outcome;
use crate::step::Step;
use crate::steps::{self, Described};
use crate::tools::{Output, Tools, run};
use crate::{copy, lints};

/// Goes the steps of a build, in a fresh copy; unless another step has failed.
pub fn follow(entry: &Entry, build: &Build, tools: &Tools, outcome: &mut Outcome) {
    go(entry, build, tools, outcome);
}

fn go(entry: &Entry, build: &Build, tools: &Tools, outcome: &mut Outcome) -> Option<()> {
    let (root, _) = outcome.go(Step::Copy, || copy::fresh(entry, tools))?;
    let command = |program: &str, arguments: &[&str]| {
        let mut command = tools.command(program, &root);
        command
            .args(arguments)
            // What several crates depend on is built once.
            .env("CARGO_TARGET_DIR", tools.directory.join("build"))
            // Debug information would double the space that all this takes.
            .env("CARGO_PROFILE_DEV_DEBUG", "none");
        command
    };
    let cargo = |arguments: &[&str]| command("cargo", arguments);
    let clippy = || lints::clippy(&mut cargo(&["clippy"]));
    let said = outcome.go(Step::Build, || {
        lints::build(&mut cargo(&["build"]))?;
        let again = lints::build(&mut cargo(&["build"]))?;
        ensure!(
            again.compiled.is_empty(),
            "it is never fresh: {:?}",
            again.compiled
        );
        Ok(clippy()?.said)
    })?;
    outcome.dependencies = count_dependencies(&mut cargo(&["tree"])).unwrap_or_default();
    outcome.go(Step::OwnOnly, || {
        let described = Described::read(&root, tools)?;
        let chosen = steps::choose(entry, &described, &root);
        run(command("cargo", &["itcov", "init"]).args(chosen))?;
        let mut compiled = lints::build(&mut cargo(&["build"]))?.compiled;
        compiled.retain(|package| !described.metadata.workspace_members.contains(package));
        ensure!(compiled.is_empty(), "compiled again: {compiled:?}");
        Ok(())
    })?;
    outcome.lines = outcome.go(Step::Measured, || {
        if let Some(input) = &build.input {
            fs::write(root.join("input"), input)?;
        }
        run(command("just", &["itcov"])
            .args(&build.arguments)
            .env("ITCOV_TIMEOUT", "60"))?;
        let trace = run(&mut command("cargo", &["itcov", "report", "--lcov", "-"]))?;
        let lines = lines(&trace);
        ensure!(lines.0 > 0, "no line ran, of {}", lines.1);
        Ok(lines)
    })?;
    outcome.go(Step::Fresh, || {
        let compiled = lints::build(&mut cargo(&["build"]))?.compiled;
        ensure!(compiled.is_empty(), "compiled again: {compiled:?}");
        Ok(())
    })?;
    outcome.go(Step::Lints, || {
        let now = clippy()?.said;
        let new: Vec<_> = now.difference(&said).collect();
        ensure!(new.is_empty(), "{} new: {}", new.len(), new[0]);
        Ok(())
    })
}

/// How many lines of a trace file ran, and how many there are.
fn lines(trace: &Output) -> (usize, usize) {
    let sum = |key: &str| {
        let counts = trace
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix(key));
        counts.filter_map(|count| count.parse::<usize>().ok()).sum()
    };
    (sum("LH:"), sum("LF:"))
}

/// How many packages a program is built from, itself aside.
fn count_dependencies(tree: &mut Command) -> Result<usize> {
    let arguments = ["--edges", "normal,build", "--prefix", "none", "--no-dedupe"];
    let output = run(tree.args(arguments))?;
    let packages: BTreeSet<&str> = output
        .stdout
        .lines()
        .filter(|line| !line.is_empty())
        .collect();
    packages.len().checked_sub(1).context("cargo tree is empty")
}
