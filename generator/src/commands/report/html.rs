//! The pages for a browser: where they go, and whether they are opened.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use cargo_metadata::Metadata;
use clap::Args;
use llvm_coverage::Coverage;
use llvm_coverage::formats::html::{self, About, Error, Folder, Scenarios};
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::terminal::Harmless as _;

use super::{revision, time};
use crate::commands::scenarios::recorded::Counted;
use crate::output::note;
use crate::progress::during;
use crate::readable;

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
    /// The directory of the pages, if they are asked for.
    pub fn directory(&self, metadata: &Metadata) -> Option<PathBuf> {
        let default = || metadata.target_directory.join("itcov/html").into();
        self.html.clone().or_else(|| self.open.then(default))
    }

    /// Whether they are asked for.
    pub fn are_wanted(&self) -> bool {
        self.open || self.html.is_some()
    }

    /// Makes the directory of the pages, if they are asked for.
    ///
    /// # Errors
    ///
    /// If there is something else in it.
    pub fn folder(&self, metadata: &Metadata) -> Result<Option<Folder>> {
        let directory = self.directory(metadata);
        let folder = directory.map(|it| Folder::open(&it)).transpose();
        folder.map_err(named)
    }

    /// Writes the pages.
    pub fn write(
        folder: Folder,
        coverage: &Coverage,
        metadata: &Metadata,
        subject: &Subject,
        scenarios: Option<&Counted>,
    ) -> Result<()> {
        let root = metadata.workspace_root.as_std_path();
        let sources = coverage.files.iter().map(|file| Path::new(&*file.path));
        let about = About {
            subject: subject.clone(),
            revision: readable::by_git(sources)
                .ok()
                .and_then(|()| revision::of(root)),
            ..about(metadata)?
        };
        let reaching = |path: &Path| scenarios.map_or_else(Vec::new, |it| it.reaching(path));
        let scenarios = scenarios.map(|scenarios| Scenarios {
            all: scenarios.for_pages(),
            reaching: &reaching,
        });
        let written = during("writing the pages", || {
            html::write(folder, coverage, root, &about, scenarios.as_ref())
        });
        written.map_err(named)
    }

    /// Says where the pages are, if they are asked for, and opens them, if that is.
    ///
    /// # Errors
    ///
    /// If there is no browser that can be opened.
    pub fn show(&self, metadata: &Metadata) -> Result<()> {
        let Some(directory) = self.directory(metadata) else {
            return Ok(());
        };
        let index = directory.join("index.html");
        note(&format!("the first page is {}", index.harmless()));
        if !self.open {
            return Ok(());
        }
        let index = index.canonicalize().unwrap_or(index);
        // What failed is said in words for programmers alone.
        open::that_detached(&index).map_err(|_| {
            anyhow!(
                "cannot open a browser here; the first page is {}",
                index.harmless()
            )
        })
    }
}

/// An error with what to do.
fn named(error: Error) -> anyhow::Error {
    match error {
        Error::NotADirectory { .. } => {
            anyhow!("{error}, and --html needs one; name another place")
        }
        Error::OtherFiles { .. } => {
            anyhow!("{error}. Name a directory that is new, empty, or has an earlier report")
        }
        error => error.into(),
    }
}

/// What pages say of a report on a workspace that is just made.
///
/// # Errors
///
/// If the time is not known.
pub fn about(metadata: &Metadata) -> Result<About> {
    Ok(About {
        title: title(metadata),
        made: time::now()?,
        subject: Subject::default(),
        revision: None,
        tool: format!("cargo itcov {}", env!("CARGO_PKG_VERSION")),
    })
}

/// The package at the workspace's root, or the name of its directory.
fn title(metadata: &Metadata) -> String {
    let root = &metadata.workspace_root;
    match metadata.root_package() {
        Some(package) => package.name.to_string(),
        None => root.file_name().unwrap_or("workspace").to_owned(),
    }
}
