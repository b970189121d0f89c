//! The one deliberate difference: **below zero is zero**.
//!
//! Where a count that is a difference comes out negative, llvm-cov shows 2⁶⁴ less so much, in JSON the largest signed
//! number, and itcov shows zero (`coverage/src/count/values.rs`). The regions in which llvm-cov has such a count say
//! which lines that can concern, and nothing else is excused.

use std::collections::BTreeMap;

use super::json::{Data, Region};

/// The least of the counts that llvm-cov shows for a negative one.
const LEAST: u64 = i64::MAX as u64;

/// Whether llvm-cov shows this where the count is below zero.
pub fn is(count: u64) -> bool {
    count >= LEAST
}

/// Where counts below zero have a say.
#[derive(Debug, Default)]
pub struct Concerned {
    /// By file, the first and last lines of the regions.
    lines: BTreeMap<String, Vec<(u32, u32)>>,
    /// How many regions have such a count.
    pub regions: usize,
}

impl Concerned {
    /// By what llvm-cov says of the functions' regions.
    pub fn of(theirs: &Data) -> Self {
        let mut concerned = Self::default();
        for function in &theirs.functions {
            for &(first, _, last, _, count, file, ..) in &function.regions {
                if u64::try_from(count).is_ok_and(is) {
                    concerned.regions += 1;
                    let path = function.filenames.get(file).cloned().unwrap_or_default();
                    concerned.lines.entry(path).or_default().push((first, last));
                }
            }
        }
        concerned
    }

    /// Whether the file has a region with such a count.
    pub fn file(&self, path: &str) -> bool {
        self.lines.contains_key(path)
    }

    /// Whether any file has.
    pub fn any(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Whether the line is in one.
    pub fn line(&self, path: &str, line: u32) -> bool {
        self.lines.get(path).is_some_and(|ranges| {
            ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&line))
        })
    }
}

/// Whether the regions differ in nothing but that the count is below zero, and so zero.
pub fn explains(ours: &Region, theirs: &Region) -> bool {
    let mut zero = *theirs;
    zero.4 = 0;
    u64::try_from(theirs.4).is_ok_and(is) && *ours == zero
}
