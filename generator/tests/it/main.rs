//! The tests: real cargo, real just, real programs, real terminals. One binary, so that it is linked once.

mod init;
mod recipes;
mod support;
mod terminal;
