//! The profiles that programs have written: read, checked against what was built, and added up.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::count::profile::Profile;
use crate::error::Error;
use crate::files;
use crate::objects::BuiltFunctions;
use crate::parallel;
use crate::parse::{Malformed, profile};

/// Fewer are not worth the handing over to another thread.
const PROFILES_AT_LEAST: usize = 16;

/// The profiles of one build as one, and the files that are not part of it.
#[derive(Debug, Default)]
pub struct Merged {
    /// The sum of their counts.
    pub profile: Profile,
    /// Files without a byte: on a full disk, a program goes on and leaves such a file.
    pub empty: Vec<PathBuf>,
    /// Profiles whose end is missing: of processes that were killed while they made them, or copies that were cut off.
    pub cut_off: Vec<PathBuf>,
    /// Profiles that carry the identifier of another build, or have no function of this one. They do not count, as counts
    /// belong to the build that made them.
    pub of_other_builds: Vec<PathBuf>,
}

/// Adds up the raw profiles at `paths` that have one of the `built` functions and do not carry the identifier of another
/// build. They are read in parallel, and `step`
/// is called after each, on any thread. The result does not depend on the number of threads.
///
/// The programs may still be running.
///
/// # Errors
///
/// If a profile cannot be read ([`Error::ReadProfile`], [`Error::MalformedProfile`]), none has a byte
/// ([`Error::EmptyProfiles`]), none is of this build ([`Error::OtherBuild`]) or whole; and those of
/// [`BuiltFunctions::has_any`]. Of several errors it is that of the first path.
pub fn merge(
    paths: &[PathBuf],
    built: &BuiltFunctions<'_>,
    step: &(dyn Fn() + Sync),
) -> Result<Merged, Error> {
    let at_once = paths.len().div_ceil(parallel::threads());
    let parts: Vec<&[PathBuf]> = paths.chunks(at_once.max(PROFILES_AT_LEAST)).collect();
    let parts = parallel::map(&parts, 1, &|paths| merge_part(paths, built, step));
    let mut merged = Merged::default();
    for part in parts {
        merged.append(part?);
    }
    if merged.empty.len() == paths.len() {
        return Err(Error::EmptyProfiles);
    }
    let left_out = merged.empty.len() + merged.cut_off.len() + merged.of_other_builds.len();
    if left_out < paths.len() {
        return Ok(merged);
    }
    Err(match merged.of_other_builds.first() {
        Some(other) => Error::OtherBuild {
            path: other.clone(),
        },
        None => merged.cut_off(),
    })
}

fn merge_part(
    paths: &[PathBuf],
    built: &BuiltFunctions<'_>,
    step: &(dyn Fn() + Sync),
) -> Result<Merged, Error> {
    let mut merged = Merged::default();
    let mut buffer = vec![];
    for path in paths {
        merged.add(path, &mut buffer, built)?;
        step();
    }
    Ok(merged)
}

impl Merged {
    /// The files that are not part of it.
    pub fn left_out(&self) -> HashSet<PathBuf> {
        let all = [&self.empty, &self.cut_off, &self.of_other_builds];
        all.into_iter().flatten().cloned().collect()
    }

    /// The error of the first profile that was cut off, for who does not leave it out.
    pub fn cut_off(&self) -> Error {
        Error::MalformedProfile {
            path: self.cut_off.first().cloned().unwrap_or_default(),
            source: Malformed::ENDS_EARLY,
        }
    }

    /// Adds a profile, which is read into the `buffer`. It is not mapped, because the program may run and write to it.
    fn add(
        &mut self,
        path: &Path,
        buffer: &mut Vec<u8>,
        built: &BuiltFunctions<'_>,
    ) -> Result<(), Error> {
        let mut tries = 0..5;
        loop {
            files::read_profile_into(path, buffer).map_err(|source| Error::ReadProfile {
                path: path.to_owned(),
                source,
            })?;
            if buffer.is_empty() {
                self.empty.push(path.to_owned());
                return Ok(());
            }
            let read = profile::functions(buffer)
                .and_then(|functions| Ok((functions, profile::build_ids(buffer)?)));
            if read.is_err() && tries.next().is_some() {
                // A program that is just starting may still be writing its functions, for an instant.
                thread::sleep(Duration::from_millis(20));
                continue;
            }
            if read.is_err() && profile::is_cut_off(buffer, buffer.len() as u64) {
                self.cut_off.push(path.to_owned());
                return Ok(());
            }
            let (functions, builds) = read.map_err(|source| Error::MalformedProfile {
                path: path.to_owned(),
                source,
            })?;
            if built.has_any(&functions)? && !built.are_others(&builds)? {
                for function in &functions {
                    self.profile.add_function(function);
                }
            } else {
                self.of_other_builds.push(path.to_owned());
            }
            return Ok(());
        }
    }

    fn append(&mut self, mut later: Self) {
        if self.profile.is_empty() {
            self.profile = later.profile;
        } else {
            self.profile.merge(&later.profile);
        }
        self.empty.append(&mut later.empty);
        self.cut_off.append(&mut later.cut_off);
        self.of_other_builds.append(&mut later.of_other_builds);
    }
}
