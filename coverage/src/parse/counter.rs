//! Counters and counter expressions.
//!
//! LLVM's "Code Coverage Mapping Format" document, section "Counter": a region's count is zero, a counter
//! of the profile, or the sum or difference of two others, so that a program need not count everything.

/// Where a region's count comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Code that cannot be reached, or was not compiled.
    Zero,
    /// The counter of this number in the function's profile.
    Profile(usize),
    /// The value of the expression of this number.
    Expression(usize),
}

/// How an expression joins its two counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The left minus the right one.
    Subtract,
    /// The sum of both.
    Add,
}

/// The sum or difference of two counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expression {
    /// What is done with the two.
    pub operation: Operation,
    /// What is added to, or subtracted from.
    pub left: Counter,
    /// What is added or subtracted.
    pub right: Counter,
}
