//! A template tree of the user's.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;
use walkdir::{DirEntry, WalkDir};

use super::new_crate;
use super::render::{Engine, Values};

/// How many files and directories a template may have: links in it may branch.
const MOST: usize = 10_000;

/// The files of a template.
pub struct Tree {
    /// At least one, in the order of their names.
    pub sources: Vec<TemplateFile>,
}

/// A file of a template.
pub struct TemplateFile {
    /// Where it is.
    pub path: PathBuf,
    /// Where it is in the tree, without the ending `.liquid`.
    name: Utf8PathBuf,
    /// Not yet rendered.
    pub text: String,
    /// Whether it may be run, as a script.
    pub is_executable: bool,
}

impl Tree {
    /// Reads the files below a directory that are for a crate that is there already.
    pub fn read(directory: &Path) -> Result<Tree> {
        let root = directory
            .canonicalize()
            .with_context(|| format!("cannot read the template {}", directory.harmless()))?;
        if !root.is_dir() {
            bail!(
                "--template takes a directory, and {} is a file",
                directory.harmless()
            );
        }
        let mut sources = Vec::new();
        let entries = WalkDir::new(directory)
            .follow_links(true)
            .sort_by_file_name();
        let entries = entries.into_iter().filter_entry(is_for_any_crate);
        for (number, entry) in entries.enumerate() {
            let entry = entry.context("cannot read the template")?;
            if number > MOST {
                bail!(
                    "the template {} has more than {MOST} files and directories, counting those behind links each time: \
                     name another directory, or take links out of it",
                    directory.harmless()
                );
            }
            if entry.file_type().is_dir() {
                continue;
            }
            let leads_to = entry.path().canonicalize();
            if !leads_to.is_ok_and(|path| path.starts_with(&root)) {
                bail!(
                    "{} is a link that leads out of the template: put the file itself there",
                    entry.path().harmless()
                );
            }
            sources.push(TemplateFile::read(directory, &entry)?);
        }
        if sources.is_empty() {
            bail!(
                "the template {} has no file for a crate that is there already, such as itcov.just or tests/manual_integration.rs",
                directory.harmless()
            );
        }
        Ok(Tree { sources })
    }
}

fn is_for_any_crate(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let name = name.strip_suffix(".liquid").unwrap_or(&name);
    entry.depth() == 0 || !new_crate::needs(name, entry.depth() == 1)
}

impl TemplateFile {
    fn read(directory: &Path, entry: &DirEntry) -> Result<TemplateFile> {
        let path = entry.path();
        let metadata = entry.metadata()?;
        if !metadata.is_file() {
            bail!(
                "{} is neither a file nor a directory: take it out of the template",
                path.harmless()
            );
        }
        let name = path.strip_prefix(directory)?.to_path_buf();
        let Ok(name) = Utf8PathBuf::from_path_buf(name) else {
            bail!("the name {} is not UTF-8", path.harmless());
        };
        let name = match name.as_str().strip_suffix(".liquid") {
            Some(name) => Utf8PathBuf::from(name),
            None => name,
        };
        let bytes = files::read(path, files::TEXT)
            .with_context(|| format!("cannot read {}", path.harmless()))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = before.split(|byte| *byte == b'\n').count();
            anyhow::anyhow!("{}:{line}: the file is not UTF-8 text", path.harmless())
        })?;
        Ok(TemplateFile {
            path: path.to_owned(),
            name,
            text,
            is_executable: is_executable(&metadata),
        })
    }

    /// Where the file goes, relative to the crate.
    pub fn rendered_name(&self, engine: &Engine, variables: &Values) -> Result<Utf8PathBuf> {
        let name = engine
            .render(&self.path, self.name.as_str(), variables)
            .context("the name of a file of the template")?;
        let path = Utf8Path::new(&name);
        let is_inside = path
            .components()
            .all(|component| matches!(component, Utf8Component::Normal(_)));
        let is_plain = !name.is_empty() && !name.ends_with('/') && !name.contains(char::is_control);
        if !is_inside || !is_plain {
            bail!(
                "{}: its name becomes `{}`, which is no path in the crate",
                self.path.harmless(),
                name.escape_debug()
            );
        }
        let mut parts = path.components().enumerate();
        if parts.any(|(depth, part)| new_crate::needs(part.as_str(), depth == 0)) {
            bail!(
                "{}: its name becomes `{name}`, which only a new crate needs: take it out of the template",
                self.path.harmless()
            );
        }
        Ok(path.components().collect())
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
