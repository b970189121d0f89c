//! What a comparison has found.

use std::fmt::Debug;
use std::ops::AddAssign;

/// How much was compared, and what differs.
#[derive(Debug, Default)]
pub struct Compared {
    /// Source files.
    pub files: usize,
    /// Functions as they are written.
    pub functions: usize,
    /// Functions as they were compiled.
    pub instantiations: usize,
    /// Regions of the functions as they were compiled.
    pub regions: usize,
    /// Segments of the files.
    pub segments: usize,
    /// Lines that have code.
    pub lines: usize,
    /// Regions with a count below zero.
    pub below_zero: usize,
    /// Each with its file, its line and both values.
    pub differences: Vec<String>,
}

impl AddAssign<&Compared> for Compared {
    fn add_assign(&mut self, other: &Self) {
        self.files += other.files;
        self.functions += other.functions;
        self.instantiations += other.instantiations;
        self.regions += other.regions;
        self.segments += other.segments;
        self.lines += other.lines;
        self.below_zero += other.below_zero;
        self.differences.extend(other.differences.iter().cloned());
    }
}

impl Compared {
    /// Notes a difference, if there is one.
    pub fn expect<T: PartialEq + Debug>(&mut self, place: &str, what: &str, ours: T, theirs: T) {
        if ours != theirs {
            self.differ(place, what, ours, theirs);
        }
    }

    /// Notes a difference.
    pub fn differ<T: Debug>(&mut self, place: &str, what: &str, ours: T, theirs: T) {
        let text = format!("{place}: {what}: itcov {ours:?}, llvm-cov {theirs:?}");
        self.differences.push(text);
    }
}
