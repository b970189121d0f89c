//! Which program has written a profile: the one whose functions it has that no other program has.
//!
//! Programs share libraries, so most functions of a profile say nothing; each program has a `main` of its own.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use llvm_coverage::parse::{objects, profile};

/// Functions by the hashes of their names and of their structure.
pub type Functions = HashSet<(u64, u64)>;

/// Of each executable, the functions that none of the others has.
///
/// # Errors
///
/// If one cannot be read.
pub fn own_functions(executables: &[&Path]) -> Result<Vec<Functions>> {
    let mut all: Vec<Functions> = Vec::new();
    let mut owners: HashMap<(u64, u64), usize> = HashMap::new();
    for executable in executables {
        let bytes = fs::read(executable)
            .with_context(|| format!("cannot read {}", executable.display()))?;
        let functions = objects::hashes(&bytes).with_context(|| {
            format!(
                "cannot read the coverage mapping of {}",
                executable.display()
            )
        })?;
        let functions: Functions = functions.into_iter().collect();
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

/// Whether the profile may be of a program that has these functions. What cannot be read is not ruled out.
pub fn may_be_of(profile: &Path, functions: &Functions) -> bool {
    let Ok(bytes) = fs::read(profile) else {
        return true;
    };
    profile::functions(&bytes).map_or(true, |found| {
        let mut found = found.iter();
        found.any(|it| functions.contains(&(it.name_hash, it.function_hash)))
    })
}
