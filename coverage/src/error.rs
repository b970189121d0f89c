//! What can be wrong with the files of a measurement.

use std::io;
use std::path::PathBuf;

use crate::parse::Malformed;
use crate::terminal::Harmless as _;

/// Why files do not become coverage. Each says which file it is, and the last part is the error's source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A profile cannot be opened or read.
    #[error("cannot read {}", path.harmless())]
    ReadProfile {
        /// The profile.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// A profile is damaged, of an unsupported version, or something else.
    #[error("the profile {} cannot be used", path.harmless())]
    MalformedProfile {
        /// The profile.
        path: PathBuf,
        /// What is wrong with it.
        source: Malformed,
    },

    /// No profile has a byte in it, which is what a full disk leaves.
    #[error("every profile is empty, as on a full disk")]
    EmptyProfiles,

    /// No profile has a function of the objects and, if it carries one, the build identifier of one of them.
    #[error(
        "no profile is of this build, {} is of another one, and counts belong to the build that made them",
        path.harmless()
    )]
    OtherBuild {
        /// The first profile of another build.
        path: PathBuf,
    },

    /// An object cannot be opened or mapped into memory.
    #[error("cannot read the coverage mapping of {}", path.harmless())]
    ReadObject {
        /// The program or library.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// An object is damaged, of an unsupported kind or version, or something else.
    #[error("cannot read the coverage mapping of {}", path.harmless())]
    MalformedObject {
        /// The program or library.
        path: PathBuf,
        /// What is wrong with it.
        source: Malformed,
    },

    /// No object has a function with a coverage mapping.
    #[error(
        "{} has no coverage mapping, so it was not built for coverage",
        path.harmless()
    )]
    NoMapping {
        /// The first object.
        path: PathBuf,
    },

    /// The objects have coverage mappings, but none of a source file that is asked for.
    #[error(
        "{} has no coverage mapping of a source file that is asked for",
        path.harmless()
    )]
    NoSources {
        /// The first object.
        path: PathBuf,
    },
}
