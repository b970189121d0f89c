//! Bytes into values: what was built ([`objects`], [`mapping`], [`regions`], [`counter`]), what its counters stood at
//! ([`profile`]), and which lines have changed ([`diff`]).
//!
//! Nothing here opens a file. The bytes may be damaged, or made to do harm: each read is checked, and no length in
//! them is believed.

mod allowance;
mod bytes;
pub mod counter;
pub mod diff;
mod foreign;
pub mod mapping;
mod names;
pub mod objects;
pub mod profile;
mod profile_header;
pub mod regions;
pub mod sections;
mod units;

pub use bytes::Malformed;
