//! Scenarios: named parts of a run, each with what ran in it.
//!
//! ```text
//! recorder ── log ── file of the part ── log ── reading ── profile of a scenario
//!   └ the profiles' counters, before and after
//! ```

mod log;
pub mod reach;
mod reading;
mod recorder;

pub use log::Outcome;
pub use reading::{Scenario, Scenarios};
pub use recorder::Recorder;

/// The name of the file in the directory of a part.
const FILE: &str = ".scenarios";
