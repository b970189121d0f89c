//! Where the report goes, and in which format.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::Metadata;
use clap::Args;
use itcov::coverage::Coverage;
use itcov::coverage::formats::about::Subject;
use itcov::coverage::formats::{cobertura, codecov, json, lcov, markdown};

use super::files::Files;
use super::html::Html;
use super::{made, staged};

/// A format that is a file: an option, what it says in the help, and what writes a coverage, the files as they
/// are called in the workspace at the path, with what it is of.
pub struct Format {
    pub option: &'static str,
    pub help: &'static str,
    pub write: fn(&mut dyn Write, &Coverage, &Path, &Subject) -> io::Result<()>,
}

/// In the order of the help.
#[rustfmt::skip]
pub const FORMATS: [Format; 5] = [
    Format { option: "lcov", help: "Write an lcov trace file", write: |out, it, _, _| lcov::write(out, it) },
    Format { option: "json", help: "Write the JSON of `llvm-cov export`", write: |out, it, _, _| json::write(out, it) },
    Format { option: "cobertura", help: "Write Cobertura's XML", write: |out, it, root, _| cobertura::write(out, it, root, made::now()?) },
    Format { option: "codecov", help: "Write Codecov's JSON", write: |out, it, root, _| codecov::write(out, it, root) },
    Format { option: "markdown", help: "Write Markdown, for a comment on a pull request", write: markdown::write },
];

/// Everything that is written besides the table, or in its place.
#[derive(Args)]
pub struct Outputs {
    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    pub html: Html,
}

impl Outputs {
    /// Whether one of them is for the standard output, so that the table is not.
    pub fn take_stdout(&self) -> bool {
        self.files.to_stdout().is_some()
    }

    /// Writes each format that was asked for. If the pages or one of the files cannot be written, none is.
    pub fn write(&self, coverage: &Coverage, metadata: &Metadata, subject: &Subject) -> Result<()> {
        let root = metadata.workspace_root.as_std_path();
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
