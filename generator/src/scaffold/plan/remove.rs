//! What takes the scaffold out of a workspace.

use anyhow::{Context, Result, bail};

use super::{Change, OF_TEMPLATE, Plan, Wishes, relative, variables};
use crate::scaffold::facts::{Facts, OwnedFile, PackageFacts};
use crate::scaffold::justfile::{self, Removed};
use crate::scaffold::owned::{self, Status};
use crate::scaffold::recipes::{self, Program};
use crate::scaffold::template::{Other, Variables};
use crate::scaffold::{RECIPES, manifest};

/// What takes the scaffold out of the given packages, and out of the workspace with the last of them. `names` are those
/// that were asked for; none means all. Files that somebody has edited stay, unless `force` is set.
pub fn remove(facts: &Facts, others: &[Other], names: &[String], force: bool) -> Result<Plan> {
    let mut plan = Plan::default();
    let staying = staying(facts, names);
    // The import before the recipes that it names, the manifest's lines before the harness that they name.
    if staying.is_empty() {
        remove_import(&mut plan, facts)?;
        // Before the recipes, whose list of programs the template's files are known by.
        for other in others {
            remove_other(&mut plan, facts, other, force);
        }
        remove_owned(&mut plan, facts, &facts.recipes, "the recipes", force);
    } else if staying.len() < facts.measured.len() {
        plan.changes.push(without_programs(facts, &staying));
        let others = others.iter().filter(|other| other.is_as_rendered());
        plan.changes.extend(others.map(Other::renewed));
    }
    let mut harness_stays = Vec::new();
    for package in &facts.packages {
        harness_stays.push(remove_from_manifest(&mut plan, facts, package)?);
    }
    for (package, harness_stays) in facts.packages.iter().zip(harness_stays) {
        if harness_stays {
            plan.notes.push(format!(
                "{} stays, as Cargo.toml names it",
                relative(&package.harness.file.path, &facts.root)
            ));
        } else {
            remove_owned(&mut plan, facts, &package.harness, "the harness", force);
        }
    }
    Ok(plan)
}

/// The programs that the recipes list then.
fn staying(facts: &Facts, names: &[String]) -> Vec<Program> {
    let goes = |program: &&Program| names.is_empty() || names.contains(&program.package);
    let measured = facts.measured.iter();
    measured.filter(|program| !goes(program)).cloned().collect()
}

/// What a template's files are rendered with to be compared with what is there: for the programs that stay or, where the
/// files go with the last of them, for those that are there.
pub fn variables_without(facts: &Facts, names: &[String]) -> Variables {
    let staying = staying(facts, names);
    let variables = variables(facts, &Wishes::default());
    Variables {
        programs: if staying.is_empty() {
            facts.measured.clone()
        } else {
            staying
        },
        ..variables
    }
}

fn remove_import(plan: &mut Plan, facts: &Facts) -> Result<()> {
    let file = &facts.justfile;
    if let Some(path) = file.still_needed_by() {
        bail!(
            "{path} imports {RECIPES}, and just would reject it without: take the import out first"
        );
    }
    let Some(text) = &file.text else {
        return Ok(());
    };
    let after = match justfile::without_import(text) {
        Some(Removed::Text(after)) => Some(after),
        Some(Removed::File) => None,
        None => return Ok(()),
    };
    plan.changes.push(Change {
        path: file.path.clone(),
        name: relative(&file.path, &facts.root),
        what: justfile::import_line(),
        found: Status::Current,
        before: Some(text.clone()),
        after,
        executable: false,
    });
    Ok(())
}

fn without_programs(facts: &Facts, staying: &[Program]) -> Change {
    let file = &facts.recipes.file;
    let text = file.text.as_deref().unwrap_or_default();
    Change {
        path: file.path.clone(),
        name: relative(&file.path, &facts.root),
        what: "the programs".to_owned(),
        found: Status::Current,
        before: file.text.clone(),
        after: Some(recipes::with_programs(text, staying)),
        executable: false,
    }
}

fn remove_other(plan: &mut Plan, facts: &Facts, other: &Other, force: bool) {
    let Some(text) = &other.file.file.text else {
        return;
    };
    if owned::is_stamped(text) {
        remove_owned(plan, facts, &other.file, OF_TEMPLATE, force);
        return;
    }
    let goes = *text == other.text;
    if !goes {
        plan.notes.push(format!(
            "{} stays, as it is not what the template makes: delete it if it is of no use",
            other.name
        ));
    }
    plan.changes.push(Change {
        path: other.file.file.path.clone(),
        name: other.name.to_string(),
        what: OF_TEMPLATE.to_owned(),
        found: if goes {
            Status::Current
        } else {
            Status::Foreign
        },
        before: Some(text.clone()),
        after: Some(text.clone()).filter(|_| !goes),
        executable: false,
    });
}

fn remove_owned(plan: &mut Plan, facts: &Facts, owned: &OwnedFile, what: &str, force: bool) {
    for file in [&owned.beside, &owned.file] {
        let Some(text) = &file.text else { continue };
        let name = relative(&file.path, &facts.root);
        let is_ours = owned::is_ours(text);
        let goes = owned::is_untouched(text) || (is_ours && force);
        if !goes {
            plan.notes.push(if is_ours {
                format!("{name} stays, as somebody has edited it: delete it, or give --force")
            } else {
                format!("{name} stays, as it is not itcov's")
            });
        }
        plan.changes.push(Change {
            path: file.path.clone(),
            name,
            what: what.to_owned(),
            found: if goes {
                Status::Current
            } else {
                Status::Edited
            },
            before: Some(text.clone()),
            after: Some(text.clone()).filter(|_| !goes),
            executable: false,
        });
    }
}

/// Gives whether something of the test target stays, and with it the harness.
fn remove_from_manifest(plan: &mut Plan, facts: &Facts, package: &PackageFacts) -> Result<bool> {
    let file = &package.manifest;
    let text = file.text.as_deref().context("a crate has a manifest")?;
    let name = relative(&file.path, &facts.root);
    let removal = manifest::without_additions(text).with_context(|| file.path.to_string())?;
    plan.notes
        .extend(removal.kept.iter().map(|kept| format!("{name}: {kept}")));
    if let Some(after) = removal.text {
        plan.changes.push(Change {
            path: file.path.clone(),
            name,
            what: "itcov's lines".to_owned(),
            found: Status::Current,
            before: Some(text.to_owned()),
            after: Some(after),
            executable: false,
        });
    }
    Ok(removal.test_stays)
}
