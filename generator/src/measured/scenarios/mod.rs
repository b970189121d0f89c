//! Scenarios: named parts of a run, each with what ran in it.
//!
//! ```text
//! recorder ─┐
//!           ├─ log ── file of the part ── log ── reading ── profile of a scenario
//! apart, folding
//! ```
//!
//! The recorder compares the profiles' counters at the marks of scenarios that are one after the other. Those that go on at the
//! same time have their profiles apart. What they have started may serve others as well (`shared`).

pub mod apart;
mod folding;
pub mod index;
mod log;
pub mod places;
pub mod reach;
mod reading;
mod recorder;
mod shared;

use std::io;
use std::path::{Path, PathBuf};

use llvm_coverage::files;

pub use folding::{Folded, fold};
pub use log::Outcome;
pub use reading::{Scenario, Scenarios, place_of};
pub use recorder::Recorder;
pub use shared::after_suite;

/// The name of the file in the directory of a part.
pub(super) const FILE: &str = ".scenarios";

/// The name of the file that a part has if its run has not ended well.
pub(super) const FAILED: &str = ".failed";

/// The file beside profiles in which tests note that they ran: see `build/linked/ran.rs`.
const RAN: &str = ".ran";

/// The executables of tests that have noted there that they ran.
fn ran(directory: &Path) -> Vec<PathBuf> {
    let text = files::read_text(&directory.join(RAN)).unwrap_or_default();
    text.lines().map(PathBuf::from).collect()
}

/// Whether a part has a scenario with a name.
///
/// # Errors
///
/// If its file cannot be read.
pub fn is_one_named(part: &Path) -> io::Result<bool> {
    let entries = log::read(&part.join(FILE))?;
    Ok(entries.iter().any(|entry| entry.name.is_some()))
}
