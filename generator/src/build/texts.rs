//! The texts that a compiler has read: a digest of each file of a unit, so that later it is known whether a file is as it was,
//! whatever its times say.

mod recorded;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use llvm_coverage::files;
use serde::{Deserialize, Serialize};

pub use recorded::{Before, of, record, record_linked};

/// By how much the time of a file may be behind the clock: file systems take it from the kernel's last tick.
pub const TICK: Duration = Duration::from_millis(20);

/// A file that was compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Where it is.
    pub path: PathBuf,
    /// Of its bytes. `None` if it is not sure what rustc has read.
    digest: Option<String>,
    /// The file with these bytes. As long as it is the same, nothing has to be read.
    stamp: Option<Stamp>,
}

/// By the bytes of the path: to compare paths part by part takes many times as long.
impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        let paths = self.path.as_os_str().cmp(other.path.as_os_str());
        let digests = || self.digest.cmp(&other.digest);
        paths
            .then_with(digests)
            .then_with(|| self.stamp.cmp(&other.stamp))
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What the file system says of a file: another content has another one. Inode, size, and the seconds and nanoseconds of
/// `mtime` and `ctime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Stamp([i64; 6]);

/// How a file is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has the text that was compiled.
    Same,
    /// It has another one, or one that cannot be read.
    Changed,
    /// It is not there any more.
    Gone,
}

impl Stamp {
    fn of(file: &Metadata) -> Stamp {
        Stamp([
            file.ino().cast_signed(),
            file.size().cast_signed(),
            file.mtime(),
            file.mtime_nsec(),
            file.ctime(),
            file.ctime_nsec(),
        ])
    }

    /// When the file was written, linked or renamed for the last time.
    fn changed(&self) -> SystemTime {
        changed(self.0[4], self.0[5])
    }
}

fn changed(seconds: i64, nanoseconds: i64) -> SystemTime {
    let nanoseconds = Duration::from_nanos(nanoseconds.unsigned_abs());
    let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    UNIX_EPOCH + seconds + nanoseconds
}

/// Whether a file was written after a moment. Programs cannot set this time.
///
/// # Errors
///
/// If it cannot be looked at.
pub fn is_newer(file: &Path, than: SystemTime) -> io::Result<bool> {
    let file = fs::metadata(file)?;
    Ok(changed(file.ctime(), file.ctime_nsec()) + TICK >= than)
}

/// Writes a list, as a whole or not at all.
///
/// # Errors
///
/// If that is not possible.
pub fn write(to: &Path, texts: &[Text]) -> io::Result<()> {
    let half = to.with_extension(format!("half-{}", std::process::id()));
    fs::write(&half, serde_json::to_vec(texts)?)?;
    fs::rename(half, to)
}

/// Reads a list; `None` if there is none.
pub fn read(list: &Path) -> Option<Vec<Text>> {
    serde_json::from_slice(&files::read(list, files::TEXT).ok()?).ok()
}

/// Whether no file was read with other bytes for one of these than for the other.
pub fn are_of_one(texts: &[Text], others: &[Text]) -> bool {
    first_that_differs(texts, others).is_none()
}

/// The first file that was read with other bytes for one of these than for the other, or perhaps was.
pub fn first_that_differs<'a>(texts: &'a [Text], others: &[Text]) -> Option<&'a Path> {
    let mut digests: HashMap<&Path, Vec<&Option<String>>> = HashMap::new();
    for other in others {
        digests.entry(&other.path).or_default().push(&other.digest);
    }
    let differs = |text: &&Text| {
        let mut of_others = digests.get(&*text.path).into_iter().flatten();
        of_others.any(|digest| text.digest.is_none() || *digest != &text.digest)
    };
    texts.iter().find(differs).map(|text| &*text.path)
}

impl Text {
    /// The text of a file as it is now. Of one that is gone or no file, it is not known. A very large one, or one without an
    /// end, is known by what the file system says of it alone.
    pub fn at(path: PathBuf) -> Text {
        let Some(file) = fs::metadata(&path).ok().filter(Metadata::is_file) else {
            return Text::unknown(path);
        };
        if file.size() > files::TEXT {
            return Text::stamped(path);
        }
        match digest(&path) {
            Ok(digest) => Text {
                path,
                digest: Some(digest),
                stamp: Some(Stamp::of(&file)),
            },
            Err(error) if error.kind() == ErrorKind::FileTooLarge => Text::stamped(path),
            Err(_) => Text::unknown(path),
        }
    }

