//! Which files were started or loaded while a suite ran.
//!
//! That a program is started, fanotify tells: <https://man7.org/linux/man-pages/man7/fanotify.7.html>. For libraries, and where
//! fanotify is not allowed, inotify tells what was read, and whoever starts or loads a file reads its header:
//! <https://man7.org/linux/man-pages/man7/inotify.7.html>. A cargo that finds a file fresh opens it without reading it.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many programs are watched by fanotify: the system gives a user 128 such watches.
#[cfg(target_os = "linux")]
const MOST: u64 = 32;

/// Watches files.
pub struct Watch {
    began: SystemTime,
    /// What tells of a program that it was started.
    #[cfg(target_os = "linux")]
    programs: Vec<(std::os::fd::OwnedFd, PathBuf)>,
    /// What tells of the other files that they were read.
    #[cfg(target_os = "linux")]
    inotify: Option<std::os::fd::OwnedFd>,
    #[cfg(target_os = "linux")]
    others: Vec<(i32, PathBuf)>,
}

#[cfg(target_os = "linux")]
mod system {
    use std::io;
    use std::os::fd::{FromRawFd, OwnedFd};
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    /// As `linux/fanotify.h` has it: a program is opened to be started.
    const FAN_OPEN_EXEC: u64 = 0x1000;
    /// Events name files, and no descriptors, which anybody may ask for.
    const FAN_REPORT_FID: libc::c_uint = 0x200;

    /// What becomes readable when the file is started.
    #[allow(unsafe_code)]
    pub fn when_started(file: &Path) -> io::Result<OwnedFd> {
        let file = std::ffi::CString::new(file.as_os_str().as_bytes())?;
        let flags = FAN_REPORT_FID | libc::FAN_CLOEXEC | libc::FAN_NONBLOCK;
        // SAFETY: it takes two numbers.
        let number = unsafe { libc::fanotify_init(flags, 0) };
        if number < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was made here, and nobody else has it.
        let group = unsafe { OwnedFd::from_raw_fd(number) };
        let (add, here) = (libc::FAN_MARK_ADD, libc::AT_FDCWD);
        // SAFETY: the path ends with a zero and outlives the call.
        let added = unsafe { libc::fanotify_mark(number, add, FAN_OPEN_EXEC, here, file.as_ptr()) };
        if added < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(group)
    }
}

#[cfg(target_os = "linux")]
impl Watch {
    /// Begins to watch these files, as far as they are there and the system has watches.
    pub fn begin(programs: Vec<PathBuf>, libraries: Vec<PathBuf>) -> Watch {
        // Each takes a descriptor, of which the run needs most.
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let most = limit.map_or(MOST, |limit| MOST.min(limit / 8));
        let mut watched = Vec::new();
        let mut others = Vec::new();
        for program in programs {
            let has_room = (watched.len() as u64) < most;
            match has_room.then(|| system::when_started(&program)) {
                Some(Ok(group)) => watched.push((group, program)),
                _ => others.push(program),
            }
        }
        others.extend(libraries);
        let (inotify, others) = Watch::begin_others(others);
        Watch {
            began: SystemTime::now(),
            programs: watched,
            inotify,
            others,
        }
    }

    fn begin_others(files: Vec<PathBuf>) -> (Option<std::os::fd::OwnedFd>, Vec<(i32, PathBuf)>) {
        use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
        if files.is_empty() {
            return (None, Vec::new());
        }
        let Ok(inotify) = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK) else {
            return (None, Vec::new());
        };
        // One event for each tells enough.
        let flags = WatchFlags::ACCESS | WatchFlags::ONESHOT;
        let watched = files.into_iter().filter_map(|file| {
            let number = inotify::add_watch(&inotify, &file, flags).ok()?;
            Some((number, file))
        });
        let watched = watched.collect();
        (Some(inotify), watched)
    }

    /// Those that were started or loaded since.
    pub fn used(&self) -> Vec<&Path> {
        let started = self.programs.iter().filter(|(group, _)| {
            let read = rustix::io::read(group, &mut [0; 4096]);
            read.is_ok_and(|length| length > 0)
        });
        let mut used: Vec<&Path> = started.map(|(_, file)| file.as_path()).collect();
        used.extend(self.read());
        used
    }

    fn read(&self) -> Vec<&Path> {
        use rustix::fs::inotify::{ReadFlags, Reader};
        let mut read = Vec::new();
        let Some(inotify) = &self.inotify else {
            return read;
        };
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            // A second name of a file has its number, too.
            let known = self.others.iter().find(|(number, _)| *number == event.wd());
            if let Some((_, file)) = known
                && event.events().contains(ReadFlags::ACCESS)
            {
                read.push(file.as_path());
            }
        }
        read
    }
}

#[cfg(not(target_os = "linux"))]
impl Watch {
    /// There is nothing to watch with.
    pub fn begin(_: Vec<PathBuf>, _: Vec<PathBuf>) -> Watch {
        Watch {
            began: SystemTime::now(),
        }
    }

    /// Nothing is known.
    pub fn used(&self) -> Vec<&Path> {
        Vec::new()
    }
}

impl Watch {
    /// When it began.
    pub fn began(&self) -> SystemTime {
        self.began
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{Watch, system};
    use std::fs;
    use std::io::ErrorKind;
    use std::path::PathBuf;
    use std::process::Command;

    fn copies(names: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let directory = tempfile::tempdir().unwrap();
        let program = fs::canonicalize("/bin/true").unwrap();
        let files: Vec<_> = names.iter().map(|it| directory.path().join(it)).collect();
        for file in &files {
            fs::copy(&program, file).unwrap();
        }
        (directory, files)
    }

    fn start(file: &PathBuf) {
        let mut status = Command::new(file).status();
        // What another test has just forked has the copy open for writing until it is another program.
        for _ in 0..1000 {
            if !matches!(&status, Err(error) if error.kind() == ErrorKind::ExecutableFileBusy) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            status = Command::new(file).status();
        }
        assert!(status.unwrap().success());
    }

    #[test]
    fn what_was_read_since_is_known_and_nothing_else() {
        let (_directory, files) = copies(&["a", "b", "c"]);
        let gone = files[0].with_file_name("gone");
        let watch = Watch::begin(Vec::new(), [&files[..], &[gone]].concat());
        assert!(watch.used().is_empty());
        fs::metadata(&files[0]).unwrap();
        fs::File::open(&files[0]).unwrap();
        for _ in 0..3 {
            fs::read(&files[1]).unwrap();
        }
        start(&files[2]);
        assert_eq!(watch.used(), [files[1].as_path(), files[2].as_path()]);
    }

    /// Where the system does not allow to ask, reading counts.
    #[test]
    fn a_program_that_was_read_was_not_started() {
        let (_directory, files) = copies(&["read", "started"]);
        let can_be_asked = system::when_started(&files[0]).is_ok();
        let watch = Watch::begin(files.clone(), Vec::new());
        fs::copy(&files[0], files[0].with_file_name("copy")).unwrap();
        assert_eq!(watch.used().is_empty(), can_be_asked);
        start(&files[1]);
        start(&files[1]);
        assert_eq!(watch.used(), [files[1].as_path()]);
    }

    /// Each takes a descriptor only up to a number.
    #[test]
    fn of_many_programs_all_are_watched() {
        let names: Vec<String> = (0..40).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (_directory, files) = copies(&names);
        let watch = Watch::begin(files.clone(), Vec::new());
        for file in [&files[0], &files[39]] {
            start(file);
        }
        assert_eq!(watch.used(), [files[0].as_path(), files[39].as_path()]);
    }
}
