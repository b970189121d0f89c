//! Functions of a source that was compiled, and that have no code: `cfg` has left them out of the build.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Block, ImplItemFn, ImplItemMacro, Item, ItemFn, ItemMacro, Signature, Stmt, TraitItemFn,
    TraitItemMacro,
};

use super::cfg::{attribute, is_meant};

/// The lines of functions that begin in none of the lines in which one with code `begins`. Tests are not meant, nor what is not to be
/// measured, nor what macros make. None if the text is not understood.
pub fn functions(text: &str, begins: &BTreeSet<u32>) -> Vec<RangeInclusive<u32>> {
    let parsed = syn::parse_file(text).ok();
    let Some(file) = parsed.filter(|it| is_meant(&it.attrs)) else {
        return Vec::new();
    };
    let mut functions = Functions {
        begins,
        found: Vec::new(),
    };
    functions.visit_file(&file);
    functions.found
}

struct Functions<'a> {
    begins: &'a BTreeSet<u32>,
    found: Vec<RangeInclusive<u32>>,
}

impl Functions<'_> {
    fn add(&mut self, all: Span, signature: &Signature, block: &Block) {
        let first = all.start().line.min(signature.span().start().line);
        let open = block.brace_token.span.open().start().line;
        self.add_lines(first, open, all.end().line);
    }

    fn add_lines(&mut self, first: usize, open: usize, last: usize) {
        let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        let head = line(first)..=line(open);
        if self.begins.range(head).next().is_none() {
            self.found.push(line(first)..=line(last));
        }
    }

    /// What is given to a macro that passes functions on, such as `cfg_if!`.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut attributes = Vec::new();
        let mut function = None;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(it) if it.as_char() == '#' => {
                    attributes.extend(attribute(it, tokens.next()));
                }
                TokenTree::Ident(it) if it == "fn" => {
                    if matches!(tokens.peek(), Some(TokenTree::Ident(_))) {
                        function = Some(it.span());
                    }
                }
                TokenTree::Punct(it) if it.as_char() == ';' => {
                    (attributes, function) = (Vec::new(), None);
                }
                TokenTree::Group(it) if it.delimiter() == Delimiter::Brace => {
                    if is_meant(&attributes) {
                        match function {
                            Some(first) => self.add_lines(
                                first.start().line,
                                it.span_open().start().line,
                                it.span_close().end().line,
                            ),
                            None => self.add_tokens(it.stream()),
                        }
                    }
                    (attributes, function) = (Vec::new(), None);
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(it) => &it.attrs,
            Item::Impl(it) => &it.attrs,
            Item::Mod(it) => &it.attrs,
            Item::Trait(it) => &it.attrs,
            _ => &Vec::new(),
        };
        if is_meant(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        if item.ident.is_none() && is_meant(&item.attrs) {
            self.add_tokens(item.mac.tokens.clone());
        }
    }

    fn visit_impl_item_macro(&mut self, item: &'ast ImplItemMacro) {
        if is_meant(&item.attrs) {
            self.add_tokens(item.mac.tokens.clone());
        }
    }

    fn visit_trait_item_macro(&mut self, item: &'ast TraitItemMacro) {
        if is_meant(&item.attrs) {
            self.add_tokens(item.mac.tokens.clone());
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        for (place, statement) in block.stmts.iter().enumerate() {
            let is_last = place + 1 == block.stmts.len();
            match statement {
                // It may be a value, such as that of `quote!`.
                Stmt::Macro(it) if is_last && it.semi_token.is_none() => {}
                Stmt::Macro(it) if is_meant(&it.attrs) => self.add_tokens(it.mac.tokens.clone()),
                Stmt::Macro(_) => {}
                other => self.visit_stmt(other),
            }
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(function.span(), &function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if is_meant(&function.attrs) {
            self.add(function.span(), &function.sig, &function.block);
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = function
            .default
            .as_ref()
            .filter(|_| is_meant(&function.attrs))
        {
            self.add(function.span(), &function.sig, block);
            visit::visit_trait_item_fn(self, function);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::functions;

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
        let found = functions(text, &[1, 20, 38].into());
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
        assert_eq!(functions(text, &[9].into()), [2..=2, 7..=7, 10..=10]);
        assert_eq!(functions("fn", &[1].into()), []);
        assert_eq!(functions("#![cfg(test)]\nfn helper() {}\n", &[].into()), []);
    }
}
