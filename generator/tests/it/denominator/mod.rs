//! The denominator: what counts as code of the program, and each rule of `docs/coverage.md` about how it counts.

mod every_function;
mod linked;
mod optimised;
mod outside;
mod page;
mod rules;
mod shared_libraries;
pub mod source_lines;
