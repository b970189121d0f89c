//! The counters of a part's profiles, and how far they have moved since they were looked at.
//!
//! They are in files that the programs have mapped, so nothing has to be in the programs, and they need not be asked.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use llvm_coverage::count::delta::Delta;
use llvm_coverage::files;
use llvm_coverage::parse::profile::{HEAD, counters as place_of_counters};

use super::part::{SUITE, TESTS};
use super::profiles;
use super::scenarios::apart::APART;

/// What the counters stood at when they were looked at last.
pub struct Counters {
    /// The directory of the part, and the one of processes that were not told where their profiles go.
    part: PathBuf,
    linked: PathBuf,
    /// The counters of each profile, as it has them.
    before: HashMap<String, Vec<u8>>,
    /// Those that it had when the mark was set.
    marked: HashMap<String, Vec<u8>>,
    /// Room for those of one.
    now: Vec<u8>,
}

/// A profile of which counters have moved.
pub struct Moved {
    /// Its path in the directory of the part, where all of them are in the end.
    pub name: String,
    /// Where it is now.
    pub path: PathBuf,
    /// How far.
    pub by: Delta,
}

impl Counters {
    /// Of a part of which nothing has run yet.
    pub fn new(part: &Path, linked: &Path) -> Counters {
        Counters {
            part: part.to_owned(),
            linked: linked.to_owned(),
            before: HashMap::new(),
            marked: HashMap::new(),
            now: Vec::new(),
        }
    }

    /// How far they have moved since the last time.
    ///
    /// # Errors
    ///
    /// If a profile cannot be read.
    pub fn moved(&mut self) -> io::Result<Vec<Moved>> {
        let mut moved = Vec::new();
        for (name, path) in self.profiles()? {
            if !read(&path, &mut self.now)? {
                continue;
            }
            let before = self.before.entry(name.clone()).or_default();
            let by = Delta::of(before, &self.now);
            std::mem::swap(before, &mut self.now);
            if !by.is_empty() {
                moved.push(Moved { name, path, by });
            }
        }
        Ok(moved)
    }

    /// Whether one has moved since the last time that had not since the mark or, without one, the beginning. The next time that is
    /// asked for what moved, it is told.
    ///
    /// # Errors
    ///
    /// If a profile cannot be read.
    pub fn have_first(&mut self) -> io::Result<bool> {
        for (name, path) in self.profiles()? {
            if read(&path, &mut self.now)? {
                let [base, before] = [&self.marked, &self.before]
                    .map(|all| all.get(&name).map_or(&[][..], Vec::as_slice));
                if Delta::has_first(base, before, &self.now) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Sets all of them to zero, of programs that go on.
    ///
    /// # Errors
    ///
    /// If a profile cannot be read or written.
    pub fn reset(&mut self) -> io::Result<()> {
        for root in [&self.part, &self.linked] {
            let mut paths = Vec::new();
            profiles::below(root, &mut paths).map_err(io::Error::other)?;
            for path in paths {
                zero(&path)?;
            }
        }
        self.forget();
        Ok(())
    }

    /// Sets a mark at the last look.
    pub fn mark(&mut self) {
        self.marked = self.before.clone();
    }

    /// Takes all of them for zero at the last look, and at the mark.
    pub fn forget(&mut self) {
        self.before.clear();
        self.marked.clear();
    }

    /// The profiles. Those of scenarios that are apart belong to these.
    fn profiles(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let mut found = Vec::new();
        let apart = Path::new(SUITE).join(APART);
        for (root, prefix) in [(&self.part, ""), (&self.linked, ".linked/")] {
            let mut paths = Vec::new();
            profiles::below(root, &mut paths).map_err(io::Error::other)?;
            for path in paths {
                let below = path.strip_prefix(root).unwrap_or(&path);
                if !below.starts_with(TESTS) && !below.starts_with(&apart) {
                    found.push((format!("{prefix}{}", below.to_string_lossy()), path));
                }
            }
        }
        Ok(found)
    }
}

/// Reads the counters of a profile into the place of others. Whether there are any: it may be gone, or not whole yet.
fn read(path: &Path, counters: &mut Vec<u8>) -> io::Result<bool> {
    let Some((file, offset, length)) = open(File::options().read(true), path)? else {
        return Ok(false);
    };
    counters.resize(length, 0);
    file.read_exact_at(counters, offset)?;
    Ok(true)
}

/// Sets the counters of a profile to zero. The program that has mapped it goes on from there.
fn zero(path: &Path) -> io::Result<()> {
    let Some((file, offset, length)) = open(File::options().read(true).write(true), path)? else {
        return Ok(());
    };
    file.write_all_at(&vec![0; length], offset)
}

/// Opens a profile. Gives where its counters begin, and how many bytes they have, or nothing if there are none yet.
fn open(how: &OpenOptions, path: &Path) -> io::Result<Option<(File, u64, usize)>> {
    let file = match how.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut head = [0; HEAD];
    let length = file.read_at(&mut head, 0)?;
    let Ok((offset, number)) = place_of_counters(&head[..length]) else {
        return Ok(None);
    };
    let size = number.saturating_mul(8);
    let end = offset.saturating_add(size as u64);
    // A report refuses a larger one, and says so.
    let is_whole = end <= files::PROFILE && file.metadata()?.len() >= end;
    Ok(is_whole.then_some((file, offset, size)))
}
