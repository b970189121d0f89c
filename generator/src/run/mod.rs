//! A measured run: starts the programs and the suite, waits for the end, and leaves nothing behind.
//!
//! ```text
//! settings ─┐                    ┌─ process ── terminal     what is started, its signals and its end
//!           ├─ supervisor ───────┼─ ready                   what the suite waits for
//! plan ─────┘  ├─ stopped        │              └─ sentinel    Ctrl-C at that
//!              ├─ ended          ├─ control                 a request that ends the run
//!              └─ stopping       └─ ancestor, interrupts    what ends the run from outside
//! ```

pub mod ancestor;
pub mod ask;
pub mod control;
mod ended;
pub mod harness;
pub mod interrupts;
pub mod marks;
pub mod plan;
pub mod process;
mod ready;
pub mod said;
pub mod sentinel;
pub mod settings;
mod starting;
mod stopped;
mod stopping;
pub mod supervisor;
pub mod terminal;
pub mod watch;

use std::fmt;

use llvm_coverage::terminal::harmless_text;

use crate::verbosity;

/// Says something of a run, unless `--quiet`.
pub fn say(what: &str) {
    if verbosity::level() >= 0 {
        write(what);
    }
}

/// Says that something does not count, or counts no more, be it `--quiet` or not.
pub fn say_loss(what: &str) {
    write(what);
}

/// Says what is wrong.
pub fn complain(what: &str) {
    write(&format!("error: {what}"));
}

/// Writes it. Nothing in it steers the terminal.
fn write(what: &str) {
    let what = harmless_text(what);
    said::write(format!("itcov: {what}\n"));
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
