//! The files of profiles: those that were collected here, or those that were brought from elsewhere.

use std::collections::BTreeSet;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use llvm_coverage::profiles::{self, Merged};
use llvm_coverage::{BuiltFunctions, Error};

use super::advice::{rebuild, with_advice};
use super::place::Place;

/// The paths of profiles, at least one.
#[derive(Debug)]
pub struct Profiles<'a> {
    place: &'a Place,
    paths: Vec<PathBuf>,
    /// What to do about them.
    advice: Advice,
}

#[derive(Debug)]
struct Advice {
    /// If one is damaged, or is something else.
    damaged: String,
    /// If all are empty: the whole message.
    empty: String,
    /// If one is of another build.
    other_build: String,
}

impl<'a> Profiles<'a> {
    /// Those that the recipes have collected at the `place`.
    ///
    /// # Errors
    ///
    /// If nothing has run, saying what to type next.
    pub fn collected(place: &'a Place) -> Result<Self> {
        let directory = &place.directory;
        let mut paths = vec![];
        for entry in fs::read_dir(directory)? {
            paths.push(entry?.path());
        }
        paths.retain(|path| is_profile(path) && path.is_file());
        paths.sort();
        let (run, clean) = (place.recipe("itcov"), place.recipe("itcov-clean"));
        if paths.is_empty() {
            bail!(
                "the program has not run yet: {} has no profile; type {run}, {} with a program that uses it, \
                 or {} with another one in its place",
                directory.display(),
                place.recipe("itcov-suite CMD"),
                place.recipe("itcov-exec CMD")
            );
        }
        Ok(Self {
            place,
            paths,
            advice: Advice {
                damaged: format!("type {clean} to forget it"),
                empty: format!(
                    "every profile in {} is empty, as on a full disk; make room, then type {run}",
                    directory.display()
                ),
                other_build: format!("type {clean}, then run the program again"),
            },
        })
    }

    /// Those that were brought here: each of `named` is one, or a directory that has some at any depth. None
    /// counts twice.
    ///
    /// # Errors
    ///
    /// If one is not there, or is a directory without a profile.
    pub fn named(named: &[PathBuf], place: &'a Place) -> Result<Self> {
        let mut paths = vec![];
        let mut seen = BTreeSet::new();
        for path in named {
            let mut found = vec![];
            match fs::metadata(path) {
                Ok(file) if file.is_dir() => {
                    below(path, &mut found)
                        .with_context(|| format!("cannot read {}", path.display()))?;
                    found.sort();
                }
                // Some devices never end.
                Ok(file) if is_device(file.file_type()) => {
                    bail!("{} is a device, and not a profile", path.display())
                }
                Ok(_) => found.push(path.clone()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    bail!("there is no {}", path.display());
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot read {}", path.display()));
                }
            }
            if found.is_empty() {
                bail!(
                    "{} has no profile: no file in it ends in .profraw",
                    path.display()
                );
            }
            // In the directory no link was followed, so nothing else needs to be.
            let root = path.canonicalize()?;
            for profile in found {
                let below = profile.strip_prefix(path).unwrap_or(&profile);
                if seen.insert(root.join(below)) {
                    paths.push(profile);
                }
            }
        }
        Ok(Self {
            place,
            paths,
            advice: Advice {
                damaged: "bring it back once more, or leave it out".into(),
                empty: "every profile is empty, as on a full disk; make room there, then run the program again"
                    .into(),
                other_build: format!(
                    "run the program that {} has built, and bring its profile",
                    place.recipe("itcov-build")
                ),
            },
        })
    }

    /// What to do about counts of another build.
    pub fn advice_on_other_builds(&self) -> &str {
        &self.advice.other_build
    }

    /// How many there are.
    pub fn number(&self) -> usize {
        self.paths.len()
    }

    /// Reads those that have a function that was `built`. The counts add up. After each it takes a `step`.
    ///
    /// # Errors
    ///
    /// If a profile cannot be read, is damaged, or none has counts of this build.
    pub fn merge(&self, built: &BuiltFunctions<'_>, step: &(dyn Fn() + Sync)) -> Result<Merged> {
        profiles::merge(&self.paths, built, step).map_err(|error| match error {
            Error::MalformedProfile { .. } => with_advice(&error, &self.advice.damaged),
            Error::EmptyProfiles => anyhow!("{}", self.advice.empty),
            Error::OtherBuild { .. } => with_advice(&error, &self.advice.other_build),
            error => rebuild(error, self.place),
        })
    }
}

#[cfg(unix)]
fn is_device(file: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    file.is_char_device() || file.is_block_device()
}

#[cfg(not(unix))]
fn is_device(_: FileType) -> bool {
    false
}

fn is_profile(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "profraw")
}

/// Adds the profiles below `directory` to `found`. A link in it is not followed.
fn below(directory: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() {
            below(&path, found)?;
        } else if kind.is_file() && is_profile(&path) {
            found.push(path);
        }
    }
    Ok(())
}
