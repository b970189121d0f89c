//! Coverage as people read it, and as other programs do: a format is one file that prints it.

pub mod lcov;
pub mod missing;
pub mod names;
pub mod order;
pub mod screen;
pub mod table;
pub mod view;
