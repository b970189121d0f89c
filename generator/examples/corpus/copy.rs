//! A fresh copy of an entry, in a repository of its own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::assemble;
use crate::download::{self, Source};
use crate::list::Entry;
use crate::tools::{Tools, run};

/// Whose the manifests are.
#[derive(Clone, Copy, PartialEq)]
pub enum Manifest {
    /// As the author wrote it.
    Author,
    /// As cargo has rewritten it for the registry.
    Registry,
}

impl Manifest {
    /// As in the table.
    pub fn name(self) -> &'static str {
        match self {
            Manifest::Author => "author's",
            Manifest::Registry => "registry's",
        }
    }
}

/// A copy in which cargo accepts the manifests, committed: the author's if that can be.
pub fn fresh(entry: &Entry, tools: &Tools) -> Result<(PathBuf, Manifest)> {
    let root = tools
        .directory
        .join("crates")
        .join(entry.name.replace([' ', ','], "-"));
    let mut refusal = None;
    for manifest in [Manifest::Author, Manifest::Registry] {
        write(entry, &root, manifest)?;
        let mut metadata = tools.command("cargo", &root);
        metadata.args(["metadata", "--format-version", "1"]);
        // What is to be built needs its dependencies, those by path too.
        if entry.build.is_none() {
            metadata.arg("--no-deps");
        }
        match run(&mut metadata) {
            Ok(_) => {
                run(tools.command("git", &root).args(["init", "--quiet"]))?;
                commit(&root, tools, "As published")?;
                return Ok((root, manifest));
            }
            Err(error) => refusal = refusal.or(Some(error)),
        }
        if !entry.members.is_empty() {
            break;
        }
    }
    bail!(refusal.context("there are two manifests")?)
}

fn write(entry: &Entry, root: &Path, manifest: Manifest) -> Result<()> {
    if root.exists() {
        fs::remove_dir_all(root).with_context(|| format!("cannot remove {}", root.display()))?;
    }
    if let Some(source) = &entry.root {
        copy(source, root, manifest)?;
    }
    for (directory, source) in &entry.members {
        copy(source, &root.join(directory), manifest)?;
    }
    let layout = entry.layout.clone() + &assemble::inherited(entry)?;
    if !layout.is_empty() {
        let path = root.join("Cargo.toml");
        let own = if entry.root.is_some() {
            fs::read_to_string(&path)?
        } else {
            String::new()
        };
        fs::write(path, own + &layout)?;
    }
    Ok(())
}

fn copy(source: &Source, to: &Path, manifest: Manifest) -> Result<()> {
    download::copy(source, to)?;
    let original = download::source(source)?.join("Cargo.toml.orig");
    // An old cargo published the manifest as it was.
    if manifest == Manifest::Author && original.exists() {
        fs::copy(original, to.join("Cargo.toml"))?;
    }
    Ok(())
}

/// Commits what is there, as a person would: but what is ignored.
pub fn commit(root: &Path, tools: &Tools, message: &str) -> Result<()> {
    let author = [
        "-c",
        "user.name=corpus",
        "-c",
        "user.email=corpus@localhost",
    ];
    for arguments in [
        &["add", "--all"][..],
        &["commit", "--quiet", "--allow-empty", "--message", message],
    ] {
        run(tools.command("git", root).args(author).args(arguments))?;
    }
    Ok(())
}
