//! What the generator puts into a crate: facts in, plan, effects out.
//!
//! [`facts`] reads a crate into a value, [`plan`] turns that value and the options into the list of file changes,
//! [`apply`] writes them. Only `apply` writes into a user's crate; everything between is pure.
//!
//! | | |
//! | --- | --- |
//! | `metadata`, `selection`, `users`, `facts` | what cargo says, which programs are meant, what needs a feature of them, what is in their files |
//! | `manifest`, `justfile` | what is added to a user's text, and taken out again |
//! | `template` | what itcov's own files say for this workspace |
//! | `harness`, `values` | the program that a harness runs; what is filled in and what the user sets in a file |
//! | `stamp`, `owned` | who wrote a file, and whether somebody has edited it |
//! | `lints`, `just` | what the package forbids; what the installed just says of a justfile, and of a plan |
//! | `plan`, `change` | the list of changes that a command makes, or shows, or misses |
//! | `apply`, `vcs` | places, staging, commit, lock; what git has |

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
mod users;
pub mod values;
pub mod vcs;

/// The name of the test target that the harness is.
pub const TEST_TARGET: &str = "manual_integration";

/// The file name of the recipes.
pub const RECIPES: &str = "itcov.just";
