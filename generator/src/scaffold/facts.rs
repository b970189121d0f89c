//! What the plan needs to know of the crates that have the scaffold or are to get it. Writes nothing.

use anyhow::{Context, Result, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Edition, Package, TargetKind};

use super::history;
use super::justfile::{self, Justfile};
use super::metadata::{TextFile, Workspace};
use super::recipes::{self, Program};
use super::selection::{self, Chosen, Selection};
use super::{RECIPES, TEST_TARGET};

/// A workspace and what it has of the scaffold.
pub struct Facts {
    /// Absolute; the recipes and the justfile are here.
    pub root: Utf8PathBuf,
    /// The packages that have the scaffold or are to get it.
    pub packages: Vec<PackageFacts>,
    /// The programs that the recipes list.
    pub measured: Vec<Program>,
    /// Those of them that the workspace does not have.
    pub unknown: Vec<Program>,
    /// `itcov.just`
    pub recipes: OwnedFile,
    /// The justfile that is to import the recipes.
    pub justfile: Justfile,
}

/// A package that has the scaffold or is to get it.
pub struct PackageFacts {
    /// Its name.
    pub name: String,
    /// The programs of it that are meant, with the features that they require; without any, what is here is left over.
    pub programs: Vec<Program>,
    /// The features that it has, and those that come with an optional dependency.
    pub features: Vec<String>,
    /// What each of its binaries requires of them, meant or not.
    pub required: Vec<(String, Vec<String>)>,
    /// The edition of the package.
    pub edition: Edition,
    /// The test target that has the harness's name.
    pub test_target: Option<TestTarget>,
    /// `Cargo.toml`
    pub manifest: TextFile,
    /// `tests/manual_integration.rs`
    pub harness: OwnedFile,
}

/// A test target that has the harness's name.
pub struct TestTarget {
    /// Its source file.
    pub path: Utf8PathBuf,
    /// The features that it requires.
    pub features: Vec<String>,
}

/// A file that is itcov's alone.
pub struct OwnedFile {
    /// The file itself.
    pub file: TextFile,
    /// What a merge has left beside it.
    pub beside: TextFile,
    /// For a file that was edited: what itcov had written before, if that is to be found.
    pub base: Option<String>,
}

impl OwnedFile {
    /// Reads it.
    pub fn read(path: Utf8PathBuf) -> Result<OwnedFile> {
        let beside = TextFile::read(Utf8PathBuf::from(format!("{path}.new")))?;
        let file = TextFile::read(path)?;
        let base = file
            .text
            .as_deref()
            .and_then(|text| history::base(&file.path, text));
        Ok(OwnedFile { file, beside, base })
    }
}

/// The scaffold's files at the root of a workspace.
pub struct Root {
    recipes: OwnedFile,
    /// The programs that the recipes list.
    pub measured: Vec<Program>,
}

impl Root {
    /// Reads them.
    pub fn read(workspace: &Workspace) -> Result<Root> {
        let root = &workspace.metadata.workspace_root;
        let recipes = OwnedFile::read(root.join(RECIPES))?;
        let measured = match &recipes.file.text {
            // What is not itcov's is refused later, or left alone.
            Some(text) if super::owned::is_ours(text) => {
                recipes::programs(text).with_context(|| {
                    format!(
                        "{} cannot be read: mend it, or move it away and run `cargo itcov init`",
                        recipes.file.path
                    )
                })?
            }
            _ => Vec::new(),
        };
        Ok(Root { recipes, measured })
    }

    /// With the packages that were chosen.
    pub fn with(self, workspace: &Workspace, chosen: &[Chosen]) -> Result<Facts> {
        let packages = chosen
            .iter()
            .map(|chosen| PackageFacts::read(chosen.package, &chosen.bins))
            .collect::<Result<_>>()?;
        let root = &workspace.metadata.workspace_root;
        let directories: Vec<&Utf8Path> = chosen
            .iter()
            .filter_map(|chosen| chosen.package.manifest_path.parent())
            .collect();
        let has = |program: &Program| {
            workspace.members().iter().any(|package| {
                package.name.as_str() == program.package
                    && selection::bins(package).any(|bin| bin.name == program.bin)
            })
        };
        let unknown = self.measured.iter().filter(|program| !has(program));
        Ok(Facts {
            root: root.clone(),
            justfile: justfile::read(root, &directories)?,
            packages,
            unknown: unknown.cloned().collect(),
            measured: self.measured,
            recipes: self.recipes,
        })
    }

    /// With every package that has something of the scaffold, or with those of these names.
    pub fn with_scaffolded(self, workspace: &Workspace, names: &[String]) -> Result<Facts> {
        for name in names {
            let is_known = self.measured.iter().any(|program| program.package == *name)
                || workspace
                    .members()
                    .iter()
                    .any(|package| package.name.as_str() == name);
            if !is_known {
                let members = workspace.members().iter();
                let names = members.map(|package| package.name.as_str());
                bail!(
                    "the workspace has no package `{name}`; it has:{}",
                    selection::list(names)
                );
            }
        }
        let mut chosen = Vec::new();
        for package in workspace.members() {
            let is_meant =
                names.is_empty() || names.iter().any(|name| package.name.as_str() == name);
            let bins: Vec<_> = selection::bins(package)
                .filter(|bin| {
                    self.measured.iter().any(|program| {
                        program.package == package.name.as_str() && program.bin == bin.name
                    })
                })
                .collect();
            let has_harness = harness_path(package).exists() || test_target(package).is_some();
            if is_meant && (!bins.is_empty() || has_harness) {
                chosen.push(Chosen { package, bins });
            }
        }
        self.with(workspace, &chosen)
    }
}

impl Facts {
    /// Of the programs that the options choose.
    pub fn chosen(
        workspace: &Workspace,
        selection: &Selection,
        ask: selection::Ask,
    ) -> Result<Facts> {
        let root = Root::read(workspace)?;
        let chosen = selection.choose(workspace, &root.measured, ask)?;
        root.with(workspace, &chosen)
    }

    /// Of what has the scaffold, wholly or in part.
    pub fn scaffolded(workspace: &Workspace, packages: &[String]) -> Result<Facts> {
        Root::read(workspace)?.with_scaffolded(workspace, packages)
    }
}

impl PackageFacts {
    fn read(package: &Package, bins: &[&cargo_metadata::Target]) -> Result<PackageFacts> {
        let programs = bins.iter().map(|bin| Program {
            package: package.name.to_string(),
            bin: bin.name.clone(),
            features: bin.required_features.clone(),
        });
        Ok(PackageFacts {
            name: package.name.to_string(),
            programs: programs.collect(),
            features: package.features.keys().cloned().collect(),
            required: selection::bins(package)
                .map(|bin| (bin.name.clone(), bin.required_features.clone()))
                .collect(),
            edition: package.edition,
            test_target: test_target(package),
            manifest: TextFile::read(package.manifest_path.clone())?,
            harness: OwnedFile::read(harness_path(package))?,
        })
    }
}

fn harness_path(package: &Package) -> Utf8PathBuf {
    let directory = package.manifest_path.parent().unwrap_or(Utf8Path::new(""));
    directory.join("tests").join(format!("{TEST_TARGET}.rs"))
}

fn test_target(package: &Package) -> Option<TestTarget> {
    let mut targets = package.targets.iter();
    let target =
        targets.find(|target| target.is_kind(TargetKind::Test) && target.name == TEST_TARGET)?;
    Some(TestTarget {
        path: target.src_path.clone(),
        features: target.required_features.clone(),
    })
}
