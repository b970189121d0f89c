//! What becomes of the files of a template that are neither harness nor recipes.

use anyhow::{Result, bail};

use super::OF_TEMPLATE;
use super::renewal::{Mode, Renewal};
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::owned::{FileStatus, is_stamped};
use crate::scaffold::selection;
use crate::scaffold::template::Other;

/// Adds them to the plan. Those with a stamp are as harness and recipes; of others an edit cannot be told.
pub fn plan(plan: &mut Plan, renewal: &Renewal) -> Result<()> {
    let mut differing = Vec::new();
    for other in &renewal.rendered.others {
        let before = other.file.text.as_ref();
        if other.is_as_rendered() {
            plan.changes.push(renewed(other));
            continue;
        }
        let mut change = if is_stamped(&other.text) && before.is_none_or(|text| is_stamped(text)) {
            renewal.plan(plan, &other.file, OF_TEMPLATE, &other.text)?
        } else {
            let differs = before.is_some_and(|text| *text != other.text);
            if differs {
                differing.push(other.name.as_str());
            }
            Change {
                found: match before {
                    None => FileStatus::Missing,
                    Some(_) if differs => FileStatus::Foreign,
                    Some(_) => FileStatus::Current,
                },
                after: before.or(Some(&other.text)).cloned(),
                ..renewed(other)
            }
        };
        change.executable = other.is_executable;
        plan.changes.push(change);
    }
    if renewal.mode == Mode::Add && !differing.is_empty() {
        bail!(
            "these files already exist and differ from the template's:{}\nmove or rename them, here or in the template; nothing was written",
            selection::list(differing.into_iter())
        );
    }
    let problems = differing.into_iter().map(|name| {
        format!("{name} differs from the template's, and has no stamp that tells whether you have edited it, so it stays; delete it, and `cargo itcov update --template DIR` writes it again")
    });
    plan.problems.extend(problems);
    Ok(())
}

/// The file as the template makes it.
pub fn renewed(other: &Other) -> Change {
    Change {
        path: other.file.path.clone(),
        name: other.name.to_string(),
        what: OF_TEMPLATE.to_owned(),
        found: FileStatus::Current,
        before: other.file.text.clone(),
        after: Some(other.text.clone()),
        latest: None,
        executable: other.is_executable,
    }
}
