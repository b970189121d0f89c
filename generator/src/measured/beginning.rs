//! Where a run was made: in this checkout and in this directory, or in others of the same names.
//!
//! A pipeline that keeps a target directory brings the run of an earlier checkout to a fresh one, and a copy of a directory has
//! the runs of its original. Nothing was run there. A directory that was made again, or unpacked, is another one for the file
//! system, whatever it is called.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use llvm_coverage::files;
use serde::{Deserialize, Serialize};

/// The name of the file in the directory of a part.
const NAME: &str = "place.json";

/// When and where a part of a run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    pub began: SystemTime,
    /// The path of the checkout, which may have others: links to it, and places where it is mounted.
    #[serde(default)]
    pub path: PathBuf,
    /// The root of the workspace. In a container it is another one than that of the image, which other containers have.
    checkout: Directory,
    /// The directory of the part itself.
    part: Directory,
}

/// What the file system knows a directory by, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Directory {
    /// In a container it is that of one of the layers of its image, and so another one in each image that is made of that. When a
    /// directory was made says enough there.
    inode: Option<u64>,
    /// Not every file system tells.
    created: Option<SystemTime>,
}

impl Directory {
    fn at(path: &Path) -> io::Result<Directory> {
        let metadata = fs::metadata(path)?;
        let created = metadata.created().ok();
        let is_enough = created.is_some() && is_of_container(path);
        Ok(Directory {
            inode: (!is_enough).then(|| metadata.ino()),
            created,
        })
    }

    fn is_at(self, path: &Path) -> bool {
        Directory::at(path).is_ok_and(|now| {
            let created = self.created.zip(now.created);
            self.inode == now.inode && created.is_none_or(|(noted, now)| noted == now)
        })
    }
}

impl Beginning {
    /// Notes in the directory of a part that it begins now, in this checkout.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn note(checkout: &Path, part: &Path) -> io::Result<()> {
        copy_up(checkout);
        let beginning = Beginning {
            began: SystemTime::now(),
            path: checkout.to_owned(),
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
        self.is_of(checkout) && self.part.is_at(part)
    }

    /// Whether it was this checkout, whatever its path was.
    pub fn is_of(&self, checkout: &Path) -> bool {
        self.checkout.is_at(checkout)
    }
}

/// In a container, a directory of the image becomes another one for the file system at the first change below it, which has it copied to
/// the container. It is to be copied now, and not in the run or later: to set its owner does that, though nothing is set.
fn copy_up(directory: &Path) {
    if is_of_container(directory) {
        // What cannot be changed is not copied later, either.
        let _ = chown(directory, None, None);
    }
}

/// Whether it is in an overlay file system, as those of containers are.
#[cfg(target_os = "linux")]
fn is_of_container(directory: &Path) -> bool {
    // `OVERLAYFS_SUPER_MAGIC` of linux/magic.h.
    rustix::fs::statfs(directory).is_ok_and(|it| it.f_type == 0x794c_7630)
}

#[cfg(not(target_os = "linux"))]
fn is_of_container(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::{Beginning, NAME};
    use std::fs;
    use std::thread;
    use std::time::Duration;

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
            // In a container, when it was made says it alone, and that moves in steps.
            thread::sleep(Duration::from_millis(20));
            fs::create_dir(path).unwrap();
            if *path == part {
                fs::write(part.join(NAME), note).unwrap();
            }
            assert!(!is_here(), "{}", path.to_string_lossy());
            fs::remove_dir_all(path).unwrap();
            fs::rename(old, path).unwrap();
            assert!(is_here());
        }
    }
}
