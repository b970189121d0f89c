//! The file of scenarios. Entries are only added, each in one go, so a process that is killed costs at most the last one.
//!
//! An entry is a line of JSON, and behind it the bytes of the differences, one behind the other.

use std::io::{self, Write};
use std::path::Path;

use llvm_coverage::count::delta::Delta;
use llvm_coverage::files;
use serde::{Deserialize, Serialize};

use crate::build::layout::digest;

/// How a scenario ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Whoever ran it says so.
    Passed,
    /// Likewise.
    Failed,
    /// Nobody has said how.
    Ended,
    /// It has no end: the tool was killed, or it still goes on.
    Cut,
}

/// A stretch of time of a run, and what moved in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The scenario's name; `None` for what ran outside of any.
    pub name: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// When it began, in seconds since the run did.
    pub began: f64,
    /// How many seconds it took.
    pub seconds: f64,
    /// The profiles of which something moved, each by its path in the directory of the part.
    pub profiles: Vec<(String, Delta)>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    name: Option<String>,
    outcome: Outcome,
    began: f64,
    seconds: f64,
    /// The paths, each with the number of its bytes.
    profiles: Vec<(String, usize)>,
    /// Of the bytes.
    digest: String,
}

/// Adds an entry.
///
/// # Errors
///
/// If it cannot be written.
pub fn add(mut file: impl Write, entry: &Entry) -> io::Result<()> {
    let (mut profiles, mut bytes) = (Vec::new(), Vec::new());
    for (path, delta) in &entry.profiles {
        let own = delta.to_bytes();
        profiles.push((path.clone(), own.len()));
        bytes.extend(own);
    }
    let head = Head {
        name: entry.name.clone(),
        outcome: entry.outcome,
        began: entry.began,
        seconds: entry.seconds,
        profiles,
        digest: digest(&bytes),
    };
    let mut record = serde_json::to_vec(&head)?;
    record.push(b'\n');
    record.extend(bytes);
    file.write_all(&record)
}

/// Reads the entries; none if there is no file. A last one that is not whole is left out.
///
/// # Errors
///
/// If the file cannot be read.
pub fn read(file: &Path) -> io::Result<Vec<Entry>> {
    let bytes = match files::read(file, files::PROFILE) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        bytes => bytes?,
    };
    let (mut rest, mut entries) = (&bytes[..], Vec::<Entry>::new());
    while let Some((entry, behind)) = next(rest) {
        // Its beginning was noted when it began.
        if entries.last().is_some_and(|it| it.outcome == Outcome::Cut) {
            entries.pop();
        }
        entries.push(entry);
        rest = behind;
    }
    Ok(entries)
}

fn next(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
    let mut rest = &bytes[end + 1..];
    let length = head.profiles.iter().map(|(_, length)| *length).sum();
    if digest(rest.get(..length)?) != head.digest {
        return None;
    }
    let mut profiles = Vec::new();
    for (path, length) in head.profiles {
        let (own, behind) = rest.split_at(length);
        profiles.push((path, Delta::parse(own).ok()?));
        rest = behind;
    }
    let entry = Entry {
        name: head.name,
        outcome: head.outcome,
        began: head.began,
        seconds: head.seconds,
        profiles,
    };
    Some((entry, rest))
}

#[cfg(test)]
mod tests {
    use super::{Delta, Entry, Outcome, add, read};

    fn entry(name: Option<&str>, outcome: Outcome, moved: &[u64]) -> Entry {
        Entry {
            name: name.map(str::to_owned),
            outcome,
            began: 1.0,
            seconds: 0.25,
            profiles: vec![("app/1_0.profraw".to_owned(), Delta::of(&[], moved))],
        }
    }

    #[test]
    fn whatever_is_cut_off_the_entries_before_are_whole() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("scenarios");
        let entries = [
            entry(None, Outcome::Ended, &[0, 10, 0]),
            entry(Some("a\nb"), Outcome::Passed, &[10, 10, 10]),
            entry(Some("c"), Outcome::Failed, &[0, 0, 1 << 40]),
        ];
        let (mut bytes, mut ends) = (Vec::new(), vec![0]);
        for entry in &entries {
            add(&mut bytes, entry).unwrap();
            ends.push(bytes.len());
        }
        for length in 0..=bytes.len() {
            std::fs::write(&file, &bytes[..length]).unwrap();
            let whole = ends.iter().filter(|end| **end <= length).count() - 1;
            assert_eq!(read(&file).unwrap(), entries[..whole]);
        }
        assert_eq!(read(&directory.path().join("none")).unwrap(), []);
    }

    #[test]
    fn one_that_has_no_end_is_cut_and_one_that_has_is_not() {
        let mut bytes = Vec::new();
        let cut = entry(Some("a"), Outcome::Cut, &[]);
        add(&mut bytes, &cut).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("scenarios");
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(read(&file).unwrap(), [cut]);
        let passed = entry(Some("a"), Outcome::Passed, &[1]);
        add(&mut bytes, &passed).unwrap();
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(read(&file).unwrap(), [passed]);
    }
}
