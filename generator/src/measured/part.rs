//! A part of a run: what ran in one go, and where its profiles are.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;
use serde::{Deserialize, Serialize};

use super::beginning::Beginning;
use super::kept::{Kept, Objects, is_same_file};
use super::now;
use super::origin::Origins;
use super::profiles;
use crate::build::linked::loaded_by;

/// What ran in one go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The programs that were measured.
    pub programs: Vec<Kept>,
    /// The executables of tests that ran and were measured.
    pub tests: Vec<Objects>,
}

/// The directory of a part that has the profiles of tests. No program is called so, nor as the next ones.
pub const TESTS: &str = ".tests";

/// The directory of a part that has the profiles of what a suite has started.
pub const SUITE: &str = ".suite";

/// The directory of a part that has the profiles of processes without `LLVM_PROFILE_FILE`.
pub const LINKED: &str = ".linked";

/// A part, and where its profiles are.
#[derive(Debug)]
pub struct Measured {
    pub part: Part,
    /// Its directory, which has one for each program that the tool has started. None if it was measured elsewhere.
    pub directory: Option<PathBuf>,
    /// Profiles that are in no such directory.
    pub others: Vec<PathBuf>,
    /// How many profiles may be of this part or of another run that went on at the same time.
    pub unknown: usize,
    /// Another run that was wanted after this one.
    pub follower: Option<Follower>,
}

/// A run of a checkout that is not in its store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Follower {
    /// It has measured nothing yet.
    Begun,
    /// It has measured nothing.
    Lost,
    /// It was made under another path of the checkout.
    Elsewhere(PathBuf),
}

impl Follower {
    /// What a report needs that is to be about it.
    pub fn what_to_do(&self) -> &'static str {
        match self {
            Follower::Begun => "wait until it is over",
            Follower::Lost | Follower::Elsewhere(_) => "run the program again",
        }
    }
}

impl fmt::Display for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Follower::Begun => f.write_str("a run has begun and has measured nothing yet"),
            Follower::Lost => f.write_str("the last run has measured nothing"),
            Follower::Elsewhere(path) => write!(
                f,
                "the last run was made in {}, which is another path of this checkout",
                path.harmless()
            ),
        }
    }
}

impl Part {
    /// Reads it; `None` where there is no such file.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn read(file: &Path) -> Result<Option<Part>> {
        let bytes = match files::read(file, files::TEXT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.with_context(|| format!("cannot read {}", file.harmless()))?,
        };
        let part = serde_json::from_slice(&bytes);
        part.map(Some).with_context(|| {
            format!(
                "{} is damaged, or of another version; type `cargo itcov clean`",
                file.harmless()
            )
        })
    }

    /// Whether a profile may be of the programs. If not, it is of a library that another program has loaded, such as a task of the
    /// workspace.
    fn may_have(&self, profile: &Path) -> bool {
        let own = self.programs.iter().map(|it| it.objects.number);
        // Where a program has no number, what looks like one is any number.
        let (Some(number), Some(own)) = (loaded_by(profile), own.collect::<Option<Vec<_>>>())
        else {
            return true;
        };
        let mut others = self.programs.iter().flat_map(|it| &it.others);
        own.contains(&number) || others.any(|it| it.number == Some(number))
    }

    /// The program that is another one in a later part, or has a library that is: the counts of both do not add up.
    pub fn replaced_by(&self, later: &Part) -> Option<&str> {
        // cargo builds programs of one name to one place, whatever their packages.
        let is_it = |one: &Kept, other: &Kept| {
            one.executable == other.executable && one.package == other.package
        };
        let is_replaced = |program: &&Kept| {
            let mut later = later.programs.iter();
            later.any(|other| {
                other.objects.build != program.objects.build
                    && (is_it(other, program) || has_other_library(program, other))
            })
        };
        let program = self.programs.iter().find(is_replaced)?;
        Some(&program.bin)
    }
}

/// Whether one library is in both, and not the same.
fn has_other_library(one: &Kept, other: &Kept) -> bool {
    let libraries = |kept: &'_ Kept| {
        kept.objects
            .files
            .iter()
            .skip(1)
            .cloned()
            .collect::<Vec<_>>()
    };
    let others = libraries(other);
    libraries(one).iter().any(|library| {
        let mut others = others.iter();
        others.any(|it| it.file_name() == library.file_name() && !is_same_file(it, library))
    })
}

