//! What tests reach from inside: their own work, where they were measured.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use llvm_coverage::{Coverage, FileCoverage};

/// The programs and the tests together, and what the programs have not reached of it.
pub struct Inside {
    /// What ran of the lines that the programs have.
    pub coverage: Coverage,
    /// The lines of each file that no program has reached.
    idle: HashMap<Box<str>, Vec<u32>>,
}

impl Inside {
    /// `all` is what ran in programs and tests, `programs` what ran in programs. Code that the programs do not have, such as
    /// that of the tests, does not count.
    pub fn new(all: Coverage, programs: &Coverage) -> Inside {
        let (mut known, mut idle) = (HashMap::new(), HashMap::new());
        for file in &programs.files {
            let path: Box<str> = (*file.path).into();
            let lines = file.lines.iter();
            let not_run = lines.clone().filter(|line| line.count == 0);
            idle.insert(path.clone(), not_run.map(|line| line.number).collect());
            known.insert(path, lines.map(|line| line.number).collect::<Vec<_>>());
        }
        let has = |path: &str, lines: RangeInclusive<u32>| {
            known.get(path).is_some_and(|known| {
                let next = known.partition_point(|line| line < lines.start());
                known.get(next).is_some_and(|line| line <= lines.end())
            })
        };
        Inside {
            coverage: all.of_lines(has),
            idle,
        }
    }

    /// The lines of a file that nothing but tests has reached.
    pub fn only_tests(&self, file: &FileCoverage) -> Vec<u32> {
        let Some(idle) = self.idle.get(&*file.path) else {
            return Vec::new();
        };
        let ran = file.lines.iter().filter(|line| line.count > 0);
        ran.map(|line| line.number)
            .filter(|number| idle.binary_search(number).is_ok())
            .collect()
    }
}
