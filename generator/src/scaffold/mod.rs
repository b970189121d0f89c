//! What the generator puts into a crate: facts in, plan, effects out.
//!
//! [`facts`] reads a crate into a value, [`plan`] turns that value and the options into the list of file changes,
//! [`apply`] writes them. Only `apply` writes into a user's crate; everything between is pure.

pub mod apply;
pub mod change;
pub mod diff;
pub mod facts;
pub mod harness;
pub mod just;
pub mod justfile;
mod lints;
mod manifest;
pub mod metadata;
pub mod owned;
pub mod plan;
pub mod selection;
mod stamp;
pub mod template;
pub mod values;
pub mod vcs;

/// The name of the test target that the harness is.
pub const TEST_TARGET: &str = "manual_integration";

/// The file name of the recipes.
pub const RECIPES: &str = "itcov.just";
