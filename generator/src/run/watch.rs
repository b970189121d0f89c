//! Which files were opened while a suite ran: a program is opened when it is started.
//!
//! <https://man7.org/linux/man-pages/man7/inotify.7.html>

use std::path::{Path, PathBuf};

/// Watches files.
pub struct Watch {
    #[cfg(target_os = "linux")]
    inotify: std::os::fd::OwnedFd,
    #[cfg(target_os = "linux")]
    files: Vec<(i32, PathBuf)>,
}

#[cfg(target_os = "linux")]
impl Watch {
    /// Begins to watch these files, as far as they are there; `None` if the system has no more watches.
    pub fn begin(files: impl IntoIterator<Item = PathBuf>) -> Option<Watch> {
        use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok()?;
        let mut watched = Vec::new();
        for file in files {
            // One event for each tells enough.
            let flags = WatchFlags::OPEN | WatchFlags::ONESHOT;
            if let Ok(number) = inotify::add_watch(&inotify, &file, flags) {
                watched.push((number, file));
            }
        }
        Some(Watch {
            inotify,
            files: watched,
        })
    }

    /// Those that were opened since.
    pub fn opened(&self) -> Vec<&Path> {
        use rustix::fs::inotify::{ReadFlags, Reader};
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.inotify, &mut buffer);
        let mut opened = Vec::new();
        while let Ok(event) = reader.next() {
            let known = self.files.iter().find(|(number, _)| *number == event.wd());
            if let Some((_, file)) = known
                && event.events().contains(ReadFlags::OPEN)
            {
                opened.push(file.as_path());
            }
        }
        opened
    }
}

#[cfg(not(target_os = "linux"))]
impl Watch {
    /// There is nothing to watch with.
    pub fn begin(_: impl IntoIterator<Item = PathBuf>) -> Option<Watch> {
        None
    }

    /// Nothing is known.
    pub fn opened(&self) -> Vec<&Path> {
        Vec::new()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::Watch;
    use std::fs;

    #[test]
    fn what_was_opened_since_is_known_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let files = ["a", "b", "gone"].map(|name| directory.path().join(name));
        for file in &files[..2] {
            fs::write(file, "").unwrap();
        }
        let watch = Watch::begin(files.clone()).unwrap();
        assert!(watch.opened().is_empty());
        fs::metadata(&files[0]).unwrap();
        for _ in 0..3 {
            fs::read(&files[1]).unwrap();
        }
        assert_eq!(watch.opened(), [files[1].as_path()]);
    }
}
