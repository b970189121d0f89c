//! The library behind the program `cargo itcov`: what its fuzz targets, examples and benchmarks use as well.
//!
//! It is not an interface for others: any version may change it.

pub mod coverage;
