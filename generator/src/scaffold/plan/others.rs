//! What becomes of the files of a template that are neither harness nor recipes.

use anyhow::{Result, bail};

use super::renewal::{Mode, Renewal};
use super::{Change, OF_TEMPLATE, Plan};
use crate::scaffold::owned::{Status, is_stamped};
use crate::scaffold::selection;

/// Adds them to the plan. Those with a stamp are as harness and recipes; of others an edit cannot be told.
pub fn plan(plan: &mut Plan, renewal: &Renewal) -> Result<()> {
    let mut differing = Vec::new();
    for other in &renewal.rendered.others {
        let before = &other.file.file.text;
        if other.is_as_rendered() {
            plan.changes.push(other.renewed());
            continue;
        }
        if is_stamped(&other.text) && before.as_deref().is_none_or(is_stamped) {
            renewal.plan(plan, &other.file, OF_TEMPLATE, &other.text)?;
        } else {
            let differs = before.as_ref().is_some_and(|text| *text != other.text);
            if differs {
                differing.push(other.name.as_str());
            }
            plan.changes.push(Change {
                path: other.file.file.path.clone(),
                name: other.name.to_string(),
                what: OF_TEMPLATE.to_owned(),
                found: match before {
                    None => Status::Missing,
                    Some(_) if differs => Status::Foreign,
                    Some(_) => Status::Current,
                },
                before: before.clone(),
                after: before.clone().or_else(|| Some(other.text.clone())),
                executable: false,
            });
        }
        if let Some(change) = plan
            .changes
            .iter_mut()
            .rfind(|change| change.path == other.file.file.path)
        {
            change.executable = other.is_executable;
        }
    }
    if renewal.mode == Mode::Add && !differing.is_empty() {
        bail!(
            "there already, and not what the template makes:{}\nmove or rename them, here or in the template; nothing was written",
            selection::list(differing.into_iter())
        );
    }
    let problems = differing.into_iter().map(|name| {
        format!("{name} is not what the template makes, and has no stamp that would tell whose edit that is: it stays; without it, `cargo itcov update --template DIR` puts it there anew")
    });
    plan.problems.extend(problems);
    Ok(())
}
