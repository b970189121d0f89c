//! The directory of a report: written beside what is there, and put into its place when it is complete.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use super::error::Error;
use super::page::PAGES;

/// By this file a directory is known as one that may be written over.
const MARKER: &str = ".coverage-html";

const MARKER_TEXT: &str = "\
This directory has a coverage report. The next one replaces index.html, style.css, report.js and pages/ in it.
";

/// What is written, before it is put into its place.
const BESIDE: &str = ".coverage-new";

/// What was there before, until the new report is in its place.
const OLD: &str = ".coverage-old";

/// The files beside the pages.
const STYLE: &str = "style.css";
const SCRIPT: &str = "report.js";

/// The first page. While it is not there, there is no report.
const INDEX: &str = "index.html";

/// A directory that a report is being written to. Nobody else writes to it meanwhile.
pub struct Folder {
    directory: PathBuf,
    /// Its lock goes with it.
    _marker: File,
    /// There was no report before.
    is_new: bool,
    /// Nor the directory.
    is_made: bool,
    is_complete: bool,
}

impl Drop for Folder {
    /// A report that was not completed leaves nothing behind.
    fn drop(&mut self) {
        if self.is_complete {
            return;
        }
        let _ = remove(&self.directory.join(BESIDE));
        if self.is_new {
            let _ = remove(&self.directory.join(MARKER));
        }
        if self.is_made {
            // If it is empty.
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

impl Folder {
    /// Makes the directory, or takes one that is empty or has an earlier report.
    ///
    /// # Errors
    ///
    /// If there is something else in it, or another report is just being written to it: then nothing has changed.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        if directory.exists() && !directory.is_dir() {
            let directory = directory.to_owned();
            return Err(Error::NotADirectory { directory });
        }
        let made = as_made(directory);
        let is_made = !made.exists();
        let marker = made.join(MARKER);
        if marker.exists() && !marker.is_file() {
            return Err(Error::OtherFiles {
                directory: directory.to_owned(),
                file: MARKER.to_owned(),
            });
        }
        if !marker.exists()
            && let Some(file) = first_file(&made)?
        {
            let directory = directory.to_owned();
            return Err(Error::OtherFiles { directory, file });
        }
        let cannot = |source| Error::Write {
            path: directory.to_owned(),
            source,
        };
        fs::create_dir_all(directory).map_err(cannot)?;
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(&marker)
            .map_err(cannot)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let directory = directory.to_owned();
                return Err(Error::Locked { directory });
            }
            // There are file systems without locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let is_new = file.metadata().is_ok_and(|it| it.len() == 0);
        if is_new {
            file.write_all(MARKER_TEXT.as_bytes()).map_err(cannot)?;
        }
        let folder = Self {
            directory: directory.to_owned(),
            _marker: file,
            is_new,
            is_made,
            is_complete: false,
        };
        // Of a run that was killed.
        for name in [BESIDE, OLD] {
            remove(&folder.directory.join(name)).map_err(cannot)?;
        }
        fs::create_dir_all(folder.beside(PAGES)).map_err(cannot)?;
        Ok(folder)
    }

    /// Whether a file, at its path without links, is one of a report in the directory, or in the place of one.
    pub fn has(&self, file: &Path) -> bool {
        let names = [INDEX, PAGES, STYLE, SCRIPT, MARKER, BESIDE, OLD];
        let directory = self.directory.canonicalize();
        directory.is_ok_and(|it| names.iter().any(|name| file.starts_with(it.join(name))))
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.directory.join(BESIDE).join(name)
    }

    /// Writes a file, which is not yet seen.
    ///
    /// # Errors
    ///
    /// Those of the file system, with the file's name.
    pub fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.beside(name);
        fs::write(&path, text).map_err(|source| Error::Write { path, source })
    }

    /// Puts what was written in the place of what was there. Its first page goes first and comes last, so that
    /// a run that is killed leaves an old report, a new one, or none. What cannot be done is undone.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn complete(mut self) -> Result<(), Error> {
        let old = self.directory.join(OLD);
        let into_old =
            [INDEX, PAGES, STYLE, SCRIPT].map(|name| (self.directory.join(name), old.join(name)));
        let into_place = [STYLE, SCRIPT, PAGES, INDEX]
            .map(|name| (self.beside(name), self.directory.join(name)));
        let mut done = vec![];
        let put = || -> io::Result<()> {
            fs::create_dir(&old)?;
            for (from, to) in into_old {
                if from.symlink_metadata().is_ok() {
                    fs::rename(&from, &to)?;
                    done.push((from, to));
                }
            }
            for (from, to) in into_place {
                fs::rename(&from, &to)?;
                done.push((from, to));
            }
            Ok(())
        };
        let is_put = put();
        if is_put.is_err() {
            for (from, to) in done.iter().rev() {
                // What is wrong has been found already.
                let _ = fs::rename(to, from);
            }
        }
        // The next report tries again.
        let _ = remove(&self.beside(""));
        let _ = remove(&old);
        is_put.map_err(|source| Error::Write {
            path: self.directory.clone(),
            source,
        })?;
        self.is_complete = true;
        Ok(())
    }
}

