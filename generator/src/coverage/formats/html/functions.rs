//! The functions of a file: each with its instantiations, under names that people can read.

use std::collections::BTreeMap;

use rustc_demangle::demangle;

use super::super::super::count::functions::Function;
use super::super::super::count::summary::Ratio;
use super::super::super::count::{Coverage, FileCoverage};
use super::super::super::parse::regions::{Kind, Position};

/// A function as it is written.
pub struct Written {
    /// Where it begins.
    pub start: Position,
    /// Behind the last of its code.
    pub end: Position,
    /// Without the modules that it is in, and without its generic arguments; a closure by where it is.
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
    let mut written: Vec<_> = by_start
        .into_iter()
        .map(|(start, functions)| Written::new(start, &functions))
        .collect();
    super::closures::name(&mut written);
    written
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

/// A demangled name without modules and generic arguments: `NewOrder::validate` of
/// `<orders::model::NewOrder>::validate`, `item::{closure#0}` of `orders::validation::item::<u8>::{closure#0}`.
pub fn short(name: &str) -> String {
    let mut parts = parts(name);
    parts.retain(|part| !part.starts_with('<') || std::ptr::eq(part.as_ptr(), name.as_ptr()));
    // Behind the last part that is a name of its own there are only closures and the like.
    let last = parts
        .iter()
        .rposition(|part| !part.starts_with('{'))
        .unwrap_or(0);
    let owner = (last > 0 && parts[0].starts_with('<')).then(|| owner(parts[0]));
    let named = parts[last..].iter().map(|part| (*part).to_owned());
    owner
        .into_iter()
        .chain(named)
        .collect::<Vec<_>>()
        .join("::")
}

/// What a method belongs to: the type without its arguments, and of `<a::Type<u8> as b::Trait<c::Of>>` the trait with
/// them, as a type may have the trait several times.
fn owner(part: &str) -> String {
    let inside = part.strip_prefix('<').unwrap_or(part);
    let inside = inside.strip_suffix('>').unwrap_or(inside);
    let without_arguments = |path: &str| {
        let bare = without_modules(path);
        bare.split('<').next().unwrap_or_default().to_owned()
    };
    match inside.rsplit_once(" as ") {
        Some((own, of)) => format!("<{} as {}>", without_arguments(own), without_modules(of)),
        None => without_arguments(inside),
    }
}

/// A path, and those that are its arguments, without the modules.
fn without_modules(path: &str) -> String {
    let mut out = String::new();
    let mut word = 0;
    let mut rest = path;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("::") {
            out.truncate(word);
            rest = after;
            continue;
        }
        out.push(character);
        rest = &rest[character.len_utf8()..];
        if !character.is_alphanumeric() && character != '_' {
            word = out.len();
        }
    }
    out
}

/// What is between the `::` that are in no brackets.
fn parts(path: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (vec![], 0_usize, 0);
    let bytes = path.as_bytes();
    let mut place = 0;
    while place < bytes.len() {
        match bytes[place] {
            b'<' | b'(' | b'[' | b'{' => depth += 1,
            // Not that of an arrow.
            b'>' if place > 0 && bytes[place - 1] == b'-' => {}
            b'>' | b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && bytes[place..].starts_with(b"::") => {
                parts.push(&path[start..place]);
                start = place + 2;
                place += 1;
            }
            _ => {}
        }
        place += 1;
    }
    parts.push(&path[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_what_a_reader_calls_the_function() {
        for (name, expected) in [
            ("app::main", "main"),
            ("main", "main"),
            ("orders::validation::item::<u8, a::B>", "item"),
            ("<orders::model::NewOrder>::validate", "NewOrder::validate"),
            (
                "<orders::error::Error as core::fmt::Display>::fmt",
                "<Error as Display>::fmt",
            ),
            (
                "<a::Stack<a::B<u8>> as a::Push<u8>>::push::<u8>",
                "<Stack as Push<u8>>::push",
            ),
            (
                "a::f::{closure#0}::{closure#1}",
                "f::{closure#0}::{closure#1}",
            ),
            ("a::f::<fn(u8) -> a::B>::{closure#0}", "f::{closure#0}"),
            ("not mangled", "not mangled"),
            ("", ""),
        ] {
            assert_eq!(short(name), expected, "of {name}");
        }
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

    #[test]
    fn brackets_that_do_not_match_do_no_harm() {
        for name in ["<::", ">>::<<::{", "->::", "::<u8>", "{closure", "< as "] {
            assert!(short(name).len() <= name.len() + "<>".len(), "of {name}");
        }
    }
}
