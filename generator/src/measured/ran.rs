//! Which programs have run, as their profiles tell.

use std::path::{Path, PathBuf};

use anyhow::Result;
use llvm_coverage::{Objects, profiles::program_of};

/// For each of the executables, whether one of the profiles is its.
///
/// # Errors
///
/// If a file cannot be read.
pub fn ran(profiles: &[PathBuf], executables: &[&Path]) -> Result<Vec<bool>> {
    let objects: Vec<Objects> = executables.iter().map(|it| Objects::new([*it])).collect();
    let functions: Vec<_> = objects.iter().map(Objects::functions).collect();
    let mut ran = vec![false; executables.len()];
    for profile in profiles {
        if let Some(place) = program_of(profile, &functions)? {
            ran[place] = true;
        }
    }
    Ok(ran)
}
