//! The formats for other programs: what they say, where they are written, and who can read them.

mod odd;
mod outputs;
mod readers;
mod values;
