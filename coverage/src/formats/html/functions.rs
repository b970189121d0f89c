//! The functions of a file: each with its instantiations, under names that people can read.

use std::collections::BTreeMap;

use rustc_demangle::demangle;

use super::short_names::short;
use crate::count::functions::Function;
use crate::count::ratio::Ratio;
use crate::count::{Coverage, FileCoverage};
use crate::parse::regions::{Kind, Position};

/// A function as it is written.
pub struct Written {
    /// Where it begins.
    pub start: Position,
    /// Behind the last of its code.
    pub end: Position,
    /// Without the modules that it is in, and without its generic arguments.
    pub name: String,
    /// It is a closure, or the body of an async function.
    pub is_closure: bool,
    /// How often it was entered, as any instantiation.
    pub count: u64,
    /// The regions of the instantiation of which most ran.
    pub regions: Ratio,
    /// What it was compiled to; those of one name are one. Of one that ran, the mere mention in its own crate is none.
    pub instantiations: Vec<Instantiation>,
}

/// A function as it was compiled.
pub struct Instantiation {
    /// With its modules and generic arguments.
    pub name: String,
    /// How often it was entered.
    pub count: u64,
}

impl Written {
    /// How many of the instantiations ran.
    pub fn ran(&self) -> usize {
        let ran = self.instantiations.iter().filter(|it| it.count > 0);
        ran.count()
    }
}

/// The functions that are written in the file, from the top to the bottom.
pub fn written(coverage: &Coverage, file: &FileCoverage) -> Vec<Written> {
    let mut by_start: BTreeMap<Position, Vec<&Function>> = BTreeMap::new();
    for function in coverage.functions_of(file) {
        let own = function.own_file().unwrap_or(0);
        if function.files.get(own) == Some(&file.path)
            && let Some(first) = function.regions_in(own).next()
        {
            by_start.entry(first.start).or_default().push(function);
        }
    }
    by_start
        .into_iter()
        .map(|(start, functions)| Written::new(start, &functions))
        .collect()
}

impl Written {
    fn new(start: Position, functions: &[&Function]) -> Self {
        let mut by_name: BTreeMap<String, u64> = BTreeMap::new();
        for function in functions {
            let count = by_name
                .entry(format!("{:#}", demangle(&function.name)))
                .or_default();
            *count = count.saturating_add(function.count());
        }
        let regions = functions.iter().map(|function| {
            let code = function.regions.iter().filter(|it| it.kind == Kind::Code);
            let covered = code.clone().filter(|it| it.count > 0).count();
            let total = code.count();
            Ratio { covered, total }
        });
        // Nor is it counted as one that did not run.
        if by_name.values().any(|count| *count > 0) {
            by_name.retain(|name, count| *count > 0 || !is_mention(name));
        }
        let name = by_name.keys().next().map(|name| short(name));
        let name = name.unwrap_or_default();
        let end = functions.iter().flat_map(|function| {
            let own = function.own_file().unwrap_or(0);
            function.regions_in(own).map(|region| region.end)
        });
        Self {
            start,
            end: end.max().unwrap_or(start),
            is_closure: name.ends_with('}'),
            name,
            count: by_name
                .values()
                .fold(0, |sum, count| sum.saturating_add(*count)),
            regions: regions
                .max_by_key(|ratio| (ratio.covered, ratio.total))
                .unwrap_or_default(),
            instantiations: by_name
                .into_iter()
                .map(|(name, count)| Instantiation { name, count })
                .collect(),
        }
    }
}

/// Whether the name is that of a generic function without its types, as `new` of `a::new::<_>`. A crate that has one
/// and does not use it compiles nothing, but says that it is there.
fn is_mention(name: &str) -> bool {
    let is_of_a_word = |character: char| character.is_alphanumeric() || character == '_';
    name.split(|it| !is_of_a_word(it)).any(|word| word == "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generic_function_without_its_types_is_a_mention() {
        for name in [
            "a::f::<_>",
            "<a::S<_>>::get",
            "<a::A<_> as b::From<&_>>::from",
        ] {
            assert!(is_mention(name), "of {name}");
        }
        for name in ["a::f::<u8>", "a::_f::<a::b_>", "a::f"] {
            assert!(!is_mention(name), "of {name}");
        }
    }
}
