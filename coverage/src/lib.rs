//! Coverage of programs that were compiled with LLVM's source-based instrumentation, such as
//! `rustc -C instrument-coverage`: read, counted, and written as a report.
//!
//! ```no_run
//! use llvm_coverage::{Objects, SourceFilter, profiles};
//!
//! # fn main() -> Result<(), llvm_coverage::Error> {
//! // What was built, and what its run has left.
//! let objects = Objects::new(["target/debug/app", "target/debug/libapp.rlib"]);
//! let profiles = ["app.profraw".into()];
//!
//! let merged = profiles::merge(&profiles, &objects.functions(), &|| {})?;
//! let sources = SourceFilter::below(["/home/me/app/src"]);
//! let coverage = objects.coverage(&merged.profile, &sources, &|| {})?;
//! for file in &coverage.files {
//!     for line in &file.lines {
//!         println!("{}:{} {}", file.path, line.number, line.count);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! Objects ──── parse::objects ── mapping ── regions ─┐
//!                                                    ├─ count::functions ─┬─ segments ── lines ─┬─ Coverage ── formats
//! profiles ─── parse::profile ── count::profile ─────┘                    └─ summary ───────────┘
//! ```
//!
//! [`parse`] makes values of bytes, [`count`] makes a [`Coverage`] of them, and each module of [`formats`] prints
//! one. [`Objects`] and [`profiles`] read the files.
//!
//! The numbers are those of LLVM's `llvm-cov report` and `llvm-cov export -format=lcov`, given the same program and
//! the members of the same libraries, with three deliberate exceptions: a count below zero is zero (see
//! [`count::values::Values::count`]), and a function whose mapping was lost, or whose profile is of another build,
//! counts as not run (see [`count::functions::Functions::into_known`]). Outcomes of conditions, which only a nightly
//! compiler records and only when told to, are left out.
//!
//! Supported are raw profiles of the versions 8 to 11 (LLVM 14 to 23) and coverage mappings of the versions 6 and 7
//! (LLVM 13 to 23), of 64-bit little-endian machines.
//!
//! The file formats are read here, and not by the crate `llvm_profparser`, because it reads but the first of
//! an unlinked object's `__llvm_covfun` sections (each function has one), takes the counters to be in the
//! order of the functions, and panics or runs out of memory on a damaged file.

#![warn(clippy::disallowed_methods)]

pub mod baseline;
pub mod count;
mod error;
pub mod files;
pub mod formats;
mod hash;
pub mod mapped;
mod objects;
mod parallel;
pub mod parse;
pub mod profiles;
mod sources;
pub mod terminal;

pub use count::{Coverage, FileCoverage};
pub use error::Error;
pub use objects::{BuiltFunctions, Objects};
pub use sources::SourceFilter;

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
