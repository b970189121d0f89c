//! Profiles that come to a run which is over: a process has an environment that was kept from it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;

use super::beginning::{self, Beginning};
use super::profiles;

/// The first of the other parts with a profile that was written since the part `now` began. Those that began later have their own.
///
/// # Errors
///
/// If a directory cannot be read.
pub fn written_since(now: &Path, others: Vec<PathBuf>) -> Result<Option<PathBuf>> {
    let Some(own) = Beginning::read(now) else {
        return Ok(None);
    };
    // The clock of a file system may be another one than the machine's.
    let noted = modified(&now.join(beginning::NAME))?;
    for part in others {
        if Beginning::read(&part).is_some_and(|it| it.began >= own.began) {
            continue;
        }
        let mut found = Vec::new();
        profiles::below(&part, &mut found)?;
        let is_new = |profile: &PathBuf| modified(profile).is_ok_and(|it| it > noted);
        if found.iter().any(is_new) {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

fn modified(file: &Path) -> io::Result<SystemTime> {
    fs::metadata(file)?.modified()
}
