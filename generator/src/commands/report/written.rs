//! Which files reports have written. They are no data of a suite, also where they stand among them.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use llvm_coverage::files;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::build::texts::{State, Text};

/// The name of the file in what was measured in a checkout.
const FILE: &str = ".written.json";

/// What reports of a checkout have written.
#[derive(Default, Serialize, Deserialize)]
pub struct Written {
    files: Vec<Text>,
    /// Directories of pages, in which nothing else may be.
    pages: BTreeSet<PathBuf>,
}

impl Written {
    /// What is noted of it in the directory of what was measured in a checkout.
    pub fn of(store: &Path) -> Written {
        let bytes = files::read(&store.join(FILE), files::TEXT);
        let noted = bytes.ok().map(|bytes| serde_json::from_slice(&bytes));
        noted.and_then(Result::ok).unwrap_or_default()
    }

    /// Notes files and a directory of pages that were just written, where anything was measured.
    ///
    /// # Errors
    ///
    /// If nothing can be written there.
    pub fn note<'a>(
        store: &Path,
        files: impl Iterator<Item = &'a Path>,
        pages: Option<&Path>,
    ) -> io::Result<()> {
        let files: Vec<PathBuf> = files.filter_map(|it| it.canonicalize().ok()).collect();
        let pages = pages.and_then(|it| it.canonicalize().ok());
        if !store.is_dir() || files.is_empty() && pages.is_none() {
            return Ok(());
        }
        let mut written = Written::of(store);
        written.files.retain(|it| !files.contains(&it.path));
        written.files.extend(files.into_iter().map(Text::at));
        written.files.retain(|it| it.state() != State::Changed);
        written.pages.extend(pages);
        let mut file = NamedTempFile::new_in(store)?;
        file.write_all(&serde_json::to_vec(&written)?)?;
        file.persist(store.join(FILE))?;
        Ok(())
    }

    /// Whether the file at a path without links is as a report has written it, or gone since.
    pub fn has(&self, path: &Path) -> bool {
        let mut files = self.files.iter();
        self.pages.iter().any(|pages| path.starts_with(pages))
            || files.any(|it| it.path == path && it.state() != State::Changed)
    }
}
