//! Where the report goes, and in which format.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, Result};
use cargo_metadata::Metadata;
use clap::Args;
use llvm_coverage::Coverage;
use llvm_coverage::formats::subject::Subject;

use super::files::Files;
use super::html::Html;
use super::staged;

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
