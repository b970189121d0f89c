//! What the plan needs to know of the crates that have the scaffold or are to get it. Writes nothing.

use anyhow::{Result, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Edition, Package, Target};

use super::harness::{self, Program, TestTarget};
use super::justfile::{self, Justfile};
use super::metadata::{TextFile, Workspace};
use super::selection::{self, Chosen, Selection};
use super::users::{self, FeatureUser};
use super::{RECIPES, lints};

/// A workspace and what it has of the scaffold.
pub struct Facts {
    /// Absolute; the recipes and the justfile are here.
    pub root: Utf8PathBuf,
    /// The packages that are meant: they have the scaffold or are to get it.
    pub packages: Vec<PackageFacts>,
    /// The programs of all harnesses in the workspace, those of other packages too, by the names of the packages.
    pub scaffolded: Vec<Program>,
    /// `itcov.just`
    pub recipes: TextFile,
    /// The justfile that is to import the recipes.
    pub justfile: Justfile,
    /// What was decided for the user, for people.
    pub notes: Vec<String>,
}

/// A package that has the scaffold or is to get it.
pub struct PackageFacts {
    /// Its name.
    pub name: String,
    /// The program that is meant; none if the one of the harness is gone and no other is the obvious one.
    pub bin: Option<Bin>,
    /// The edition of the package.
    pub edition: Edition,
    /// The test target that has the harness's name.
    pub test_target: Option<TestTarget>,
    /// `Cargo.toml`
    pub manifest: TextFile,
    /// `tests/manual_integration.rs`
    pub harness: TextFile,
    /// Lints that the package forbids, and the harness allows.
    pub forbidden_lints: Vec<&'static str>,
    /// What the members of the workspace need of its features.
    pub feature_users: Vec<FeatureUser>,
}

/// A binary target.
pub struct Bin {
    /// Its name.
    pub name: String,
    /// The features that it requires.
    pub features: Vec<String>,
}

impl Facts {
    /// Of the programs that the options choose.
    pub fn chosen(
        workspace: &Workspace,
        selection: &Selection,
        ask: selection::Ask,
    ) -> Result<Facts> {
        let scaffolded = Program::scaffolded(workspace)?;
        let chosen = selection.choose(workspace, &scaffolded, ask)?;
        let mut packages = Vec::new();
        let mut notes = Vec::new();
        for Chosen { package, bin, note } in chosen {
            packages.push(PackageFacts::read(workspace, package, Some(bin))?);
            notes.extend(note);
        }
        Facts::of(workspace, packages, scaffolded, notes)
    }

    /// Of every package that has something of the scaffold, or of those of these names.
    pub fn scaffolded(workspace: &Workspace, names: &[String]) -> Result<Facts> {
        let members = workspace.members();
        for name in names {
            if !members.iter().any(|package| package.name.as_str() == name) {
                bail!(
                    "the workspace has no package `{name}`; it has:{}",
                    selection::list(members.iter().map(|package| package.name.as_str()))
                );
            }
        }
        let is_named =
            |package: &&Package| names.is_empty() || names.contains(&package.name.to_string());
        let mut packages = Vec::new();
        for package in members.iter().filter(is_named) {
            let harness = TextFile::read(harness::path(package))?;
            if harness.text.is_none() && harness::test_target(package).is_none() {
                continue;
            }
            let program = harness.text.as_deref().and_then(harness::program);
            let bin = selection::bins(package)
                .find(|bin| Some(bin.name.as_str()) == program)
                .or_else(|| selection::obvious_bin(package));
            packages.push(PackageFacts::read(workspace, package, bin)?);
        }
        Facts::of(
            workspace,
            packages,
            Program::scaffolded(workspace)?,
            Vec::new(),
        )
    }

    fn of(
        workspace: &Workspace,
        packages: Vec<PackageFacts>,
        scaffolded: Vec<Program>,
        notes: Vec<String>,
    ) -> Result<Facts> {
        let root = &workspace.metadata.workspace_root;
        let directories: Vec<&Utf8Path> = packages
            .iter()
            .filter_map(|package| package.manifest.path.parent())
            .collect();
        Ok(Facts {
            root: root.clone(),
            justfile: justfile::read(root, &directories)?,
            recipes: TextFile::read(root.join(RECIPES))?,
            packages,
            scaffolded,
            notes,
        })
    }
}

impl Facts {
    /// The programs of the packages that are not meant.
    pub fn of_others(&self) -> Vec<Program> {
        let is_meant = |program: &&Program| {
            let mut packages = self.packages.iter();
            packages.any(|package| package.name == program.package)
        };
        let programs = self.scaffolded.iter();
        programs
            .filter(|program| !is_meant(program))
            .cloned()
            .collect()
    }
}

impl PackageFacts {
    fn read(
        workspace: &Workspace,
        package: &Package,
        bin: Option<&Target>,
    ) -> Result<PackageFacts> {
        let manifest = TextFile::read(package.manifest_path.clone())?;
        let root = TextFile::read(workspace.metadata.workspace_root.join("Cargo.toml"))?;
        let text = |file: &TextFile| file.text.clone().unwrap_or_default();
        Ok(PackageFacts {
            name: package.name.to_string(),
            bin: bin.map(|bin| Bin {
                name: bin.name.clone(),
                features: bin.required_features.clone(),
            }),
            edition: package.edition,
            test_target: harness::test_target(package),
            feature_users: users::of(package, workspace.members()),
            forbidden_lints: lints::forbidden(&text(&manifest), &text(&root)),
            manifest,
            harness: TextFile::read(harness::path(package))?,
        })
    }
}
