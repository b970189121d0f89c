//! The live report: pages that follow the programs of a run, or a table at the terminal.
//!
//! ```text
//! programs ── counters ── watch ── report ─┬─ pages ── browser
//!                                          └─ panel ── terminal
//! ```

pub mod browser;
mod pages;
mod panel;
mod report;
mod watch;

pub use panel::Panel;
pub use report::Live;
