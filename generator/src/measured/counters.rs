//! The counters of a part's profiles, and how far they have moved since they were looked at.
//!
//! They are in files that the programs have mapped, so nothing has to be in the programs, and they need not be asked.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use llvm_coverage::count::delta::Delta;
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
                    found.push((format!("{prefix}{}", below.display()), path));
                }
            }
        }
        Ok(found)
    }
}

/// Reads the counters of a profile into the place of others. Whether there are any: it may be gone, or not whole yet.
fn read(path: &Path, counters: &mut Vec<u8>) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    let mut head = [0; HEAD];
    let length = file.read_at(&mut head, 0)?;
    let Ok((offset, number)) = place_of_counters(&head[..length]) else {
        return Ok(false);
    };
    let end = offset.saturating_add(8 * number as u64);
    if file.metadata()?.len() < end {
        return Ok(false);
    }
    counters.resize(8 * number, 0);
    file.read_exact_at(counters, offset)?;
    Ok(true)
}
