//! Coverage as people read it, and as other programs do: a format is one file that prints it.

mod against;
pub mod cobertura;
pub mod codecov;
mod functions;
pub mod html;
pub mod json;
pub mod lcov;
pub mod markdown;
pub mod missing;
pub mod names;
pub mod order;
mod partial;
pub mod screen;
pub mod subject;
pub mod table;
pub mod view;

pub use functions::demangled;

#[cfg(test)]
mod properties;
