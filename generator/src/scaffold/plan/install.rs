//! What puts the scaffold into a workspace, and what renews it.

use anyhow::{Result, bail};

use super::renewal::{Mode, Renewal};
use super::{manifest, others, relative};
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::facts::{Facts, PackageFacts};
use crate::scaffold::harness::Program;
use crate::scaffold::owned::{self, FileStatus};
use crate::scaffold::template::{Rendered, Request, wanted_program};
use crate::scaffold::{RECIPES, TEST_TARGET, harness, justfile, values};

/// What is to be done for the scaffold to be in place. An error where something else has its names.
pub fn install(facts: &Facts, request: &Request, rendered: &Rendered, mode: Mode) -> Result<Plan> {
    let mut plan = Plan {
        notes: facts.notes.clone(),
        ..Plan::default()
    };
    let renewal = Renewal {
        facts,
        rendered,
        mode,
    };
    // The harness before the manifest that names it, the recipes before the line that imports them; what is alike together,
    // as that is made to last in one go.
    let mut installed = Vec::new();
    for package in &facts.packages {
        match wanted_program(package, request) {
            Some(program) => installed.push((package, program)),
            None => plan.problems.push(without_program(facts, package)),
        }
    }
    for (package, program) in &installed {
        refuse_names(package, program)?;
        harness_change(&mut plan, &renewal, package, program)?;
    }
    for (package, program) in &installed {
        let change = manifest::with_additions(facts, package, program)?;
        plan.changes.push(change);
        if mode == Mode::Add {
            plan.notes.extend(forbidden(package, program));
        }
    }
    recipes_change(&mut plan, &renewal, request)?;
    others::plan(&mut plan, &renewal)?;
    justfile_change(&mut plan, facts, &rendered.recipes)?;
    Ok(plan)
}

/// Why there is nothing to run in a package that has a harness.
fn without_program(facts: &Facts, package: &PackageFacts) -> String {
    let PackageFacts { name, harness, .. } = package;
    let path = relative(&harness.path, &facts.root);
    let text = harness.text.as_deref().unwrap_or_default();
    match harness::program(text) {
        Some(program) => format!(
            "{path} runs the program `{program}`, which the package `{name}` does not have: \
             `cargo itcov init -p {name} --bin NAME` makes it run another one"
        ),
        None => format!(
            "{path} does not say which program it runs: `cargo itcov init -p {name} --bin NAME` chooses one"
        ),
    }
}

/// Refuses names that are taken.
fn refuse_names(package: &PackageFacts, program: &Program) -> Result<()> {
    if let Some(target) = &package.test_target
        && target.path != package.harness.path
    {
        bail!(
            "the package `{}` has a test target `{TEST_TARGET}` of its own, {}: rename it, as itcov's harness has this name",
            package.name,
            target.path
        );
    }
    let bin = &program.bin;
    if bin == TEST_TARGET {
        bail!("the binary `{bin}` has the name of itcov's harness: rename it");
    }
    Ok(())
}

fn harness_change(
    plan: &mut Plan,
    renewal: &Renewal,
    package: &PackageFacts,
    program: &Program,
) -> Result<()> {
    let latest = renewal.rendered.harness(&package.name);
    let change = renewal.plan(plan, &package.harness, "the harness", latest)?;
    // It stays as it is, and may be for another program or feature.
    if change.is_unchanged()
        && let Some(text) = &change.after
    {
        for (slot, value, wanted) in [
            (
                "env!(\"CARGO_BIN_EXE_…\")",
                harness::program(text),
                &program.bin,
            ),
            (
                "#![cfg(feature = \"…\")]",
                harness::feature(text),
                &program.features[0],
            ),
        ] {
            let Some(value) = value.filter(|value| value != wanted) else {
                continue;
            };
            let problem = format!(
                "{} stays as it is and is for `{value}`, not for `{wanted}`: change the name in its {slot}, \
                 or delete the file and type `cargo itcov init` again",
                change.name
            );
            if renewal.mode == Mode::Add {
                bail!(problem);
            }
            plan.problems.push(problem);
        }
    }
    plan.changes.push(change);
    Ok(())
}

/// What to type where the harness does not compile by itself. The tool compiles it with capped lints.
fn forbidden(package: &PackageFacts, program: &Program) -> Option<String> {
    let lints = &package.forbidden_lints;
    (!lints.is_empty()).then(|| {
        format!(
            "the package `{}` forbids {}, so type this to run the harness without `cargo itcov`:\n  \
             RUSTFLAGS=--cap-lints=warn cargo test --features {} --test {TEST_TARGET}",
            package.name,
            lints.join(", "),
            program.features.join(",")
        )
    })
}

fn justfile_change(plan: &mut Plan, facts: &Facts, recipes: &str) -> Result<()> {
    let file = &facts.justfile;
    let edit = justfile::plan(file, recipes)?;
    let is_there = file.text.as_deref() == Some(&edit.after);
    plan.notes.extend(edit.notes);
    plan.changes.push(Change {
        path: file.path.clone(),
        name: relative(&file.path, &facts.root),
        what: justfile::import_line(),
        found: if is_there {
            FileStatus::Current
        } else {
            FileStatus::Missing
        },
        before: file.text.clone(),
        after: Some(edit.after),
        latest: None,
        executable: false,
    });
    Ok(())
}

fn recipes_change(plan: &mut Plan, renewal: &Renewal, request: &Request) -> Result<()> {
    let file = &renewal.facts.recipes;
    let mut latest = renewal.rendered.recipes.clone();
    if let Some(before) = file.text.as_deref().filter(|text| owned::is_ours(text)) {
        latest = values::with_settings_of(&latest, before);
        let of_nobody = values::get(&latest, values::FEATURES) == Some("");
        if let Some(features) = values::get(before, values::FEATURES).filter(|_| of_nobody) {
            latest = values::set(&latest, values::FEATURES, features);
        }
    }
    if let Some(timeout) = &request.timeout {
        latest = values::set(&latest, values::TIMEOUT, timeout);
    }
    let mut change = renewal.plan(plan, file, "the recipes", &latest)?;
    // What they are rendered for, and what is asked for, changes in a file of any version, edited or not.
    if let Some(text) = change.after.take() {
        let features = values::get(&latest, values::FEATURES).unwrap_or_default();
        let mut after = values::set(&text, values::FEATURES, features);
        if let Some(timeout) = &request.timeout {
            after = values::set(&after, values::TIMEOUT, timeout);
            if values::get(&after, values::TIMEOUT) != Some(timeout) {
                bail!(
                    "{RECIPES} has no line `export ITCOV_TIMEOUT := env('ITCOV_TIMEOUT', '…')`, which --timeout changes: \
                     write that line, or leave out --timeout"
                );
            }
        }
        change.after = Some(after);
    }
    plan.changes.push(change);
    Ok(())
}
