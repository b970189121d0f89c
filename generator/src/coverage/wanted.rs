//! Which source files are of interest.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// The files below some directories, and not below some others.
#[derive(Debug)]
pub struct Wanted<'a> {
    directories: HashSet<&'a Path>,
    without: Vec<&'a Path>,
    /// What was asked before. Every function asks, and there are far fewer files.
    answers: RwLock<HashMap<Arc<str>, bool>>,
}

impl<'a> Wanted<'a> {
    pub fn new(directories: impl Iterator<Item = &'a Path>, without: &[&'a Path]) -> Self {
        Self {
            directories: directories.collect(),
            without: without.to_vec(),
            answers: RwLock::default(),
        }
    }

    /// Whether the file is of interest.
    pub fn is(&self, path: &Path) -> bool {
        let is_below = path
            .ancestors()
            .any(|directory| self.directories.contains(directory));
        is_below
            && !self
                .without
                .iter()
                .any(|directory| path.starts_with(directory))
    }

    /// Whether one of the files is of interest.
    pub fn is_one(&self, files: &[Arc<str>]) -> bool {
        files.iter().any(|file| {
            let answers = self.answers.read().unwrap_or_else(PoisonError::into_inner);
            let known = answers.get(file).copied();
            drop(answers);
            known.unwrap_or_else(|| {
                let answer = self.is(Path::new(&**file));
                let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
                answers.insert(Arc::clone(file), answer);
                answer
            })
        })
    }
}
