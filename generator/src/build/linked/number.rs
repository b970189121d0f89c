//! The numbers in the names of profiles: of a library, and of what has loaded it.

use std::path::Path;

use crate::build::layout::digest;

/// How many bits of a profile's number are the library's. The others are the program's.
const LIBRARY_BITS: u32 = 40;

/// The highest bit of the number of whatever loads a library. In the numbers of profiles of programs it is not set, so these are not
/// taken for profiles of libraries.
const LOADER: u32 = 1 << 23;

/// The number of an executable of tests.
pub const OF_TESTS: u32 = LOADER + (LOADER - 1);

/// The number of a build script.
pub const OF_BUILD_SCRIPTS: u32 = OF_TESTS - 1;

/// The number of a program, by the directory of its manifest and the name of its crate. No test or build script has it.
pub fn number_of(manifest: &Path, name: &str) -> u32 {
    let digest = digest(format!("{} {name}", manifest.to_string_lossy()));
    let number = u32::from_str_radix(&digest[..6], 16).unwrap_or_default();
    (number | LOADER).min(OF_BUILD_SCRIPTS - 1)
}

/// What had loaded the shared library that a profile is of, if it was no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherLoader {
    /// An executable of tests.
    Test,
    /// A build script.
    BuildScript,
}

/// Whether the profile is of a shared library that no program had loaded, but a test or build script.
pub fn other_loader(profile: &Path) -> Option<OtherLoader> {
    match loaded_by(profile)? {
        OF_TESTS => Some(OtherLoader::Test),
        OF_BUILD_SCRIPTS => Some(OtherLoader::BuildScript),
        _ => None,
    }
}

/// The number of the program that has loaded the shared library which this profile is of. `None` if it had none, or if it is the
/// profile of a program, or if the name is not of [`PATTERN`](super::PATTERN).
pub fn loaded_by(profile: &Path) -> Option<u32> {
    let (number, _) = profile.file_name()?.to_str()?.split_once('_')?;
    let number: u64 = number.parse().ok()?;
    let number = u32::try_from(number >> LIBRARY_BITS).ok()?;
    (number & LOADER != 0).then_some(number)
}
