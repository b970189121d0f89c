//! Summaries: how much of a file's lines, functions and regions ran.
//!
//! They are added up from the functions, as `llvm-cov report` does, and not from the file's lines: a line
//! that belongs to two functions, such as a closure and what is around it, counts once for each.

use std::collections::BTreeMap;
use std::ops::{AddAssign, RangeInclusive};

use super::functions::Function;
use super::lines::lines;
use super::ratio::Ratio;
use super::segments::segments;
use crate::parse::regions::Kind;

/// How much ran of a function, of a file, or of everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines, once for each function that they belong to.
    pub lines: Ratio,
    /// Functions as they are written.
    pub functions: Ratio,
    /// The functions as often as they were compiled: a generic one once for each of its types.
    pub instantiations: Ratio,
    /// Regions of code.
    pub regions: Ratio,
}

impl Summary {
    /// Whether all lines, functions and regions ran.
    pub fn is_complete(&self) -> bool {
        [self.lines, self.functions, self.regions].map(Ratio::missing) == [0; 3]
    }
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.functions += other.functions;
        self.instantiations += other.instantiations;
        self.regions += other.regions;
    }
}

/// Sums up the functions that are written in the file at `path`. Those that start at the same place are
/// instantiations of one function.
pub fn summary<'a>(path: &str, functions: impl IntoIterator<Item = &'a Function>) -> Summary {
    summary_of(path, functions, |_, _| true)
}

/// Sums up the functions that are written in the file at `path`, and of them the lines and regions that are
/// `wanted`: of which file, and from which line to which.
pub fn summary_of<'a>(
    path: &str,
    functions: impl IntoIterator<Item = &'a Function>,
    wanted: impl Fn(&str, RangeInclusive<u32>) -> bool,
) -> Summary {
    let mut written = BTreeMap::new();
    let mut instantiations = Ratio::default();
    for function in functions {
        let Some(own_file) = function
            .own_file()
            .filter(|file| *function.files[*file] == *path)
        else {
            continue;
        };
        let Some(first) = function.regions_in(own_file).next() else {
            continue;
        };
        let own = instantiation(function, own_file, &wanted);
        instantiations += own.functions;
        let known = written.entry(first.start).or_insert(own);
        known.lines = known.lines.max(own.lines);
        known.functions = known.functions.max(own.functions);
        known.regions = known.regions.max(own.regions);
    }
    let mut sum = Summary {
        instantiations,
        ..Summary::default()
    };
    for function in written.into_values() {
        sum += function;
    }
    sum
}

fn instantiation(
    function: &Function,
    own_file: usize,
    wanted: impl Fn(&str, RangeInclusive<u32>) -> bool,
) -> Summary {
    let lines = lines(&segments(function.regions_in(own_file).copied()));
    let lines = lines
        .iter()
        .filter(|line| wanted(&function.files[own_file], line.number..=line.number));
    let code = function.regions.iter().filter(|region| {
        region.kind == Kind::Code && wanted(&function.files[region.file], region.lines())
    });
    Summary {
        lines: Ratio::of(lines.map(|line| line.count > 0)),
        functions: Ratio::of([function.count() > 0]),
        instantiations: Ratio::default(),
        regions: Ratio::of(code.map(|region| region.count > 0)),
    }
}
