//! The file of scenarios. Entries are only added, each in one go, so a process that is killed costs at most the one that it was
//! writing.
//!
//! An entry is an empty line, a line of JSON, and behind it the bytes of the differences, one behind the other. When all are folded that
//! can be, a line says how many these are.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use llvm_coverage::count::delta::Delta;
use llvm_coverage::files;
use serde::{Deserialize, Serialize};

use super::shared::Sharing;
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
    /// It has no end: the tool was killed, the run was ended before, or it still goes on.
    Cut,
}

impl Outcome {
    /// That of something that says whether it has passed.
    pub fn of(has_passed: bool) -> Outcome {
        if has_passed {
            Outcome::Passed
        } else {
            Outcome::Failed
        }
    }

    /// What people read; nothing if it is not known.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Ended => "",
            Outcome::Cut => "cut",
        }
    }
}

/// A stretch of time of a run, and what moved in it.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // Each is known at another time.
pub struct Entry {
    /// The scenario's name; `None` for what ran outside of any.
    pub name: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it is noted when it begins. What comes of it later is in the place of this.
    pub is_begun: bool,
    /// How many seconds it took, if that is known.
    pub seconds: Option<f64>,
    /// Whether it is in the place of the one of this name before it, which had failed.
    pub is_again: bool,
    /// The profiles of which something moved, each by its path in the directory of the part.
    pub profiles: Vec<(String, Delta)>,
    /// The directory of its own profiles, if it has one.
    pub directory: Option<String>,
    /// Whether these are in `profiles`, and the directory has gone.
    pub is_folded: bool,
    /// The executable of the test that it is.
    pub test: Option<PathBuf>,
    /// The executables of tests that ran in it, of which nobody counts what they do themselves.
    pub ran: Vec<PathBuf>,
    /// Whether a test in it, or a build script, had loaded a measured library: the profile of that does not count, and is not
    /// among `profiles`. It is known when these are folded.
    pub has_loaded: bool,
    /// What is known of its processes when its profiles are folded.
    pub sharing: Sharing,
}

#[derive(Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // Each is known at another time.
struct Head {
    name: Option<String>,
    outcome: Outcome,
    #[serde(default)]
    is_begun: bool,
    seconds: Option<f64>,
    is_again: bool,
    /// The paths, each with the number of its bytes.
    profiles: Vec<(String, usize)>,
    directory: Option<String>,
    is_folded: bool,
    #[serde(default)]
    test: Option<PathBuf>,
    #[serde(default)]
    ran: Vec<PathBuf>,
    #[serde(default)]
    has_loaded: bool,
    #[serde(default)]
    sharing: Sharing,
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
        is_begun: entry.is_begun,
        seconds: entry.seconds,
        is_again: entry.is_again,
        profiles,
        directory: entry.directory.clone(),
        is_folded: entry.is_folded,
        test: entry.test.clone(),
        ran: entry.ran.clone(),
        has_loaded: entry.has_loaded,
        sharing: entry.sharing.clone(),
        digest: digest(&bytes),
    };
    let mut record = vec![b'\n'];
    serde_json::to_writer(&mut record, &head)?;
    record.push(b'\n');
    record.extend(bytes);
    file.write_all(&record)
}

/// The last line: how many entries before it are folded.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    folded: usize,
}

/// Says that so many entries are folded, and no other one will be.
///
/// # Errors
///
/// If it cannot be written.
pub fn end(mut file: impl Write, folded: usize) -> io::Result<()> {
    let end = serde_json::to_string(&End { folded })?;
    file.write_all(format!("\n{end}\n").as_bytes())
}

/// Reads the entries; none if there is no file. One that is not whole is left out.
///
/// # Errors
///
/// If the file cannot be read.
pub fn read(file: &Path) -> io::Result<Vec<Entry>> {
    Ok(read_to_end(file)?.0)
}

/// Reads the entries, and says whether all are there that were folded.
///
/// # Errors
///
/// If the file cannot be read.
pub fn read_to_end(file: &Path) -> io::Result<(Vec<Entry>, bool)> {
    let bytes = match files::read(file, files::PROFILE) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), false)),
        bytes => bytes?,
    };
    let (mut rest, mut entries) = (&bytes[..], Vec::<Entry>::new());
    let (mut folded, mut has_all) = (0, false);
    while !rest.is_empty() {
        let Some((entry, behind)) = next(rest) else {
            let line = rest.iter().position(|byte| *byte == b'\n');
            let (line, behind) = rest.split_at(line.map_or(rest.len(), |line| line + 1));
            has_all |= serde_json::from_slice::<End>(line).is_ok_and(|it| it.folded == folded);
            rest = behind;
            continue;
        };
        rest = behind;
        folded += usize::from(entry.is_folded);
        // Its beginning was noted when it began, and what is folded is noted once more. One of the same name that was cut before
        // is another one.
        let is_begun = |it: &Entry| {
            let is_of_it = (&it.name, &it.directory) == (&entry.name, &entry.directory);
            is_of_it && (it.is_begun || entry.is_folded)
        };
        match entries.iter().rposition(is_begun) {
            Some(begun) => entries[begun] = entry,
            None => entries.push(entry),
        }
    }
    Ok((entries, has_all))
}

fn next(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
    let mut rest = &bytes[end + 1..];
    let mut lengths = head.profiles.iter().map(|(_, length)| *length);
    let length = lengths.try_fold(0, usize::checked_add)?;
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
        is_begun: head.is_begun,
        seconds: head.seconds,
        is_again: head.is_again,
        profiles,
        directory: head.directory,
        is_folded: head.is_folded,
        test: head.test,
        ran: head.ran,
        has_loaded: head.has_loaded,
        sharing: head.sharing,
    };
    Some((entry, rest))
}

