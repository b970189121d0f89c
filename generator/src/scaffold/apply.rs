//! Writes a plan to disk: the one module that writes into a user's crate.
//!
//! All new texts are first written and synced beside their targets; only when every one of them is there are they
//! renamed into place, in the plan's order, in which every prefix leaves a crate that builds.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::plan::Plan;

/// Carries the plan out. On an error before the first rename nothing has changed.
pub fn apply(plan: &Plan) -> Result<()> {
    let mut staged = Staged::default();
    for change in plan.changes.iter().filter(|change| !change.is_unchanged()) {
        let path = change.path.as_std_path();
        let on_disk = match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", change.name));
            }
        };
        if on_disk.as_deref() != change.before.as_deref().map(str::as_bytes) {
            bail!(
                "{} changed while the plan was made; nothing was written, run the command again",
                change.name
            );
        }
        let Some(after) = &change.after else {
            staged.removed.push(path.to_path_buf());
            continue;
        };
        staged
            .add(path, after)
            .with_context(|| format!("cannot write {}; nothing was changed", change.path))?;
    }
    staged.commit()
}

/// Files written beside their targets and directories made for them; what is not committed is taken back.
#[derive(Default)]
struct Staged {
    files: Vec<(PathBuf, PathBuf)>,
    directories: Vec<PathBuf>,
    removed: Vec<PathBuf>,
}

impl Staged {
    fn add(&mut self, path: &Path, text: &str) -> Result<()> {
        // A symbolic link stays one: what it leads to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let directory = target.parent().context("a file has a directory")?;
        if !directory.exists() {
            fs::create_dir(directory)?;
            self.directories.push(directory.to_path_buf());
        }
        let name = target
            .file_name()
            .context("a file has a name")?
            .to_string_lossy();
        let beside = directory.join(format!(".{name}.itcov-{}", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside)?;
        self.files.push((beside, target.clone()));
        if let Ok(metadata) = fs::metadata(&target) {
            file.set_permissions(metadata.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(())
    }

    fn commit(mut self) -> Result<()> {
        self.directories.clear();
        while !self.files.is_empty() {
            let (beside, target) = self.files.remove(0);
            if let Err(error) = fs::rename(&beside, &target) {
                let _ = fs::remove_file(&beside);
                return Err(error).with_context(|| {
                    format!(
                        "cannot replace {}: run the command again to complete",
                        target.display()
                    )
                });
            }
            // The rename is on disk once its directory is; where a directory cannot be synced, it comes later.
            if let Some(Ok(directory)) = target.parent().map(File::open) {
                let _ = directory.sync_all();
            }
        }
        for path in self.removed.drain(..) {
            fs::remove_file(&path)?;
            if let Some(directory) = path.parent() {
                let _ = fs::remove_dir(directory);
            }
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for (beside, _) in &self.files {
            let _ = fs::remove_file(beside);
        }
        for directory in self.directories.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
}
