//! Runs that were wanted. One that has measured nothing leaves the run before it as the last one, which is to be said.
//!
//! The process that wants a run holds the lock of a file, in which is the directory of what it records. A file that nobody holds is of
//! a run that is over, and if its directory is gone, of one that is lost. What is added to a run later makes up for what was to be added to
//! it and is lost, and not for a run.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

use super::numbered::{next, numbered};
use super::runs::{Store, is_held};

/// What stands before the directory of a run that is to be added to the last one.
const ADDS: &[u8] = b"+";

/// A run that is wanted.
#[derive(Debug)]
pub struct Wanted(File);

impl Wanted {
    /// Notes that a run is wanted, which begins anew or `adds` to the last one. Nothing is written where there is no run that could be taken for it.
    ///
    /// # Errors
    ///
    /// If nothing can be written.
    pub fn note(store: &Store, adds: bool) -> Result<Option<Wanted>> {
        // If they cannot be listed, whoever writes there next says why.
        if store.runs().unwrap_or_default().is_empty() {
            return Ok(None);
        }
        let noted = || -> Result<File> {
            let _lock = store.lock()?;
            let directory = store.wanted();
            fs::create_dir_all(&directory)?;
            let file = next(&directory, &numbered(&directory)?);
            // Nobody is to find it before it is held.
            let half = file.with_extension("half");
            let held = File::create(&half)?;
            held.lock()?;
            if adds {
                (&held).write_all(ADDS)?;
            }
            fs::rename(half, file)?;
            Ok(held)
        };
        let cannot = || format!("cannot write to {}", store.directory.harmless());
        noted().map(|file| Some(Wanted(file))).with_context(cannot)
    }

    /// Notes where it is recorded.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn begins(&self, part: &Path) -> io::Result<()> {
        (&self.0).write_all(part.as_os_str().as_encoded_bytes())
    }
}

impl Store {
    /// Where the runs are noted that are wanted.
    fn wanted(&self) -> PathBuf {
        self.directory.join("wanted")
    }

    /// Whether a run was wanted after the last one was over, and is lost.
    ///
    /// # Errors
    ///
    /// If the runs cannot be listed.
    pub(super) fn has_lost_a_run(&self) -> Result<bool> {
        let wanted = numbered(&self.wanted())?;
        Ok(wanted
            .iter()
            .any(|file| !is_held(file) && !part(file).exists()))
    }

    /// Forgets those that are over, and the one that is recorded in the part `own`. If that was added to a run, only those that were to
    /// be added as well.
    pub(super) fn forget_wanted(&self, own: Option<&Path>, is_added: bool) -> Result<()> {
        for file in numbered(&self.wanted())? {
            if is_added && !text(&file).starts_with(ADDS) {
                continue;
            }
            if own == Some(&part(&file)) || !is_held(&file) {
                fs::remove_file(&file)
                    .with_context(|| format!("cannot delete {}", file.harmless()))?;
            }
        }
        Ok(())
    }
}

/// The directory of what was recorded. No path if it was not begun.
fn part(file: &Path) -> PathBuf {
    let text = text(file);
    OsStr::from_bytes(text.strip_prefix(ADDS).unwrap_or(&text)).into()
}

fn text(file: &Path) -> Vec<u8> {
    files::read(file, files::TEXT).unwrap_or_default()
}
