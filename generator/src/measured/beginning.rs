//! Where a run was made: in this checkout and in this directory, or in others of the same names.
//!
//! A pipeline that keeps a target directory brings the run of an earlier checkout to a fresh one, and a copy of a directory has
//! the runs of its original. Nothing was run there. A directory that was made again, or unpacked, is another one for the file
//! system, whatever it is called.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use llvm_coverage::files;
use serde::{Deserialize, Serialize};

/// The name of the file in the directory of a part.
pub(super) const NAME: &str = "place.json";

/// When and where a part of a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    pub began: SystemTime,
    /// The root of the workspace.
    checkout: Directory,
    /// The directory of the part itself.
    part: Directory,
}

/// What the file system knows a directory by, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Directory {
    inode: u64,
    /// Not every file system tells.
    created: Option<SystemTime>,
}

impl Directory {
    fn at(path: &Path) -> io::Result<Directory> {
        let metadata = fs::metadata(path)?;
        Ok(Directory {
            inode: metadata.ino(),
            created: metadata.created().ok(),
        })
    }

    fn is(self, other: Directory) -> bool {
        let created = self.created.zip(other.created);
        self.inode == other.inode && created.is_none_or(|(one, other)| one == other)
    }
}

impl Beginning {
    /// Notes in the directory of a part that it begins now, in this checkout.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn note(checkout: &Path, part: &Path) -> io::Result<()> {
        let beginning = Beginning {
            began: SystemTime::now(),
            checkout: Directory::at(checkout)?,
            part: Directory::at(part)?,
        };
        fs::write(part.join(NAME), serde_json::to_vec(&beginning)?)
    }

    /// What was noted of a part.
    pub fn read(part: &Path) -> Option<Beginning> {
        serde_json::from_slice(&files::read(&part.join(NAME), files::TEXT).ok()?).ok()
    }

    /// Whether it was this checkout and this directory.
    pub fn is(&self, checkout: &Path, part: &Path) -> bool {
        let is = |noted: Directory, path| Directory::at(path).is_ok_and(|now| now.is(noted));
        is(self.checkout, checkout) && is(self.part, part)
    }
}

#[cfg(test)]
mod tests {
    use super::{Beginning, NAME};
    use std::fs;

    #[test]
    fn another_directory_of_the_same_name_is_another_place() {
        let directory = tempfile::tempdir().unwrap();
        let [checkout, part] = ["checkout", "part"].map(|name| directory.path().join(name));
        for path in [&checkout, &part] {
            fs::create_dir(path).unwrap();
        }
        Beginning::note(&checkout, &part).unwrap();
        let is_here = || Beginning::read(&part).unwrap().is(&checkout, &part);
        assert!(is_here());
        for path in [&checkout, &part] {
            // Both are there at once, so they are not the same to the file system.
            let note = fs::read(part.join(NAME)).unwrap();
            let old = path.with_extension("old");
            fs::rename(path, &old).unwrap();
            fs::create_dir(path).unwrap();
            if *path == part {
                fs::write(part.join(NAME), note).unwrap();
            }
            assert!(!is_here(), "{}", path.display());
            fs::remove_dir_all(path).unwrap();
            fs::rename(old, path).unwrap();
            assert!(is_here());
        }
    }
}
