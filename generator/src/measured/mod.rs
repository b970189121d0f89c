//! What was measured in a workspace: where the recipes keep it, and what to type where something is missing.
//!
//! The crate `llvm_coverage` reads the files and counts.

mod advice;
mod collected;
mod place;
mod profiles;
mod scope;
pub mod sources;

pub use collected::Collected;
pub use place::{Choice, Place};
pub use profiles::Profiles;
pub use scope::Scope;
