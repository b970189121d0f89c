//! What cargo has made, by its messages: <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Message, PackageId};

use super::early::{Early, Said};
use super::{guard, units};
use crate::output;
use crate::run::interrupts;

/// The name and the version in a package's identifier: <https://doc.rust-lang.org/cargo/reference/pkgid-spec.html>. Before
/// 1.77, cargo wrote `name version (source)`.
pub fn name_and_version(id: &PackageId) -> (String, String) {
    let text = id.repr.as_str();
    let (name, version) = match text.rsplit_once('#') {
        Some((url, fragment)) => fragment
            .split_once('@')
            .unwrap_or((url.rsplit('/').next().unwrap_or(url), fragment)),
        None => text.split_once(' ').unwrap_or((text, "")),
    };
    let version = version.split(' ').next().unwrap_or_default();
    (name.to_owned(), version.to_owned())
}

/// What cargo has made.
#[derive(Debug, Default)]
pub struct Artifacts {
    /// Programs and shared libraries, and whether each is a program.
    pub files: Vec<(PackageId, PathBuf, bool)>,
    /// The package of each library that can be linked with.
    pub by_stem: BTreeMap<PathBuf, PackageId>,
    /// The directories of packages with such a library, but for those that were downloaded.
    pub directories: BTreeMap<PackageId, PathBuf>,
    /// Libraries, build scripts and macros that are not of downloaded packages.
    pub early: Vec<Early>,
    /// What these build scripts have said.
    pub said: Vec<Said>,
}

impl Artifacts {
    /// Where rustc has written the libraries of a package: cargo puts some beside the programs.
    pub fn stems_of(&self, id: &PackageId) -> impl Iterator<Item = PathBuf> {
        let of_package = self.by_stem.iter().filter(move |(_, it)| *it == id);
        of_package.map(|(stem, _)| {
            let directory = stem.parent().unwrap_or(Path::new(""));
            match stem.file_name() {
                Some(name) if !directory.ends_with("deps") => directory.join("deps").join(name),
                _ => stem.clone(),
            }
        })
    }
}

/// Runs a build, and reads cargo's messages.
///
/// # Errors
///
/// If cargo cannot be run or fails.
pub fn build(cargo: &mut Command, bin: &str) -> Result<Artifacts> {
    cargo.arg("--message-format=json-render-diagnostics");
    output::running(cargo);
    let mut guarded = guard::start(cargo).context("cannot run cargo")?;
    let mut artifacts = Artifacts::default();
    let mut scripts = BTreeMap::new();
    if let Some(output) = guarded.child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            let artifact = match message {
                Ok(Message::CompilerArtifact(artifact)) => artifact,
                Ok(Message::BuildScriptExecuted(script)) => {
                    let package = scripts.get(&script.package_id).cloned();
                    let output = script.out_dir.with_file_name("output");
                    artifacts.said.extend(package.map(|package| Said {
                        package,
                        output: output.into(),
                    }));
                    continue;
                }
                _ => continue,
            };
            let early = Early::of(&artifact);
            let target = &artifact.target;
            let is_library = target.is_lib() || target.is_rlib() || target.is_dylib();
            if !early.is_empty() {
                let manifest = artifact.manifest_path.as_std_path();
                let package = manifest.parent().unwrap_or(manifest).to_owned();
                if is_library {
                    let id = artifact.package_id.clone();
                    artifacts.directories.insert(id, package.clone());
                }
                scripts.insert(artifact.package_id.clone(), package);
            }
            artifacts.early.extend(early);
            for file in artifact.filenames.iter().filter(|_| is_library) {
                let stem = units::stem(file.as_std_path());
                artifacts.by_stem.insert(stem, artifact.package_id.clone());
            }
            let is_program = artifact.target.is_bin();
            let shared = artifact
                .filenames
                .iter()
                .filter(|file| file.extension() == Some("so"));
            let files = if is_program {
                artifact.executable.iter().cloned().collect()
            } else if artifact.target.is_cdylib() || artifact.target.is_dylib() {
                shared.cloned().collect()
            } else {
                Vec::new()
            };
            let files = files
                .into_iter()
                .map(|file| (artifact.package_id.clone(), file.into(), is_program));
            artifacts.files.extend(files);
        }
    }
    let status = guarded.child.wait()?;
    interrupts::exit_if_interrupted();
    if !status.success() {
        bail!("cargo could not build {bin}");
    }
    Ok(artifacts)
}
