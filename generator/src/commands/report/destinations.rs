//! Where the report goes, and in which format.

use std::cell::LazyCell;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::Metadata;
use clap::{Args, ValueHint};
use llvm_coverage::Coverage;
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::terminal::Harmless as _;

use super::files::Files;
use super::format::FileFormat;
use super::git::Repository;
use super::html::Html;
use super::staged::{self, Placed};
use super::target;
use super::written::Written;
use crate::build::layout::Layout;
use crate::commands::scenarios::recorded::Counted;

/// Everything that is written besides the table, or in its place.
#[derive(Args)]
pub struct Destinations {
    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    pub html: Html,

    /// What names of files in lcov, Cobertura, Codecov and Markdown are relative to; `/` makes them absolute [default: the
    /// git repository, or else the workspace]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    relative_to: Option<PathBuf>,
}

impl Destinations {
    /// The option that writes to a file, if one does.
    pub fn option_for(&self, path: &Path) -> Option<&'static str> {
        self.files.option_for(path)
    }

    /// Whether one of them is for the standard output, so that the table is not.
    pub fn take_stdout(&self) -> bool {
        self.files.to_stdout().is_some()
    }

    /// Writes each format that was asked for. If the pages or one of the files cannot be written, none is.
    pub fn write(
        &self,
        coverage: &Coverage,
        metadata: &Metadata,
        subject: &Subject,
        scenarios: Option<&Counted>,
    ) -> Result<()> {
        let workspace = metadata.workspace_root.as_std_path();
        let is_asked_for = self.files.to_files().next().is_some() || self.take_stdout();
        let repository = is_asked_for.then(|| repository(workspace)).flatten();
        let root = &self.root(repository.unwrap_or(workspace))?;
        let is_inside = |path: &Path| repository.is_none_or(|top| path.starts_with(top));
        let mut paths = coverage.files.iter().map(|file| Path::new(&*file.path));
        let all_are = paths.all(is_inside);
        let inside = LazyCell::new(|| coverage.clone().of_files(is_inside));
        let write = |format: &FileFormat, out: &mut dyn Write| {
            let is_all = all_are || !format.of_repository;
            (format.write)(out, if is_all { coverage } else { &inside }, root, subject)
        };
        // There may be other files in a directory that has pages already, but in no other.
        let folder = self.html.folder(metadata)?;
        for (path, format) in self.files.to_files() {
            let target = target::of(path).ok();
            let mut pages = folder.iter();
            if target.is_some_and(|it| pages.any(|pages| pages.has(&it))) {
                bail!(
                    "--{} {} is in the place of one of the pages of --html; name another file",
                    format.option,
                    path.harmless()
                );
            }
        }
        let mut written = vec![];
        for (path, format) in self.files.to_files() {
            written.push(staged::write(path, |out| write(format, out))?);
        }
        let mut placed = Placed::default();
        for file in written {
            placed.add(file)?;
        }
        if let Some(folder) = folder {
            Html::write(folder, coverage, metadata, subject, scenarios)?;
        }
        placed.keep();
        let files = self.files.to_files().map(|(path, _)| path);
        let pages = self.html.directory(metadata);
        // It only saves a doubt.
        let _ = Written::note(&Layout::new(metadata).store, files, pages.as_deref());
        match self.files.to_stdout() {
            Some(format) => to_stdout(|out| write(format, out)),
            None => Ok(()),
        }
    }

    /// What names are relative to: services know the files of a repository, which may have several workspaces.
    fn root(&self, repository: &Path) -> Result<PathBuf> {
        let Some(directory) = &self.relative_to else {
            return Ok(repository.to_owned());
        };
        let found = directory.canonicalize().with_context(|| {
            format!(
                "--relative-to {} names no directory that can be found",
                directory.harmless()
            )
        })?;
        if !found.is_dir() {
            bail!(
                "--relative-to {} is no directory; name one",
                directory.harmless()
            );
        }
        Ok(found)
    }
}

/// The root of the git repository that a workspace is in. Either path may have links in it, and the root has those of the
/// workspace's.
fn repository(workspace: &Path) -> Option<&Path> {
    let repository = Repository::around(workspace).ok()?;
    let real = workspace.canonicalize().ok()?;
    let below = real.strip_prefix(&repository.top).ok()?;
    workspace.ancestors().nth(below.components().count())
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
