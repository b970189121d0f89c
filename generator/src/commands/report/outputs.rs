//! Where the report goes, and in which format.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::Metadata;
use clap::{Args, ValueHint};
use llvm_coverage::Coverage;
use llvm_coverage::formats::subject::Subject;

use super::files::Files;
use super::git::Repository;
use super::html::Html;
use super::staged;

/// Everything that is written besides the table, or in its place.
#[derive(Args)]
pub struct Outputs {
    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    pub html: Html,

    /// What names of files in lcov, Cobertura, Codecov and Markdown are relative to; `/` makes them absolute [default: the
    /// git repository, or else the workspace]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    relative_to: Option<PathBuf>,
}

impl Outputs {
    /// Whether one of them is for the standard output, so that the table is not.
    pub fn take_stdout(&self) -> bool {
        self.files.to_stdout().is_some()
    }

    /// Writes each format that was asked for. If the pages or one of the files cannot be written, none is.
    pub fn write(&self, coverage: &Coverage, metadata: &Metadata, subject: &Subject) -> Result<()> {
        let root = &self.root(metadata)?;
        let mut written = vec![];
        for (path, format) in self.files.to_files() {
            written.push(staged::write(path, |out| {
                (format.write)(out, coverage, root, subject)
            })?);
        }
        self.html.write(coverage, metadata, subject)?;
        for file in written {
            file.keep()?;
        }
        match self.files.to_stdout() {
            Some(format) => to_stdout(|out| (format.write)(out, coverage, root, subject)),
            None => Ok(()),
        }
    }
}

impl Outputs {
    /// What names are relative to: services know the files of a repository, which may have several workspaces.
    fn root(&self, metadata: &Metadata) -> Result<PathBuf> {
        if let Some(directory) = &self.relative_to {
            let found = directory.canonicalize();
            return found.with_context(|| format!("--relative-to {}", directory.display()));
        }
        let workspace = metadata.workspace_root.as_std_path();
        let is_asked_for = self.files.to_files().next().is_some() || self.take_stdout();
        let below = is_asked_for.then(|| depth(workspace)).flatten();
        let root = workspace.ancestors().nth(below.unwrap_or(0));
        Ok(root.unwrap_or(workspace).to_owned())
    }
}

/// How many directories below the root of its git repository a workspace is. Either path may have links in it.
fn depth(workspace: &Path) -> Option<usize> {
    let repository = Repository::around(workspace).ok()?;
    let workspace = workspace.canonicalize().ok()?;
    let below = workspace.strip_prefix(&repository.top).ok()?;
    Some(below.components().count())
}

/// Writes to the standard output, without a change. Whoever reads it may stop early, as `head` does: that is no
/// failure.
fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    to(io::stdout().lock(), write)
}

/// Writes to the standard output, with colours where they are wanted, and without where they are not.
pub fn to_screen(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    to(anstream::stdout().lock(), write)
}

fn to(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(out);
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the report")
        }
        _ => Ok(()),
    }
}
