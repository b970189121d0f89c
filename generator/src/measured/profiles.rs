//! The files of profiles: those that were collected here, or those that were brought from elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, FileType};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use llvm_coverage::parse::profile;
use llvm_coverage::profiles::{self, Merged};
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::{BuiltFunctions, Error, files};
use walkdir::{DirEntry, WalkDir};

use super::advice::{rebuild, with_advice};
use super::scenarios::Folded;
use crate::build::linked::{OtherLoader, other_loader};

/// How much of a profile tells how long it is.
const HEAD: u64 = 160;

/// The paths of profiles.
#[derive(Debug)]
pub struct Profiles {
    paths: Vec<PathBuf>,
    /// Files that were named and do not count: they are of shared libraries that only tests or build scripts had loaded.
    of_other_loaders: Vec<PathBuf>,
    /// Whether they are those of a run.
    is_collected: bool,
    /// What to do about them.
    advice: Advice,
}

#[derive(Debug, Clone, Copy)]
struct Advice {
    /// If there is none: the whole message.
    none: &'static str,
    /// If one is damaged, or is something else.
    damaged: &'static str,
    /// If all are empty: the whole message.
    empty: &'static str,
    /// If one is of another build.
    other_build: &'static str,
}

impl Profiles {
    /// Those of a run.
    pub fn collected(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            of_other_loaders: Vec::new(),
            is_collected: true,
            advice: Advice {
                none: "the program has not run: there is no profile; type `cargo itcov run`",
                damaged: "type `cargo itcov clean`, then run the program again",
                empty: "every profile is empty, as on a full disk; make room, then run the program again",
                other_build: "run the program again",
            },
        }
    }

    /// Those that were brought here: each of `named` is one, or a directory that has some at any depth. None
    /// counts twice. As in a run, those of shared libraries that only tests or build scripts had loaded do not count.
    ///
    /// # Errors
    ///
    /// If one is not there, or is a directory without a profile, or none is of a program.
    pub fn named(named: &[PathBuf]) -> Result<Self> {
        let (mut paths, mut of_other_loaders) = (vec![], vec![]);
        let mut seen = BTreeSet::new();
        for path in named {
            let mut found = vec![];
            match fs::metadata(path) {
                Ok(file) if file.is_dir() => {
                    // Whoever reads it says what is no file.
                    walk(path, &mut found, true, |it| !it.file_type().is_dir())?;
                }
                // Some devices never end.
                Ok(file) if is_device(file.file_type()) => {
                    bail!(
                        "{} is a device and no profile: name a file or directory",
                        path.harmless()
                    )
                }
                Ok(_) => found.push(path.clone()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    bail!(
                        "{} does not exist: name a profile, or a directory that has some",
                        path.harmless()
                    );
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot read {}", path.harmless()));
                }
            }
            if found.is_empty() {
                bail!(
                    "{} has no profile: no file in it ends in .profraw",
                    path.harmless()
                );
            }
            for profile in found {
                let real = profile.canonicalize();
                let real = real.with_context(|| format!("cannot read {}", profile.harmless()))?;
                // A link to a file that is called by its content has the name itself.
                let is_of_other_loader = [&profile, &real].map(|it| other_loader(it).is_some());
                let is_of_other_loader = is_of_other_loader.contains(&true);
                // What a program and a test have done alike is one file there.
                if !seen.insert((real, is_of_other_loader)) {
                    continue;
                }
                match (is_of_other_loader, profile == *path) {
                    (false, _) => paths.push(profile),
                    (true, true) => of_other_loaders.push(profile),
                    // Runs have some beside those of the program.
                    (true, false) => {}
                }
            }
        }
        if paths.is_empty() {
            bail!(
                "none of the profiles is of a program: they are of shared libraries that tests or build scripts had loaded; name \
                 those of the program"
            );
        }
        Ok(Self {
            paths,
            of_other_loaders,
            is_collected: false,
            advice: Advice {
                none: "none of the profiles is of this program: name those of the program that `cargo itcov build` has built",
                damaged: "copy it again, or leave it out",
                empty: "every profile is empty, as on a full disk; make room there, then run the program again",
                other_build: "run the program that `cargo itcov build` has built, and copy its profile",
            },
        })
    }

    /// These and others.
    #[must_use]
    pub fn with(&self, others: &[PathBuf]) -> Self {
        Self {
            paths: self.paths.iter().chain(others).cloned().collect(),
            of_other_loaders: self.of_other_loaders.clone(),
            is_collected: self.is_collected,
            advice: self.advice,
        }
    }

    /// Files that were named and do not count, as no program had loaded the shared library that they are of.
    pub fn of_other_loaders(&self) -> &[PathBuf] {
        &self.of_other_loaders
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The files, for a choice of them.
    pub fn paths_mut(&mut self) -> &mut Vec<PathBuf> {
        &mut self.paths
    }

    /// What to do to get profiles of another build.
    pub fn how_to_get_others(&self) -> &'static str {
        self.advice.other_build
    }

    /// How many there are.
    pub fn number(&self) -> usize {
        self.paths.len()
    }

    /// The files of scenarios that do not have all that was folded of the profiles, or are not there.
    ///
    /// # Errors
    ///
    /// If one cannot be read.
    pub fn not_whole(&self) -> Result<BTreeSet<PathBuf>> {
        Ok(Folded::of(&self.paths)?.not_whole)
    }

    /// Reads those that have a function that was `built`. The counts add up. After each it takes a `step`.
    ///
    /// # Errors
    ///
    /// If there is no profile, one cannot be read or is damaged, or none has counts of this build.
    pub fn merge(&self, built: &BuiltFunctions<'_>, step: &(dyn Fn() + Sync)) -> Result<Merged> {
        if self.paths.is_empty() {
            bail!("{}", self.advice.none);
        }
        let folded = Folded::of(&self.paths)?;
        let paths = self.paths.iter().filter(|it| !folded.gone.contains(*it));
        let paths: Vec<PathBuf> = paths.cloned().collect();
        let merged = profiles::merge(&paths, built, step);
        // A copy of a profile can be made again.
        let merged = merged.and_then(|merged| {
            if self.is_collected || merged.cut_off.is_empty() {
                Ok(merged)
            } else {
                Err(merged.cut_off())
            }
        });
        let merged = merged.map_err(|error| match error {
            Error::MalformedProfile { .. } => with_advice(&error, self.advice.damaged),
            Error::EmptyProfiles => anyhow!("{}", self.advice.empty),
            Error::OtherBuild { .. } => with_advice(&error, self.advice.other_build),
            error => rebuild(error),
        });
        let mut merged = merged?;
        let left_out = merged.left_out();
        folded.add(|path| !left_out.contains(path), &mut merged.profile)?;
        Ok(merged)
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

/// Those of runs have an ending of their own, as suites remove what other tools have left, such as all `*.profraw`.
fn is_profile(path: &Path) -> bool {
    let ending = path.extension();
    ending.is_some_and(|it| it == "profraw" || it == "itcov")
}

/// Adds the profiles below `directory` to `found`, in the order of their names; none if there is no such directory. A link in it is not
/// followed. Those of shared libraries that only tests or build scripts had loaded are none: that was not the program's work.
pub fn below(directory: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    below_of(directory, found, None)
}

/// Adds those of shared libraries that tests had loaded.
pub fn below_of_tests(directory: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    below_of(directory, found, Some(OtherLoader::Test))
}

/// Whether there is one of a shared library that only tests or build scripts had loaded, and of which something may have run.
pub fn is_any_of_other_loader(directory: &Path) -> Result<bool> {
    let mut all = all_below(directory)?;
    all.retain(|it| other_loader(it).is_some());
    Ok(all.iter().any(|it| may_have_run(it)))
}

/// All profiles below a directory, whoever had loaded what they are of.
pub fn all_below(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    walk(directory, &mut all, false, is_file)?;
    Ok(all)
}

/// The profiles below a directory by the identifier of the build that each carries, if it does and can be read.
pub fn by_build(directory: &Path) -> Result<BTreeMap<Option<Vec<u8>>, Vec<PathBuf>>> {
    let mut all = Vec::new();
    below(directory, &mut all)?;
    let mut by_build: BTreeMap<_, Vec<PathBuf>> = BTreeMap::new();
    for path in all {
        let bytes = files::read_profile(&path).ok();
        let builds = bytes.as_deref().and_then(|it| profile::build_ids(it).ok());
        let build = builds.and_then(|it| it.first().map(|it| it.to_vec()));
        by_build.entry(build).or_default().push(path);
    }
    Ok(by_build)
}

/// Whether it has a count, or cannot be understood.
pub fn may_have_run(profile: &Path) -> bool {
    let bytes = files::read_profile(profile).ok();
    let functions = bytes.as_deref().and_then(|it| profile::functions(it).ok());
    functions.is_none_or(|all| all.iter().any(|it| it.counts().any(|count| count > 0)))
}

fn below_of(directory: &Path, found: &mut Vec<PathBuf>, loader: Option<OtherLoader>) -> Result<()> {
    let mut all = Vec::new();
    walk(directory, &mut all, false, is_file)?;
    found.extend(all.into_iter().filter(|it| other_loader(it) == loader));
    Ok(())
}

fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_file()
}

