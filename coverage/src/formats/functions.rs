//! Functions for people: as they are written, whatever they were compiled to.

use std::collections::BTreeMap;

use crate::count::functions::Function;
use crate::count::lines::{Line, lines};
use crate::count::segments::segments;
use crate::count::{Coverage, FileCoverage};

/// A function as it is written in a file.
pub struct Written {
    /// Its path, without the hashes of a mangled name.
    pub name: String,
    /// Its lines, and how often they ran in all its instantiations.
    pub lines: Vec<Line>,
}

/// The functions that are written in the file, from its top to its bottom, with those of their lines that the
/// file's coverage has. Those that start at the same place are instantiations of one, as in the summaries.
pub fn written(coverage: &Coverage, file: &FileCoverage) -> Vec<Written> {
    let mut by_start = BTreeMap::new();
    for function in coverage.functions_of(file) {
        let own = function
            .own_file()
            .filter(|own| function.files[*own] == file.path);
        let first = own.and_then(|own| Some((own, function.regions_in(own).next()?.start)));
        if let Some((own, start)) = first {
            let instantiations: &mut Vec<(&Function, usize)> = by_start.entry(start).or_default();
            instantiations.push((function, own));
        }
    }
    by_start
        .into_values()
        .map(|instantiations| {
            let regions = instantiations
                .iter()
                .flat_map(|(function, own)| function.regions_in(*own).copied());
            let mut lines = lines(&segments(regions));
            lines.retain(|line| {
                let those = file
                    .lines
                    .binary_search_by_key(&line.number, |it| it.number);
                those.is_ok()
            });
            Written {
                name: name(instantiations.iter().map(|(function, _)| &*function.name)),
                lines,
            }
        })
        .filter(|function| !function.lines.is_empty())
        .collect()
}

/// What the instantiations with these mangled names are called: without the types, if these tell them apart.
fn name<'a>(mangled: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<_> = mangled.map(demangled).collect();
    names.dedup();
    if names.len() > 1 {
        names = names.iter().map(|name| without_types(name)).collect();
    }
    names.swap_remove(0)
}

/// The name of a function as it is written in Rust, without the hash behind it.
pub fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// The name without its type arguments: `app::largest` of `app::largest::<u8>`.
fn without_types(name: &str) -> String {
    let mut kept = String::new();
    let mut depth = 0_usize;
    let mut before = ' ';
    let mut rest = name;
    while let Some(next) = rest.chars().next() {
        if depth == 0 && rest.starts_with("::<") {
            depth = 1;
            rest = &rest[3..];
            before = '<';
            continue;
        }
        match next {
            '<' if depth > 0 => depth += 1,
            // `->` closes nothing.
            '>' if depth > 0 && before != '-' => depth -= 1,
            _ if depth == 0 => kept.push(next),
            _ => {}
        }
        before = next;
        rest = &rest[next.len_utf8()..];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::functions::CountedRegion;
    use crate::count::summary::Summary;
    use crate::parse::regions::{Kind, Position};

    #[test]
    fn of_a_function_those_lines_are_there_that_the_file_has() {
        let function = |name: &str, (first, last)| {
            let [start, end] = [first, last].map(|line| Position { line, column: 1 });
            let body = CountedRegion {
                kind: Kind::Code,
                file: 0,
                expanded_file: None,
                start,
                end,
                count: 2,
            };
            Function {
                name: name.into(),
                files: vec!["/app/a.rs".into()],
                regions: vec![body],
            }
        };
        let coverage = Coverage {
            functions: vec![
                function("later", (11, 13)),
                function("first", (1, 4)),
                function("without", (20, 21)),
            ],
            ..Coverage::default()
        };
        // Those that a branch has changed, say.
        let changed = [2, 3, 13].map(|number| Line { number, count: 2 });
        let file = FileCoverage {
            path: "/app/a.rs".into(),
            summary: Summary::default(),
            functions: vec![0, 1, 2],
            segments: vec![],
            lines: changed.into(),
        };
        let found: Vec<_> = written(&coverage, &file)
            .into_iter()
            .map(|it| (it.name, it.lines))
            .collect();
        assert_eq!(
            found,
            [
                ("first".to_owned(), changed[..2].to_vec()),
                ("later".to_owned(), changed[2..].to_vec())
            ]
        );
    }

    #[test]
    fn instantiations_are_called_after_what_they_have_in_common() {
        let one = "_RNvCs15kBYyAo9fc_7mycrate7example";
        assert_eq!(name([one].into_iter()), "mycrate::example");
        let [of_u8, of_i32] =
            ["h", "l"].map(|letter| format!("_RINvCs15kBYyAo9fc_7mycrate7example{letter}E"));
        assert_eq!(name([&*of_u8].into_iter()), "mycrate::example::<u8>");
        assert_eq!(name([&*of_u8, &*of_i32].into_iter()), "mycrate::example");
        assert_eq!(
            name([&*of_u8, &*of_u8].into_iter()),
            "mycrate::example::<u8>"
        );
        assert_eq!(
            name(["_ZN3app4main17h0123456789abcdefE"].into_iter()),
            "app::main"
        );
        assert_eq!(name(["main"].into_iter()), "main");
    }

    #[test]
    fn types_are_taken_out_of_a_name_and_nothing_else() {
        for (name, short) in [
            ("app::map::<u8>::{closure#0}", "app::map::{closure#0}"),
            ("app::call::<fn(u8) -> Vec<u8>, 3>", "app::call"),
            (
                "<app::Square as app::Shape>::area",
                "<app::Square as app::Shape>::area",
            ),
            ("<a::B<u8>>::new::<&str>", "<a::B<u8>>::new"),
            ("grün::<é>::naïve", "grün::naïve"),
        ] {
            assert_eq!(without_types(name), short);
        }
    }
}
