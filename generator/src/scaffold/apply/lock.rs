//! One command at a time changes a workspace.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_metadata::camino::Utf8Path;
use llvm_coverage::terminal::harmless;

/// How long to wait in silence.
const PATIENCE: Duration = Duration::from_millis(300);

/// How long to wait between two looks in that time.
const PAUSE: Duration = Duration::from_millis(5);

/// Held from before a workspace is read until it has been changed; given back with the value, or by the system with
/// the process.
///
/// It is an advisory lock on the workspace's directory itself, so it leaves no trace.
pub struct Lock {
    root: PathBuf,
    /// `None` where a directory cannot be locked: there it has to do without.
    file: Option<File>,
    has_waited: bool,
}

impl Lock {
    /// Waits until no other `cargo itcov` is at work in the workspace, and says so when that takes a moment.
    pub fn acquire(root: &Utf8Path) -> Result<Lock> {
        let mut has_waited = false;
        let lock = |file: &File| wait(file, root, &mut has_waited);
        let file = File::open(root).ok().filter(lock);
        let root = root
            .canonicalize()
            .with_context(|| format!("cannot tell where {root} is"))?;
        Ok(Lock {
            root,
            file,
            has_waited,
        })
    }

    /// Whether another has been at work meanwhile, and what was read before is old.
    pub fn has_waited(&self) -> bool {
        self.has_waited
    }

    /// The workspace's directory, without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether others are kept out.
    pub fn is_held(&self) -> bool {
        self.file.is_some()
    }
}

/// Whether the lock was got in the end.
fn wait(file: &File, root: &Utf8Path, has_waited: &mut bool) -> bool {
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return true,
            Err(TryLockError::Error(_)) => return false,
            Err(TryLockError::WouldBlock) if waited >= PATIENCE => break,
            Err(TryLockError::WouldBlock) => {
                *has_waited = true;
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
        }
    }
    let _ = writeln!(
        anstream::stderr(),
        "waiting for another cargo itcov in {}",
        harmless(root.as_str())
    );
    file.lock().is_ok()
}
