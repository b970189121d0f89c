//! Views: a coverage as one person wants to see it.

use std::borrow::Cow;
use std::path::Path;

use super::names;
use super::order::Order;
use super::screen::Screen;
use super::subject::Subject;
use crate::count::{Coverage, FileCoverage};
use crate::terminal::harmless;

/// What is shown, in which order, and on what.
pub struct View<'a> {
    /// What is shown.
    pub coverage: &'a Coverage,
    /// The workspace's root, from which files are named.
    pub root: &'a Path,
    /// The order of the files.
    pub order: Order,
    /// What it is shown on.
    pub screen: Screen,
    /// What the coverage is of.
    pub subject: &'a Subject,
}

impl View<'_> {
    /// The files in the wanted order, each with its name for people.
    pub fn files(&self) -> Vec<(&FileCoverage, Cow<'_, str>)> {
        let mut files: Vec<_> = names::in_order(self.coverage, self.root)
            .into_iter()
            .map(|(file, name)| (file, harmless(name)))
            .collect();
        // Stable, so that what is equally bad stays in the order of the names.
        files.sort_by(|(a, _), (b, _)| self.order.of(&a.summary, &b.summary));
        files
    }
}
