//! Files of bytes into values: what was built ([`objects`]), and what its counters stood at ([`profile`]).
//!
//! Every file may be damaged, or made to do harm: each read is checked, and no length in a file is believed.

mod bytes;
mod mapped;
pub mod mapping;
pub mod objects;
pub mod profile;
pub mod regions;

pub use bytes::Malformed;
