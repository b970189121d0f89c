//! Code of which nobody here knows what it means: `syn` does not parse all that a compiler takes.

use std::collections::BTreeSet;

use proc_macro2::{LineColumn, TokenStream};
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ImplItem, Item, TraitItem};

use super::cfg::{is_item_for_tests, is_meant};
use super::mapped::Mapped;
use super::of_statement::add_words;
use crate::parsed::Parsed;
use crate::walk::{self, Go, Part, Visitor};

/// The lines of such code that have something but comments and attributes, and no code of the compiler's mapping. Tests are not meant.
pub fn lines(source: &Parsed, has_code: &dyn Fn(u32) -> bool) -> BTreeSet<u32> {
    let mut lines = source.lines.clone();
    lines.retain(|line| !has_code(*line));
    if !is_meant(&source.file.attrs) {
        return lines;
    }
    let mut found = NotUnderstood::default();
    walk::through(&mut found, &source.file);
    if found.0.is_empty() {
        return lines;
    }
    add_words(source.tokens.clone(), &mut lines);
    lines.retain(|line| {
        let is_in =
            |[start, end]: &[LineColumn; 2]| (start.line..=end.line).contains(&(*line as usize));
        !has_code(*line) && found.0.iter().any(is_in)
    });
    lines
}

/// Where parts are that `syn` only has the tokens of.
#[derive(Default)]
struct NotUnderstood(Vec<[LineColumn; 2]>);

impl Visitor for NotUnderstood {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            Part::Item(Item::Verbatim(it))
            | Part::ImplItem(ImplItem::Verbatim(it))
            | Part::TraitItem(TraitItem::Verbatim(it))
            | Part::Expr(Expr::Verbatim(it)) => self.add(it),
            Part::Type(_) => {}
            _ if is_item_for_tests(part, &Mapped::default()) => {}
            _ => return Go::Into,
        }
        Go::Past
    }
}

impl NotUnderstood {
    fn add(&mut self, tokens: &TokenStream) {
        let attributes = |input: ParseStream| {
            let attributes = input.call(Attribute::parse_outer)?;
            input.parse::<TokenStream>().map(|_| attributes)
        };
        let attributes = attributes.parse2(tokens.clone()).unwrap_or_default();
        if is_meant(&attributes) {
            let span = tokens.span();
            self.0.push([span.start(), span.end()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::parsed::parse;

    fn lines(text: &str, has_code: &dyn Fn(u32) -> bool) -> BTreeSet<u32> {
        super::lines(&parse(text), has_code)
    }

    #[test]
    fn lines_without_code_in_what_is_not_understood_are_known() {
        let found = |text: &str| {
            lines(text, &|line| line == 4)
                .into_iter()
                .collect::<Vec<_>>()
        };
        // As before the edition of 2018.
        let text = "\
trait Old {
    // A comment.
    fn named(&self, u8) -> u8;
    fn with_code(&self, u8) {}
    #[inline]
    fn given(&self, u8) -> u8 {
        7
    }
}
fn async() {
    9;
}
type Action = Fn(&u8) + Send;
#[cfg(test)]
mod tests {
    fn async() {}
}
#[cfg(test)]
fn await() {}
mod inner {
    fn dyn() {}
    fn understood() {
        8;
    }
}
";
        assert_eq!(found(text), [1, 3, 6, 7, 10, 11, 21]);
        assert_eq!(found("fn understood() {\n    7;\n}\n"), [0; 0]);
        assert_eq!(found("#![cfg(test)]\nfn async() {}\n"), [0; 0]);
        // No tokens of Rust.
        assert_eq!(found("// A comment.\nfn f() {\n    'ab\n    '\n"), [2, 3]);
        // What a function includes.
        assert_eq!(found("[\n    1,\n]\n"), [0; 0]);
        assert_eq!(found("let a = 1;\ncall(a)\n"), [0; 0]);
    }

    #[test]
    fn a_line_for_an_interpreter_is_no_code() {
        assert_eq!(
            lines("#!/usr/bin/env script\nfn f() {}\n", &|_| false),
            [0; 0].into()
        );
    }
}
