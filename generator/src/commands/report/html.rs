//! The pages for a browser: where they go, and whether they are opened.

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context, Result};
use cargo_metadata::Metadata;
use clap::Args;
use itcov::coverage::Coverage;
use itcov::coverage::formats::html::{self, About};

use crate::commands::output::note;
use crate::progress::during;

/// The pages that are asked for.
#[derive(Args)]
#[command(next_help_heading = "Formats")]
pub struct Html {
    /// Write pages for a browser into a directory that is new, empty, or has an earlier report
    #[arg(long, value_name = "DIR")]
    html: Option<PathBuf>,

    /// Open the pages in the browser; without --html they are written to `itcov/html` in the target directory
    #[arg(long)]
    open: bool,
}

impl Html {
    /// Writes the pages, if they are asked for, and opens them.
    pub fn write(&self, coverage: &Coverage, metadata: &Metadata) -> Result<()> {
        let directory = match &self.html {
            Some(directory) => directory.clone(),
            None if self.open => metadata.target_directory.join("itcov/html").into(),
            None => return Ok(()),
        };
        let root = metadata.workspace_root.as_std_path();
        let about = About {
            title: title(metadata),
            made: now()?,
        };
        during("writing the pages", || {
            html::write(&directory, coverage, root, &about)
        })?;
        if self.open {
            let index = directory.join("index.html");
            let index = index.canonicalize().unwrap_or(index);
            note(&format!("the pages are in {}", directory.display()));
            open::that_detached(&index).with_context(|| {
                format!(
                    "cannot open a browser; the first page is {}",
                    index.display()
                )
            })?;
        }
        Ok(())
    }
}

/// The package at the workspace's root, or the name of its directory.
fn title(metadata: &Metadata) -> String {
    let root = &metadata.workspace_root;
    match metadata.root_package() {
        Some(package) => package.name.to_string(),
        None => root.file_name().unwrap_or("workspace").to_owned(),
    }
}

/// The time in seconds, or the one that is to be taken for it so that the same input makes the same pages:
/// <https://reproducible-builds.org/specs/source-date-epoch/>.
fn now() -> Result<i64> {
    let Ok(seconds) = std::env::var("SOURCE_DATE_EPOCH") else {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        return Ok(since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0)));
    };
    seconds
        .parse()
        .with_context(|| format!("SOURCE_DATE_EPOCH is {seconds:?}, and not a number of seconds"))
}
