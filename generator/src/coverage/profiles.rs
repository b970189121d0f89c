//! The files of profiles: those that were collected here, or those that were brought from elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::count::profile::{Lookup, Profile};
use super::parse::Malformed;
use super::parse::mapping::FunctionMapping;
use super::parse::profile;
use super::place::Place;

/// The paths of profiles, at least one.
#[derive(Debug)]
pub struct Profiles {
    paths: Vec<PathBuf>,
    /// What to do about them.
    advice: Advice,
}

#[derive(Debug)]
struct Advice {
    /// If one is damaged.
    damaged: String,
    /// If all are empty: the whole message.
    empty: String,
    /// If one is of another build.
    other_build: String,
}

/// The profiles of one build as one, and the files that are not part of it.
#[derive(Debug, Default)]
pub struct Merged {
    /// Their counts.
    pub profile: Profile,
    /// On a full disk, a program goes on and leaves such a file.
    pub empty: Vec<PathBuf>,
    /// They have no function of this build.
    pub of_other_builds: Vec<PathBuf>,
}

impl Profiles {
    /// Those that the recipes have collected at the `place`.
    ///
    /// # Errors
    ///
    /// If nothing has run, saying what to type next.
    pub fn collected(place: &Place) -> Result<Self> {
        let directory = &place.directory;
        let mut paths = vec![];
        for entry in fs::read_dir(directory)? {
            paths.push(entry?.path());
        }
        paths.retain(|path| is_profile(path));
        paths.sort();
        let (run, clean) = (place.recipe("itcov"), place.recipe("itcov-clean"));
        if paths.is_empty() {
            bail!(
                "the program has not run yet: {} has no profile; type {run}",
                directory.display()
            );
        }
        Ok(Self {
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
    pub fn named(named: &[PathBuf], place: &Place) -> Result<Self> {
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
            for profile in found {
                if seen.insert(profile.canonicalize()?) {
                    paths.push(profile);
                }
            }
        }
        Ok(Self {
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

    /// Reads those that are of the build with these `mappings`. The counts add up.
    ///
    /// # Errors
    ///
    /// If a profile cannot be read, is damaged, or none has counts of this build.
    pub fn merge(&self, mappings: &[FunctionMapping]) -> Result<Merged> {
        let mut merged = Merged::default();
        for path in &self.paths {
            let Some(profile) = read(path)? else {
                merged.empty.push(path.clone());
                continue;
            };
            let profile = profile.with_context(|| {
                format!(
                    "the profile {} is damaged; {}",
                    path.display(),
                    self.advice.damaged
                )
            })?;
            let matches = |function: &FunctionMapping| {
                let found = profile.find(function.name_hash, function.hash);
                matches!(found, Lookup::Counts(_))
            };
            if mappings.iter().any(matches) {
                merged.profile.merge(&profile);
            } else {
                merged.of_other_builds.push(path.clone());
            }
        }
        if merged.empty.len() == self.paths.len() {
            bail!("{}", self.advice.empty);
        }
        if let Some(other) = merged.of_other_builds.first()
            && merged.empty.len() + merged.of_other_builds.len() == self.paths.len()
        {
            bail!(
                "no profile is of this build, {} is of another one, and counts belong to the build that made them; {}",
                other.display(),
                self.advice.other_build
            );
        }
        Ok(merged)
    }
}

fn is_profile(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "profraw")
}

/// The profile in a file that is not empty. A program that is just starting may still be writing it, for an instant.
fn read(path: &Path) -> Result<Option<Result<Profile, Malformed>>> {
    let mut tries = 0..5;
    loop {
        let file = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let parsed = profile::parse(&file);
        if parsed.is_ok() || file.is_empty() || tries.next().is_none() {
            return Ok((!file.is_empty()).then_some(parsed));
        }
        thread::sleep(Duration::from_millis(20));
    }
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
