//! Places of a program: lines of a file, or functions.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fixedbitset::FixedBitSet;
use llvm_coverage::Coverage;
use llvm_coverage::count::functions::{CountedRegion, Function};
use llvm_coverage::formats::demangled;

use crate::measured::scenarios::index::Lines;

/// What scenarios are asked for by.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// Lines of the file at an absolute path.
    Lines(PathBuf, RangeInclusive<u32>),
    /// A function, by the end of its path.
    Function(String),
}

impl Place {
    /// What `FILE`, `FILE:LINE`, `FILE:LINE-LINE` or `FUNCTION` means. The path of a file begins at the root, as in reports, or in the
    /// directory `here` if only that has it.
    ///
    /// # Errors
    ///
    /// If it can be none of them.
    pub fn parse(text: &str, root: &Path, here: &Path) -> Result<Place> {
        let at = |file: &str| {
            let of_root = root.join(file);
            let of_here = Some(here.join(file)).filter(|it| !of_root.is_file() && it.is_file());
            of_here.unwrap_or(of_root)
        };
        let wrong = || {
            format!(
                "--reach {text} is not a place such as src/store.rs:42, src/store.rs:40-50, src/store.rs or store::insert"
            )
        };
        let all = 0..=u32::MAX;
        if at(text).is_file() {
            return Ok(Place::Lines(at(text), all));
        }
        if text.contains("::") || !text.contains([':', '/', '.']) {
            return Ok(Place::Function(text.to_owned()));
        }
        let Some((file, range)) = text.rsplit_once(':') else {
            return Ok(Place::Lines(at(text), all));
        };
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Place::Lines(at(file), first..=last)),
            _ => bail!("{}", wrong()),
        }
    }
}

/// The file of a place that is lines.
pub fn file(place: &str) -> &str {
    place.rsplit_once(':').map_or(place, |(file, _)| file)
}

/// Whether a file has code in some of these lines.
pub fn has_code(coverage: &Coverage, path: &Path, lines: &RangeInclusive<u32>) -> bool {
    let mut files = coverage.files.iter();
    let file = files.find(|it| Path::new(&*it.path) == path);
    file.is_some_and(|it| it.lines.iter().any(|line| lines.contains(&line.number)))
}

/// The lines of the functions whose path ends in `name`, with what is inside of them, such as closures.
///
/// # Errors
///
/// If there is none.
pub fn function(coverage: &Coverage, name: &str, lines: &Lines) -> Result<FixedBitSet> {
    let mut set = FixedBitSet::new();
    let mut is_known = false;
    for function in &coverage.functions {
        if !is_called(&demangled(&function.name), name) {
            continue;
        }
        is_known = true;
        if let Some((path, range)) = extent(function) {
            set.union_with(&lines.set(Path::new(path), |line| range.contains(&line)));
        }
    }
    if !is_known {
        bail!("there is no function {name} in the measured program");
    }
    Ok(set)
}

/// The file that a function is written in, and its lines there.
pub fn extent(function: &Function) -> Option<(&str, RangeInclusive<u32>)> {
    let own = function.own_file()?;
    let lines = function.regions_in(own).map(CountedRegion::lines);
    let all =
        lines.reduce(|one, other| *one.start().min(other.start())..=*one.end().max(other.end()))?;
    Some((&*function.files[own], all))
}

