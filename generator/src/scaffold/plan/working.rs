//! Whether what is there would work, beside being there.

use super::relative;
use crate::deep;
use crate::duration;
use crate::scaffold::change::Plan;
use crate::scaffold::facts::{Facts, PackageFacts};
use crate::scaffold::harness;
use crate::scaffold::just::{Dump, Verdict, recipes};
use crate::scaffold::owned::{self, FileStatus};
use crate::scaffold::template::Rendered;
use crate::scaffold::{RECIPES, justfile, values};

/// Adds what does not work to a plan for a scaffold. Gives the options for `cargo itcov` that are set in the recipes, as just
/// evaluates them, or where it does not, as they are written.
pub fn look(plan: &mut Plan, facts: &Facts, rendered: &Rendered) -> Option<String> {
    plan.problems.extend(broken(facts));
    let text = facts.recipes.text.as_deref()?;
    let wrong_timeout = wrong_timeout(text);
    let has_time = wrong_timeout.is_none();
    plan.problems.extend(wrong_timeout);
    let written = || values::get(text, values::OPTIONS).map(str::to_owned);
    match &facts.justfile.verdict {
        Verdict::AwaitsRecipes(message) => plan
            .problems
            .push(format!("just rejects {RECIPES}: fix it\n{message}")),
        Verdict::Unknown if facts.justfile.text.is_some() => plan.notes.push(format!(
            "just is not installed, or too old, so {RECIPES} was not checked with it"
        )),
        Verdict::Accepts(dump) => {
            let note = without_some(plan, text, dump, rendered);
            plan.notes.extend(note);
            // They would be wrong by that time once more.
            if has_time {
                let path = &facts.justfile.path;
                let Some(failure) = recipes::failure(path) else {
                    return recipes::value(path, values::OPTIONS_NAME).or_else(written);
                };
                plan.problems.push(failure);
            }
        }
        _ => {}
    }
    written()
}

/// What is wrong with the texts themselves: recipes and harnesses that were cut off, or that a merge has left half done.
pub fn broken(facts: &Facts) -> Vec<String> {
    let recipes = facts.recipes.text.as_deref();
    let is_without = recipes.is_some_and(|text| !justfile::has_recipes(text));
    let without = is_without.then(|| {
        format!(
            "{RECIPES} has no recipe, as if it had been cut off: delete it, and `cargo itcov init` writes it again"
        )
    });
    let harnesses = facts.packages.iter();
    let harnesses = harnesses.filter_map(|package| broken_harness(facts, package));
    without.into_iter().chain(harnesses).collect()
}

fn broken_harness(facts: &Facts, package: &PackageFacts) -> Option<String> {
    let file = &package.harness;
    let text = file.text.as_deref()?;
    let (line, why) = deep::with_room(|| harness::fault(text))?;
    let name = relative(&file.path, &facts.root);
    let place = line.map_or_else(|| name.clone(), |line| format!("{name}:{line}"));
    Some(format!(
        "{place}: the harness cannot be compiled: {why}; fix it, or delete {name}, and `cargo itcov init` writes it again"
    ))
}

/// Which recipes somebody has taken out of the built-in ones, or of those of the template that was given.
fn without_some(plan: &Plan, text: &str, dump: &Dump, rendered: &Rendered) -> Option<String> {
    let is_edited = |it: &FileStatus| *it == FileStatus::Edited;
    let mut changes = plan.changes.iter();
    let recipes = changes.find(|change| change.name == RECIPES && is_edited(&change.found));
    recipes.filter(|_| rendered.is_own || !owned::is_of_template(text))?;
    let is_there = |name: &&str| {
        let mut names = dump
            .recipes
            .iter()
            .chain(&dump.aliases)
            .chain(&dump.modules);
        names.any(|it| it == name)
    };
    let missing = justfile::recipe_names(&rendered.recipes).into_iter();
    let missing: Vec<&str> = missing.filter(|name| !is_there(name)).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "{RECIPES} has been edited and no longer has: {}",
            missing.join(", ")
        )
    })
}

/// What is wrong with the time in the recipes.
pub fn wrong_timeout(recipes: &str) -> Option<String> {
    let timeout = values::get(recipes, values::TIMEOUT)?;
    let is_fine = timeout.is_empty() || duration::parse(timeout).is_some();
    (!is_fine).then(|| {
        format!(
            "ITCOV_TIMEOUT in {RECIPES} is `{timeout}`, which is not a duration such as 90, 90s, 5m or 1h30m: change it there"
        )
    })
}
