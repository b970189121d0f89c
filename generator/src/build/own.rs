//! Directories and files that nobody else can have written: what is in them is run.
//!
//! A target directory may be where others write, too, such as `/tmp`. There somebody could put a file under the name that a
//! measured build looks for.

use llvm_coverage::terminal::Harmless as _;
use std::fs::{self, DirBuilder, FileType, Metadata, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use super::linked::leads_to_part;
use tempfile::NamedTempFile;
use walkdir::{DirEntry, WalkDir};

/// Asks whether `itcov` and what this program keeps in it are the user's, and plain files and directories: what is behind a link would be
/// deleted or written over, and a pipe be waited for. A link to a run that goes on leads to what is asked for as well. What cargo writes is
/// cargo's affair.
///
/// # Errors
///
/// If something belongs to somebody else, or is a link, a pipe or the like.
pub fn ask(itcov: &Path) -> io::Result<()> {
    let path = |name| itcov.join(name);
    for (path, depth) in [
        (itcov.to_owned(), 0),
        (path(".lock"), 0),
        (path(".all"), 0),
        (path(".also"), 0),
        (path(".wrapper"), usize::MAX),
        (path(".checkouts"), usize::MAX),
    ] {
        // What is not there, or not any more, is nobody's.
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        is_own(&path, &metadata)?;
        is_plain(&path, metadata.file_type())?;
        let entries = WalkDir::new(&path).max_depth(depth).into_iter().flatten();
        let is_known =
            |entry: &DirEntry| is_name_of_this_program(entry) || leads_to_part(entry.path());
        for entry in entries.filter(|entry| !is_known(entry)) {
            is_plain(entry.path(), entry.file_type())?;
        }
    }
    Ok(())
}

/// Whether it is a name by which cargo and its tests call this program.
fn is_name_of_this_program(entry: &DirEntry) -> bool {
    let name = entry.file_name().as_encoded_bytes();
    name.starts_with(b"itcov-") && !entry.path().is_dir()
}

/// Makes a directory that others can only read. One that is there must be the user's.
///
/// # Errors
///
/// If it cannot be made, or belongs to somebody else.
pub fn directory(path: &Path) -> io::Result<()> {
    with_mode(path, 0o755).map(drop)
}

/// Makes a directory for files that are run: nobody else can look into it. If others could, it loses the files that they could
/// write to, which are made anew.
///
/// # Errors
///
/// If it cannot be made, or it or a file in it belongs to somebody else.
pub fn private_directory(path: &Path) -> io::Result<()> {
    if with_mode(path, 0o700)? {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let metadata = fs::symlink_metadata(&path)?;
        is_own(&path, &metadata)?;
        if metadata.is_file() && metadata.mode() & 0o022 != 0 {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Writes a file that nobody else can write to, in the place of another one.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut half = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    half.write_all(bytes)?;
    half.persist(path)?;
    Ok(())
}

/// Whether it had no more than this mode, be it that it was made now. If not, it has now.
fn with_mode(path: &Path, mode: u32) -> io::Result<bool> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        new => return new.map(|()| true),
    }
    let metadata = fs::symlink_metadata(path)?;
    is_own(path, &metadata)?;
    is_plain(path, metadata.file_type())?;
    let before = metadata.mode() & 0o7777;
    let after = before & (0o7700 | mode);
    if after != before {
        fs::set_permissions(path, Permissions::from_mode(after))?;
    }
    Ok(after == before)
}

fn is_own(path: &Path, metadata: &Metadata) -> io::Result<()> {
    let (owner, me) = (metadata.uid(), rustix::process::geteuid().as_raw());
    // What belongs to root was put there by root.
    if owner == me || owner == 0 {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} belongs to the user {owner}, and what is in it would be run; remove it, or build in a directory of your own, \
         for example with CARGO_TARGET_DIR",
        path.harmless()
    )))
}

fn is_plain(path: &Path, kind: FileType) -> io::Result<()> {
    if kind.is_file() || kind.is_dir() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} is a link, a pipe or the like, where itcov keeps files of its own; remove it",
        path.harmless()
    )))
}
