//! Which source files count.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// A choice of source files by their paths, as the compiler noted them. Nothing on disk is looked at.
#[derive(Debug, Default)]
pub struct SourceFilter {
    /// `None` stands for every directory.
    below: Option<HashSet<PathBuf>>,
    without: Vec<PathBuf>,
    /// What was asked before. Every function asks, and there are far fewer files.
    answers: RwLock<HashMap<Arc<str>, bool>>,
}

impl SourceFilter {
    /// Every file.
    pub fn all() -> Self {
        Self::default()
    }

    /// These files, and those below these directories, at any depth.
    pub fn below(directories: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            below: Some(directories.into_iter().map(Into::into).collect()),
            ..Self::default()
        }
    }

    /// The same files but for those below these directories, such as a target directory with generated code. What is one of the files
    /// that count, or below one of the directories that count, and that below one of these, counts.
    #[must_use]
    pub fn without(self, directories: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        let without = directories.into_iter().map(Into::into);
        Self {
            without: self.without.into_iter().chain(without).collect(),
            below: self.below,
            answers: RwLock::default(),
        }
    }

    /// Whether the file counts.
    pub fn includes(&self, path: &Path) -> bool {
        let is_below = self
            .below
            .as_ref()
            .is_none_or(|below| path.ancestors().any(|directory| below.contains(directory)));
        let counts_there = |without: &Path| {
            let mut between = path.ancestors().take_while(|it| it.starts_with(without));
            let below = self.below.as_ref();
            between.any(|it| below.is_some_and(|below| below.contains(it)))
        };
        let mut without = self.without.iter();
        is_below && !without.any(|it| path.starts_with(it) && !counts_there(it))
    }

    /// Whether one of the files counts.
    pub fn includes_any(&self, files: &[Arc<str>]) -> bool {
        files.iter().any(|file| {
            let answers = self.answers.read().unwrap_or_else(PoisonError::into_inner);
            let known = answers.get(file).copied();
            drop(answers);
            known.unwrap_or_else(|| {
                let answer = self.includes(Path::new(&**file));
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
    fn files_below_one_of_the_directories_count_and_not_those_beside() {
        let filter = SourceFilter::below([
            "/base/app",
            "/base/helper/",
            "/base/app/target/member",
            "/base/app/target/module.rs",
        ])
        .without(["/base/app/target"]);
        for (file, expected) in [
            ("/base/app/src/main.rs", true),
            ("/base/helper/lib.rs", true),
            ("/base/app2/src/main.rs", false),
            ("/base/app/target/generated.rs", false),
            ("/base/app/target/member/src/lib.rs", true),
            ("/base/app/target/module.rs", true),
            ("src/main.rs", false),
        ] {
            assert_eq!(filter.includes(Path::new(file)), expected, "{file}");
            for _first_and_again in 0..2 {
                let files = ["/elsewhere/a.rs".into(), file.into()];
                assert_eq!(filter.includes_any(&files), expected, "{file}");
            }
        }
    }

    #[test]
    fn without_directories_every_file_counts() {
        let filter = SourceFilter::all().without(["/base/target"]);
        assert!(filter.includes(Path::new("src/main.rs")));
        assert!(!filter.includes(Path::new("/base/target/generated.rs")));
    }
}
