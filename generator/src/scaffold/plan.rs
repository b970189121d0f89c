//! The plan: a pure function from what a crate is and what is wanted to the list of file changes.

use anyhow::{Context, Result, bail};
use cargo_metadata::Edition;
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};

use super::facts::{Crate, TextFile};
use super::template::{Program, Variables};
use super::{TEST_TARGET, justfile, manifest};

/// What is wanted, beside the crate itself.
pub struct Wishes {
    /// The name of the feature that the harness is behind.
    pub feature: String,
    /// How long a run may last by default.
    pub timeout: String,
}

/// The changes, in the order in which they are to be made: cargo accepts the crate after each of them.
pub struct Plan {
    /// Those that change nothing are listed too.
    pub changes: Vec<Change>,
    /// What the user ought to know, a sentence each.
    pub notes: Vec<String>,
}

/// One file, before and after.
pub struct Change {
    /// Absolute.
    pub path: Utf8PathBuf,
    /// Relative to the workspace, for people.
    pub name: String,
    /// What the file has of the scaffold, for people.
    pub what: String,
    /// `None` where there is no file yet.
    pub before: Option<String>,
    /// The whole text; `None` where the file is to go.
    pub after: Option<String>,
}

impl Change {
    /// Whether the file is as it ought to be.
    pub fn is_unchanged(&self) -> bool {
        self.before == self.after
    }
}

impl Plan {
    /// What `init` does to the crate.
    pub fn init(krate: &Crate, wishes: &Wishes) -> Result<Plan> {
        if let Some(path) = &krate.test_target
            && *path != krate.harness.path
        {
            bail!(
                "the package `{}` has a test target `{TEST_TARGET}` of its own, {path}",
                krate.package
            );
        }
        if krate.bin == TEST_TARGET {
            bail!(
                "the binary `{TEST_TARGET}` has the name of the harness, so itcov cannot measure it"
            );
        }
        let mut features = vec![wishes.feature.clone()];
        features.extend(krate.bin_features.iter().cloned());
        let variables = Variables {
            programs: vec![Program {
                package: krate.package.clone(),
                bin: krate.bin.clone(),
                features,
            }],
            timeout: wishes.timeout.clone(),
        };
        let additions = manifest::Additions {
            feature: &wishes.feature,
            bin_features: &krate.bin_features,
            keep_autotests: krate.edition == Edition::E2015,
        };
        let change = |file: &TextFile, what: &str, after: String| Change {
            path: file.path.clone(),
            name: relative(&file.path, &krate.workspace_root),
            what: what.to_owned(),
            before: file.text.clone(),
            after: Some(after),
        };
        let manifest_text = krate
            .manifest
            .text
            .as_deref()
            .context("a crate has a manifest")?;
        let manifest_after = manifest::with_additions(manifest_text, &additions)
            .with_context(|| krate.manifest.path.to_string())?
            .unwrap_or_else(|| manifest_text.to_owned());
        let recipes = variables.recipes()?;
        let justfile = justfile::plan(&krate.justfile, &recipes)?;
        // The harness before the manifest that names it, the recipes before the line that imports them.
        Ok(Plan {
            changes: vec![
                change(
                    &krate.harness,
                    "the harness",
                    owned(&krate.harness, variables.harness()?)?,
                ),
                change(
                    &krate.manifest,
                    &format!("the feature `{}`, the test target", wishes.feature),
                    manifest_after,
                ),
                change(
                    &krate.recipes,
                    "the recipes",
                    owned_recipes(krate, recipes)?,
                ),
                change(
                    &TextFile {
                        path: krate.justfile.path.clone(),
                        text: krate.justfile.text.clone(),
                    },
                    &justfile::import_line(),
                    justfile.after,
                ),
            ],
            notes: justfile.notes,
        })
    }

    /// Whether everything is as it ought to be.
    pub fn is_unchanged(&self) -> bool {
        self.changes.iter().all(Change::is_unchanged)
    }
}

/// The text for a file that is itcov's alone. What somebody else has written there is not overwritten.
fn owned(file: &TextFile, after: String) -> Result<String> {
    match &file.text {
        Some(before) if *before == after => Ok(after),
        None => Ok(after),
        Some(before) if before.lines().take(2).any(|line| line.contains("itcov")) => bail!(
            "{} is there and differs from what itcov writes now with these options: \
             move it away to have it written anew",
            file.path
        ),
        Some(_) => bail!(
            "{} is there and is not itcov's: move it, or rename it",
            file.path
        ),
    }
}

/// The recipes serve one program of a workspace.
fn owned_recipes(krate: &Crate, after: String) -> Result<String> {
    let package = |text: &str| {
        let mut lines = text
            .lines()
            .skip_while(|line| !line.starts_with("itcov_programs := "));
        Some(lines.nth(1)?.split_whitespace().next()?.to_owned())
    };
    match krate.recipes.text.as_deref().and_then(package) {
        Some(other) if other != krate.package => bail!(
            "{} measures the package `{other}` already, and a workspace has one measured program so far: \
             to measure `{}` instead, take that scaffold out first",
            krate.recipes.path,
            krate.package
        ),
        _ => owned(&krate.recipes, after),
    }
}

fn relative(path: &Utf8Path, root: &Utf8Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string()
}
