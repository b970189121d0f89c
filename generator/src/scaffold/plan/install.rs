//! What puts the scaffold into a workspace, and what renews it.

use anyhow::{Context, Result, bail};
use cargo_metadata::Edition;

use super::renewal::{Mode, Renewal};
use super::{Change, Plan, others, relative};
use crate::scaffold::facts::{Facts, PackageFacts};
use crate::scaffold::owned::Status;
use crate::scaffold::recipes::{self, Program};
use crate::scaffold::template::{Rendered, Variables};
use crate::scaffold::{RECIPES, TEST_TARGET, justfile, manifest};

/// The feature that the harness is behind, unless another is wished for.
pub const FEATURE: &str = "manual-integration";

/// How long a run may last, unless something else is wished for.
const TIMEOUT: &str = "60s";

/// What is wanted, beside the crate itself.
#[derive(Default)]
pub struct Wishes {
    /// The name of the feature that the harness is behind.
    pub feature: Option<String>,
    /// How long a run may last by default.
    pub timeout: Option<String>,
}

/// What is to be done for the scaffold to be in place. An error where something else has its names.
pub fn install(facts: &Facts, wishes: &Wishes, rendered: &Rendered, mode: Mode) -> Result<Plan> {
    let mut plan = Plan::default();
    for Program { package, bin, .. } in &facts.unknown {
        plan.problems.push(format!(
            "{RECIPES} lists the program `{package} {bin}`, which the workspace does not have: take the line out; \
             if it has another name now, `cargo itcov init -p PACKAGE --bin NAME` puts that in"
        ));
    }
    let programs = programs(facts, wishes);
    let renewal = Renewal {
        facts,
        rendered,
        mode,
    };
    // The harness before the manifest that names it, the recipes before the line that imports them; what is alike together,
    // as that is made to last in one go.
    for package in &facts.packages {
        refuse_taken_names(package)?;
        let harness = rendered.harness(&package.name);
        renewal.plan(&mut plan, &package.harness, "the harness", harness)?;
    }
    for package in &facts.packages {
        let additions = Additions::of(package, &programs, wishes);
        plan.changes
            .push(manifest_change(facts, package, &additions)?);
    }
    recipes_change(&mut plan, &renewal, wishes, &programs)?;
    others::plan(&mut plan, &renewal)?;
    justfile_change(&mut plan, facts, &rendered.recipes)?;
    Ok(plan)
}

/// What a template's files are rendered with.
pub fn variables(facts: &Facts, wishes: &Wishes) -> Variables {
    let text = facts.recipes.file.text.as_deref().unwrap_or_default();
    let set = recipes::value(text, "itcov_timeout").filter(|value| !value.is_empty());
    let timeout = wishes.timeout.as_deref().or(set);
    Variables {
        programs: programs(facts, wishes),
        timeout: timeout.unwrap_or(TIMEOUT).to_owned(),
    }
}

/// The programs that the recipes are to list: those that are there, and those that are meant.
fn programs(facts: &Facts, wishes: &Wishes) -> Vec<Program> {
    let mut programs = facts.measured.clone();
    for package in &facts.packages {
        let feature = feature(package, wishes);
        for program in &package.programs {
            let mut program = program.clone();
            program.features.insert(0, feature.clone());
            let is_same =
                |other: &&mut Program| other.package == program.package && other.bin == program.bin;
            match programs.iter_mut().find(is_same) {
                Some(listed) => {
                    program
                        .features
                        .extend(chosen_features(package, &program, listed));
                    *listed = program;
                }
                None => programs.push(program),
            }
        }
    }
    programs
}

/// The features that the user has put into a program's line, beside those that it needs. Neither that of the harness if
/// another is wished for now, nor what the package no longer has.
fn chosen_features(package: &PackageFacts, program: &Program, listed: &Program) -> Vec<String> {
    let former = package
        .test_target
        .as_ref()
        .and_then(|target| target.features.first());
    let is_there = |name: &String| {
        // What is of a dependency, only cargo knows.
        name.contains('/') || (package.features.contains(name) && Some(name) != former)
    };
    let listed = listed.features.iter();
    listed
        .filter(|name| is_there(name) && !program.features.contains(name))
        .cloned()
        .collect()
}

fn feature(package: &PackageFacts, wishes: &Wishes) -> String {
    let of_target = package
        .test_target
        .as_ref()
        .and_then(|target| target.features.first());
    wishes
        .feature
        .as_ref()
        .or(of_target)
        .map_or_else(|| FEATURE.to_owned(), Clone::clone)
}

