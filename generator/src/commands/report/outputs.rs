//! Where the report goes, and in which format.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use itcov::coverage::Coverage;
use itcov::coverage::formats::lcov;

use super::html::Html;

/// Formats for other programs. Any number of them may be written at once.
#[derive(Args)]
#[command(next_help_heading = "Formats")]
pub struct Outputs {
    /// Write an lcov trace file; `-` writes it to the standard output in place of the table
    #[arg(long, value_name = "FILE")]
    lcov: Option<PathBuf>,

    #[command(flatten)]
    pub html: Html,
}

/// Writes a coverage, the files as they are called in the workspace at the path.
type Format = fn(&mut dyn Write, &Coverage, &Path) -> io::Result<()>;

impl Outputs {
    fn asked_for(&self) -> impl Iterator<Item = (&Path, Format)> {
        let all: [(&Option<PathBuf>, Format); 1] =
            [(&self.lcov, |out, coverage, _| lcov::write(out, coverage))];
        all.into_iter()
            .filter_map(|(path, format)| Some((path.as_deref()?, format)))
    }

    /// Whether one of them is for the standard output, so that the table is not.
    pub fn take_stdout(&self) -> bool {
        self.asked_for().any(|(path, _)| path == Path::new("-"))
    }

    /// Writes each format that was asked for.
    pub fn write(&self, coverage: &Coverage, root: &Path) -> Result<()> {
        for (path, format) in self.asked_for() {
            if path == Path::new("-") {
                to_stdout(|out| format(out, coverage, root))?;
            } else {
                File::create(path)
                    .and_then(|file| {
                        let mut file = BufWriter::new(file);
                        format(&mut file, coverage, root).and_then(|()| file.flush())
                    })
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
        }
        Ok(())
    }
}

/// Writes to the standard output. Whoever reads it may stop early, as `head` does: that is no failure.
pub fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the report")
        }
        _ => Ok(()),
    }
}
