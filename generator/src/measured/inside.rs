//! What tests reach from inside: their own work, where they were measured.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use llvm_coverage::Coverage;

use super::idle::Idle;

/// The programs and the tests together, and what the programs have not reached of it.
pub struct Inside {
    /// What ran of the lines that the programs have.
    pub coverage: Coverage,
    /// The lines that no program has reached.
    pub only_tests: Idle,
}

impl Inside {
    /// `all` is what ran in programs and tests, `programs` what ran in programs. Code that the programs do not have, such as
    /// that of the tests, does not count.
    pub fn new(all: Coverage, programs: &Coverage) -> Inside {
        let known = programs.files.iter().map(|file| {
            let lines = file.lines.iter().map(|line| line.number);
            (&*file.path, lines.collect::<Vec<_>>())
        });
        let known: HashMap<&str, Vec<u32>> = known.collect();
        let has = |path: &str, lines: RangeInclusive<u32>| {
            known.get(path).is_some_and(|known| {
                let next = known.partition_point(|line| line < lines.start());
                known.get(next).is_some_and(|line| line <= lines.end())
            })
        };
        Inside {
            coverage: all.of_lines(has),
            only_tests: Idle::of(programs),
        }
    }
}
