//! What a harness says about itself: the program that it runs, and the feature that it is behind.

use super::values;

/// The program that the harness runs: the name in its `env!("CARGO_BIN_EXE_<name>")`.
pub fn program(text: &str) -> Option<&str> {
    values::get(text, values::PROGRAM)
}

/// The feature in its `#![cfg(feature = "…")]`.
pub fn feature(text: &str) -> Option<&str> {
    values::get(text, values::FEATURE)
}
