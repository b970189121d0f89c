//! New texts beside their targets, until all of them are there.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use llvm_coverage::files;

use super::leftovers::beside;
use super::sync::sync;
use super::target::{Roots, Target};
use crate::scaffold::change::Change;

/// Files written beside their targets and directories made for them; what is not committed is taken back.
#[derive(Default)]
pub struct StagedChanges<'plan> {
    /// In the plan's order.
    pub steps: Vec<Step<'plan>>,
    /// Directories that were made, the outermost first.
    pub directories: Vec<PathBuf>,
    /// Directories that may be empty because of this run, and the files that say so for as long as it lasts.
    signs: BTreeMap<PathBuf, PathBuf>,
}

/// A change that is ready to be made.
pub struct Step<'plan> {
    pub change: &'plan Change,
    pub target: Target,
    /// The new text; `None` where the file is to go, and once it is in its place.
    pub beside: Option<PathBuf>,
    /// Whether the target is a hard link among others.
    has_other_names: bool,
}

impl<'plan> StagedChanges<'plan> {
    /// Makes a change ready, as far as that can be done without making it.
    pub fn add(&mut self, change: &'plan Change, target: Target, roots: &Roots) -> Result<()> {
        if !is_as_planned(change)? {
            bail!(
                "nothing was changed; run the command again: {} has changed meanwhile",
                change.name
            );
        }
        self.stage(change, target, roots)
            .with_context(|| format!("cannot write {}; nothing was changed", change.path))
    }

    fn stage(&mut self, change: &'plan Change, target: Target, roots: &Roots) -> Result<()> {
        let there = change
            .before
            .as_ref()
            .map(|_| fs::symlink_metadata(target.path()))
            .transpose()?;
        let Some(after) = &change.after else {
            // Whether a file can be removed is a matter of its directory, in which another is made and removed.
            let probe = beside(target.path());
            create(&probe).and_then(|_| fs::remove_file(&probe))?;
            // A link to a directory stays, and so does the directory.
            if change
                .path
                .parent()
                .is_some_and(|parent| !parent.is_symlink())
            {
                // A package's own directory never goes. The outermost first, by which the others are found.
                let stays = |directory: &Path| {
                    roots.are(directory) || directory.join("Cargo.toml").exists()
                };
                let above = target.directory().ancestors();
                let going: Vec<&Path> = above.take_while(|directory| !stays(directory)).collect();
                for directory in going.into_iter().rev() {
                    self.set_sign(directory, roots)?;
                }
            }
            self.steps.push(Step {
                change,
                target,
                beside: None,
                has_other_names: false,
            });
            return Ok(());
        };
        if let Some(there) = &there {
            if there.permissions().readonly() {
                bail!("the file is read-only: make it writable first");
            }
            // A rename does not ask whether the file may be written.
            OpenOptions::new().write(true).open(target.path())?;
        }
        for directory in target.missing() {
            self.set_sign(directory, roots)?;
            match fs::create_dir(directory) {
                Ok(()) => self.directories.push(directory.clone()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
        }
        let waiting = beside(target.path());
        let mut file = create_as(&waiting, change.executable)?;
        self.steps.push(Step {
            change,
            target,
            beside: Some(waiting),
            has_other_names: there.as_ref().is_some_and(has_other_names),
        });
        if let Some(there) = &there {
            // Before the text is in it, which may be private.
            keep_owner(&file, there);
            file.set_permissions(there.permissions())?;
        }
        file.write_all(after.as_bytes())?;
        Ok(())
    }

    /// Sees to it that all new texts are on the disk.
    pub fn sync(&self) -> Result<()> {
        let waiting = self.steps.iter().filter_map(|step| step.beside.clone());
        sync(&waiting.collect::<Vec<_>>()).context("nothing was changed")
    }

    /// From here until the end of this run, the directory may be empty because of it.
    fn set_sign(&mut self, directory: &Path, roots: &Roots) -> Result<()> {
        if !roots.are(directory) && !self.signs.contains_key(directory) {
            let sign = beside(directory);
            create(&sign)?;
            self.signs.insert(directory.to_owned(), sign);
        }
        Ok(())
    }

    /// The files that have other names, which will keep the old text: a rename makes a new file.
    pub fn other_names(&self) -> Vec<&'plan str> {
        let doubled = self.steps.iter().filter(|step| step.has_other_names);
        doubled.map(|step| step.change.name.as_str()).collect()
    }
}

impl Drop for StagedChanges<'_> {
    fn drop(&mut self) {
        for beside in self.steps.iter().filter_map(|step| step.beside.as_ref()) {
            let _ = fs::remove_file(beside);
        }
        // One that has got its file stays, because it is not empty.
        for directory in self.directories.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
        // Those further down first: their signs are in the others.
        for (directory, sign) in self.signs.iter().rev() {
            // If it ought to go and does not, the next run tries again.
            let is_settled = match fs::remove_dir(directory) {
                Ok(()) => true,
                Err(error) => matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty
                ),
            };
            if is_settled {
                let _ = fs::remove_file(sign);
            }
        }
    }
}

/// Whether the file is what it was when the plan was made.
pub fn is_as_planned(change: &Change) -> Result<bool> {
    let on_disk = match files::read(change.path.as_std_path(), files::TEXT) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", change.name)),
    };
    Ok(on_disk.as_deref() == change.before.as_deref().map(str::as_bytes))
}

fn create(path: &Path) -> std::io::Result<File> {
    create_as(path, false)
}

/// Whether an executable file is one for others too, the user's mask says. Elsewhere than on Unix there is no such bit.
#[cfg_attr(not(unix), allow(unused_variables))]
fn create_as(path: &Path, executable: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if executable {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o777);
    }
    options.open(path)
}

/// As far as the user may: the owner is root's to give, the group that of its members.
#[cfg(unix)]
fn keep_owner(file: &File, target: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let Ok(new) = file.metadata() else { return };
    if new.uid() != target.uid() && fchown(file, Some(target.uid()), Some(target.gid())).is_ok() {
        return;
    }
    if new.gid() != target.gid() {
        let _ = fchown(file, None, Some(target.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

#[cfg(unix)]
fn has_other_names(target: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(target) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}
