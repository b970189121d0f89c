//! What the generator puts into a crate: facts in, plan, effects out.
//!
//! [`facts`] reads a crate into a value, [`plan`] turns that value and the options into the list of file changes,
//! [`apply`] writes them. Only `apply` writes into a user's crate; everything between is pure.

pub mod apply;
pub mod diff;
pub mod facts;
pub mod just;
pub mod justfile;
pub mod manifest;
pub mod plan;
pub mod template;

/// The name of the test target that the harness is.
pub const TEST_TARGET: &str = "manual_integration";

/// The file name of the recipes.
pub const RECIPES: &str = "itcov.just";
