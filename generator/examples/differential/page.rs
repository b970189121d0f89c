//! `docs/differential.md`.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::compared::Compared;
use crate::list::Entry;
use crate::llvm::Llvm;

/// What was compared.
pub struct Versions {
    rustc: String,
    rustc_llvm: String,
    llvm_cov: String,
}

/// Finds LLVM's tools, which must not be older than the compiler's LLVM.
pub fn find() -> Result<(Versions, Llvm)> {
    let says = |program: &str, option: &str| {
        let output = Command::new(program).arg(option).output();
        let output = output.with_context(|| format!("cannot run {program}"))?;
        anyhow::Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let rustc = says("rustc", "-vV")?;
    let rustc_llvm = after(&rustc, "LLVM version: ").context("rustc does not say its LLVM")?;
    let major = rustc_llvm.split('.').next().unwrap_or_default();
    let cov = format!("llvm-cov-{major}");
    let profdata = format!("llvm-profdata-{major}");
    let said = says(&cov, "--version").with_context(|| format!("install llvm-{major}"))?;
    let llvm_cov = after(&said, "LLVM version ").context("llvm-cov does not say its version")?;
    ensure!(llvm_cov.starts_with(major), "{cov} is of {llvm_cov}");
    let versions = Versions {
        rustc: after(&rustc, "release: ").context("rustc does not say its version")?,
        rustc_llvm,
        llvm_cov,
    };
    Ok((
        versions,
        Llvm {
            cov: cov.into(),
            profdata: profdata.into(),
        },
    ))
}

fn after(text: &str, label: &str) -> Option<String> {
    let (_, rest) = text.split_once(label)?;
    rest.split_whitespace().next().map(str::to_owned)
}

const HEAD: &str = "\
# The differential test

Every number of `cargo itcov report --json` and `--lcov` beside that of `llvm-cov export`, given the same program, each
member of its libraries, and the profile that `llvm-profdata` has merged. This page is made, and all of it measured, by

```sh
cargo run --release --example differential
```

which needs cargo, git, a C compiler, the registry, and LLVM's tools. With `-- --only NAME` it measures one entry and
prints the table. What is measured is listed in `generator/examples/differential/crates.toml`: each program gets the
scaffold by `cargo itcov init` and is measured by `cargo itcov exec` or `cargo itcov suite`.

Compared are, for each source file: every segment (line, column, count, kind), every line's count, the summary with its
ratios and percentages; for each function as it was compiled: name, files, count, every region (start, end, count, kind);
the totals; and every line of the trace file. A number that differs is shown with its file, its line and both values,
and fails the command.

Names of files are compared without `..`, which `#[path]` puts into them and itcov takes out.

**Below zero is zero** is the one deliberate difference that these programs show: a count that is a difference of counters and came out negative
is 18446744073709551615 or a little less in llvm-cov, and 0 in itcov. The regions that have one are counted below; the
lines in them and the sums that take them to have run are not compared.
";

/// The page.
pub fn markdown(rows: &[(&Entry, Compared)], versions: &Versions) -> String {
    let mut text = String::from(HEAD);
    let mut sum = Compared::default();
    for (_, compared) in rows {
        sum += compared;
    }
    let _ = writeln!(
        text,
        "\nWith Rust {} (LLVM {}) and llvm-cov {}: {} programs, {} mapped lines, {} regions: **{} differences**.\n",
        versions.rustc,
        versions.rustc_llvm,
        versions.llvm_cov,
        rows.len(),
        thousands(sum.lines),
        thousands(sum.regions),
        sum.differences.len()
    );
    text.push_str(
        "| program | crates | scope, profile | lines of runs | files | functions | instantiations | regions | segments | lines | below zero | differences |\n\
         | --- | --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n",
    );
    for (entry, compared) in rows {
        let crates: Vec<_> = entry.sources().map(ToString::to_string).collect();
        let crates = match &entry.example {
            Some(example) => format!("`{example}`"),
            None => crates.join(", "),
        };
        let scope = if entry.measures_all {
            "all"
        } else {
            "workspace"
        };
        // A line may run the program several times.
        let runs = match entry.runs.len() {
            0 => "its suite".to_owned(),
            number => number.to_string(),
        };
        let _ = writeln!(
            text,
            "| {} | {crates} | {scope}, {} | {} | {}",
            entry.name,
            entry.profile,
            runs,
            cells(compared)
        );
    }
    let _ = writeln!(text, "| **all** | | | | {}", cells(&sum));
    text.push_str("\n| program | what it is here for |\n| --- | --- |\n");
    for (entry, _) in rows {
        let variables: Vec<_> = entry
            .environment
            .iter()
            .map(|(name, value)| format!("`{name}={value}`"))
            .collect();
        let variables = if variables.is_empty() {
            String::new()
        } else {
            format!("; {}", variables.join(", "))
        };
        let _ = writeln!(text, "| {} | {}{variables} |", entry.name, entry.note);
    }
    text
}

fn cells(compared: &Compared) -> String {
    let numbers = [
        compared.files,
        compared.functions,
        compared.instantiations,
        compared.regions,
        compared.segments,
        compared.lines,
        compared.below_zero,
        compared.differences.len(),
    ];
    let cells = numbers.map(|number| format!("{} |", thousands(number)));
    cells.join(" ")
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
