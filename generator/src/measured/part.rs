//! A part of a run: what ran in one go, and where its profiles are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::kept::{Kept, Objects, is_same_file};
use super::origin::{may_be_of, own_functions};
use super::profiles;

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
}

impl Part {
    /// Reads it; `None` where there is no such file.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn read(file: &Path) -> Result<Option<Part>> {
        let bytes = match fs::read(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.with_context(|| format!("cannot read {}", file.display()))?,
        };
        let part = serde_json::from_slice(&bytes);
        part.map(Some).with_context(|| {
            format!(
                "{} is damaged, or of another version; type `cargo itcov clean`",
                file.display()
            )
        })
    }

    /// The program that is another one in a later part, or has a library that is: the counts of both do not add up.
    pub fn replaced_by(&self, later: &Part) -> Option<&str> {
        let is_replaced = |program: &&Kept| {
            let mut later = later.programs.iter();
            later.any(|other| {
                other.objects.build != program.objects.build
                    && (other.executable == program.executable || has_other_library(program, other))
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
    /// The profiles of these programs of the part.
    ///
    /// # Errors
    ///
    /// If a directory or a program cannot be read.
    pub fn profiles(&self, chosen: &[&Kept]) -> Result<Vec<PathBuf>> {
        let (mut found, mut shared) = (Vec::new(), self.others.clone());
        if chosen.is_empty() {
            return Ok(found);
        }
        if chosen.len() == self.part.programs.len() {
            if let Some(directory) = &self.directory {
                profiles::below(directory, &mut found)?;
                let tests = directory.join(TESTS);
                found.retain(|path| !path.starts_with(&tests));
            }
            found.append(&mut shared);
            return Ok(found);
        }
        if let Some(directory) = &self.directory {
            for program in chosen {
                profiles::below(&directory.join(&program.bin), &mut found)?;
            }
            // Those of all programs.
            for name in [SUITE, LINKED] {
                profiles::below(&directory.join(name), &mut shared)?;
            }
        }
        if !shared.is_empty() {
            self.keep_those_of(chosen, &mut shared)?;
            found.append(&mut shared);
        }
        Ok(found)
    }

    /// The profiles of tests.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn profiles_of_tests(&self) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        if let Some(directory) = &self.directory {
            profiles::below(&directory.join(TESTS), &mut found)?;
        }
        Ok(found)
    }

    fn keep_those_of(&self, chosen: &[&Kept], profiles: &mut Vec<PathBuf>) -> Result<()> {
        let programs = self.part.programs.iter();
        let executables: Vec<&Path> = programs.map(|it| &*it.objects.files[0]).collect();
        let functions = own_functions(&executables)?;
        let programs = self.part.programs.iter().zip(&functions);
        let of_chosen: Vec<_> = programs
            .filter(|(program, _)| chosen.contains(program))
            .map(|(_, functions)| functions)
            .collect();
        profiles.retain(|profile| of_chosen.iter().any(|it| may_be_of(profile, it)));
        Ok(())
    }
}
