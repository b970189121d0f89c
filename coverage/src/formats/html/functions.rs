//! The functions of a file: each with its instantiations, under names that people can read.

use std::collections::BTreeMap;

use rustc_demangle::demangle;

use super::mangled::{implementation, is_given_by_trait};
use super::short_names::{long, parts, short};
use crate::count::functions::{CountedRegion, Function};
use crate::count::ratio::Ratio;
use crate::count::segments::{Segment, segments};
use crate::count::{Coverage, FileCoverage};
use crate::parse::regions::{Kind, Position};

/// A function as it is written.
pub struct ShownFunction {
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
    /// The regions, which ran if they did in any instantiation.
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
    /// Its code in the file that it is written in.
    code: Vec<CountedRegion>,
}

impl ShownFunction {
    /// The code of its instantiations.
    pub fn code(&self) -> impl Iterator<Item = CountedRegion> {
        let code = self.instantiations.iter().flat_map(|it| &it.code);
        code.copied()
    }

    /// How many of the instantiations ran.
    pub fn ran(&self) -> usize {
        let ran = self.instantiations.iter().filter(|it| it.count > 0);
        ran.count()
    }
}

/// A function, with its name as it is written in Rust.
type Named<'a> = (String, &'a Function);

/// The functions that are written in the file, from the top to the bottom. A macro makes several in one place; those that are
/// called alike have their long names.
pub fn written(coverage: &Coverage, file: &FileCoverage) -> Vec<ShownFunction> {
    let mut by_name: BTreeMap<(Position, String), BTreeMap<String, Vec<Named>>> = BTreeMap::new();
    for function in coverage.functions_of(file) {
        let own = function.own_file().unwrap_or(0);
        if function.files.get(own) == Some(&file.path)
            && let Some(first) = function.regions_in(own).next()
        {
            let full = format!("{:#}", demangle(&function.name));
            let name = of_trait(function, short(&full));
            let alike = by_name.entry((first.start, name)).or_default();
            let same = alike.entry(identity(function, &full)).or_default();
            same.push((full, function));
        }
    }
    let by_name = by_name.into_iter();
    let functions = by_name.flat_map(|((start, name), alike)| {
        let is_alone = alike.len() == 1;
        alike.into_values().map(move |functions| {
            let (full, function) = &functions[0];
            let name = if is_alone {
                name.clone()
            } else {
                of_trait(function, long(full))
            };
            ShownFunction::new(start, name, functions)
        })
    });
    functions.collect()
}

/// A method that a trait gives is one function, whatever has it; what a macro makes in one place are several.
fn of_trait(function: &Function, name: String) -> String {
    match name.split_once(" as ") {
        Some((_, of_trait)) if is_given_by_trait(&function.name) => {
            of_trait.replacen(">::", "::", 1)
        }
        _ => name,
    }
}

/// What tells functions of one place and short name apart: their modules, and the implementations that they are in. Without the
/// crate, as a file that is part of a library and of a program has each function once.
fn identity(function: &Function, full: &str) -> String {
    let long = of_trait(function, long(full));
    let inside = parts(&long)[1..].join("::");
    format!("{} {inside}", implementation(&function.name))
}

impl ShownFunction {
    fn new(start: Position, name: String, functions: Vec<Named>) -> Self {
        let mut by_name: BTreeMap<String, Vec<&Function>> = BTreeMap::new();
        for (name, function) in functions {
            by_name.entry(name).or_default().push(function);
        }
        let instantiations = by_name
            .into_iter()
            .map(|(name, functions)| Instantiation::new(name, &functions));
        let mut instantiations: Vec<_> = instantiations.collect();
        // Nor is it counted as one that did not run.
        if instantiations.iter().any(|it| it.count > 0) {
            instantiations.retain(|it| it.count > 0 || !is_mention(&it.name));
        }
        let code = || instantiations.iter().flat_map(|it| &it.code);
        let mut ran: BTreeMap<(Position, Position), bool> = BTreeMap::new();
        for region in code().filter(|it| it.kind == Kind::Code) {
            *ran.entry((region.start, region.end)).or_default() |= region.count > 0;
        }
        Self {
            start,
            end: code().map(|it| it.end).max().unwrap_or(start),
            is_closure: name.ends_with('}'),
            name,
            count: instantiations
                .iter()
                .fold(0, |sum, it| sum.saturating_add(it.count)),
            regions: Ratio::of(ran.into_values()),
            instantiations,
        }
    }
}

impl Instantiation {
    fn new(name: String, functions: &[&Function]) -> Self {
        let counts = functions.iter().map(|function| function.count());
        let code = functions.iter().flat_map(|function| {
            let own = function.own_file().unwrap_or(0);
            function.regions_in(own).copied()
        });
        Self {
            name,
            count: counts.fold(0, u64::saturating_add),
            code: code.collect(),
        }
    }

    /// Where its count changes, without the space between its regions.
    pub fn parts(&self) -> Vec<Segment> {
        let mut parts = segments(self.code.iter().copied());
        parts.retain(|it| it.count.is_some() && !it.is_gap);
        parts
    }
}

/// Whether the name is that of a generic function without its types, as `new` of `a::new::<_>`. A crate that has one
/// and does not use it compiles nothing, but says that it is there.
fn is_mention(name: &str) -> bool {
    let is_of_a_word = |character: char| character.is_alphanumeric() || character == '_';
    name.split(|it| !is_of_a_word(it)).any(|word| word == "_")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::count::functions::Functions;

    /// Without code.
    pub fn instantiation(name: &str) -> Instantiation {
        Instantiation {
            name: name.into(),
            count: 1,
            code: vec![],
        }
    }

    #[test]
    fn a_region_ran_if_it_did_in_any_instantiation() {
        let function = |name: &str, counts: [u64; 2]| Function {
            name: name.into(),
            files: vec!["/app/a.rs".into()],
            regions: counts
                .iter()
                .zip(1..)
                .map(|(count, line)| CountedRegion {
                    kind: Kind::Code,
                    file: 0,
                    expanded_file: None,
                    start: Position { line, column: 1 },
                    end: Position { line, column: 9 },
                    count: *count,
                })
                .collect(),
        };
        let mut all = Functions::default();
        all.known = vec![function("one", [1, 0]), function("other", [0, 1])];
        let coverage = Coverage::new(all, |_| true);
        let functions = coverage.functions.iter();
        let functions = functions.map(|it| (it.name.to_string(), it)).collect();
        let written = ShownFunction::new(Position { line: 1, column: 1 }, "f".into(), functions);
        assert_eq!((written.regions.missing(), written.code().count()), (0, 4));
    }

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
