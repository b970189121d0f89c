//! Files that are written beside their places, and put there once all are whole: all of them, or none.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use tempfile::{Builder, TempPath};

use super::target;
use llvm_coverage::terminal::Harmless as _;

/// How the names of files begin that are not in their places yet. The number of the process follows. The digits are there so that
/// nobody has a file with such a name by chance: it would be removed.
const PREFIX: &str = ".itcov-3f9c1e7ab2d4-";

fn prefix() -> String {
    format!("{PREFIX}{}-", std::process::id())
}

/// Removes what reports have left in a directory that were killed while they wrote.
fn clear(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(process_of);
        let has_gone = process.is_some_and(|it| test_kill_process(it) == Err(Errno::SRCH));
        if has_gone && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The process that a file waits for to be put into its place.
fn process_of(name: &str) -> Option<Pid> {
    let (process, _) = name.strip_prefix(PREFIX)?.split_once('-')?;
    Pid::from_raw(process.parse().ok()?)
}

/// What was written and is not in its place yet. Dropped, it is gone.
pub struct StagedReport {
    /// Where it is; `None` if it is in its place already.
    new: Option<TempPath>,
    target: PathBuf,
    named: PathBuf,
    /// Nothing can be made in the directory of the target, only the target can be written to.
    is_fixed: bool,
}

/// Writes what is to be at `path`. What is there and is no file, such as `/dev/null` or a pipe, is written to at
/// once. Directories are not made: a path that was mistyped is said.
pub fn write(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<StagedReport> {
    let cannot = || format!("cannot write {}", path.harmless());
    let target = target::of(path).with_context(cannot)?;
    let directory = target::directory(&target);
    let there = fs::metadata(&target).ok();
    if there.as_ref().is_some_and(fs::Metadata::is_dir) {
        bail!("{}: it is a directory; name a file in it", cannot());
    }
    if !directory.is_dir() {
        let directory = directory.harmless();
        bail!(
            "{}: there is no directory {directory}; create it, or name another file",
            cannot()
        );
    }
    clear(directory);
    let mut staged = StagedReport {
        new: None,
        target: target.clone(),
        named: path.into(),
        is_fixed: false,
    };
    let file = if there.as_ref().is_none_or(fs::Metadata::is_file) {
        let (file, new) = match create_in(directory) {
            Err(error) if there.is_some() && is_forbidden(&error) => {
                OpenOptions::new()
                    .append(true)
                    .open(&target)
                    .with_context(cannot)?;
                staged.is_fixed = true;
                create_in(&std::env::temp_dir()).with_context(cannot)?
            }
            created => created.with_context(cannot)?,
        };
        staged.new = Some(new);
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

/// A new file with a name that nobody else has, for whomever the user's mask says.
fn create_in(directory: &Path) -> io::Result<(File, TempPath)> {
    let mut builder = Builder::new();
    let prefix = prefix();
    builder.prefix(&prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    Ok(builder.tempfile_in(directory)?.into_parts())
}

fn is_forbidden(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
}

/// Files that are in their places. Dropped without [`Placed::keep`], they are taken back, and what was there before is
/// there again.
#[derive(Default)]
pub struct Placed(Vec<Before>);

/// What was in a place before.
struct Before {
    target: PathBuf,
    /// Where it is now; `None` where there was nothing.
    old: Option<TempPath>,
    /// The file itself was written to, and not replaced.
    is_same: bool,
}

impl Placed {
    /// Puts a file into its place.
    pub fn add(&mut self, staged: StagedReport) -> Result<()> {
        let cannot = format!("cannot write {}", staged.named.harmless());
        self.put(staged).context(cannot)
    }

    fn put(&mut self, staged: StagedReport) -> io::Result<()> {
        let StagedReport {
            new: Some(new),
            target,
            is_fixed,
            ..
        } = staged
        else {
            return Ok(());
        };
        if is_fixed {
            return self.write_to(target, &new);
        }
        let old = target
            .symlink_metadata()
            .is_ok()
            .then(|| kept(&target))
            .transpose()?;
        match new.persist(&target) {
            Ok(()) => {
                let is_same = false;
                let before = Before {
                    target,
                    old,
                    is_same,
                };
                self.0.push(before);
                Ok(())
            }
            // It is where something is mounted, as a file of the host in a container.
            Err(error) if error.error.kind() == ErrorKind::ResourceBusy => {
                self.write_to(target, &error.path)
            }
            Err(error) => Err(error.error),
        }
    }

    /// Writes to what is there, of which a copy is kept.
    fn write_to(&mut self, target: PathBuf, new: &Path) -> io::Result<()> {
        let old = Some(copied(&target, &std::env::temp_dir())?);
        let is_same = true;
        let copy = copy(new, &target);
        self.0.push(Before {
            target,
            old,
            is_same,
        });
        copy
    }

    /// They stay.
    pub fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        for before in self.0.drain(..).rev() {
            let Before {
                target,
                old,
                is_same,
            } = before;
            // An error is on its way, and there is nothing else to do about this one.
            let _ = match old {
                None => fs::remove_file(&target),
                Some(old) if is_same => copy(&old, &target),
                Some(old) => old.persist(&target).map_err(Into::into),
            };
        }
    }
}

/// The file under another name beside it, until it is clear that it is not needed any more: a link to it, or a copy where
/// there are no links.
fn kept(target: &Path) -> io::Result<TempPath> {
    let directory = target::directory(target);
    let link = Builder::new()
        .prefix(&prefix())
        .make_in(directory, |path| fs::hard_link(target, path));
    match link {
        Ok(link) => Ok(link.into_temp_path()),
        Err(_) => copied(target, directory),
    }
}

fn copied(target: &Path, directory: &Path) -> io::Result<TempPath> {
    let (mut file, path) = create_in(directory)?;
    let mut from = File::open(target)?;
    file.set_permissions(from.metadata()?.permissions())?;
    io::copy(&mut from, &mut file)?;
    Ok(path)
}

/// Writes what is in one file to another, which stays the same file.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    let mut to = OpenOptions::new().write(true).truncate(true).open(to)?;
    io::copy(&mut from, &mut to).map(drop)
}
