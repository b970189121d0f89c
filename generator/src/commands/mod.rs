//! A file or folder for each subcommand, with its arguments and its `run`; and what several of them share: `measure/` has a build, a
//! run and a report, `not_measured/` what a run has to say of what does not count, and `writing/` what changes a crate.

pub mod build;
pub mod check;
pub mod clean;
pub mod completions;
pub mod doctor;
pub mod exec;
pub mod init;
pub mod man;
mod measure;
mod not_measured;
pub mod remove;
pub mod report;
pub mod run;
pub mod scenario;
pub mod scenarios;
pub mod suite;
pub mod update;
pub mod writing;
