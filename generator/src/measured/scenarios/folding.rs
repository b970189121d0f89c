//! Folding: what is in the profiles of scenarios that have their own is put into the file of scenarios, sparse, and the profiles
//! go. A thousand tests would leave a thousand times what a program knows of its functions.
//!
//! Of each build one profile stays, without counts, among the others: it tells which counters are which. Whoever reads it adds what
//! was folded. An entry is written before its profiles go; if the tool is killed between, the entry counts.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::count::delta::Delta;
use llvm_coverage::count::profile::Profile;
use llvm_coverage::files;
use llvm_coverage::parse::profile;
use llvm_coverage::terminal::Harmless as _;
use tempfile::NamedTempFile;

use super::apart::APART;
use super::log::{self, Entry};
use super::places::Places;
use super::shared::Sharing;
use crate::measured::part::SUITE;
use crate::measured::profiles;

/// The directory of the profiles that stay. No scenario's is called so.
pub(super) const LAYOUT: &str = ".layout";

/// Folds the scenarios of a part whose processes have ended. One with a profile that cannot be understood stays as it is.
///
/// # Errors
///
/// If something cannot be read or written.
pub fn fold(part: &Path) -> Result<()> {
    let cannot = || format!("cannot write to {}", part.harmless());
    let file = part.join(super::FILE);
    let apart = part.join(SUITE).join(APART);
    let entries = log::read(&file).with_context(cannot)?;
    let log = fs::File::options().append(true).open(&file);
    let log = log.with_context(cannot)?;
    let mut number = 0;
    for entry in entries.into_iter().filter(|entry| !entry.is_folded) {
        let Some(directory) = entry.directory.clone() else {
            continue;
        };
        let directory = apart.join(directory);
        let Some(counted) = counts(&directory, &apart).with_context(cannot)? else {
            continue;
        };
        let folded = Entry {
            profiles: counted,
            ran: super::ran(&directory),
            has_loaded: profiles::is_any_of_other_loader(&directory)?,
            sharing: Sharing::noted(&directory),
            is_begun: false,
            is_folded: true,
            ..entry
        };
        log::add(&log, &folded).with_context(cannot)?;
        fs::remove_dir_all(&directory).with_context(cannot)?;
        number += 1;
    }
    log::end(&log, number).with_context(cannot)
}

/// What ran according to the profiles in a directory, by the paths of those that stay; `None` if one is not understood.
fn counts(directory: &Path, apart: &Path) -> Result<Option<Vec<(String, Delta)>>> {
    let mut paths = Vec::new();
    profiles::below(directory, &mut paths)?;
    let mut all = Vec::new();
    for path in paths {
        let bytes = files::read_profile(&path)?;
        let Some(counters) = place(&bytes) else {
            return Ok(None);
        };
        let name = path.file_name().unwrap_or_default();
        let layout = apart.join(LAYOUT).join(name);
        if !stays(&layout, &bytes, &counters)? {
            return Ok(None);
        }
        let name = Path::new(SUITE).join(APART).join(LAYOUT).join(name);
        let delta = Delta::of(&[], &bytes[counters]);
        all.push((name.to_string_lossy().into_owned(), delta));
    }
    Ok(Some(all))
}

/// Where the counters are in a profile.
fn place(bytes: &[u8]) -> Option<Range<usize>> {
    let (offset, number) = profile::counters(&bytes[..bytes.len().min(profile::HEAD)]).ok()?;
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(number.checked_mul(8)?)?;
    let is_understood = end <= bytes.len() && profile::functions(bytes).is_ok();
    is_understood.then_some(start..end)
}

/// Keeps a profile without its counts, or looks whether the one that was kept is of the same build.
fn stays(layout: &Path, bytes: &[u8], counters: &Range<usize>) -> io::Result<bool> {
    let mut empty = bytes.to_vec();
    empty[counters.clone()].fill(0);
    match files::read_profile(layout) {
        // Each process has its addresses of functions in it.
        Ok(known) => {
            let places = [&known[..], bytes].map(Places::of);
            let [Ok(known), Ok(own)] = places else {
                return Ok(false);
            };
            return Ok(known == own);
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    let directory = layout.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut half = NamedTempFile::new_in(directory)?;
    half.write_all(&empty)?;
    half.persist(layout)?;
    Ok(true)
}

/// What was folded of the parts that some profiles are in.
pub struct Folded {
    /// Profiles that were folded, and did not go.
    pub gone: HashSet<PathBuf>,
    /// Those that stay, each with what was folded.
    deltas: BTreeMap<PathBuf, Vec<Delta>>,
    /// The files that do not have all that was folded.
    pub not_whole: BTreeSet<PathBuf>,
}

impl Folded {
    /// Looks for it.
    ///
    /// # Errors
    ///
    /// If a file of scenarios cannot be read.
    pub fn of(paths: &[PathBuf]) -> Result<Folded> {
        let mut folded = Folded {
            gone: HashSet::new(),
            deltas: BTreeMap::new(),
            not_whole: BTreeSet::new(),
        };
        let parts: HashSet<&Path> = paths.iter().filter_map(|it| part_of(it)).collect();
        for part in parts {
            let file = part.join(super::FILE);
            let layout = part.join(SUITE).join(APART).join(LAYOUT);
            let read = log::read_to_end(&file);
            let (entries, has_all) =
                read.with_context(|| format!("cannot read {}", file.harmless()))?;
            if !has_all && paths.iter().any(|it| it.starts_with(&layout)) {
                folded.not_whole.insert(file);
            }
            for entry in entries.into_iter().filter(|entry| entry.is_folded) {
                if let Some(directory) = &entry.directory {
                    let directory = part.join(SUITE).join(APART).join(directory);
                    let left = paths.iter().filter(|it| it.starts_with(&directory));
                    folded.gone.extend(left.cloned());
                }
                for (name, delta) in entry.profiles {
                    folded
                        .deltas
                        .entry(part.join(name))
                        .or_default()
                        .push(delta);
                }
            }
        }
        folded.deltas.retain(|path, _| paths.contains(path));
        Ok(folded)
    }

    /// Adds it, where the profile that stays `counts`.
    ///
    /// # Errors
    ///
    /// If one cannot be read.
    pub fn add(&self, counts: impl Fn(&Path) -> bool, profile: &mut Profile) -> Result<()> {
        for (path, deltas) in self.deltas.iter().filter(|(path, _)| counts(path)) {
            let places = Places::read(path)?;
            for delta in deltas {
                places.add(delta, profile);
            }
        }
        Ok(())
    }
}

/// The directory of the part of a profile that is apart.
fn part_of(profile: &Path) -> Option<&Path> {
    let apart = profile.parent()?.parent()?;
    let suite = apart.parent()?;
    let is_apart = apart.file_name()? == APART && suite.file_name()? == SUITE;
    is_apart.then(|| suite.parent())?
}
