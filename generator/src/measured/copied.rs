//! Copies of the profiles of a part, in their places: what a process that has one mapped does from now on does not come to the run.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::profiles;

/// So many bytes of a profile may not have been written, as what a process has not come to is not.
const HOLES: u64 = 256 << 20;

/// Puts a copy into the place of each profile of a part.
///
/// # Errors
///
/// If not all can be copied.
pub fn put_copies(part: &Path) -> Result<()> {
    let copy = |profile: &PathBuf| -> io::Result<()> {
        let file = fs::metadata(profile)?;
        // As of one that something has made longer: a copy would take the room of what is a hole.
        if file.len() > file.blocks() * 512 + HOLES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let half = profile.with_extension("half");
        let copied = fs::copy(profile, &half).and_then(|_| fs::rename(&half, profile));
        copied.inspect_err(|_| drop(fs::remove_file(half)))
    };
    let copied: Vec<_> = profiles::all_below(part)?.iter().map(copy).collect();
    copied
        .into_iter()
        .collect::<io::Result<()>>()
        .map_err(Into::into)
}
