//! Lines that some part of what ran has not reached, and another part has.

use std::collections::HashMap;

use llvm_coverage::{Coverage, FileCoverage};

/// The lines that a part of what ran has not reached.
pub struct Idle(HashMap<Box<str>, Vec<u32>>);

impl Idle {
    /// Those of a coverage.
    pub fn of(part: &Coverage) -> Idle {
        let files = part.files.iter().map(|file| {
            let lines = file.lines.iter().filter(|line| line.count == 0);
            let numbers = lines.map(|line| line.number).collect();
            ((*file.path).into(), numbers)
        });
        Idle(files.collect())
    }

    /// Those of them that ran in a file nevertheless.
    pub fn that_ran(&self, file: &FileCoverage) -> Vec<u32> {
        let Some(idle) = self.0.get(&*file.path) else {
            return Vec::new();
        };
        let ran = file.lines.iter().filter(|line| line.count > 0);
        ran.map(|line| line.number)
            .filter(|number| idle.binary_search(number).is_ok())
            .collect()
    }
}
