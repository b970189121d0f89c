//! Changed lines of functions that the compiler's mapping has no code of: literals, constants and patterns that stand alone in a line, types.
//! Each counts as the line of its statement, or of what is around that, that has code.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{ImplItem, Item, TraitItem};

use crate::walk::{self, Go, Part, Visitor};

/// The lines of a text that stand for others which are `wanted` and have no code.
pub fn instead(
    text: &str,
    has_code: &dyn Fn(u32) -> bool,
    wanted: &dyn Fn(u32) -> bool,
) -> BTreeSet<u32> {
    let without = |line: &u32| wanted(*line) && !has_code(*line);
    let Ok(tokens) = text.parse::<TokenStream>() else {
        return BTreeSet::new();
    };
    let mut words = BTreeSet::new();
    add_words(tokens, &mut words);
    let lines: Vec<u32> = words.into_iter().filter(without).collect();
    if lines.is_empty() {
        return BTreeSet::new();
    }
    let Ok(file) = syn::parse_file(text) else {
        return BTreeSet::new();
    };
    let mut parts = Parts::default();
    walk::through(&mut parts, &file);
    let first_with_code = |part: &Lines| part.clone().find(|line| has_code(*line));
    let instead = |line: &u32| {
        let mut around = parts.around(*line).into_iter();
        if parts.macros.iter().any(|it| it.contains(line)) {
            // Nobody knows what the macro makes of it.
            return first_with_code(around.next()?);
        }
        around.find_map(first_with_code)
    };
    lines.iter().filter_map(instead).collect()
}

type Lines = RangeInclusive<u32>;

/// The parts of functions, each with the lines from its begin to its end.
#[derive(Default)]
struct Parts {
    functions: Vec<Lines>,
    /// Statements and arms of `match`.
    statements: Vec<Lines>,
    macros: Vec<Lines>,
}

impl Parts {
    /// The statements and arms of the innermost function that a line is in, from the inside to the outside, and that.
    fn around(&self, line: u32) -> Vec<&Lines> {
        let size = |it: &&Lines| it.end() - it.start();
        let with = |all: &[Lines]| -> Vec<usize> {
            let places = 0..all.len();
            places.filter(|it| all[*it].contains(&line)).collect()
        };
        let functions = with(&self.functions).into_iter();
        let Some(function) = functions.map(|it| &self.functions[it]).min_by_key(size) else {
            return Vec::new();
        };
        let statements = with(&self.statements).into_iter();
        let statements = statements.map(|it| &self.statements[it]);
        // A function in another one is a statement of that, too.
        let own = statements.filter(|it| size(it) < size(&function));
        let mut around: Vec<&Lines> = own.collect();
        around.sort_by_key(size);
        around.push(function);
        around
    }
}

impl Visitor for Parts {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            Part::Item(Item::Fn(it)) => self.functions.push(lines(it.span())),
            Part::ImplItem(ImplItem::Fn(it)) => self.functions.push(lines(it.span())),
            Part::TraitItem(TraitItem::Fn(it)) => self.functions.push(lines(it.span())),
            Part::Stmt(it) => self.statements.push(lines(it.span())),
            Part::Arm(it) => self.statements.push(lines(it.span())),
            Part::Macro(it) => self.macros.push(lines(it.span())),
            _ => {}
        }
        Go::Into
    }
}

fn lines(of: Span) -> Lines {
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    number(of.start().line)..=number(of.end().line)
}

/// Adds the lines of names and literals, but for those of attributes, and so of comments.
fn add_words(tokens: TokenStream, found: &mut BTreeSet<u32>) {
    let mut is_behind_mark = false;
    for token in tokens {
        let is_attribute = is_behind_mark;
        is_behind_mark = false;
        match token {
            TokenTree::Punct(it) => {
                is_behind_mark = it.as_char() == '#' || is_attribute && it.as_char() == '!';
            }
            TokenTree::Group(it) if is_attribute && it.delimiter() == Delimiter::Bracket => {}
            TokenTree::Group(it) => add_words(it.stream(), found),
            token => found.extend(lines(token.span())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::instead;

    #[test]
    fn a_line_without_code_counts_as_that_of_what_it_is_part_of() {
        let text = "\
const A: u8 =
    1;
fn serve() {
    let it = connect(
        \"host\",
        5432,
        // A comment.
    );
    const B: u8 =
        2;
    match it {
        1
        | 2 => few(),
        3 => {
            many(
                B,
            )
        }
    }
    made!(
        4,
    );
    fn inner() {
        5;
    }
}
impl C {
    /// What it does.
    fn method(
        &self,
    ) {
        call::<
            u8,
        >();
    }
}
";
        let code = [3, 4, 11, 13, 15, 29, 32];
        let of = |line: u32| {
            let found = instead(text, &|it| code.contains(&it), &|it| it == line);
            found.into_iter().collect::<Vec<_>>()
        };
        for (line, expected) in [
            (2, &[][..]),
            (5, &[4]),
            (6, &[4]),
            (7, &[]),
            (8, &[]),
            (10, &[3]),
            (12, &[13]),
            (16, &[15]),
            // The macro has no code.
            (21, &[]),
            // Nor has this function.
            (24, &[]),
            (28, &[]),
            (33, &[32]),
            // A line with code stands for itself.
            (4, &[]),
        ] {
            assert_eq!(of(line), expected, "{line}");
        }
    }
}
