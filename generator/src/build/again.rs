//! What cargo takes for fresh though its text is another one: cargo compares times, which `mv`, `cp -p`, `tar` and clocks set.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::seed::wait_for;
use super::texts::{self, State};
use super::units::Unit;

/// Has cargo compile again what is not made of the texts that there are now. Says which files these are.
///
/// # Errors
///
/// If what was compiled cannot be removed.
pub fn forget<'a>(units: impl Iterator<Item = &'a Unit>) -> io::Result<BTreeSet<PathBuf>> {
    let mut changed = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for unit in units.filter(|unit| unit.counts) {
        if !seen.insert(&unit.stem) || !add_changed(unit, &mut changed) {
            continue;
        }
        // cargo holds this lock while it builds.
        let directory = unit.stem.ancestors().nth(2).unwrap_or(Path::new(""));
        let lock = File::open(directory.join(".cargo-lock"));
        if let Ok(lock) = &lock {
            wait_for(lock, directory);
        }
        // Without it, cargo does not find the unit fresh.
        match fs::remove_file(unit.object()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(changed)
}

/// Adds the files that are not as they were compiled; where that is not known, the first.
fn add_changed(unit: &Unit, changed: &mut BTreeSet<PathBuf>) -> bool {
    let Some(texts) = texts::read(&unit.texts()) else {
        changed.insert(unit.manifest.clone());
        return true;
    };
    let others = texts.into_iter().filter(|text| text.state() != State::Same);
    let others: Vec<PathBuf> = others.map(|text| text.path).collect();
    let has_changed = !others.is_empty();
    changed.extend(others);
    has_changed
}
