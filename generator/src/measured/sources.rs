//! Sources: whether they are still those that the program was built from.
//!
//! A mapping says which lines and columns, and nothing of the text, so counts would be shown beside code that they do
//! not belong to. What the compiler has read was digested when it was compiled.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::build::texts::{State, Text, is_newer};

/// Sources that are not those of the build.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stale {
    /// They have changed since.
    pub changed: BTreeSet<PathBuf>,
    /// They are not there any more.
    pub gone: BTreeSet<PathBuf>,
}

impl Stale {
    /// Looks at what was compiled, and at other `files` that are reported on: in those a macro of a dependency has made
    /// functions. Of these there is no digest, so they have changed if they were written since the program was `built`.
    pub fn find<'a>(
        texts: &BTreeSet<Text>,
        files: impl Iterator<Item = &'a Path>,
        built: SystemTime,
    ) -> Self {
        let mut stale = Self::default();
        for text in texts {
            match text.state() {
                State::Same => {}
                State::Changed => _ = stale.changed.insert(text.path.clone()),
                State::Gone => _ = stale.gone.insert(text.path.clone()),
            }
        }
        let known: BTreeSet<&Path> = texts.iter().map(|text| text.path.as_path()).collect();
        for path in files.filter(|path| !known.contains(path)) {
            match is_newer(path, built) {
                Ok(false) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    stale.gone.insert(path.to_owned());
                }
                _ => _ = stale.changed.insert(path.to_owned()),
            }
        }
        stale
    }
}
