//! A file that is written beside its place, and put there once it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// What was written and is not in its place yet. Dropped, it is gone.
pub struct Staged {
    /// Where it is; `None` if it is in its place already.
    beside: Option<PathBuf>,
    target: PathBuf,
    named: PathBuf,
}

/// Writes what is to be at `path`. What is there and is no file, such as `/dev/null` or a pipe, is written to at
/// once. Directories are not made: a path that was mistyped is said.
pub fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Staged> {
    let cannot = || format!("cannot write {}", path.display());
    // What a link leads to is written, and the link stays.
    let target = path.canonicalize().unwrap_or_else(|_| path.into());
    let there = fs::metadata(&target).ok();
    let directory = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    if there.as_ref().is_some_and(fs::Metadata::is_dir) {
        bail!("{}: it is a directory; name a file in it", cannot());
    }
    if !directory.is_dir() {
        let directory = directory.display();
        bail!(
            "{}: there is no directory {directory}; create it, or name another file",
            cannot()
        );
    }
    let mut staged = Staged {
        beside: None,
        target: target.clone(),
        named: path.into(),
    };
    let file = if there.as_ref().is_none_or(fs::Metadata::is_file) {
        let (beside, file) = create_beside(directory, &target).with_context(cannot)?;
        staged.beside = Some(beside);
        if let Some(there) = &there {
            file.set_permissions(there.permissions())
                .with_context(cannot)?;
        }
        file
    } else {
        OpenOptions::new()
            .write(true)
            .open(&target)
            .with_context(cannot)?
    };
    let mut file = BufWriter::new(file);
    write(&mut file)
        .and_then(|()| file.flush())
        .with_context(cannot)?;
    Ok(staged)
}

/// A new file with a name that nobody else has.
fn create_beside(directory: &Path, target: &Path) -> io::Result<(PathBuf, File)> {
    let name = target.file_name().unwrap_or_default().display().to_string();
    for number in 0.. {
        let path = directory.join(format!(".{name}.{}-{number}", std::process::id()));
        match File::create_new(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (path, file)),
        }
    }
    unreachable!("a directory has fewer entries than there are numbers")
}

impl Staged {
    /// Puts it into its place.
    pub fn keep(mut self) -> Result<()> {
        if let Some(beside) = &self.beside {
            fs::rename(beside, &self.target)
                .with_context(|| format!("cannot write {}", self.named.display()))?;
            self.beside = None;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // Where it cannot be removed there is nothing else to do about it, and an error is on its way.
            let _ = fs::remove_file(beside);
        }
    }
}
