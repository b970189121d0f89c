//! The tests: real cargo, real just, real programs, real terminals. One binary, so that it is linked once.

mod build;
mod coverage;
mod endings;
mod examples;
mod init;
mod program;
mod readme;
mod recipes;
mod refusals;
mod registry;
mod reliability;
mod report;
mod support;
mod template;
mod terminal;
mod variables;
