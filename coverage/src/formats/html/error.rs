//! Why pages are not written.

use crate::terminal::Harmless as _;
use std::io;
use std::path::PathBuf;

/// Why pages are not written. What was there before is left as it was, unless the disk fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was given as the directory is a file.
    #[error("{} is not a directory", directory.harmless())]
    NotADirectory {
        /// What was given.
        directory: PathBuf,
    },

    /// The directory has files, and none of them says that a report is here.
    #[error(
        "{} has files in it that are of no report, such as {file}: nothing was written",
        directory.harmless()
    )]
    OtherFiles {
        /// The directory.
        directory: PathBuf,
        /// The name of one of the files.
        file: String,
    },

    /// Another process is writing to the directory.
    #[error("another report is just being written to {}", directory.harmless())]
    Locked {
        /// The directory.
        directory: PathBuf,
    },

    /// A directory cannot be read.
    #[error("cannot read {}", path.harmless())]
    Read {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// A file or directory cannot be written.
    #[error("cannot write {}", path.harmless())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}
