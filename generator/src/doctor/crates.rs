//! The crate: whether the scaffold is there.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};

use super::finding::{Finding, Status};
use super::justfile::finding as of_justfile;
use super::ran::cargo;
use crate::output;
use crate::scaffold::RECIPES;
use crate::scaffold::change::Change;
use crate::scaffold::facts::Facts;
use crate::scaffold::justfile::{self, Justfile};
use crate::scaffold::metadata::Cargo;
use crate::scaffold::owned;
use crate::scaffold::plan;
use crate::scaffold::template::{Rendered, Template};

/// Where the command was typed, or the given manifest is.
pub enum NearestCrate {
    /// In no crate.
    Nowhere,
    /// In one that cargo does not take; cargo's message.
    Broken(String),
    /// In one.
    Crate {
        /// The root of the workspace.
        root: Utf8PathBuf,
        /// Whether the recipes are there.
        has_recipes: bool,
        /// What is wrong with the scaffold, or why that cannot be told.
        wanting: Result<Wanting, String>,
        /// The justfile, or why it cannot be read.
        justfile: Result<Box<Justfile>, String>,
    },
}

/// What `check` finds.
pub struct Wanting {
    /// Parts that are not there.
    missing: Vec<String>,
    /// Parts that are another version's, or otherwise not as they ought to be.
    stale: Vec<String>,
}

impl NearestCrate {
    /// Looks at the crate of a manifest, or of the current directory.
    pub fn look(manifest_path: Option<&Utf8Path>) -> NearestCrate {
        match workspace(manifest_path) {
            Ok(root) => NearestCrate::Crate {
                has_recipes: root.join(RECIPES).is_file(),
                justfile: justfile::read(&root, &[])
                    .map(Box::new)
                    .map_err(|error| format!("{error:#}")),
                wanting: wanting(manifest_path).map_err(|error| format!("{error:#}")),
                root,
            },
            Err(message)
                if manifest_path.is_none() && message.contains("could not find `Cargo.toml`") =>
            {
                NearestCrate::Nowhere
            }
            Err(message) => NearestCrate::Broken(message),
        }
    }
}

pub fn findings(nearest: &NearestCrate) -> Vec<Finding> {
    match nearest {
        NearestCrate::Nowhere => {
            vec![Finding::ok("crate", "none").because(
                Status::Note,
                "this is no directory of a crate, so none was looked at",
            )]
        }
        NearestCrate::Broken(message) => {
            vec![Finding::ok("crate", "rejected by cargo").because(Status::Wrong, message)]
        }
        NearestCrate::Crate {
            root,
            has_recipes,
            wanting,
            justfile,
        } => {
            let mut findings = vec![scaffold(root, *has_recipes, wanting)];
            findings.extend(of_justfile(root, *has_recipes, justfile));
            findings
        }
    }
}

fn wanting(manifest_path: Option<&Utf8Path>) -> Result<Wanting> {
    let cargo = Cargo {
        manifest_path: manifest_path.map(Utf8Path::to_owned),
        ..Cargo::default()
    };
    let facts = Facts::scaffolded(&cargo.read()?, &[])?;
    let rendered = Rendered::now(&facts, &Template::default())?;
    let plan = plan::check(&facts, &rendered)?;
    let recipes = facts.recipes.text.as_deref().unwrap_or_default();
    let broken = plan::broken(&facts).into_iter();
    if let Some(wrong) = broken.chain(plan::wrong_timeout(recipes)).next() {
        bail!(wrong);
    }
    // The justfile has a finding of its own.
    let changes = plan
        .changes
        .into_iter()
        .filter(|change| !change.is_unchanged() && change.path != facts.justfile.path);
    let (missing, stale): (Vec<_>, Vec<_>) =
        changes.partition(|change| change.found == owned::FileStatus::Missing);
    let names = |changes: Vec<Change>| {
        let names = changes
            .into_iter()
            .map(|change| format!("{} ({})", change.name, change.what));
        names.collect::<Vec<_>>()
    };
    let stale = names(stale).into_iter().chain(plan.problems);
    Ok(Wanting {
        missing: names(missing),
        stale: stale.collect(),
    })
}

/// Whether the scaffold is in the crate, and current.
fn scaffold(root: &Utf8Path, has_recipes: bool, wanting: &Result<Wanting, String>) -> Finding {
    if !has_recipes {
        return Finding::ok("scaffold", format!("none in {root}"))
            .because(
                Status::Note,
                "`cargo itcov run` works without; the scaffold adds the recipes and a harness for other tools",
            )
            .typing("cargo itcov init");
    }
    let found = Finding::ok("scaffold", root.join(RECIPES));
    match wanting {
        Ok(Wanting { missing, .. }) if !missing.is_empty() => found
            .because(Status::Wrong, format!("without {}", missing.join(", ")))
            .typing("cargo itcov init"),
        Ok(Wanting { stale, .. }) if !stale.is_empty() => found
            .because(Status::Note, format!("stale: {}", stale.join(", ")))
            .typing("cargo itcov update"),
        Ok(_) => found,
        Err(error) => found.because(Status::Wrong, error),
    }
}

/// The root of the workspace that a manifest, or the current directory, is in. The error is cargo's.
fn workspace(manifest_path: Option<&Utf8Path>) -> Result<Utf8PathBuf, String> {
    let mut command = Command::new(cargo());
    command.args([
        "locate-project",
        "--workspace",
        "--message-format",
        "plain",
        "--color",
        "never",
    ]);
    if let Some(path) = manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    output::running(&command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr)
            .trim_end()
            .trim_start_matches("error: ")
            .to_owned());
    }
    let manifest = Utf8PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end());
    manifest
        .parent()
        .map(Utf8Path::to_owned)
        .ok_or_else(|| format!("{manifest} has no directory"))
}
