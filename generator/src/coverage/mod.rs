//! Coverage: what ran, and what did not.
//!
//! ```text
//! place ─┬─ profiles ─── parse::profile ───────────────────────┐
//!        └─ collected ── parse::objects ── mapping ── regions ── count::functions ─┬─ segments ── lines ─┬─ formats
//!                                                                                 └─ summary ───────────┘
//! ```
//!
//! Objects and profiles are parsed into values, `Coverage::new` makes coverage out of them, and each output
//! format is one file that prints it. The numbers are those of LLVM's `llvm-cov report` and
//! `llvm-cov export -format=lcov`, given the same program and the members of the same libraries, with three
//! deliberate exceptions: a count below zero is zero (see [`count::counter::Values::count`]), and a function whose
//! mapping was lost, or whose profile is of another build, counts as not run (see
//! [`count::functions::Functions::into_known`]). Outcomes of conditions,
//! which only a nightly compiler records and only when told to, are left out.
//!
//! The file formats are read here, and not by the crate `llvm_profparser`, because it reads but the first of
//! an unlinked object's `__llvm_covfun` sections (each function has one), takes the counters to be in the
//! order of the functions, and panics or runs out of memory on a damaged file.

mod built;
pub mod changed;
mod collected;
pub mod count;
pub mod formats;
pub mod parse;
mod place;
mod profiles;
mod scope;
pub mod sources;
mod wanted;

pub use built::Built;
pub use collected::Collected;
pub use count::{Coverage, FileCoverage};
pub use place::{Choice, Place};
pub use profiles::{Merged, Profiles};
pub use scope::Scope;
