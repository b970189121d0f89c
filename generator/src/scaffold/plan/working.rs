//! Whether what is there would work, beside being there.

use crate::duration;
use crate::scaffold::change::Plan;
use crate::scaffold::facts::Facts;
use crate::scaffold::just::{Verdict, recipes};
use crate::scaffold::{RECIPES, values};

/// Adds what does not work to a plan for a scaffold.
pub fn look(plan: &mut Plan, facts: &Facts) {
    let Some(text) = &facts.recipes.text else {
        return;
    };
    let wrong_timeout = wrong_timeout(text);
    let has_time = wrong_timeout.is_none();
    plan.problems.extend(wrong_timeout);
    match &facts.justfile.verdict {
        Verdict::AwaitsRecipes(message) => plan
            .problems
            .push(format!("just rejects {RECIPES}: fix it\n{message}")),
        Verdict::Unknown if facts.justfile.text.is_some() => plan.notes.push(format!(
            "just is not installed, or too old, so {RECIPES} was not checked with it"
        )),
        // They would be wrong by that time once more.
        Verdict::Accepts(_) if has_time => {
            let failure = recipes::failure(&facts.justfile.path);
            plan.problems.extend(failure);
        }
        _ => {}
    }
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
