//! Profiles of processes that could not know their run: they had no `LLVM_PROFILE_FILE`, or are of tests.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

use super::numbered::{next, numbered};
use super::profiles;

/// The file in a part's directory with the number of profiles that may be of it. No program is called so.
const UNKNOWN: &str = ".unknown";

/// The file there that says what ran and does not count.
const MISSING: &str = ".missing";

/// Gives the profiles in each of the directories to the part of the only run that goes on, if it has one: into the directory
/// of that name there. Of several runs nobody knows which one they are of, so they count for none.
///
/// # Errors
///
/// If a file cannot be moved or written.
pub fn settle(found: &[(PathBuf, &str)], going_on: &[Option<PathBuf>]) -> Result<()> {
    match going_on {
        [] | [None] => {}
        [Some(part)] => {
            for (from, to) in found {
                take(from, &part.join(to))?;
            }
        }
        several => {
            let mut unknown = Vec::new();
            for (from, _) in found {
                profiles::below(from, &mut unknown)?;
            }
            for part in several.iter().flatten() {
                add_unknown(part, unknown.len())?;
            }
        }
    }
    for (from, _) in found {
        clear(from);
    }
    Ok(())
}

/// Moves the files of a directory to a new one below another. Those that came before have the same names.
fn take(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).into_iter().flatten().flatten();
    // No process makes anything else.
    let is_file = |it: &fs::DirEntry| it.file_type().is_ok_and(|it| it.is_file());
    let files: Vec<_> = entries.filter(is_file).collect();
    if files.is_empty() {
        return Ok(());
    }
    let to = next(to, &numbered(to)?);
    let moved = || -> io::Result<()> {
        fs::create_dir_all(&to)?;
        for file in files {
            fs::rename(file.path(), to.join(file.file_name()))?;
        }
        Ok(())
    };
    moved().with_context(|| format!("cannot move profiles to {}", to.harmless()))
}

/// Notes that there were profiles which may be of this part.
fn add_unknown(part: &Path, number: usize) -> Result<()> {
    if number == 0 {
        return Ok(());
    }
    let file = part.join(UNKNOWN);
    fs::write(&file, (unknown(part) + number).to_string())
        .with_context(|| format!("cannot write {}", file.harmless()))
}

/// How many profiles there were that may be of this part.
pub fn unknown(part: &Path) -> usize {
    let number = files::read_text(&part.join(UNKNOWN));
    number.map_or(0, |number| number.parse().unwrap_or(0))
}

/// Notes something that ran and does not count, so that nobody knows for which scenario it was.
///
/// # Errors
///
/// If it cannot be written.
pub fn note_missing(part: &Path, what: &str) -> io::Result<()> {
    let mut file = fs::File::options();
    let mut file = file.create(true).append(true).open(part.join(MISSING))?;
    file.write_all(format!("{what}\n").as_bytes())
}

/// What was noted so.
pub fn missing(part: &Path) -> Vec<String> {
    let text = files::read_text(&part.join(MISSING)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn clear(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(path));
    }
}
