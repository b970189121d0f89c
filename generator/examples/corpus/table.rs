//! `docs/corpus.md`.

use std::fmt::Write as _;

use crate::list::Entry;
use crate::outcome::Outcome;
use crate::step::Step;

type Row<'a> = (&'a Entry, Outcome);

/// The page, of all entries.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(HEAD);
    let _ = writeln!(text, "\n{}\n", counts(rows));
    steps(&mut text, rows);
    builds(&mut text, rows);
    failures(&mut text, rows);
    text
}

const HEAD: &str = "\
# The corpus

Programs from the registry that nobody here wrote, each put through the generator: `init`, a second `init`, `check`,
`remove`. This page is made, and all of it measured, by

```sh
cargo run --example corpus
```

which needs cargo, git, a C compiler and the registry. What it takes is listed in `generator/examples/corpus/crates.toml`.
With `-- --no-builds` it leaves out what takes minutes, with `-- NAME...` it takes some of the entries only; then the
table goes to the screen.

A published crate has two manifests: the author's, and what the registry's cargo made of it. The author's is taken where
cargo accepts it outside of its repository. A workspace is put together from crates: with the author's root manifest
where it is published, and else with a written one, which has what the members inherit.

| step | what has to be |
| --- | --- |
| init | `cargo itcov init` in a fresh copy, committed to a repository of its own, ends with 0; where there are several programs it is told the first of them, unless another is named |
| accepted | cargo reads the crate, warns of nothing new, and knows the harness as a target |
| only adds | every file that was there has its lines still, in their order, and its mode |
| again | `init` once more changes no byte |
| check | `cargo itcov check` ends with 0 |
| remove | what `init` has done is committed, and `cargo itcov remove` ends with 0 |
| restored | every byte and every mode is as before `init`, nothing is left over, and `git status` of the first commit is clean |
";

fn counts(rows: &[Row]) -> String {
    let steps = |steps: &[Step]| {
        let passed = rows.iter().filter(|(_, outcome)| {
            steps
                .iter()
                .all(|step| outcome.steps.get(step) == Some(&Ok(())))
        });
        passed.count()
    };
    let workspaces = rows
        .iter()
        .filter(|(entry, _)| !entry.members.is_empty())
        .count();
    let author = rows
        .iter()
        .filter(|(_, outcome)| outcome.manifest == "author's")
        .count();
    let crates: usize = rows.iter().map(|(entry, _)| entry.sources().count()).sum();
    let built = rows
        .iter()
        .filter(|(_, outcome)| {
            Step::BUILDS
                .iter()
                .any(|step| outcome.steps.contains_key(step))
        })
        .count();
    format!(
        "{} entries of {crates} crates, {workspaces} of the entries being workspaces of several crates, {author} with the \
         author's manifests: **{} pass every step**. Of {built} that are also built, linted and measured, **{} pass every \
         step of that**.",
        rows.len(),
        steps(&Step::ALL),
        steps(&Step::BUILDS),
    )
}

fn steps(text: &mut String, rows: &[Row]) {
    let names = Step::ALL[1..].iter().map(|step| step.name());
    let _ = writeln!(
        text,
        "| crate | edition | manifest | what is special | told | {} |\n|{}",
        names.collect::<Vec<_>>().join(" | "),
        " --- |".repeat(4 + Step::ALL.len())
    );
    for (entry, outcome) in rows {
        let mut name = entry.name.clone();
        if !entry.members.is_empty() {
            let members: Vec<_> = entry.members.values().map(ToString::to_string).collect();
            let _ = write!(name, " with {}", members.join(", "));
        }
        let mut special = outcome.special.clone();
        special.extend(Some(entry.note.clone()).filter(|note| !note.is_empty()));
        let told = if outcome.chosen.is_empty() {
            String::new()
        } else {
            format!("`{}`", outcome.chosen)
        };
        row(
            text,
            &[
                &name,
                &outcome.edition,
                outcome.manifest,
                &special.join(", "),
                &told,
            ],
            &Step::ALL[1..],
            outcome,
        );
    }
}

fn builds(text: &mut String, rows: &[Row]) {
    text.push_str(
        "
## Built, linted and measured

| step | what has to be |
| --- | --- |
| build | before `init`: `cargo build`, and `cargo clippy --all-targets --all-features` |
| own only | after `init`, `cargo build` compiles the workspace's own packages at most, and no dependency |
| measured | `just itcov` with these arguments ends with 0, and a line that ran is in the report |
| fresh | after that, `cargo build` compiles nothing |
| lints | `cargo clippy --all-targets --all-features` says nothing that it did not say before `init` |

cargo tells the compiler which features a package declares, so whoever declares one more has the package compiled once
more, with or without itcov.

",
    );
    let names = Step::BUILDS.map(Step::name).join(" | ");
    let _ = writeln!(
        text,
        "| crate | dependencies | arguments | lines that ran | {names} |\n|{}",
        " --- |".repeat(4 + Step::BUILDS.len())
    );
    for (entry, outcome) in rows {
        if let Some(build) = &entry.build {
            let arguments = format!("`{}`", build.arguments.join(" "));
            let lines = format!("{} of {}", outcome.lines.0, outcome.lines.1);
            let dependencies = outcome.dependencies.to_string();
            row(
                text,
                &[&entry.name, &dependencies, &arguments, &lines],
                &Step::BUILDS,
                outcome,
            );
        }
    }
}

fn row(text: &mut String, cells: &[&str], steps: &[Step], outcome: &Outcome) {
    let steps = steps.iter().map(|step| match outcome.steps.get(step) {
        Some(Ok(())) => "ok",
        Some(Err(_)) => "**failed**",
        None => "–",
    });
    let cells: Vec<_> = cells
        .iter()
        .copied()
        .chain(steps)
        .map(|cell| cell.replace('|', "\\|"))
        .collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn failures(text: &mut String, rows: &[Row]) {
    let failed: Vec<_> = rows
        .iter()
        .flat_map(|(entry, outcome)| outcome.failed().map(move |failure| (entry, failure)))
        .collect();
    if failed.is_empty() {
        return;
    }
    text.push_str(
        "\n## What fails\n\n| crate | step | what is said | why |\n| --- | --- | --- | --- |\n",
    );
    for (entry, (step, said)) in failed {
        let why = entry.known.get(&step).map_or("not known", String::as_str);
        let said = said.replace(['\n', '|'], " ");
        let _ = writeln!(
            text,
            "| {} | {} | {said} | {why} |",
            entry.name,
            step.name()
        );
    }
}
