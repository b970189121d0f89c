//! The integration tests, one binary: real crates, built by a real cargo, and the program as its users run it.

mod coverage;
mod support;
