//! One file a subcommand: its arguments and its `run`.

pub mod ask;
pub mod check;
pub mod completions;
pub mod doctor;
pub mod init;
pub mod man;
pub mod output;
pub mod remove;
pub mod report;
mod scaffold;
pub mod update;
