//! Directories that are called by numbers.

use llvm_coverage::terminal::Harmless as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

/// The directories whose names are numbers, in their order. None if there is no such directory.
///
/// # Errors
///
/// If it cannot be read.
pub fn numbered(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        entries => entries.with_context(|| format!("cannot read {}", directory.harmless()))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let Some(number) = number(&path) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The number that a directory or file is called by.
pub fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.parse().ok()
}

/// The directory behind those that are `there`.
pub fn next(directory: &Path, there: &[PathBuf]) -> PathBuf {
    directory.join(behind(there).to_string())
}

/// A number behind those that are `there`. It is the time in milliseconds, unless the clock was ahead, so one that was used is not used
/// again when what had it is gone.
pub fn behind(there: &[PathBuf]) -> u64 {
    let last = there.iter().filter_map(|path| number(path)).max();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |it| u64::try_from(it.as_millis()).unwrap_or(0));
    now.max(last.unwrap_or(0).saturating_add(1))
}
