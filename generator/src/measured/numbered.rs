//! Directories that are called by numbers.

use llvm_coverage::terminal::Harmless as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The directories whose names are numbers, in their order. None if there is no such directory.
///
/// # Errors
///
/// If it cannot be read.
pub fn numbered(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
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

fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.parse().ok()
}

/// The directory behind those that are `there`.
pub fn next(directory: &Path, there: &[PathBuf]) -> PathBuf {
    let last = there.last().and_then(|path| number(path)).unwrap_or(0);
    directory.join((last + 1).to_string())
}
