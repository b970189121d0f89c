//! The formats for other programs: what they say, where they are written, and who can read them.

pub mod odd;
mod outputs;
mod readers;
pub mod values;
