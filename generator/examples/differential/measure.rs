//! One entry's way: a fresh copy, the scaffold, measured runs, both reports.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use crate::compare::{Side, compare};
use crate::compared::Compared;
use crate::download::{self, Source};
use crate::json;
use crate::kept;
use crate::list::Entry;
use crate::llvm::Llvm;
use crate::tools::{Tools, run};

/// Measures the entry and compares.
pub fn follow(entry: &Entry, repository: &Path, tools: &Tools, llvm: &Llvm) -> Result<Compared> {
    let root = fresh(entry, repository, tools)?;
    let target = tools.directory.join("build");
    let command = |program: &str, arguments: &[&str]| {
        let mut command = tools.command(program, &root);
        command
            .args(arguments)
            // What several crates depend on is built once, and without what a debugger needs.
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .envs(&entry.environment);
        command
    };
    let mut init = command("cargo", &["itcov", "init", "--allow-dirty"]);
    for (option, value) in [("--package", &entry.package), ("--bin", &entry.bin)] {
        if let Some(value) = value {
            init.args([option, value]);
        }
    }
    run(&mut init).context("init")?;

    run(&mut command("cargo", &["itcov", "clean"])).context("clean")?;
    let scope = if entry.measures_all {
        "all"
    } else {
        "workspace"
    };
    let mut measured = command("cargo", &["itcov"]);
    if entry.command.is_empty() {
        let mut suite = String::from("set -eu\n");
        for line in &entry.runs {
            let _ = writeln!(suite, "{line}");
        }
        measured.args(["exec", "--scope", scope, "--profile", &entry.profile]);
        measured.args(["--", "sh", "-c", &suite]);
    } else {
        let (name, suite) = entry.command.split_first().context("no command")?;
        measured.args([name, "--scope", scope, "--profile", &entry.profile]);
        measured.arg("--").args(suite);
    }
    run(&mut measured).context("the runs")?;

    let work = tools.directory.join("work");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let (our_json, our_lcov) = (work.join("itcov.json"), work.join("itcov.lcov"));
    let mut report = command("cargo", &["itcov", "report", "--json"]);
    report.arg(&our_json).arg("--lcov").arg(&our_lcov);
    // llvm-cov has absolute paths.
    run(report.args(["--relative-to", "/"])).context("the report")?;
    let ours = Side {
        json: json::read(&our_json)?,
        lcov: fs::read_to_string(&our_lcov)?,
    };
    let (measured, sources) = kept::last_run(&target, &entry.name)?;
    let theirs = llvm.export(
        &measured,
        |file| sources.iter().any(|source| file.starts_with(source)) && !file.starts_with(&target),
        &work,
    )?;
    Ok(compare(&ours, &theirs))
}

/// A copy whose files are as old as those it is made of, so that cargo builds nothing twice.
fn fresh(entry: &Entry, repository: &Path, tools: &Tools) -> Result<PathBuf> {
    let root = tools.directory.join("crates").join(&entry.name);
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    if let Some(example) = &entry.example {
        copy_example(&repository.join(example), &root)?;
    }
    if let Some(source) = &entry.root {
        copy(source, &root)?;
    }
    for (directory, source) in &entry.members {
        copy(source, &root.join(directory))?;
    }
    if !entry.members.is_empty() {
        let path = root.join("Cargo.toml");
        let own = if path.exists() {
            fs::read_to_string(&path)?
        } else {
            String::new()
        };
        fs::write(path, own + &workspace(entry))?;
    }
    // Its programs belong to no workspace around it, and its justfile to no justfile.
    run(tools.command("git", &root).args(["init", "--quiet"]))?;
    Ok(root)
}

/// What makes the members a workspace: published crates do not say where the others are.
fn workspace(entry: &Entry) -> String {
    let directories: Vec<_> = entry.members.keys().collect();
    let mut text = format!("\n[workspace]\nmembers = {directories:?}\n");
    if entry.root.is_none() {
        text.push_str("resolver = \"2\"\n");
    }
    text.push_str("\n[patch.crates-io]\n");
    for (directory, source) in &entry.members {
        let _ = writeln!(text, "{} = {{ path = {directory:?} }}", source.name);
    }
    text
}

/// Copies a published crate.
fn copy(source: &Source, to: &Path) -> Result<()> {
    download::copy(source, to)?;
    let from = download::source(source)?;
    for entry in WalkDir::new(to) {
        let entry = entry?;
        let original = from.join(entry.path().strip_prefix(to)?);
        // A member may be in a directory of the one at the root.
        if entry.file_type().is_file() && original.exists() {
            keep_age(&original, entry.path())?;
        }
    }
    Ok(())
}

/// Copies a directory of the repository, without what a build has left there.
fn copy_example(from: &Path, to: &Path) -> Result<()> {
    let files = WalkDir::new(from)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target");
    for entry in files {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            keep_age(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn keep_age(from: &Path, to: &Path) -> Result<()> {
    let modified = fs::metadata(from)?.modified()?;
    let file = File::options().write(true).open(to)?;
    Ok(file.set_modified(modified)?)
}
