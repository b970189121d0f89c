//! One file a subcommand: its arguments and its `run`.

pub mod doctor;
pub mod init;
pub mod report;
