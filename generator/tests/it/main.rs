//! The tests: real cargo, real just, real programs, real terminals. One binary, so that it is linked once.

mod browser;
mod build;
mod by_hand;
mod coverage;
mod endings;
mod examples;
mod init;
mod just_versions;
mod overhead;
mod places;
mod program;
mod readme;
mod ready;
mod recipes;
mod refusals;
mod registry;
mod reliability;
mod report;
mod scope;
mod signals;
mod stop;
mod strict;
mod support;
mod template;
mod terminal;
mod variables;