/// Whether the words of a path are in a row in the function's own: `Store::new` in `<orders::Store<u8>>::new`.
fn is_called(function: &str, name: &str) -> bool {
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    let has = |path: &str| {
        path.match_indices(name).any(|(place, _)| {
            let before = path[..place].chars().next_back();
            let after = path[place + name.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    };
    has(function) || paths(function).iter().any(|path| has(path))
}

/// A function's paths as people write them, without types in angle brackets: `<a::T<u8> as a::Show>::f::<u8>` is `a::T::f` and
/// `a::Show::f`.
fn paths(function: &str) -> Vec<String> {
    let (heads, rest) = match function.strip_prefix('<').and_then(closed) {
        Some((inside, rest)) => {
            let (of, which) = cut_at_as(inside);
            let heads = paths(of).into_iter().chain(which.map(without_types));
            (heads.collect(), rest)
        }
        None => (vec![String::new()], function),
    };
    let rest = without_types(rest);
    heads.into_iter().map(|head| head + &rest).collect()
}

/// What is before the bracket that closes one, and what is behind it.
fn closed(text: &str) -> Option<(&str, &str)> {
    let end = brackets(text).find(|(_, depth)| *depth < 0)?.0;
    Some((&text[..end], &text[end + 1..]))
}

/// The type and the trait of `a::T as a::Show`.
fn cut_at_as(text: &str) -> (&str, Option<&str>) {
    let mut depths = brackets(text).peekable();
    let mut depth = 0;
    for (place, _) in text.match_indices(" as ") {
        while let Some((_, next)) = depths.next_if(|(bracket, _)| *bracket < place) {
            depth = next;
        }
        if depth == 0 {
            return (&text[..place], Some(&text[place + 4..]));
        }
    }
    (text, None)
}

fn without_types(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('<') {
        out.push_str(before.strip_suffix("::").unwrap_or(before));
        rest = closed(inside).map_or("", |(_, rest)| rest);
    }
    out + rest
}

/// The places of angle brackets, and how deep they lead; but not of those in `->`.
fn brackets(text: &str) -> impl Iterator<Item = (usize, i32)> {
    let mut depth = 0;
    text.match_indices(['<', '>'])
        .filter_map(move |(place, it)| {
            if text[..place].ends_with('-') {
                return None;
            }
            depth += if it == "<" { 1 } else { -1 };
            Some((place, depth))
        })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Place, is_called};

    #[test]
    fn places_are_lines_or_functions() {
        let parse = |text: &str| Place::parse(text, Path::new("/none"), Path::new("/none"));
        let lines = |file: &str, range| Place::Lines(Path::new("/none").join(file), range);
        assert_eq!(parse("src/a.rs:4").unwrap(), lines("src/a.rs", 4..=4));
        assert_eq!(parse("src/a.rs:4-9").unwrap(), lines("src/a.rs", 4..=9));
        assert_eq!(parse("src/a.rs").unwrap(), lines("src/a.rs", 0..=u32::MAX));
        for name in ["insert", "store::insert"] {
            assert_eq!(parse(name).unwrap(), Place::Function(name.to_owned()));
        }
        for wrong in ["src/a.rs:x", "src/a.rs:9-4", "src/a.rs:"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_that_only_the_directory_has_begins_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let here = root.join("generator/src");
        let whole = |file: &str| Place::Lines(root.join(file), 7..=7);
        let parse = |text: &str| Place::parse(text, root, &here).unwrap();
        assert_eq!(parse("lib.rs:7"), whole("generator/src/lib.rs"));
        assert_eq!(
            parse("generator/src/lib.rs:7"),
            whole("generator/src/lib.rs")
        );
        assert_eq!(parse("none.rs:7"), whole("none.rs"));
    }

    #[test]
    fn functions_are_called_by_words_of_their_paths() {
        let function = "orders::store::Store::insert::<u8>::{closure#0}";
        for name in ["insert", "Store::insert", "orders::store"] {
            assert!(is_called(function, name), "{name}");
        }
        for name in ["sert", "store::insert", "Stor"] {
            assert!(!is_called(function, name), "{name}");
        }
    }

    #[test]
    fn methods_are_called_by_their_types_and_traits() {
        let method = "<orders::store::Store<alloc::vec::Vec<u8>>>::insert::<u8>";
        for name in [
            "Store::insert",
            "orders::store::Store::insert",
            "store::Store",
            method,
        ] {
            assert!(is_called(method, name), "{name}");
        }
        for name in ["Vec::insert", "tore::insert", "orders::insert"] {
            assert!(!is_called(method, name), "{name}");
        }
        let of_trait = "<orders::Store<fn(u8) -> u8> as core::convert::From<<u8 as a::B>::C>>::from::{closure#0}";
        for name in ["Store::from", "convert::From::from", "from::{closure#0}"] {
            assert!(is_called(of_trait, name), "{name}");
        }
        assert!(!is_called(of_trait, "B::from"));
        let inside = "<<orders::Store>::open::{closure#0} as core::ops::FnOnce<()>>::call_once";
        for name in [
            "Store::open",
            "FnOnce::call_once",
            "open::{closure#0}::call_once",
        ] {
            assert!(is_called(inside, name), "{name}");
        }
        for odd in ["<", "a<", "a>b", "<a as", "< as >", "->", "<a -> b>::c"] {
            assert!(is_called(odd, odd));
            assert!(!is_called(odd, "x"), "{odd}");
        }
    }
}
