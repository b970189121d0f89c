//! What becomes of a package's manifest.

use anyhow::{Context, Result};
use cargo_metadata::Edition;

use super::relative;
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::facts::{Facts, PackageFacts};
use crate::scaffold::harness::Program;
use crate::scaffold::manifest::{self, Additions};
use crate::scaffold::owned::FileStatus;

/// The manifest with the feature and the test target.
pub fn with_additions(facts: &Facts, package: &PackageFacts, program: &Program) -> Result<Change> {
    let file = &package.manifest;
    let text = file.text.as_deref().context("a crate has a manifest")?;
    let wanted = Additions {
        feature: &program.features[0],
        bin_features: &program.features[1..],
        keep_autotests: package.edition == Edition::E2015,
    };
    let mut found = FileStatus::Missing;
    let mut what = format!("the feature `{}`, the test target", wanted.feature);
    let after = match manifest::with_additions(text, &wanted) {
        Ok(after) => {
            let missing = manifest::missing(text, &wanted)?;
            if missing.is_empty() {
                found = FileStatus::Current;
            } else {
                what = missing.join(", ");
            }
            after
        }
        // What is ours may be for another feature or program.
        Err(error) => {
            found = FileStatus::Outdated;
            let removal = manifest::without_additions(text, &package.feature_users).ok();
            let bare = removal.and_then(|removal| removal.text);
            let bare = bare.ok_or(error).context(file.path.to_string())?;
            manifest::with_additions(&bare, &wanted).context(file.path.to_string())?
        }
    };
    Ok(Change {
        path: file.path.clone(),
        name: relative(&file.path, &facts.root),
        what,
        found,
        before: Some(text.to_owned()),
        after: Some(after.unwrap_or_else(|| text.to_owned())),
        latest: None,
        executable: false,
    })
}

/// Takes the additions out, and gives whether something of the test target stays, and with it the harness.
pub fn remove_additions(plan: &mut Plan, facts: &Facts, package: &PackageFacts) -> Result<bool> {
    let file = &package.manifest;
    let text = file.text.as_deref().context("a crate has a manifest")?;
    let name = relative(&file.path, &facts.root);
    let removal = manifest::without_additions(text, &package.feature_users)
        .with_context(|| file.path.to_string())?;
    plan.notes
        .extend(removal.kept.iter().map(|kept| format!("{name}: {kept}")));
    if let Some(after) = removal.text {
        plan.changes.push(Change {
            path: file.path.clone(),
            name,
            what: "itcov's lines".to_owned(),
            found: FileStatus::Current,
            before: Some(text.to_owned()),
            after: Some(after),
            latest: None,
            executable: false,
        });
    }
    Ok(removal.test_stays)
}
