//! An earlier report, and what has changed since: the lines that run now and did not, and those that ran and do not any more.
//!
//! ```text
//! bytes ── export ── Coverage ─┐
//!                              ├─ pieces ── pairs ── compare ── Comparison ── formats
//! the coverage now ────────────┘
//! ```
//!
//! A line is looked for where its code is now. An export has no text, so it is found by its function: the same name and the same
//! parts are the same code, wherever they stand. In a function that was edited, the lines are those with the same shape, which is
//! what begins and ends in them; where the earlier text is known, those with the same text. What is only in one of the two reports
//! is neither newly run nor lost.

mod compare;
mod comparison;
mod export;
mod pairs;
mod pieces;
mod roots;

pub use compare::{TextOf, Texts, compare};
pub use comparison::{Changes, Comparison, Gone, sentence};
pub use export::read;

#[cfg(test)]
mod tests;
