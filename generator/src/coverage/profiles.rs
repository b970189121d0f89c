//! The files of profiles: those that were collected here, or those that were brought from elsewhere.

use std::collections::BTreeSet;
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

use super::built::Built;
use super::count::profile::Profile;
use super::parse::profile;
use super::place::Place;

/// Fewer are not worth the handing over to another thread.
const PROFILES_AT_LEAST: usize = 16;

/// The paths of profiles, at least one.
#[derive(Debug)]
pub struct Profiles {
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
    pub fn merge(&self, built: &Built<'_>, step: &(dyn Fn() + Sync)) -> Result<Merged> {
        let at_once = self.paths.len().div_ceil(rayon::current_num_threads());
        let parts: Vec<_> = self
            .paths
            .par_chunks(at_once.max(PROFILES_AT_LEAST))
            .map(|paths| self.merge_part(paths, built, step))
            .collect();
        let mut merged = Merged::default();
        for part in parts {
            merged.append(part?);
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

    fn merge_part(
        &self,
        paths: &[PathBuf],
        built: &Built<'_>,
        step: &(dyn Fn() + Sync),
    ) -> Result<Merged> {
        let mut merged = Merged::default();
        let mut buffer = vec![];
        for path in paths {
            self.merge_one(path, &mut buffer, built, &mut merged)?;
            step();
        }
        Ok(merged)
    }

    /// Adds a profile, which is read into the `buffer`. It is not mapped, because the program may run and write to it.
    fn merge_one(
        &self,
        path: &Path,
        buffer: &mut Vec<u8>,
        built: &Built<'_>,
        merged: &mut Merged,
    ) -> Result<()> {
        let mut tries = 0..5;
        loop {
            buffer.clear();
            File::open(path)
                .and_then(|mut file| file.read_to_end(buffer))
                .with_context(|| format!("cannot read {}", path.display()))?;
            if buffer.is_empty() {
                merged.empty.push(path.to_owned());
                return Ok(());
            }
            let functions = profile::functions(buffer);
            if functions.is_err() && tries.next().is_some() {
                // A program that is just starting may still be writing its functions, for an instant.
                thread::sleep(Duration::from_millis(20));
                continue;
            }
            let functions = functions.with_context(|| {
                format!(
                    "the profile {} cannot be used; {}",
                    path.display(),
                    self.advice.damaged
                )
            })?;
            if built.has_one(&functions)? {
                for function in &functions {
                    merged.profile.add_function(function);
                }
            } else {
                merged.of_other_builds.push(path.to_owned());
            }
            return Ok(());
        }
    }
}

impl Merged {
    fn append(&mut self, mut later: Self) {
        if self.profile.is_empty() {
            self.profile = later.profile;
        } else {
            self.profile.merge(&later.profile);
        }
        self.empty.append(&mut later.empty);
        self.of_other_builds.append(&mut later.of_other_builds);
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
