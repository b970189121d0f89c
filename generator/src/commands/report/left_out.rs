//! Functions of a source that was compiled, of which the mapping has no code: `cfg` has left them out of the build, or nothing calls
//! them, they are asynchronous, and the build is an optimised one.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Block, ImplItem, Item, Signature, Stmt, TraitItem};

use super::bodies;
use super::cfg::{attribute, is_meant};
use super::mapped::Mapped;
use crate::parsed::Parsed;
use crate::walk::{self, Go, Part, Visitor};

/// The lines of functions that begin in none of the lines in which a `mapped` one does, and of asynchronous ones of whose bodies
/// nothing is mapped. Tests are not meant, nor what is not to be measured, nor what macros make. None in what is not understood.
pub fn functions(source: &Parsed, mapped: &Mapped) -> Vec<RangeInclusive<u32>> {
    let mut functions = Functions {
        mapped,
        found: Vec::new(),
    };
    if is_meant(&source.file.attrs) {
        walk::through(&mut functions, &source.file);
    }
    functions.found
}

struct Functions<'a> {
    mapped: &'a Mapped,
    found: Vec<RangeInclusive<u32>>,
}

impl Functions<'_> {
    fn add(&mut self, all: Span, signature: &Signature, block: &Block) {
        let head = signature.span().start().line;
        let open = block.brace_token.span.open().start().line;
        let last = all.end().line;
        // An attribute may have made it anew around its body.
        let is_there = bodies::has_code(block, self.mapped);
        if is_there || !self.add_lines(all.start().line.min(head), open, last) {
            self.add_body(head, block, signature.asyncness.is_some());
        }
    }

    /// Adds a function if none that is mapped begins from its first line to the one in which its body opens.
    fn add_lines(&mut self, first: usize, open: usize, last: usize) -> bool {
        let is_found = !self.mapped.function_begins_in(lines(first, open));
        if is_found {
            self.found.push(lines(first, last));
        }
        is_found
    }

    /// Adds a function of whose body nothing is mapped: that is a function of its own.
    fn add_body(&mut self, head: usize, block: &Block, is_async: bool) {
        if bodies::is_lost(block, self.mapped, is_async) {
            let last = block.brace_token.span.close().end().line;
            self.found.push(lines(head, last));
        }
    }

    fn add_statements(&mut self, block: &Block) {
        for (place, statement) in block.stmts.iter().enumerate() {
            let is_last = place + 1 == block.stmts.len();
            match statement {
                // It may be a value, such as that of `quote!`.
                Stmt::Macro(it) if is_last && it.semi_token.is_none() => {}
                Stmt::Macro(it) if is_meant(&it.attrs) => self.add_tokens(it.mac.tokens.clone()),
                Stmt::Macro(_) => {}
                other => walk::to(self, Part::Stmt(other)),
            }
        }
    }

    /// What is given to a macro that passes functions on, such as `cfg_if!`.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut attributes = Vec::new();
        let (mut function, mut is_async) = (None, false);
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(it) if it.as_char() == '#' => {
                    attributes.extend(attribute(it, tokens.next()));
                }
                TokenTree::Ident(it) if it == "async" => is_async = true,
                TokenTree::Ident(it) if it == "fn" => {
                    if matches!(tokens.peek(), Some(TokenTree::Ident(_))) {
                        function = Some(it.span());
                    }
                }
                TokenTree::Punct(it) if it.as_char() == ';' => {
                    (attributes, function, is_async) = (Vec::new(), None, false);
                }
                TokenTree::Group(it) if it.delimiter() == Delimiter::Brace => {
                    if is_meant(&attributes) {
                        match function {
                            Some(first) => self.add_given(first, is_async, &it),
                            None => self.add_tokens(it.stream()),
                        }
                    }
                    (attributes, function, is_async) = (Vec::new(), None, false);
                }
                _ => {}
            }
        }
    }
}

impl Functions<'_> {
    /// Adds a function that is given to a macro.
    fn add_given(&mut self, first: Span, is_async: bool, body: &Group) {
        let head = first.start().line;
        let open = body.span_open().start().line;
        let is_found = self.add_lines(head, open, body.span_close().end().line);
        if !is_found
            && is_async
            && let Ok(block) = syn::parse2(TokenTree::from(body.clone()).into())
        {
            self.add_body(head, &block, true);
        }
    }
}

