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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_one_of_the_directories_are_wanted_and_not_those_beside() {
        let directories = ["/base/app", "/base/helper/"].map(Path::new);
        let wanted = Wanted::new(directories.into_iter(), &[Path::new("/base/app/target")]);
        for (file, expected) in [
            ("/base/app/src/main.rs", true),
            ("/base/helper/lib.rs", true),
            ("/base/app2/src/main.rs", false),
            ("/base/app/target/generated.rs", false),
            ("src/main.rs", false),
        ] {
            assert_eq!(wanted.is(Path::new(file)), expected, "{file}");
            for _first_and_again in 0..2 {
                let files = ["/elsewhere/a.rs".into(), file.into()];
                assert_eq!(wanted.is_one(&files), expected, "{file}");
            }
        }
    }
}
