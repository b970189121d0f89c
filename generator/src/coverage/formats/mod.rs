//! Coverage as people read it, and as other programs do: a format is one file that prints it.

pub mod html;
pub mod lcov;
pub mod missing;
mod names;
pub mod table;
