//! Making sure that what was written is on the disk.

use llvm_coverage::terminal::Harmless as _;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// How many are synced one after the other.
const FEW: usize = 8;

/// How many are synced at once, if there are more.
const AT_ONCE: usize = 32;

/// Syncs files and directories. Where there are many, many wait at once: a journaling file system serves all who wait by
/// one write.
pub fn sync(paths: &[PathBuf]) -> Result<()> {
    if paths.len() <= FEW {
        return paths.iter().try_for_each(|path| sync_one(path));
    }
    let share = paths.len().div_ceil(AT_ONCE);
    std::thread::scope(|scope| {
        let threads: Vec<_> = paths
            .chunks(share)
            .map(|paths| scope.spawn(|| paths.iter().try_for_each(|path| sync_one(path))))
            .collect();
        threads.into_iter().try_for_each(|thread| {
            let outcome = thread.join();
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })
}

fn sync_one(path: &Path) -> Result<()> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    let is_directory = || path.is_dir();
    match synced {
        Err(error) if may_come_later(&error) && (is_directory() || !path.exists()) => Ok(()),
        synced => synced.with_context(|| format!("cannot sync {}", path.harmless())),
    }
}

/// Not every file system can sync a directory, nor may every user list it: there it comes by itself, later. Nor is every
/// directory still there.
fn may_come_later(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidInput
            | ErrorKind::Unsupported
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
    )
}