fn lines(first: usize, last: usize) -> RangeInclusive<u32> {
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    line(first)..=line(last)
}

impl Visitor for Functions<'_> {
    fn enter(&mut self, part: Part<'_>) -> Go {
        let (attributes, macro_call) = match part {
            Part::Item(Item::Fn(it)) => (&it.attrs, None),
            Part::Item(Item::Impl(it)) => (&it.attrs, None),
            Part::Item(Item::Mod(it)) => (&it.attrs, None),
            Part::Item(Item::Trait(it)) => (&it.attrs, None),
            // What a macro is made of is no code.
            Part::Item(Item::Macro(it)) if it.ident.is_some() => return Go::Past,
            Part::Item(Item::Macro(it)) => (&it.attrs, Some(&it.mac)),
            Part::ImplItem(ImplItem::Fn(it)) => (&it.attrs, None),
            Part::ImplItem(ImplItem::Macro(it)) => (&it.attrs, Some(&it.mac)),
            Part::TraitItem(TraitItem::Fn(it)) if it.default.is_none() => return Go::Past,
            Part::TraitItem(TraitItem::Fn(it)) => (&it.attrs, None),
            Part::TraitItem(TraitItem::Macro(it)) => (&it.attrs, Some(&it.mac)),
            Part::Block(block) => {
                self.add_statements(block);
                return Go::Past;
            }
            _ => return Go::Into,
        };
        if !is_meant(attributes) {
            return Go::Past;
        }
        if let Some(it) = macro_call {
            self.add_tokens(it.tokens.clone());
            return Go::Past;
        }
        match part {
            Part::Item(Item::Fn(it)) => self.add(it.span(), &it.sig, &it.block),
            Part::ImplItem(ImplItem::Fn(it)) => self.add(it.span(), &it.sig, &it.block),
            Part::TraitItem(TraitItem::Fn(it)) => {
                if let Some(block) = &it.default {
                    self.add(it.span(), &it.sig, block);
                }
            }
            _ => {}
        }
        Go::Into
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use crate::commands::report::mapped::Mapped;
    use crate::parsed::parse;

    fn functions(text: &str, mapped: &Mapped) -> Vec<RangeInclusive<u32>> {
        super::functions(&parse(text), mapped)
    }

    #[test]
    fn functions_without_code_are_found_but_for_tests() {
        let text = "\
fn compiled() {}
#[cfg(windows)]
pub fn left_out(
    a: u8,
) {
}
#[cfg(test)]
mod tests {
    fn helper() {}
}
#[test]
fn test() {}
#[cfg_attr(nightly, coverage(off))]
fn off() {}
trait T {
    fn declared();
    #[cfg(windows)]
    fn given() {}
}
fn outer() {
    fn inner() {}
}
#[cfg(all(not(test), feature = \"a\"))]
fn not_in_tests() {}
#[cfg(any(test, feature = \"coverage\"))]
fn also_elsewhere() {}
#[cfg(all(test, feature = \"a\"))]
fn in_tests() {}
#[cfg(not(coverage))]
fn not_measured() {}
cfg_if! {
    if #[cfg(windows)] {
        fn passed_on() {
        }
    } else if #[cfg(test)] {
        fn passed_on() {}
    } else {
        fn passed_on() {}
    }
}
macro_rules! made { () => { fn made() {} } }
types! { A(fn(u8)), fn declared(); }
";
        let found = functions(text, &Mapped::with(&[1, 20, 38], &[]));
        assert_eq!(found, [2..=6, 17..=18, 21..=21, 23..=24, 25..=26, 33..=34]);
        let text = "\
impl A {
    passed! { fn method() {} }
    #[cfg(test)]
    passed! { fn helper() {} }
}
trait B {
    passed! { fn given() {} }
}
fn outer() -> TokenStream {
    passed! { fn inner() {} }
    quote! { fn text() {} }
}
";
        assert_eq!(
            functions(text, &Mapped::with(&[9], &[])),
            [2..=2, 7..=7, 10..=10]
        );
        assert_eq!(functions("fn", &Mapped::with(&[1], &[])), []);
        assert_eq!(
            functions("#![cfg(test)]\nfn helper() {}\n", &Mapped::default()),
            []
        );
    }
}
