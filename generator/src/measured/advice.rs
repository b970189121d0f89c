//! Errors of the files of a measurement, with what to do about them.

use std::error::Error as _;

use anyhow::anyhow;
use llvm_coverage::Error;

/// The error, with the advice behind what it says and before its cause.
pub fn with_advice(error: &Error, advice: &str) -> anyhow::Error {
    let said = format!("{error}; {advice}");
    match error.source() {
        Some(cause) => anyhow!("{cause}").context(said),
        None => anyhow!(said),
    }
}

/// An error that is not of a profile, with what to do to have the objects again.
pub fn rebuild(error: Error) -> anyhow::Error {
    match error {
        Error::ReadObject { .. }
        | Error::MalformedObject { .. }
        | Error::NoMapping { .. }
        | Error::NoSources { .. } => with_advice(&error, "run the program again"),
        error => error.into(),
    }
}
