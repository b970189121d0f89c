//! What closures are called: `place, async body` and `place, closure at line 33`.

use std::collections::HashMap;

use super::functions::ShownFunction;
use crate::parse::regions::Position;

const CLOSURE: &str = "::{closure#";

/// For each function of a file the one that it is a closure of, or its async body; any other is its own.
pub fn owners(functions: &[ShownFunction]) -> Vec<usize> {
    let (mut by_name, mut by_short) = (HashMap::new(), HashMap::new());
    for (place, function) in functions
        .iter()
        .enumerate()
        .filter(|(_, it)| !it.is_closure)
    {
        let names = function.instantiations.iter();
        by_name.extend(names.map(|one| (one.name.as_str(), place)));
        by_short.insert(function.name.as_str(), place);
    }
    let owner = |function: &ShownFunction| {
        let mut around = function.instantiations.iter().map(|one| split(&one.name).0);
        let owner = around.find_map(|name| by_name.get(name));
        // A closure may have types of its own, as one that is async.
        owner
            .or_else(|| by_short.get(split(&function.name).0))
            .copied()
    };
    let places = functions.iter().enumerate();
    let owners = places.map(|(place, function)| {
        let owner = function.is_closure.then(|| owner(function)).flatten();
        owner.unwrap_or(place)
    });
    owners.collect()
}

/// Gives the closures of a file names that say where they are. The functions are in the order in which they begin.
pub fn name(functions: &mut [ShownFunction]) {
    // A closure is called as what it is in, and a number.
    let around: HashMap<String, Position> = functions
        .iter()
        .filter(|it| !it.is_closure)
        .flat_map(|it| {
            it.instantiations
                .iter()
                .map(|one| (one.name.clone(), it.end))
        })
        .collect();
    let mut at_line: HashMap<(String, u32), usize> = HashMap::new();
    for function in &mut *functions {
        if !function.is_closure {
            continue;
        }
        let (owner, inside) = split(&function.name);
        let (owner, inside) = (owner.to_owned(), inside.to_owned());
        let full = function.instantiations.iter().map(|it| split(&it.name).0);
        let mut ends = full.filter_map(|name| around.get(name));
        // Of an async function, what is outside of the closure is what comes before its body.
        let is_body = inside == "::{closure#0}" && ends.any(|end| *end <= function.start);
        function.name = if is_body {
            format!("{owner}, async body")
        } else {
            *at_line
                .entry((owner.clone(), function.start.line))
                .or_default() += 1;
            owner
        };
    }
    for function in functions {
        let Position { line, column } = function.start;
        if let Some(number) = at_line.get(&(function.name.clone(), line))
            && function.is_closure
        {
            let beside = match number {
                1 => String::new(),
                _ => format!(", column {column}"),
            };
            function.name = format!("{}, closure at line {line}{beside}", function.name);
        }
    }
}

/// A name, and what is behind it of closures.
fn split(name: &str) -> (&str, &str) {
    // A type may be that of a closure, too; behind it a bracket closes.
    let mut start = name.len();
    while let Some(before) = name[..start].rfind(CLOSURE) {
        let number = name[before + CLOSURE.len()..start].strip_suffix('}');
        if !number.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
        {
            break;
        }
        start = before;
    }
    name.split_at(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::ratio::Ratio;
    use crate::formats::html::functions::tests::instantiation;
    use crate::formats::html::short_names::short;

    fn written(name: &str, start: (u32, u32), end: (u32, u32)) -> ShownFunction {
        let at = |(line, column)| Position { line, column };
        let short = short(name);
        ShownFunction {
            start: at(start),
            end: at(end),
            is_closure: short.ends_with('}'),
            name: short,
            count: 1,
            regions: Ratio::default(),
            instantiations: vec![instantiation(name)],
        }
    }

    fn names(mut functions: Vec<ShownFunction>) -> Vec<String> {
        name(&mut functions);
        functions.into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn the_body_of_an_async_function_is_told_from_a_closure() {
        let functions = vec![
            written("a::place", (28, 1), (31, 20)),
            written("a::place::{closure#0}", (31, 20), (40, 2)),
            written("a::place::{closure#0}::{closure#0}", (33, 9), (33, 20)),
            written("a::f", (50, 1), (60, 2)),
            written("a::f::{closure#0}", (50, 12), (50, 20)),
        ];
        assert_eq!(
            names(functions),
            [
                "place",
                "place, async body",
                "place, closure at line 33",
                "f",
                "f, closure at line 50",
            ]
        );
    }

    #[test]
    fn a_closure_belongs_to_the_function_that_it_is_in() {
        let functions = vec![
            written("a::place::<u8>", (28, 1), (31, 20)),
            written("a::place::<u8>::{closure#0}", (31, 20), (40, 2)),
            written(
                "a::place::<u8>::{closure#0}::{closure#0}",
                (33, 9),
                (33, 20),
            ),
            written("a::LAZY::{closure#0}", (50, 1), (60, 2)),
            written(
                "a::place::<u8>::{closure#0}::{closure#1}::<i16>",
                (35, 9),
                (35, 20),
            ),
        ];
        assert_eq!(owners(&functions), [0, 0, 0, 3, 0]);
    }

    #[test]
    fn closures_of_one_line_are_told_by_their_columns() {
        let functions = vec![
            written("<a::S<a::f::{closure#1}>>::f", (1, 1), (9, 1)),
            written("<a::S<a::f::{closure#1}>>::f::{closure#0}", (2, 3), (2, 5)),
            written("<a::S<a::f::{closure#1}>>::f::{closure#1}", (2, 7), (2, 9)),
            written("<a::S<a::f::{closure#1}>>::f::{closure#2}", (3, 7), (3, 9)),
        ];
        assert_eq!(
            names(functions)[1..],
            [
                "S::f, closure at line 2, column 3",
                "S::f, closure at line 2, column 7",
                "S::f, closure at line 3",
            ]
        );
    }
}
