//! Lines of code as sets.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use fixedbitset::FixedBitSet;
use llvm_coverage::Coverage;

/// Lines of code, each with its number in the sets.
#[derive(Default)]
pub struct Lines(HashMap<(Arc<str>, u32), usize>);

impl Lines {
    /// Those that have run.
    pub fn reached(&mut self, coverage: &Coverage) -> FixedBitSet {
        let mut set = FixedBitSet::new();
        for file in &coverage.files {
            for line in file.lines.iter().filter(|line| line.count > 0) {
                let next = self.0.len();
                let number = self.0.entry((Arc::clone(&file.path), line.number));
                set.grow_and_insert(*number.or_insert(next));
            }
        }
        set
    }

    /// Whether the line is in the set.
    pub fn has(&self, set: &FixedBitSet, path: &Arc<str>, line: u32) -> bool {
        let number = self.0.get(&(Arc::clone(path), line));
        number.is_some_and(|it| set.contains(*it))
    }

    /// The lines that `FILE`, `FILE:LINE` or `FILE:LINE-LINE` names, as far as something reaches them.
    ///
    /// # Errors
    ///
    /// If it is no such place, or nothing of the file has run.
    pub fn wanted(&self, place: &str, root: &Path) -> Result<FixedBitSet> {
        let (file, range) = match place.rsplit_once(':') {
            Some((file, range)) => {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                match (first.parse::<u32>(), last.parse::<u32>()) {
                    (Ok(first), Ok(last)) if first <= last => (file, first..=last),
                    _ => {
                        bail!("{place:?} is no place such as src/store.rs:42 or src/store.rs:40-50")
                    }
                }
            }
            None => (place, 0..=u32::MAX),
        };
        let path = root.join(file);
        let in_file = |(known, _): &(Arc<str>, u32)| Path::new(&**known) == path;
        if !self.0.keys().any(in_file) {
            bail!("nothing of {file} has run in a scenario");
        }
        let mut set = FixedBitSet::new();
        for (key, number) in &self.0 {
            if in_file(key) && range.contains(&key.1) {
                set.grow_and_insert(*number);
            }
        }
        Ok(set)
    }
}