#[cfg(test)]
mod tests {
    use super::{Delta, Entry, Outcome, Sharing, add, end, read, read_to_end};

    fn bytes(counters: &[u64]) -> Vec<u8> {
        counters.iter().flat_map(|it| it.to_le_bytes()).collect()
    }

    fn entry(name: Option<&str>, outcome: Outcome, moved: &[u64]) -> Entry {
        Entry {
            name: name.map(str::to_owned),
            outcome,
            is_begun: false,
            seconds: Some(0.25),
            is_again: false,
            profiles: vec![("app/1_0.profraw".to_owned(), Delta::of(&[], &bytes(moved)))],
            directory: None,
            is_folded: false,
            test: None,
            ran: Vec::new(),
            has_loaded: false,
            sharing: Sharing::default(),
        }
    }

    fn begun(entry: Entry) -> Entry {
        let is_begun = true;
        Entry { is_begun, ..entry }
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
    fn whatever_is_lost_of_what_was_folded_is_missed() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("scenarios");
        let folded = |name| Entry {
            is_folded: true,
            directory: Some(format!("of {name}")),
            ..entry(Some(name), Outcome::Passed, &[1, 2])
        };
        let mut bytes = Vec::new();
        add(&mut bytes, &folded("a")).unwrap();
        let first = bytes.len();
        add(&mut bytes, &folded("b")).unwrap();
        end(&mut bytes, 2).unwrap();
        let has_all = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            read_to_end(&file).unwrap().1
        };
        for length in 0..bytes.len() - 1 {
            assert!(!has_all(&bytes[..length]), "{length}");
        }
        assert!(!has_all(&bytes[first..]));
        // Of a process that was still there.
        add(&mut bytes, &entry(None, Outcome::Ended, &[1])).unwrap();
        assert!(has_all(&bytes));
    }

    #[test]
    fn one_whose_lengths_are_more_than_there_can_be_is_left_out() {
        let mut entry = entry(Some("a"), Outcome::Passed, &[1]);
        entry.profiles.push(entry.profiles[0].clone());
        let mut bytes = Vec::new();
        add(&mut bytes, &entry).unwrap();
        let own = format!(",{}]", entry.profiles[0].1.to_bytes().len());
        // Their sum would be 4, the number of bytes that are there, if it began anew behind the greatest number.
        let text = String::from_utf8(bytes).unwrap();
        let text = text.replacen(&own, &format!(",{}]", usize::MAX), 1);
        let text = text.replacen(&own, ",5]", 1);
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("scenarios");
        std::fs::write(&file, text).unwrap();
        assert_eq!(read(&file).unwrap(), []);
    }

    #[test]
    fn one_that_has_no_end_is_cut_and_one_that_has_is_not() {
        let mut bytes = Vec::new();
        let cut = begun(entry(Some("a"), Outcome::Cut, &[]));
        add(&mut bytes, &cut).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("scenarios");
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(read(&file).unwrap(), [cut]);
        let passed = entry(Some("a"), Outcome::Passed, &[1]);
        let mut whole = bytes.clone();
        add(&mut whole, &passed).unwrap();
        std::fs::write(&file, &whole).unwrap();
        assert_eq!(read(&file).unwrap(), [passed]);
        // The run ended before it did, and went on a little.
        let [cut, outside] = [
            entry(Some("a"), Outcome::Cut, &[1]),
            entry(None, Outcome::Ended, &[2]),
        ];
        for it in [&cut, &outside] {
            add(&mut bytes, it).unwrap();
        }
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(read(&file).unwrap(), [cut, outside]);
    }

    #[test]
    fn one_that_was_cut_stays_beside_the_next_one_of_its_name() {
        let mut bytes = Vec::new();
        let cut = entry(Some("a"), Outcome::Cut, &[1]);
        let passed = entry(Some("a"), Outcome::Passed, &[0, 1]);
        // What is said of the first one when it has been cut already.
        let late = entry(Some("a"), Outcome::Cut, &[]);
        for ended in [&cut, &passed] {
            add(&mut bytes, &begun(entry(Some("a"), Outcome::Cut, &[]))).unwrap();
            add(&mut bytes, ended).unwrap();
        }
        add(&mut bytes, &late).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("scenarios");
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(read(&file).unwrap(), [cut, passed, late]);
    }

    #[test]
    fn of_several_at_once_each_has_its_own_end_and_one_that_is_not_whole_costs_no_other() {
        let apart = |name: &str, outcome| Entry {
            directory: Some(name.to_owned()),
            profiles: Vec::new(),
            ..entry(Some(name), outcome, &[])
        };
        let mut bytes = Vec::new();
        for (name, outcome) in [
            ("a", Outcome::Cut),
            ("b", Outcome::Cut),
            ("c", Outcome::Cut),
            ("a", Outcome::Passed),
        ] {
            let entry = apart(name, outcome);
            let is_begun = outcome == Outcome::Cut;
            add(&mut bytes, &Entry { is_begun, ..entry }).unwrap();
        }
        // Of a process that was killed while it wrote.
        let mut half = Vec::new();
        add(&mut half, &entry(None, Outcome::Ended, &[10; 40])).unwrap();
        bytes.extend_from_slice(&half[..half.len() - 9]);
        add(&mut bytes, &apart("b", Outcome::Failed)).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("scenarios");
        std::fs::write(&file, &bytes).unwrap();
        let expected = [
            apart("a", Outcome::Passed),
            apart("b", Outcome::Failed),
            begun(apart("c", Outcome::Cut)),
        ];
        assert_eq!(read(&file).unwrap(), expected);
    }
}
