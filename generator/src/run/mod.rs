//! A measured run: starts the programs and the suite, waits for the end, and leaves nothing behind.
//!
//! ```text
//! settings ── supervisor ─┬─ process ── terminal     what is started, its signals and its end
//!                         ├─ ready                   what the suite waits for
//!                         ├─ control                 a request that ends the run
//!                         └─ ancestor, interrupts    what ends the run from outside
//! ```

pub mod ancestor;
mod control;
pub mod interrupts;
mod process;
mod ready;
pub mod settings;
pub mod supervisor;
pub mod terminal;

use std::fmt;
use std::io::Write as _;

/// Says something of a run, in one write, so that nothing that a program writes gets between.
pub fn say(what: &str) {
    let _ = std::io::stderr().write_all(format!("itcov: {what}\n").as_bytes());
}

/// A failure with an exit status of its own.
#[derive(Debug)]
pub struct Failure {
    /// The exit status.
    pub status: u8,
    /// What is wrong.
    pub message: String,
}

impl Failure {
    /// What was asked for cannot be understood.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure {
            status: 2,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