fn refuse_taken_names(package: &PackageFacts) -> Result<()> {
    if let Some(target) = &package.test_target
        && target.path != package.harness.file.path
    {
        bail!(
            "the package `{}` has a test target `{TEST_TARGET}` of its own, {}",
            package.name,
            target.path
        );
    }
    if package
        .programs
        .iter()
        .any(|program| program.bin == TEST_TARGET)
    {
        bail!("the binary `{TEST_TARGET}` has the name of the harness, so itcov cannot measure it");
    }
    Ok(())
}

/// What the manifest of a package is to have.
struct Additions {
    feature: String,
    bin_features: Vec<String>,
    keep_autotests: bool,
}

impl Additions {
    fn of(package: &PackageFacts, programs: &[Program], wishes: &Wishes) -> Additions {
        let mut of_programs = programs
            .iter()
            .filter(|program| program.package == package.name)
            .filter_map(|program| {
                let mut required = package.required.iter();
                required.find(|(bin, _)| *bin == program.bin)
            })
            .map(|(_, features)| features.clone());
        // cargo builds the harness only with all that it requires, so of several programs it is what all of them do.
        let first = of_programs.next().unwrap_or_default();
        let common = of_programs.fold(first, |mut common, features| {
            common.retain(|feature| features.contains(feature));
            common
        });
        Additions {
            feature: feature(package, wishes),
            bin_features: common,
            keep_autotests: package.edition == Edition::E2015,
        }
    }
}

fn manifest_change(facts: &Facts, package: &PackageFacts, additions: &Additions) -> Result<Change> {
    let text = package
        .manifest
        .text
        .as_deref()
        .context("a crate has a manifest")?;
    let wanted = manifest::Additions {
        feature: &additions.feature,
        bin_features: &additions.bin_features,
        keep_autotests: additions.keep_autotests,
    };
    let mut found = Status::Missing;
    let mut what = format!("the feature `{}`, the test target", additions.feature);
    let after = match manifest::with_additions(text, &wanted) {
        Ok(after) => {
            let missing = manifest::missing(text, &wanted)?;
            if missing.is_empty() {
                found = Status::Current;
            } else {
                what = missing.join(", ");
            }
            after
        }
        // What is ours may be for another feature or program.
        Err(error) => {
            found = Status::Outdated;
            let removal = manifest::without_additions(text).ok();
            let bare = removal.and_then(|removal| removal.text);
            let bare = bare
                .ok_or(error)
                .context(package.manifest.path.to_string())?;
            manifest::with_additions(&bare, &wanted).context(package.manifest.path.to_string())?
        }
    };
    Ok(Change {
        path: package.manifest.path.clone(),
        name: relative(&package.manifest.path, &facts.root),
        what,
        found,
        before: Some(text.to_owned()),
        after: Some(after.unwrap_or_else(|| text.to_owned())),
        executable: false,
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
            Status::Current
        } else {
            Status::Missing
        },
        before: file.text.clone(),
        after: Some(edit.after),
        executable: false,
    });
    Ok(())
}

fn recipes_change(
    plan: &mut Plan,
    renewal: &Renewal,
    wishes: &Wishes,
    programs: &[Program],
) -> Result<()> {
    let owned = &renewal.facts.recipes;
    let mut latest = renewal.rendered.recipes.clone();
    if let Some(before) = &owned.file.text {
        latest = recipes::with_settings_of(&latest, before);
    }
    if let Some(timeout) = &wishes.timeout {
        latest = recipes::with_setting(&latest, "itcov_timeout", timeout);
    }
    renewal.plan(plan, owned, "the recipes", &latest)?;
    // What is configured is the user's, so it changes in a file of any version, edited or not.
    for change in plan
        .changes
        .iter_mut()
        .filter(|change| change.path == owned.file.path)
    {
        let text = change.after.take().unwrap_or_default();
        let mut after = match recipes::programs(&text) {
            Ok(listed) if listed == programs => text,
            _ => recipes::with_programs(&text, programs),
        };
        if let Some(timeout) = &wishes.timeout {
            after = recipes::with_setting(&after, "itcov_timeout", timeout);
            if recipes::value(&after, "itcov_timeout") != Some(timeout) {
                bail!(
                    "{} has no line `itcov_timeout := '…'` to put --timeout into: set it there",
                    change.path
                );
            }
        }
        change.after = Some(after);
    }
    Ok(())
}
