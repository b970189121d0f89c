//! What ran in an earlier report, is there, and was not measured now.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use llvm_coverage::baseline::Comparison;
use llvm_coverage::formats::names::name;
use llvm_coverage::{Coverage, files};
use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;

use super::cfg::{self, Cfg, macros};
use super::left_out;
use super::mapped::Mapped;
use super::not_understood;
use super::of_statement;
use crate::build::texts::Text;
use crate::parsed::{Parsed, parse};

/// The files, functions and statements that ran in the earlier report, that are there, and of which the `coverage` says nothing, as
/// people read them in the workspace at `root`. What was compiled and has no code any more is not among them, unless `cfg` leaves it
/// out, nor what is not to be reported on.
pub fn find(
    comparison: &Comparison,
    coverage: &Coverage,
    root: &Path,
    texts: &BTreeSet<Text>,
    cfg: &HashMap<PathBuf, Vec<Cfg>>,
    is_reported: impl Fn(&Path) -> bool,
) -> Vec<String> {
    let built: BTreeSet<&Path> = texts.iter().map(|text| text.path.as_path()).collect();
    let missing = comparison.missing.iter().filter(|name| {
        let path = root.join(name);
        let is_unmeasured = || !built.contains(&*path) || has_functions(&path);
        is_reported(&path) && path.is_file() && is_unmeasured()
    });
    let mut unmeasured: Vec<String> = missing.cloned().collect();
    let mut gone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in &comparison.gone {
        gone.entry(&it.path).or_default().push(&it.name);
    }
    let mut macros = None;
    let files = coverage.files.iter();
    for file in files.filter(|file| is_reported(Path::new(&*file.path))) {
        let path = Path::new(&*file.path);
        let functions = gone.get(&*file.path).map_or(&[][..], Vec::as_slice);
        let lines = comparison.without_code.get(&file.path);
        let shorter = comparison.shorter.get(&file.path);
        if functions.is_empty() && lines.is_none() && shorter.is_none() {
            continue;
        }
        let Ok(text) = files::read_text(path) else {
            continue;
        };
        let mapped = Mapped::of(coverage, file, &text);
        let source = parse(&text);
        let without_code = names(&source, &mapped);
        let is_shorter = |function: &RangeInclusive<u32>| {
            shorter.is_some_and(|all| all.iter().any(|it| function.contains(it)))
        };
        let is_without_code = |name: &&str| without_code.iter().any(|(_, it)| it == last(name));
        let gone = functions.iter().map(|name| function(name));
        let shorter = without_code.iter().filter(|(lines, _)| is_shorter(lines));
        let there: BTreeSet<&str> = gone
            .filter(is_without_code)
            .chain(shorter.map(|(_, name)| &**name))
            .collect();
        let name = name(path, root);
        let there = there.iter();
        unmeasured.extend(there.map(|function| format!("{name} (no code for {function} now)")));
        let compiled = cfg.get(path).map_or(&[][..], Vec::as_slice);
        let mut out = cfg::left_out(&source, compiled);
        if lines.is_some() {
            let macros = macros.get_or_insert_with(|| macros::changed(texts, cfg));
            out.extend(macros::without_code(coverage, file, &text, macros));
            let code: BTreeSet<u32> = file.lines.iter().map(|it| it.number).collect();
            let has_code = |line| code.contains(&line);
            let mut unknown = of_statement::unknown(&source, &mapped, &has_code);
            let functions = without_code.iter().map(|(lines, _)| lines);
            let named: Vec<_> = functions.chain(&out).cloned().collect();
            unknown.retain(|it| !named.iter().any(|lines| lines.contains(it.start())));
            out.append(&mut unknown);
        }
        out.extend(
            not_understood::lines(&source, &|_| false)
                .into_iter()
                .map(|it| it..=it),
        );
        out.retain(|range| lines.is_some_and(|all| all.iter().any(|it| range.contains(it))));
        let first = out.iter().map(RangeInclusive::start);
        unmeasured.extend(first.map(|line| format!("{name} (no code for line {line} now)")));
    }
    unmeasured
}

/// Whether there are functions in a source that has no code.
fn has_functions(path: &Path) -> bool {
    let text = files::read_text(path).unwrap_or_default();
    !left_out::functions(&parse(&text), &Mapped::default()).is_empty()
}

/// The functions in a text of which the mapping has no code: their lines and their names.
fn names(source: &Parsed, mapped: &Mapped) -> Vec<(RangeInclusive<u32>, String)> {
    let mut all = BTreeMap::new();
    add_names(source.tokens.clone(), &mut all);
    let ranges = left_out::functions(source, mapped).into_iter();
    let named = ranges.filter_map(|lines| {
        let (_, name) = all.range(lines.clone()).next()?;
        Some((lines, name.clone()))
    });
    let mut named: Vec<_> = named.collect();
    let begins = |line: u32| mapped.function_begins_in(line..=line);
    let others = not_understood::lines(source, &begins).into_iter();
    named.extend(others.filter_map(|line| Some((line..=line, all.get(&line)?.clone()))));
    named
}

/// Adds the names of functions by the lines that they begin in.
fn add_names(tokens: TokenStream, all: &mut BTreeMap<u32, String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match (token, tokens.peek()) {
            (TokenTree::Group(it), _) => add_names(it.stream(), all),
            (TokenTree::Ident(it), Some(TokenTree::Ident(name))) if it == "fn" => {
                let line = u32::try_from(it.span().start().line).unwrap_or(u32::MAX);
                all.entry(line).or_insert_with(|| name.unraw().to_string());
            }
            _ => {}
        }
    }
}

/// The name of the function that a closure is in, or the body of an asynchronous one.
fn function(name: &str) -> &str {
    name.split("::{").next().unwrap_or(name)
}

/// The name of a function without what it is in.
fn last(name: &str) -> &str {
    let last = name.rsplit("::").next().unwrap_or(name);
    last.strip_prefix("r#").unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::{function, last, names};
    use crate::commands::report::mapped::Mapped;
    use crate::parsed::parse;

    #[test]
    fn functions_without_code_have_names() {
        let text = "\
fn compiled() {}
/// Not a fn of its own.
#[cfg(feature = \"a\")]
pub async fn left_out<T>() {
    fn inner() {}
}
impl A {
    #[cfg(windows)]
    fn method(&self) {}
}
";
        let found = names(&parse(text), &Mapped::with(&[1], &[]));
        let found: Vec<&str> = found.iter().map(|(_, name)| &**name).collect();
        assert_eq!(found, ["left_out", "inner", "method"]);
        assert_eq!(names(&parse("fn"), &Mapped::default()), []);
    }

    #[test]
    fn the_last_part_of_a_name_is_that_of_the_function() {
        assert_eq!(function("A::here::{closure#0}::{closure#1}"), "A::here");
        assert_eq!(last("here"), "here");
        assert_eq!(last("<A as Display>::fmt"), "fmt");
    }
}
