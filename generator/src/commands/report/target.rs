//! The file that a path leads to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// More links than a system follows.
const LINKS: usize = 64;

/// The file that is written where a path is given: what links lead to, also where that is not there yet, as a shell's `>`
/// does it. What cannot be found stays as it was typed.
///
/// # Errors
///
/// If links lead in a circle.
pub fn of(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    // A pipe of a shell, such as `>(gzip)`, is at no path but this one.
    if fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir()) {
        return Ok(target);
    }
    for _ in 0..LINKS {
        if let Ok(there) = target.canonicalize() {
            return Ok(there);
        }
        let directory = directory(&target);
        let Ok(goal) = fs::read_link(&target) else {
            let real = directory.canonicalize().ok().filter(|it| it.is_dir());
            return Ok(match real.zip(target.file_name()) {
                Some((directory, name)) => directory.join(name),
                None => target,
            });
        };
        target = target.parent().unwrap_or(Path::new("")).join(goal);
    }
    Err(io::Error::other(
        "its links lead in a circle; name another file",
    ))
}

/// The directory of a file.
pub fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}
