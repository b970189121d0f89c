//! The way of every entry: the scaffold goes in and out again.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};

use crate::list::Entry;
use crate::outcome::Outcome;
use crate::step::Step;
use crate::tools::{Tools, run};
use crate::{copy, special, tree};

/// Goes all steps but the builds.
pub fn follow(entry: &Entry, tools: &Tools) -> Outcome {
    let mut outcome = Outcome::default();
    go(entry, tools, &mut outcome);
    outcome
}

fn go(entry: &Entry, tools: &Tools, outcome: &mut Outcome) -> Option<()> {
    let (root, manifest) = outcome.go(Step::Copy, || copy::fresh(entry, tools))?;
    let (before, described) = outcome.go(Step::Copy, || {
        Ok((tree::read(&root)?, Described::read(&root, tools)?))
    })?;
    outcome.manifest = manifest.name();
    let packages = described.metadata.workspace_packages();
    outcome.edition = special::editions(&packages);
    outcome.special = special::of(&packages, &root, manifest);
    let chosen = choose(entry, &described, &root);
    outcome.chosen = chosen.join(" ");

    let itcov = |command: &str, arguments: &[String]| {
        run(tools
            .command("cargo", &root)
            .args(["itcov", command])
            .args(arguments))
    };
    outcome.go(Step::Init, || itcov("init", &chosen))?;
    let after = outcome.go(Step::Accepted, || {
        let now = Described::read(&root, tools)?;
        ensure!(
            now.warnings == described.warnings,
            "cargo warns of something new: {}",
            now.warnings
        );
        let harnesses = now
            .metadata
            .workspace_packages()
            .into_iter()
            .flat_map(|package| &package.targets);
        let harness = harnesses
            .into_iter()
            .find(|target| target.is_kind(TargetKind::Test) && target.name == "manual_integration");
        ensure!(harness.is_some(), "the harness is no target of any package");
        tree::read(&root)
    })?;
    outcome.go(Step::OnlyAdds, || {
        let differing = tree::only_adds(&before, &after)?;
        ensure!(differing > 0, "init has changed nothing");
        Ok(())
    })?;
    outcome.go(Step::Again, || {
        itcov("init", &chosen)?;
        tree::same(&after, &tree::read(&root)?)
    })?;
    outcome.go(Step::Check, || itcov("check", &[]))?;
    outcome.go(Step::Remove, || {
        // As people do, who see to it that nothing of theirs is lost.
        copy::commit(&root, tools, "With the scaffold")?;
        itcov("remove", &[])
    })?;
    outcome.go(Step::Restored, || {
        tree::same(&before, &tree::read(&root)?)?;
        let git = |arguments: &[&str]| run(tools.command("git", &root).args(arguments));
        git(&["reset", "--quiet", "HEAD~1"])?;
        let status = git(&["status", "--porcelain"])?.stdout;
        ensure!(status.is_empty(), "git sees changes: {status}");
        Ok(())
    })
}

/// What cargo says of a crate.
pub struct Described {
    /// Without the dependencies.
    pub metadata: Metadata,
    /// What it warns of.
    pub warnings: String,
}

impl Described {
    /// Asks cargo.
    pub fn read(root: &Path, tools: &Tools) -> Result<Described> {
        let mut command = tools.command("cargo", root);
        let output = run(command.args(["metadata", "--no-deps", "--format-version", "1"]))?;
        Ok(Described {
            metadata: MetadataCommand::parse(output.stdout).context("cargo metadata")?,
            warnings: output.stderr,
        })
    }
}

/// What `init` is told, because nobody is there to be asked: the first program, where there are several.
pub fn choose(entry: &Entry, described: &Described, root: &Path) -> Vec<String> {
    let pairs = |option: &str, names: &[String]| {
        let pairs = names
            .iter()
            .flat_map(|name| [option.to_owned(), name.clone()]);
        pairs.collect::<Vec<_>>()
    };
    let mut arguments = pairs("-p", &entry.packages);
    arguments.extend(pairs("--bin", &entry.bins));
    if !arguments.is_empty() {
        return arguments;
    }
    let bins = |package: &Package| {
        let bins = package.targets.iter().filter(|target| target.is_bin());
        bins.map(|target| target.name.clone()).collect::<Vec<_>>()
    };
    let mut packages = described.metadata.workspace_packages();
    packages.retain(|package| !bins(package).is_empty());
    let at_root: PathBuf = root.join("Cargo.toml");
    let package = packages
        .iter()
        .find(|package| package.manifest_path.as_std_path() == at_root);
    if package.is_none() && packages.len() > 1 {
        arguments.extend(pairs("-p", &[packages[0].name.to_string()]));
    }
    let Some(package) = package.or(packages.first()) else {
        return arguments;
    };
    let bins = bins(package);
    if package.default_run.is_none() && bins.len() > 1 {
        arguments.extend(pairs("--bin", &bins[..1]));
    }
    arguments
}