/// The directory that is there once all that leads to it is made: `new/..` is what `new` would be in.
fn as_made(directory: &Path) -> PathBuf {
    let is_there = |it: &&Path| it.exists() || *it == Path::new("");
    let there = directory.ancestors().find(is_there);
    let there = there.unwrap_or(Path::new(""));
    let rest = directory.strip_prefix(there).unwrap_or(directory);
    let mut made = there.to_owned();
    for component in rest.components() {
        // What is not there yet is no link.
        match component {
            Component::ParentDir if made != there => {
                made.pop();
            }
            other => made.push(other),
        }
    }
    made
}

/// The name of a file in the directory, if it has one.
fn first_file(directory: &Path) -> Result<Option<String>, Error> {
    let first = match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().transpose(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let first = first.map_err(|source| Error::Read {
        path: directory.to_owned(),
        source,
    })?;
    Ok(first.map(|it| it.file_name().to_string_lossy().into_owned()))
}

/// Removes a file or directory, or nothing.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    removed.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(directory: &Path, page: &str) -> Result<(), Error> {
        let folder = Folder::open(directory)?;
        for name in ["style.css", "report.js", INDEX, page] {
            folder.write(name, page)?;
        }
        folder.complete()
    }

    fn files(directory: &Path) -> Vec<String> {
        let mut files: Vec<_> = walkdir::WalkDir::new(directory)
            .into_iter()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(directory).unwrap();
                path.to_string_lossy().into_owned()
            })
            .collect();
        files.sort();
        files
    }

    #[test]
    fn a_new_report_takes_the_place_of_an_earlier_one_and_leaves_other_files() {
        let work = tempfile::tempdir().unwrap();
        let directory = work.path().join("a/b");
        write(&directory, "pages/one.html").unwrap();
        fs::write(directory.join("mine.txt"), "").unwrap();
        write(&directory, "pages/two.html").unwrap();
        assert_eq!(
            files(&directory),
            [
                MARKER,
                INDEX,
                "mine.txt",
                "pages/two.html",
                "report.js",
                "style.css"
            ]
        );
        assert_eq!(
            fs::read_to_string(directory.join(INDEX)).unwrap(),
            "pages/two.html"
        );
    }

    #[test]
    fn a_directory_with_other_files_is_left_as_it_is() {
        let work = tempfile::tempdir().unwrap();
        fs::write(work.path().join("index.html"), "mine").unwrap();
        let error = write(work.path(), "pages/one.html")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("such as index.html: nothing was written"),
            "{error}"
        );
        assert_eq!(files(work.path()), ["index.html"]);
        for way in ["new/..", "new/../new/../.", "new/deep/../.."] {
            write(&work.path().join(way), "pages/one.html").unwrap_err();
            assert_eq!(files(work.path()), ["index.html"], "{way}");
        }
        let beside = work.path().join("new/../pages");
        write(&beside, "pages/one.html").unwrap();
        assert!(files(&work.path().join("pages")).contains(&INDEX.to_owned()));
        let file = work.path().join("index.html");
        let error = write(&file, "pages/one.html").unwrap_err().to_string();
        assert!(error.ends_with("index.html is not a directory"), "{error}");
    }

    #[test]
    fn a_report_that_cannot_be_put_into_its_place_leaves_the_earlier_one() {
        let work = tempfile::tempdir().unwrap();
        write(work.path(), "pages/one.html").unwrap();
        let folder = Folder::open(work.path()).unwrap();
        for name in [STYLE, INDEX, "pages/two.html"] {
            folder.write(name, "two").unwrap();
        }
        // The script was not written.
        let error = folder.complete().unwrap_err().to_string();
        assert!(error.starts_with("cannot write "), "{error}");
        assert_eq!(
            files(work.path()),
            [MARKER, INDEX, "pages/one.html", SCRIPT, STYLE]
        );
        assert_eq!(
            fs::read_to_string(work.path().join(STYLE)).unwrap(),
            "pages/one.html"
        );
    }

    #[test]
    fn a_report_that_was_given_up_leaves_nothing_behind() {
        let work = tempfile::tempdir().unwrap();
        drop(Folder::open(&work.path().join("new")).unwrap());
        assert!(files(work.path()).is_empty());
        assert!(!work.path().join("new").exists());
        // An empty one is the user's.
        drop(Folder::open(work.path()).unwrap());
        assert!(work.path().exists() && files(work.path()).is_empty());
        write(work.path(), "pages/one.html").unwrap();
        let before = files(work.path());
        drop(Folder::open(work.path()).unwrap());
        assert_eq!(files(work.path()), before);
    }

    #[test]
    fn a_report_that_was_not_completed_is_none_and_the_next_one_is_whole() {
        let work = tempfile::tempdir().unwrap();
        write(work.path(), "pages/one.html").unwrap();
        let folder = Folder::open(work.path()).unwrap();
        folder.write("pages/half.html", "").unwrap();
        let error = Folder::open(work.path()).err().expect("it is locked");
        assert!(
            error
                .to_string()
                .contains("another report is just being written")
        );
        drop(folder);
        assert!(work.path().join("pages/one.html").exists());
        write(work.path(), "pages/two.html").unwrap();
        assert_eq!(
            files(work.path()),
            [MARKER, INDEX, "pages/two.html", "report.js", "style.css"]
        );
    }
}
