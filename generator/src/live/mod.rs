//! The live report: pages that follow the programs of a run.
//!
//! ```text
//! programs ── counters ── follow ── events ── pages ── browser
//!                           └ coverage ────────┘
//! ```

mod follow;
mod pages;

pub use follow::Live;
