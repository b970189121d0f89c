//! The measured build: the programs of `cargo build`, instrumented, in a directory of their own.
//!
//! ```text
//! programs ─┐                    ┌─ wrapper, which cargo calls for each crate ── units
//! layout ───┼─ seed ── cargo ────┤
//! options ──┘                    └─ runner, which tells how cargo would run a program
//! ```

mod again;
pub mod along;
pub mod also;
mod artifacts;
pub mod call;
pub mod cargo;
pub mod compile;
pub mod early;
pub mod guard;
pub mod harness;
pub mod layout;
pub mod leftovers;
pub mod linked;
mod noted;
pub mod options;
pub mod ordinary;
mod own;
pub mod program;
pub mod programs;
mod remarks;
pub mod runner;
pub mod rustc;
pub mod scaffolded;
mod seed;
pub mod sources;
pub mod texts;
pub mod units;
pub mod wrapper;
