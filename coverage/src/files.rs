//! Regular files, of at most so many bytes: in the place of any file there may be a pipe, for which one waits for ever,
//! or a device that never ends.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::parse::profile;

/// The most bytes that are read of a file that people write: a manifest, a justfile, a list of paths.
pub const TEXT: u64 = 64 << 20;

/// The most bytes that are read of a profile.
pub const PROFILE: u64 = 4 << 30;

/// The most bytes that are read of an export of a coverage.
pub const EXPORT: u64 = 1 << 30;

/// Opens a regular file, through links, to read it. This never waits.
///
/// # Errors
///
/// Those of the file system; and if it is something else, such as a directory
/// ([`IsADirectory`](ErrorKind::IsADirectory)), a FIFO or a device.
pub fn open(path: &Path) -> io::Result<File> {
    // A device is not even opened: that alone may do something.
    regular(&fs::metadata(path)?)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    // Another may have come into its place meanwhile.
    regular(&file.metadata()?)?;
    Ok(file)
}

/// Adds what is in a regular file to the `buffer`.
///
/// # Errors
///
/// Those of [`open`]; and if the file has more than `most` bytes ([`FileTooLarge`](ErrorKind::FileTooLarge)).
pub fn read_into(path: &Path, most: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
    let file = open(path)?;
    let length = file.metadata()?.len();
    if length > most {
        return Err(too_large(most));
    }
    buffer.try_reserve(usize::try_from(length).map_err(|_| too_large(most))?)?;
    // It may be growing.
    let read = file.take(most.saturating_add(1)).read_to_end(buffer)?;
    if u64::try_from(read).is_ok_and(|read| read <= most) {
        Ok(())
    } else {
        Err(too_large(most))
    }
}

fn too_large(most: u64) -> io::Error {
    let why = format!("it has more than {most} bytes, and no more are read");
    io::Error::new(ErrorKind::FileTooLarge, why)
}

/// Reads the raw profiles of a regular file into the place of what is in the `buffer`. What follows them is not read, and of a file
/// that is none, the beginning.
///
/// # Errors
///
/// Those of [`open`]; and if the file has more than [`PROFILE`] bytes ([`FileTooLarge`](ErrorKind::FileTooLarge)).
pub fn read_profile_into(path: &Path, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.clear();
    let mut file = open(path)?;
    let length = file.metadata()?.len();
    loop {
        let read = buffer.len() as u64;
        if length.max(read) > PROFILE {
            return Err(too_large(PROFILE));
        }
        let missing = profile::needed(buffer).saturating_sub(read);
        // What says that it is long need not be.
        let there = missing.min(length.saturating_sub(read));
        buffer.try_reserve_exact(usize::try_from(there).map_err(|_| too_large(PROFILE))?)?;
        if file.by_ref().take(missing).read_to_end(buffer)? == 0 {
            return Ok(());
        }
    }
}

/// The raw profiles of a regular file.
///
/// # Errors
///
/// Those of [`read_profile_into`].
pub fn read_profile(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    read_profile_into(path, &mut bytes)?;
    Ok(bytes)
}

/// What is in a regular file.
///
/// # Errors
///
/// Those of [`read_into`].
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    read_into(path, most, &mut bytes)?;
    Ok(bytes)
}

/// The text of a regular file of at most [`TEXT`] bytes.
///
/// # Errors
///
/// Those of [`read_into`]; and if it is not UTF-8 ([`InvalidData`](ErrorKind::InvalidData)).
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path, TEXT)?)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

fn regular(found: &Metadata) -> io::Result<()> {
    if found.is_file() {
        Ok(())
    } else if found.is_dir() {
        Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory"))
    } else {
        let kind = kind(found);
        Err(io::Error::other(format!(
            "it is {kind}, and no regular file"
        )))
    }
}

#[cfg(unix)]
fn kind(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match found.file_type() {
        kind if kind.is_fifo() => "a FIFO",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn kind(_: &Metadata) -> &'static str {
    "something else"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_a_bound() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "12345").unwrap();
        assert_eq!(read(file.path(), 5).unwrap(), b"12345");
        let error = read(file.path(), 4).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        // A hole takes no room on the disk, but would in memory.
        file.as_file().set_len(1 << 40).unwrap();
        let error = read_text(file.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        fs::write(&file, [0xff]).unwrap();
        let error = read_text(file.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn what_is_no_regular_file_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let error = read(directory.path(), 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
        let error = read(Path::new("/dev/zero"), 1).unwrap_err();
        assert_eq!(error.to_string(), "it is a device, and no regular file");
        let socket = directory.path().join("socket");
        let _bound = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let error = read(&socket, 1).unwrap_err();
        assert_eq!(error.to_string(), "it is a socket, and no regular file");
        let error = read(&directory.path().join("none"), 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
