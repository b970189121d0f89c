//! Reads a crate: what it is and what its files say. Writes nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;

use anyhow::{Context, Result, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Edition, Metadata, MetadataCommand, Package, Target, TargetKind};

use super::justfile::{self, Justfile};
use super::{RECIPES, TEST_TARGET};

/// Which crate and program are meant: the options that every scaffold command has.
#[derive(clap::Args)]
pub struct Selection {
    /// Path to the crate's Cargo.toml [default: the nearest one, upwards from the current directory]
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<Utf8PathBuf>,
    /// The package, in a workspace with several
    #[arg(short, long, value_name = "NAME")]
    pub package: Option<String>,
    /// The program, in a package with several binaries
    #[arg(long, value_name = "NAME")]
    pub bin: Option<String>,
}

/// A file as it is on disk.
pub struct TextFile {
    /// Absolute.
    pub path: Utf8PathBuf,
    /// `None` where there is no such file.
    pub text: Option<String>,
}

/// What the plan needs to know of a crate.
pub struct Crate {
    /// Absolute; the recipes and the justfile are here.
    pub workspace_root: Utf8PathBuf,
    /// The package that the program belongs to.
    pub package: String,
    /// The binary target that is the program.
    pub bin: String,
    /// The features without which cargo does not build the program.
    pub bin_features: Vec<String>,
    /// The edition of the package.
    pub edition: Edition,
    /// The source file of a test target that has the harness's name.
    pub test_target: Option<Utf8PathBuf>,
    /// The package's `Cargo.toml`.
    pub manifest: TextFile,
    /// `tests/manual_integration.rs`
    pub harness: TextFile,
    /// `itcov.just`
    pub recipes: TextFile,
    /// The justfile that is to import the recipes.
    pub justfile: Justfile,
}

impl Selection {
    /// Reads the crate that is meant.
    pub fn read(&self) -> Result<Crate> {
        let manifest_path = self.manifest_path()?;
        let text = fs::read_to_string(&manifest_path)
            .with_context(|| format!("cannot read {manifest_path}"))?;
        toml_edit::Document::parse(text.as_str())
            .map_err(|error| anyhow::anyhow!("{manifest_path} is not valid TOML\n{error}"))?;
        let metadata = match MetadataCommand::new()
            .manifest_path(&manifest_path)
            .no_deps()
            .exec()
        {
            Ok(metadata) => metadata,
            Err(cargo_metadata::Error::CargoMetadata { stderr }) => {
                bail!(
                    "cargo cannot read {manifest_path}\n{}",
                    stderr.trim_end().trim_start_matches("error: ")
                )
            }
            Err(error) => return Err(error).context("cannot run cargo metadata"),
        };
        let package = self.choose_package(&metadata, &manifest_path)?;
        let bin = self.choose_bin(package)?;
        let package_root = package
            .manifest_path
            .parent()
            .context("a manifest has a directory")?;
        let root = &metadata.workspace_root;
        Ok(Crate {
            workspace_root: root.clone(),
            package: package.name.to_string(),
            bin: bin.name.clone(),
            bin_features: bin.required_features.clone(),
            edition: package.edition,
            test_target: package
                .targets
                .iter()
                .find(|target| target.is_kind(TargetKind::Test) && target.name == TEST_TARGET)
                .map(|target| target.src_path.clone()),
            manifest: read_text(package.manifest_path.clone())?,
            harness: read_text(package_root.join("tests").join(format!("{TEST_TARGET}.rs")))?,
            recipes: read_text(root.join(RECIPES))?,
            justfile: justfile::read(root, &[package_root])?,
        })
    }

    fn manifest_path(&self) -> Result<Utf8PathBuf> {
        let current = std::env::current_dir().context("cannot tell the current directory")?;
        let current =
            Utf8PathBuf::try_from(current).context("the current directory's path is not UTF-8")?;
        if let Some(path) = &self.manifest_path {
            let path = current.join(path);
            if path.is_dir() {
                bail!("--manifest-path takes a Cargo.toml, and {path} is a directory");
            }
            if !path.exists() {
                bail!("there is no {path}");
            }
            return Ok(path);
        }
        current.ancestors().map(|directory| directory.join("Cargo.toml")).find(|path| path.is_file()).with_context(
            || format!("no Cargo.toml in {current} or above: go to the crate, or name it with --manifest-path"),
        )
    }

    fn choose_package<'a>(
        &self,
        metadata: &'a Metadata,
        manifest_path: &Utf8Path,
    ) -> Result<&'a Package> {
        let packages = metadata.workspace_packages();
        let names =
            |packages: &[&Package]| list(packages.iter().map(|package| package.name.as_str()));
        if let Some(name) = &self.package {
            return packages
                .iter()
                .copied()
                .find(|package| package.name.as_str() == name)
                .with_context(|| {
                    format!(
                        "the workspace has no package `{name}`; it has:{}",
                        names(&packages)
                    )
                });
        }
        let canonical = manifest_path.canonicalize_utf8()?;
        let is_meant = |package: &&&Package| {
            package
                .manifest_path
                .canonicalize_utf8()
                .is_ok_and(|path| path == canonical)
        };
        if let Some(package) = packages.iter().find(is_meant) {
            return Ok(package);
        }
        let with_program: Vec<&Package> = packages
            .into_iter()
            .filter(|package| bins(package).next().is_some())
            .collect();
        match with_program[..] {
            [package] => Ok(package),
            [] => bail!(
                "no package of the workspace {} has a binary: there is no program to run",
                metadata.workspace_root
            ),
            _ => bail!(
                "several packages have a binary; choose one with -p:{}",
                names(&with_program)
            ),
        }
    }

    fn choose_bin<'a>(&self, package: &'a Package) -> Result<&'a Target> {
        let name = &package.name;
        let bins: Vec<&Target> = bins(package).collect();
        let names = || list(bins.iter().map(|bin| bin.name.as_str()));
        if bins.is_empty() {
            bail!("the package `{name}` has no binary: there is no program to run");
        }
        if let Some(wanted) = self.bin.as_ref().or(package.default_run.as_ref()) {
            return bins
                .iter()
                .copied()
                .find(|bin| bin.name == *wanted)
                .with_context(|| {
                    format!(
                        "the package `{name}` has no binary `{wanted}`; it has:{}",
                        names()
                    )
                });
        }
        match bins[..] {
            [bin] => Ok(bin),
            _ => bail!(
                "the package `{name}` has several binaries; choose one with --bin:{}",
                names()
            ),
        }
    }
}

fn bins(package: &Package) -> impl Iterator<Item = &Target> {
    package.targets.iter().filter(|target| target.is_bin())
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.fold(String::new(), |mut text, name| {
        let _ = write!(text, "\n  {name}");
        text
    })
}

fn read_text(path: Utf8PathBuf) -> Result<TextFile> {
    match fs::read_to_string(&path) {
        Ok(text) => Ok(TextFile {
            path,
            text: Some(text),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(TextFile { path, text: None }),
        Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
    }
}
