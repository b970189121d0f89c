//! Since a mark: which lines have run, of programs that go on.

use std::collections::{BTreeMap, HashMap};

use super::FileCoverage;

/// What files looked like at the mark. Of those that have not changed since, nothing is kept.
#[derive(Debug, Default)]
pub struct Since(HashMap<usize, Lines>);

/// Of each line with code its count, and those of the places in it, by their columns.
type Lines = BTreeMap<u32, (u64, Vec<(u32, Option<u64>)>)>;

impl Since {
    /// The file at a place is about to change.
    pub(super) fn keep(&mut self, place: usize, file: &FileCoverage) {
        self.0.entry(place).or_insert_with(|| lines(file));
    }

    /// The places of the files of which something has run since the mark.
    pub fn files(&self) -> impl Iterator<Item = usize> {
        self.0.keys().copied()
    }

    /// The lines of a file in which something has run since the mark.
    pub fn lines(&self, place: usize, now: &FileCoverage) -> Vec<u32> {
        let Some(before) = self.0.get(&place) else {
            return Vec::new();
        };
        let now = lines(now).into_iter();
        now.filter(|(number, line)| before.get(number) != Some(line))
            .map(|(number, _)| number)
            .collect()
    }
}

fn lines(file: &FileCoverage) -> Lines {
    let lines = file.lines.iter();
    let mut lines: Lines = lines
        .map(|line| (line.number, (line.count, Vec::new())))
        .collect();
    for segment in &file.segments {
        if let Some((_, places)) = lines.get_mut(&segment.start.line) {
            places.push((segment.start.column, segment.count));
        }
    }
    lines
}
