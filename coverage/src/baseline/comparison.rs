//! What has changed since an earlier report, as a value.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::count::{Coverage, FileCoverage};

/// What has changed since an earlier report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What people call the earlier report, such as the name of its file.
    pub name: String,
    /// By the paths of the files now; those in which nothing has changed are left out.
    pub files: BTreeMap<Arc<str>, Changes>,
    /// How many files are in both reports.
    pub in_both: usize,
    /// The paths of files that the earlier report does not have.
    pub new: Vec<Arc<str>>,
    /// The names in the workspace of files with lines that ran, and that are not in this report.
    pub missing: Vec<String>,
    /// Functions with lines that ran, in files that are in this report, that are not in it.
    pub gone: Vec<Gone>,
    /// By the paths of the files now: the lines in functions of both reports where code began and ran, and where none begins now. It
    /// was deleted, or is not compiled.
    pub without_code: BTreeMap<Arc<str>, Vec<u32>>,
    /// By the paths of the files now: the lines in which functions of both reports begin now, of which a line ran that would be behind
    /// the last one that they have now.
    pub shorter: BTreeMap<Arc<str>, Vec<u32>>,
    /// Where the workspace of the earlier report may have been, if that is not sure: then files may not be what they are compared with.
    pub roots: Option<[PathBuf; 2]>,
    /// The names of files of which the earlier text cannot be what the earlier report is of.
    pub of_other_texts: Vec<String>,
}

/// A function of the earlier report that this one does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The path of the file now.
    pub path: Arc<str>,
    /// As pages show it.
    pub name: String,
}

/// What has changed in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The lines that did not run and do now, by their numbers now.
    pub gained: Vec<u32>,
    /// The lines that ran and do not now.
    pub lost: Vec<u32>,
}

impl Changes {
    /// Nothing has changed.
    pub const NONE: &Self = &Self {
        gained: vec![],
        lost: vec![],
    };

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty()
    }

    /// `12 lines newly run, 3 lost`.
    pub fn sentence(&self) -> String {
        sentence(self.gained.len(), self.lost.len())
    }
}

/// What is said of so many lines.
pub fn sentence(gained: usize, lost: usize) -> String {
    let lines = if gained == 1 { "line" } else { "lines" };
    format!("{gained} {lines} newly run, {lost} lost")
}

impl Comparison {
    /// What has changed in a file.
    pub fn of(&self, file: &FileCoverage) -> &Changes {
        self.files.get(&file.path).unwrap_or(Changes::NONE)
    }

    /// How many lines are newly run and lost, in all files.
    pub fn totals(&self) -> (usize, usize) {
        let all = self.files.values();
        all.fold((0, 0), |(gained, lost), it| {
            (gained + it.gained.len(), lost + it.lost.len())
        })
    }

    /// `12 lines newly run, 3 lost`, in all files.
    pub fn sentence(&self) -> String {
        let (gained, lost) = self.totals();
        sentence(gained, lost)
    }

    /// The lines that a coverage has, which may be that of some files or lines alone.
    #[must_use]
    pub fn within(mut self, coverage: &Coverage) -> Self {
        let files = std::mem::take(&mut self.files);
        for file in &coverage.files {
            let Some(mut changes) = files.get(&file.path).cloned() else {
                continue;
            };
            let is_there = |number: &u32| {
                let place = file.lines.binary_search_by_key(number, |it| it.number);
                place.is_ok()
            };
            changes.gained.retain(is_there);
            changes.lost.retain(is_there);
            if !changes.is_empty() {
                self.files.insert(Arc::clone(&file.path), changes);
            }
        }
        self
    }
}
