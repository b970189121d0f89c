//! Brings the source of a published crate, and nothing of what it depends on.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;

/// What cargo and its registry put beside what the author has published.
const ADDED: [&str; 3] = [".cargo-ok", ".cargo_vcs_info.json", "Cargo.toml.orig"];

/// A published crate.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name in the registry.
    pub name: String,
    /// The exact version.
    pub version: String,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{} {}", self.name, self.version)
    }
}

/// The directory in which cargo has unpacked the crate; not to be written to.
pub fn source(source: &Source) -> Result<PathBuf> {
    if let Some(directory) = find(source)? {
        return Ok(directory);
    }
    eprintln!("{:>12} {source}", "Downloading");
    // `cargo info` looks into the crate, so it downloads it, and unlike `cargo vendor` that crate alone.
    let mut info = Command::new("cargo");
    info.args(["info", "--quiet"])
        .arg(format!("{}@{}", source.name, source.version))
        // A workspace here would have a say in what is shown.
        .current_dir(env::temp_dir());
    let output = info.output().context("cannot run cargo info")?;
    ensure!(
        output.status.success(),
        "cannot download {source}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    find(source)?.with_context(|| format!("cargo info has not unpacked {source}"))
}

/// Copies the crate, as its author has published it but for the manifest, which is as cargo has rewritten it.
pub fn copy(crate_source: &Source, to: &Path) -> Result<()> {
    let from = source(crate_source)?;
    for entry in WalkDir::new(&from) {
        let entry = entry?;
        let path = entry.path().strip_prefix(&from)?;
        let target = to.join(path);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target)?;
        } else if !ADDED.iter().any(|added| path == Path::new(added)) {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn find(source: &Source) -> Result<Option<PathBuf>> {
    let name = format!("{}-{}", source.name, source.version);
    let Ok(registries) = fs::read_dir(cargo_home()?.join("registry/src")) else {
        return Ok(None);
    };
    for registry in registries {
        let directory = registry?.path().join(&name);
        // cargo writes this file last.
        if directory.join(".cargo-ok").exists() {
            return Ok(Some(directory));
        }
    }
    Ok(None)
}

fn cargo_home() -> Result<PathBuf> {
    let home = || Some(env::home_dir()?.join(".cargo"));
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(home)
        .context("where is cargo's home? CARGO_HOME says so")
}