/// Adds those that `is_one` says are some. If it follows links, one that leads nowhere is an error.
fn walk(
    directory: &Path,
    found: &mut Vec<PathBuf>,
    follows: bool,
    is_one: fn(&DirEntry) -> bool,
) -> Result<()> {
    let entries = WalkDir::new(directory).follow_links(follows);
    let mut seen = BTreeSet::new();
    // Links may lead to a directory by more paths than anybody can go.
    let entries = entries
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            let id = || Some(entry.metadata().ok()?).map(|it| (it.dev(), it.ino()));
            !entry.file_type().is_dir() || id().is_none_or(|id| seen.insert(id))
        });
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if is_gone(&error) => continue,
            Err(error) => {
                let path = error.path().unwrap_or(directory).to_owned();
                let error = error.into_io_error().unwrap_or(io::ErrorKind::Other.into());
                return Err(error).with_context(|| format!("cannot read {}", path.harmless()));
            }
        };
        if is_profile(entry.path()) && is_one(&entry) {
            found.push(entry.into_path());
        }
    }
    Ok(())
}

/// Whether the end of a profile is missing, when nobody writes it any more.
pub fn is_cut_off(path: &Path) -> bool {
    let head = File::open(path).and_then(|file| {
        let mut head = Vec::new();
        (&file).take(HEAD).read_to_end(&mut head)?;
        Ok((head, file.metadata()?.len()))
    });
    head.is_ok_and(|(head, length)| profile::is_cut_off(&head, length))
}

/// Whether nothing is there any more, as a run that goes on takes some and ends; or a link leads to where the walk comes from.
fn is_gone(error: &walkdir::Error) -> bool {
    let is_missing = error.io_error().map(io::Error::kind) == Some(io::ErrorKind::NotFound);
    let is_link = error.path().is_some_and(Path::is_symlink);
    is_missing && !is_link || error.loop_ancestor().is_some()
}
