//! Files of bytes into values: what was built ([`objects`]), and what its counters stood at ([`profile`]).
//!
//! Every file may be damaged, or made to do harm: each read is checked, and no length in a file is believed.

mod allowance;
mod bytes;
mod foreign;
mod mapped;
pub mod mapping;
mod names;
pub mod objects;
pub mod profile;
mod profile_header;
pub mod regions;
mod units;

pub use bytes::Malformed;