impl Measured {
    /// Whether a process was started with its environment or that of an earlier run after that was over.
    ///
    /// # Errors
    ///
    /// If that cannot be looked for.
    pub fn has_late(&self) -> Result<bool> {
        self.directory.as_deref().map_or(Ok(false), now::has_late)
    }

    /// Whether it was measured in this checkout, or brought here as a profile, which is asked for by name.
    pub fn is_of(&self, checkout: &Path) -> bool {
        self.directory.as_deref().is_none_or(|directory| {
            Beginning::read(directory).is_some_and(|beginning| beginning.is(checkout, directory))
        })
    }

    /// When it began, if that is known.
    pub fn began(&self) -> Option<SystemTime> {
        Some(Beginning::read(self.directory.as_deref()?)?.began)
    }

    /// The profiles of these programs of the part: of every process that ran one of them, whoever started it, and of the
    /// shared libraries that it had loaded. If nobody has chosen, also of other binaries, whoever started them.
    ///
    /// # Errors
    ///
    /// If a directory or a program cannot be read.
    pub fn profiles(&self, chosen: &[&Kept], is_choice: bool) -> Result<Vec<PathBuf>> {
        let mut found = self.profiles_of(chosen, is_choice)?;
        // What was brought here is asked for by name.
        found.retain(|it| self.directory.is_none() || self.part.may_have(it));
        Ok(found)
    }

    /// The profiles of libraries that programs have loaded which are not measured.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn of_other_programs(&self) -> Result<Vec<PathBuf>> {
        let mut found = self.others.clone();
        if let Some(directory) = &self.directory {
            profiles::below(directory, &mut found)?;
        }
        found.retain(|it| !self.part.may_have(it));
        Ok(found)
    }

    fn profiles_of(&self, chosen: &[&Kept], is_choice: bool) -> Result<Vec<PathBuf>> {
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let programs = &self.part.programs;
        let mut others = programs.iter().flat_map(|it| &it.others);
        if !is_choice || chosen.len() == programs.len() && others.next().is_none() {
            let mut found = Vec::new();
            if let Some(directory) = &self.directory {
                profiles::below(directory, &mut found)?;
                let tests = directory.join(TESTS);
                found.retain(|path| !path.starts_with(&tests));
            }
            found.extend_from_slice(&self.others);
            return Ok(found);
        }
        let origins = self.origins()?;
        let is_chosen = |program: usize| chosen.contains(&&programs[program]);
        let mut found = Vec::new();
        for (place, program) in programs.iter().enumerate() {
            // What a program has started has its environment.
            let mut of_its_processes = Vec::new();
            if let Some(directory) = &self.directory {
                profiles::below(&directory.join(&program.bin), &mut of_its_processes)?;
            }
            of_its_processes.retain(|it| origins.may_be_of(is_chosen, it, Some(place)));
            found.append(&mut of_its_processes);
        }
        let mut shared = self.others.clone();
        if let Some(directory) = &self.directory {
            for name in [SUITE, LINKED] {
                profiles::below(&directory.join(name), &mut shared)?;
            }
        }
        shared.retain(|it| origins.may_be_of(is_chosen, it, None));
        found.append(&mut shared);
        Ok(found)
    }

    /// What tells the programs apart, also from the other binaries.
    fn origins(&self) -> Result<Origins> {
        let programs = self.part.programs.iter();
        let own = programs.map(|program| (program.objects.number, &*program.objects.files[0]));
        let own: Vec<(Option<u32>, &Path)> = own.collect();
        let others = self.part.programs.iter().flat_map(|it| &it.others);
        let others: BTreeSet<&Path> = others.map(|it| &*it.files[0]).collect();
        let others = others
            .into_iter()
            .filter(|file| own.iter().all(|(_, program)| !is_same_file(program, file)));
        Origins::of(&own, &others.collect::<Vec<_>>())
    }

    /// The profiles of tests, if these are measured, and of the shared libraries that they had loaded.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn profiles_of_tests(&self) -> Result<Vec<PathBuf>> {
        let directory = self.directory.as_deref();
        directory.map_or_else(|| Ok(Vec::new()), profiles_of_tests)
    }
}

/// The profiles of tests in the directory of a part.
///
/// # Errors
///
/// If it cannot be read.
pub fn profiles_of_tests(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    profiles::below(&directory.join(TESTS), &mut found)?;
    // Tests that are not measured have no profile of their own.
    if !found.is_empty() {
        profiles::below_of_tests(directory, &mut found)?;
    }
    Ok(found)
}
