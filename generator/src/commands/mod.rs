//! One file a subcommand: its arguments and its `run`.

mod apart;
pub mod ask;
pub mod build;
mod built_meanwhile;
pub mod check;
pub mod clean;
pub mod completions;
pub mod doctor;
pub mod exec;
pub mod init;
mod live;
pub mod man;
mod measure;
mod not_run;
mod opened;
pub mod output;
mod recorded;
pub mod remove;
pub mod report;
pub mod run;
mod scaffold;
pub mod scenario;
pub mod scenarios;
pub mod suite;
mod supervise;
mod unmeasured;
pub mod update;
