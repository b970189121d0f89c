//! What takes the scaffold out of a workspace.

use anyhow::{Result, bail};

use super::others::renewed;
use super::{OF_TEMPLATE, manifest, relative};
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::facts::Facts;
use crate::scaffold::justfile::{self, Removed};
use crate::scaffold::metadata::TextFile;
use crate::scaffold::owned::{self, FileStatus};
use crate::scaffold::template::{Other, Rendered};
use crate::scaffold::{RECIPES, values};

/// What takes the scaffold out of the packages, and out of the workspace with the last of them. What other packages need
/// that keep theirs is rendered. Files that somebody has edited stay, unless `force` is set.
pub fn remove(facts: &Facts, rendered: &Rendered, force: bool) -> Result<Plan> {
    let mut plan = Plan::default();
    // The import before the recipes that it names, the manifest's lines before the harness that they name.
    if facts.of_others().is_empty() {
        remove_import(&mut plan, facts)?;
        for other in &rendered.others {
            remove_other(&mut plan, facts, other, force);
        }
        remove_owned(&mut plan, facts, &facts.recipes, "the recipes", force);
    } else {
        plan.changes.extend(recipes_of_others(facts, rendered));
        let others = rendered.others.iter();
        let others = others.filter(|other| other.is_as_rendered());
        plan.changes.extend(others.map(renewed));
    }
    let mut harness_stays = Vec::new();
    for package in &facts.packages {
        harness_stays.push(manifest::remove_additions(&mut plan, facts, package)?);
    }
    for (package, harness_stays) in facts.packages.iter().zip(harness_stays) {
        if harness_stays {
            plan.notes.push(format!(
                "{} stays, as Cargo.toml names it",
                relative(&package.harness.path, &facts.root)
            ));
        } else {
            remove_owned(&mut plan, facts, &package.harness, "the harness", force);
        }
    }
    Ok(plan)
}

/// The recipes with the features that the packages share which keep the scaffold.
fn recipes_of_others(facts: &Facts, rendered: &Rendered) -> Option<Change> {
    let file = &facts.recipes;
    let text = file.text.as_deref().filter(|text| owned::is_ours(text))?;
    let features = values::get(&rendered.recipes, values::FEATURES)?;
    Some(Change {
        path: file.path.clone(),
        name: relative(&file.path, &facts.root),
        what: "the recipes".to_owned(),
        found: FileStatus::Current,
        before: file.text.clone(),
        after: Some(values::set(text, values::FEATURES, features)),
        latest: None,
        executable: false,
    })
}

fn remove_import(plan: &mut Plan, facts: &Facts) -> Result<()> {
    let file = &facts.justfile;
    if let Some(path) = file.still_needed_by() {
        bail!(
            "{path} imports {RECIPES}, so just would reject it afterwards: take that import out first"
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
        found: FileStatus::Current,
        before: Some(text.clone()),
        after,
        latest: None,
        executable: false,
    });
    Ok(())
}

fn remove_other(plan: &mut Plan, facts: &Facts, other: &Other, force: bool) {
    let Some(text) = &other.file.text else {
        return;
    };
    if owned::is_stamped(text) {
        remove_owned(plan, facts, &other.file, OF_TEMPLATE, force);
        return;
    }
    let goes = *text == other.text;
    if !goes {
        plan.notes.push(format!(
            "{} stays, as it differs from the template's: delete it if you do not need it",
            other.name
        ));
    }
    plan.changes.push(Change {
        path: other.file.path.clone(),
        name: other.name.to_string(),
        what: OF_TEMPLATE.to_owned(),
        found: if goes {
            FileStatus::Current
        } else {
            FileStatus::Foreign
        },
        before: Some(text.clone()),
        after: Some(text.clone()).filter(|_| !goes),
        latest: None,
        executable: false,
    });
}

fn remove_owned(plan: &mut Plan, facts: &Facts, file: &TextFile, what: &str, force: bool) {
    let Some(text) = &file.text else { return };
    let name = relative(&file.path, &facts.root);
    let is_ours = owned::is_ours(text);
    let goes = owned::is_untouched(text) || (is_ours && force);
    if !goes {
        plan.notes.push(if is_ours {
            format!("{name} has been edited, so it stays: delete it, or pass --force")
        } else {
            format!("{name} stays, as itcov did not write it")
        });
    }
    plan.changes.push(Change {
        path: file.path.clone(),
        name,
        what: what.to_owned(),
        found: if goes {
            FileStatus::Current
        } else {
            FileStatus::Edited
        },
        before: Some(text.clone()),
        after: Some(text.clone()).filter(|_| !goes),
        latest: None,
        executable: false,
    });
}
