//! What a compiler has read: which text a file had while it ran.
//!
//! rustc reads a file at some moment while it runs. The wrapper digests what the dep-info lists when rustc has ended. The digest
//! counts if the file was not written since before rustc began: by its change time (`ctime`), which programs cannot set, or by
//! what the wrapper saw of it before. If that is not sure, there is no digest, and the unit is compiled again.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use llvm_coverage::files;

use super::{Stamp, TICK, Text, digest, read, write};
use crate::build::sources::{clean, is_elsewhere, listed};
use crate::build::units::{self, Kind, Unit};

/// By how much the time that has passed may differ between two clocks before one of them was set.
const CLOCK_WAS_SET: Duration = Duration::from_millis(500);

/// How things are before rustc begins.
pub struct Before {
    time: SystemTime,
    clock: Instant,
    /// The files that it has read the last time.
    stamps: HashMap<PathBuf, Stamp>,
}

impl Before {
    /// Looks at what the unit was made of the last time.
    pub fn look(unit: &Unit) -> Before {
        let known = read(&unit.texts()).unwrap_or_default().into_iter();
        let stamp = |path: &Path| Some(Stamp::of(&fs::metadata(path).ok()?));
        let stamps = known.filter_map(|text| Some((text.path.clone(), stamp(&text.path)?)));
        let stamps: HashMap<PathBuf, Stamp> = stamps.collect();
        let now = SystemTime::now();
        let is_just_written =
            |stamp: &Stamp| stamp.changed() <= now && stamp.changed() + TICK >= now;
        if stamps.values().any(is_just_written) {
            // As by a build script: what is written from now on has another time.
            thread::sleep(TICK * 2);
        }
        Before {
            stamps,
            time: SystemTime::now(),
            clock: Instant::now(),
        }
    }

    /// Whether the clock goes on as it did.
    fn has_steady_clock(&self) -> bool {
        let passed = self.clock.elapsed();
        let by_the_clock = self.time.elapsed();
        by_the_clock.is_ok_and(|it| it.abs_diff(passed) < CLOCK_WAS_SET)
    }

    /// Whether a file that is like this now is as it was when rustc began.
    fn is_unchanged(&self, path: &Path, now: Stamp, has_steady_clock: bool) -> bool {
        let changed = now.changed();
        if changed + TICK < self.time {
            return has_steady_clock || self.stamps.get(path) == Some(&now);
        }
        // As of a clock that was ahead, or is that of another machine.
        changed > self.time + TICK && self.stamps.get(path) == Some(&now)
    }
}

/// Keeps digests of what rustc has read for a unit, without what is below one of the `generated` directories.
///
/// # Errors
///
/// If the list cannot be written.
pub fn record(unit: &Unit, before: &Before, generated: &[&Path]) -> io::Result<()> {
    let list = files::read_text(&unit.stem.with_extension("d")).unwrap_or_default();
    let is_generated = |file: &Path| generated.iter().any(|it| file.starts_with(it));
    let files = files(unit, &list).filter(|(file, _)| !is_generated(file));
    let has_steady_clock = before.has_steady_clock();
    let texts: Vec<Text> = files
        .filter(|(file, _)| !file.is_dir())
        .map(|(path, read)| {
            if is_elsewhere(&path, &read) {
                return Text::unknown(path);
            }
            // Looked at after it was read: if it is as it was before rustc began, it was the same all the time.
            let read = digest(&path).and_then(|digest| Ok((digest, fs::metadata(&path)?)));
            let read = read
                .ok()
                .map(|(digest, file)| (digest, Stamp::of(&file)))
                .filter(|(_, stamp)| before.is_unchanged(&path, *stamp, has_steady_clock));
            let (digest, stamp) = read.unzip();
            Text {
                path,
                digest,
                stamp,
            }
        })
        .collect();
    let to = unit.texts();
    if let Some(directory) = to.parent() {
        fs::create_dir_all(directory)?;
    }
    write(&to, &texts)
}

/// The files of a list that are there, by the paths that the mapping has, and those by which they were read. rustc does not escape the
/// end of a line in a name, so such a file is listed as others.
fn files(unit: &Unit, list: &str) -> impl Iterator<Item = (PathBuf, PathBuf)> {
    let read = listed(list).map(|file| unit.directory.join(file));
    let files = read.map(|read| (clean(&read), read));
    files.filter(|(file, _)| file.exists())
}

/// Keeps what the libraries of a unit are made of that was just linked. `notes` is the directory of notes.
///
/// # Errors
///
/// If the list cannot be written.
pub fn record_linked(unit: &Unit, notes: &Path) -> io::Result<()> {
    if unit.kind == Kind::Archive {
        return Ok(());
    }
    let mut libraries = units::closure(notes, unit.clone());
    libraries.retain(|it| it.stem != unit.stem);
    write(&unit.linked_texts(), &of(&libraries))
}

/// What some units were made of, each text once. Of a unit without a list it is not known.
pub fn of(units: &[Unit]) -> Vec<Text> {
    let mut texts = Vec::new();
    for unit in units.iter().filter(|unit| unit.counts) {
        texts.extend(read(&unit.texts()).unwrap_or_else(|| {
            let list = files::read_text(&unit.dep_info()).unwrap_or_default();
            files(unit, &list)
                .map(|(path, _)| Text::unknown(path))
                .collect()
        }));
        texts.extend(read(&unit.linked_texts()).unwrap_or_default());
    }
    texts.sort();
    texts.dedup();
    texts
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn stamp(changed: SystemTime) -> Stamp {
        let since = changed.duration_since(UNIX_EPOCH).unwrap();
        let seconds = since.as_secs().cast_signed();
        Stamp([1, 2, seconds, 0, seconds, since.subsec_nanos().into()])
    }

    #[test]
    fn a_text_is_known_if_the_file_was_not_written_since_rustc_began() {
        let path = Path::new("/w/a.rs");
        let now = SystemTime::now();
        let [second, day] = [1, 86_400].map(Duration::from_secs);
        let before = |known: Option<Stamp>| Before {
            time: now,
            clock: Instant::now(),
            stamps: known
                .map(|stamp| (path.to_owned(), stamp))
                .into_iter()
                .collect(),
        };
        let is_sure = |known, stamp, steady| before(known).is_unchanged(path, stamp, steady);
        let old = stamp(now - second);
        assert!(is_sure(None, old, true));
        // Just then or later, whatever `mtime` says.
        assert!(!is_sure(None, stamp(now), true));
        assert!(!is_sure(Some(stamp(now)), stamp(now), true));
        assert!(!is_sure(None, stamp(now + second), true));
        assert!(!is_sure(Some(old), stamp(now + second), true));
        // A clock that was ahead when the file was written.
        let ahead = stamp(now + day);
        assert!(!is_sure(None, ahead, true));
        assert!(is_sure(Some(ahead), ahead, true));
        // A clock that was set meanwhile.
        assert!(!is_sure(None, old, false));
        assert!(is_sure(Some(old), old, false));
    }
}
