//! Where the compiler's mapping has code in a file.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use llvm_coverage::parse::regions::Kind;
use llvm_coverage::{Coverage, FileCoverage};
use proc_macro2::{LineColumn, Span};

use crate::commands::scenarios::place::extent;

/// By default, it has none.
#[derive(Default)]
pub struct Mapped {
    /// The lines in which functions begin.
    functions: BTreeSet<u32>,
    /// Where regions of code begin: lines and columns in characters, from 1 on.
    pub(super) regions: BTreeSet<(usize, usize)>,
    /// Where each begins and ends.
    extents: Vec<[(usize, usize); 2]>,
}

impl Mapped {
    /// That of a file with a text, of which the mapping counts bytes.
    pub fn of(coverage: &Coverage, file: &FileCoverage, text: &str) -> Self {
        // Those in which a character may have several bytes.
        let lines = text.lines().map(|it| Some(it).filter(|it| !it.is_ascii()));
        let lines: Vec<Option<&str>> = lines.collect();
        let extents = coverage.functions_of(file).filter_map(extent);
        let own = extents.filter(|(of, _)| *of == &*file.path);
        let functions = own.map(|(_, lines)| *lines.start()).collect();
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let regions = coverage
            .functions_of(file)
            .flat_map(|it| it.regions.iter().map(move |region| (it, region)));
        let own = regions.filter(|(it, region)| {
            *it.files[region.file] == *file.path && region.kind == Kind::Code
        });
        let place = |line, column| {
            let (line, column) = (number(line), number(column));
            let text = line.checked_sub(1).and_then(|it| *lines.get(it)?);
            (line, text.map_or(column, |it| in_characters(it, column)))
        };
        let extents = own.map(|(_, it)| {
            [
                place(it.start.line, it.start.column),
                place(it.end.line, it.end.column),
            ]
        });
        let extents: Vec<_> = extents.collect();
        Self {
            functions,
            regions: extents.iter().map(|[start, _]| *start).collect(),
            extents,
        }
    }

    /// Whether a function begins in these lines.
    pub fn function_begins_in(&self, lines: RangeInclusive<u32>) -> bool {
        self.functions.range(lines).next().is_some()
    }

    /// Where code begins from a place to another one, which is not meant.
    pub fn code_in(&self, place: [LineColumn; 2]) -> impl Iterator<Item = (usize, usize)> {
        let [start, end] = place.map(from_one);
        self.regions.range(start..end.max(start)).copied()
    }

    /// Whether code begins in a part of the text.
    pub fn has_code_in(&self, part: Span) -> bool {
        self.code_in([part.start(), part.end()]).next().is_some()
    }

    /// Whether there is code from a place to another one, or around both.
    pub fn has_code_at(&self, place: [LineColumn; 2]) -> bool {
        let [start, end] = place.map(from_one);
        let is_around = |it: &[(usize, usize); 2]| it[0] <= start && end <= it[1];
        self.code_in(place).next().is_some() || self.extents.iter().any(is_around)
    }

    #[cfg(test)]
    pub fn with(functions: &[u32], regions: &[(usize, usize)]) -> Self {
        Self {
            functions: functions.iter().copied().collect(),
            regions: regions.iter().copied().collect(),
            extents: Vec::new(),
        }
    }
}

/// The column in characters of a column in bytes, both from 1 on.
fn in_characters(line: &str, column: usize) -> usize {
    let before = line.as_bytes().iter().take(column.saturating_sub(1));
    // Those that begin no character.
    let others = before.filter(|byte| (0x80..0xc0).contains(*byte)).count();
    column - others
}

/// The line and the column in characters of a place, both from 1 on.
pub fn from_one(place: LineColumn) -> (usize, usize) {
    (place.line, place.column + 1)
}