    /// A file that is known by what the file system says of it alone.
    pub fn stamped(path: PathBuf) -> Text {
        let stamp = fs::metadata(&path).ok().as_ref().map(Stamp::of);
        Text {
            path,
            digest: None,
            stamp,
        }
    }

    /// The text of a file as it is now, and was before a moment. Of one that was written since, it is not known.
    pub fn before(path: PathBuf, moment: SystemTime) -> Text {
        Text::at(path).if_before(moment)
    }

    /// If it was so before a moment. Of what was written since, it is not known.
    pub fn if_before(mut self, moment: SystemTime) -> Text {
        let written = self.stamp.map(|stamp| stamp.changed() + TICK);
        // A clock that was ahead says nothing.
        if written.is_some_and(|it| it >= moment && it <= SystemTime::now() + TICK) {
            (self.digest, self.stamp) = (None, None);
        }
        self
    }

    /// The names in a directory as they are now.
    pub fn names(path: PathBuf) -> Text {
        let file = fs::metadata(&path).ok();
        let stamp = file.as_ref().map(Stamp::of);
        Text {
            digest: digest(&path).ok(),
            path,
            stamp,
        }
    }

    /// A file that is not there, and is to stay so.
    pub fn absent(path: PathBuf) -> Text {
        Text {
            path,
            digest: Some(ABSENT.to_owned()),
            stamp: None,
        }
    }

    /// A file of which is not known what was read.
    pub fn unknown(path: PathBuf) -> Text {
        Text {
            path,
            digest: None,
            stamp: None,
        }
    }

    /// Whether it has the text that was read.
    pub fn is_as_it_was(&self) -> bool {
        self.state() == State::Same
    }

    /// Whether there was no such file, and is none.
    pub fn is_gone(&self) -> bool {
        self.digest.is_none() && self.stamp.is_none() && self.state() == State::Gone
    }

    /// Whether these bytes are what was compiled.
    pub fn is(&self, bytes: &[u8]) -> bool {
        let digest = format!("{:x}", md5::compute(bytes));
        self.digest.as_ref() == Some(&digest)
    }

    /// Compares the file with what was compiled.
    pub fn state(&self) -> State {
        let file = match fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return if self.digest.as_deref() == Some(ABSENT) {
                    State::Same
                } else {
                    State::Gone
                };
            }
            Err(_) => return State::Changed,
            Ok(file) => file,
        };
        if self.stamp == Some(Stamp::of(&file)) {
            return State::Same;
        }
        // Reading something else may take for ever.
        let can_be_same = match self.stamp {
            Some(Stamp([_, size, ..])) => file.is_dir() || size == file.size().cast_signed(),
            None => file.size() <= files::TEXT,
        };
        let is_same = self
            .digest
            .as_ref()
            .is_some_and(|known| can_be_same && digest(&self.path).is_ok_and(|now| now == *known));
        if is_same { State::Same } else { State::Changed }
    }
}

/// Stands for the digest of a file that is not there.
const ABSENT: &str = "absent";

/// So many bytes are read of a file that the file system calls shorter, as it calls all below `/proc`, where some have no end.
const UNSAID: u64 = 1 << 20;

/// Of the bytes of a file, or of the names in a directory.
///
/// # Errors
///
/// If it cannot be read, or is longer than the file system says ([`FileTooLarge`](ErrorKind::FileTooLarge)).
pub fn digest(path: &Path) -> io::Result<String> {
    let mut context = md5::Context::new();
    if path.is_dir() {
        let names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name()));
        for name in names.collect::<io::Result<BTreeSet<_>>>()? {
            context.consume(name.as_encoded_bytes());
            context.consume([0]);
        }
        return Ok(format!("{:x}", context.finalize()));
    }
    let file = files::open(path)?;
    let most = file.metadata()?.len().max(UNSAID);
    let read = io::copy(&mut file.take(most.saturating_add(1)), &mut context)?;
    if read > most {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(format!("{:x}", context.finalize()))
}
