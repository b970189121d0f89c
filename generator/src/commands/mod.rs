//! One file a subcommand: its arguments and its `run`.

mod ask;
pub mod check;
pub mod doctor;
pub mod init;
pub mod output;
pub mod remove;
pub mod report;
mod scaffold;
pub mod update;
