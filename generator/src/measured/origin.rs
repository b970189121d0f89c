//! Which program has written a profile: the one whose functions it has that no other program has.
//!
//! Programs share libraries, so most functions of a profile say nothing; each program has a `main` of its own. The profile of
//! a shared library has none of them: its name has the number of the program that has loaded it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::parse::{objects, profile};
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::{files, mapped};

use crate::build::linked::loaded_by;

/// Functions by the hashes of their names and of their structure.
pub type Functions = HashSet<(u64, u64)>;

/// The functions of an executable.
///
/// # Errors
///
/// If it cannot be read.
pub fn functions(executable: &Path) -> Result<Functions> {
    let bytes = mapped::map(executable)
        .with_context(|| format!("cannot read {}", executable.harmless()))?;
    let functions = objects::hashes(&bytes).with_context(|| {
        format!(
            "cannot read the coverage mapping of {}",
            executable.harmless()
        )
    })?;
    Ok(functions.into_iter().collect())
}

/// The build identifier of an executable.
///
/// # Errors
///
/// If it cannot be read.
pub fn build_id(executable: &Path) -> Result<Option<Vec<u8>>> {
    let cannot = || format!("cannot read {}", executable.harmless());
    let bytes = mapped::map(executable).with_context(cannot)?;
    let id = objects::build_id(&bytes).with_context(cannot)?;
    Ok(id.map(<[u8]>::to_owned))
}

/// Of each executable, the functions that none of the others has.
///
/// # Errors
///
/// If one cannot be read.
pub fn own_functions(executables: &[&Path]) -> Result<Vec<Functions>> {
    let mut all: Vec<Functions> = Vec::new();
    let mut owners: HashMap<(u64, u64), usize> = HashMap::new();
    for executable in executables {
        let functions = functions(executable)?;
        for function in &functions {
            *owners.entry(*function).or_default() += 1;
        }
        all.push(functions);
    }
    for functions in &mut all {
        functions.retain(|function| owners[function] == 1);
    }
    Ok(all)
}

/// Tells profiles apart by the programs of a part.
pub struct Origins {
    /// The number of each program, and the functions that are only its own.
    programs: Vec<(Option<u32>, Functions)>,
}

impl Origins {
    /// Of these programs, each by its number and its executable. What one of them shares with the `others` is not its own.
    ///
    /// # Errors
    ///
    /// If an executable cannot be read.
    pub fn of(programs: &[(Option<u32>, &Path)], others: &[&Path]) -> Result<Self> {
        let executables = programs.iter().map(|(_, executable)| executable);
        let executables: Vec<&Path> = executables.chain(others).copied().collect();
        let mut functions = own_functions(&executables)?;
        functions.truncate(programs.len());
        let numbers = programs.iter().map(|(number, _)| *number);
        let programs = numbers.zip(functions).collect();
        Ok(Self { programs })
    }

    /// Whether the profile may be of one of the `chosen` programs, which are given by their places: of a process that ran it,
    /// or of a shared library that it had loaded. Of what cannot be told, the program is the one that was `started`.
    pub fn may_be_of(
        &self,
        chosen: impl Fn(usize) -> bool,
        profile: &Path,
        started: Option<usize>,
    ) -> bool {
        let number = loaded_by(profile);
        let mut programs = self.programs.iter();
        let by_number = programs.position(|(it, _)| it.is_some() && *it == number);
        let found = by_number.map_or_else(|| self.by_functions(profile), |it| Ok(Some(it)));
        match found {
            Ok(found) => found.or(started).is_some_and(chosen),
            // Whoever counts it says what is wrong with it.
            Err(_) => started.is_none_or(chosen),
        }
    }

    fn by_functions(&self, profile: &Path) -> Result<Option<usize>> {
        let bytes = files::read_profile(profile)?;
        let found = profile::functions(&bytes)?;
        let mut programs = self.programs.iter();
        Ok(programs.position(|(_, functions)| {
            let mut found = found.iter();
            found.any(|it| functions.contains(&(it.name_hash, it.function_hash)))
        }))
    }
}

/// The profiles that other programs have written: each with the number of the program among the `others`, which are only
/// asked for if there is a function that none of the `measured` executables has.
///
/// # Errors
///
/// If an executable cannot be read.
pub fn of_others<'a>(
    profiles: &'a [PathBuf],
    measured: &[PathBuf],
    others: &dyn Fn() -> Vec<PathBuf>,
) -> Result<Vec<(&'a Path, usize)>> {
    let mut known = Functions::new();
    for executable in measured {
        known.extend(functions(executable)?);
    }
    let unknown = profiles.iter().filter_map(|profile| {
        let bytes = files::read_profile(profile).ok()?;
        let found = profile::functions(&bytes).ok()?;
        let found = found.iter().map(|it| (it.name_hash, it.function_hash));
        let unknown: Functions = found.filter(|function| !known.contains(function)).collect();
        (!unknown.is_empty()).then_some((profile.as_path(), unknown))
    });
    let unknown: Vec<_> = unknown.collect();
    if unknown.is_empty() {
        return Ok(Vec::new());
    }
    let others: Vec<Functions> = others()
        .iter()
        .map(|executable| functions(executable))
        .collect::<Result<_>>()?;
    let of_other = unknown.into_iter().filter_map(|(profile, unknown)| {
        let other = others.iter().position(|other| !other.is_disjoint(&unknown));
        Some((profile, other?))
    });
    Ok(of_other.collect())
}

/// Whether the profile may be of a program that has these functions. What cannot be read is not ruled out.
pub fn may_be_of(profile: &Path, functions: &Functions) -> bool {
    let Ok(bytes) = files::read_profile(profile) else {
        return true;
    };
    profile::functions(&bytes).map_or(true, |found| {
        let mut found = found.iter();
        found.any(|it| functions.contains(&(it.name_hash, it.function_hash)))
    })
}
