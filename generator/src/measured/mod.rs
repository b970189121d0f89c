//! What was measured in a checkout: builds, and the runs of them.
//!
//! ```text
//! <target>/itcov/.checkouts/<name>-<key>/
//!     lock                       held while the list of runs changes
//!     build.json                 the last build
//!     digests                    of the sources that reports have seen
//!     linked/                    profiles of processes without LLVM_PROFILE_FILE, until a run takes them
//!     linked-tests/              profiles of tests, if they are measured, until a run takes them
//!     builds/<key>/              programs and libraries of a build, which a later one does not replace
//!     runs/<number>/             the last run, and those that are going on
//!         lock                   held by the run
//!         <number>/.scenarios    what ran in each scenario
//!         <number>/part.json     what ran: of a run, and of each that was added to it
//!         <number>/<program>/    its profiles
//!         <number>/.suite/       those of what a suite has started
//!         <number>/.linked/      those of processes without LLVM_PROFILE_FILE
//!         <number>/.tests/       those of tests
//! ```
//!
//! The crate `llvm_coverage` reads the files and counts.

mod advice;
mod inside;
mod kept;
mod measurement;
pub mod origin;
mod part;
mod profiles;
mod runs;
pub mod scenarios;
pub mod sources;

pub use inside::Inside;
pub use kept::Kept;
pub use measurement::{Choice, Measurement};
pub use part::{Measured, Part, SUITE};
pub use profiles::Profiles;
pub use runs::{Recording, Store};
