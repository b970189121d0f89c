//! Functions of a source that was compiled, and that have no code: `cfg` has left them out of the build.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, Item, ItemFn, Signature, TraitItemFn};

/// The lines of functions that begin in none of the lines in which one with code `begins`. Tests are not meant, nor what is not to be
/// measured, nor what macros make. None if the text is not understood.
pub fn functions(text: &str, begins: &BTreeSet<u32>) -> Vec<RangeInclusive<u32>> {
    let Ok(file) = syn::parse_file(text) else {
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
        let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        let open = line(block.brace_token.span.open().start().line);
        let first = line(all.start().line).min(line(signature.span().start().line));
        if self.begins.range(first..=open).next().is_none() {
            self.found.push(first..=line(all.end().line));
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

/// Whether something is neither for tests, nor marked as not to be measured.
fn is_meant(attributes: &[Attribute]) -> bool {
    attributes.iter().all(|attribute| {
        let words = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        let is_of_tests = attribute
            .path()
            .segments
            .last()
            .is_some_and(|it| it.ident == "test")
            || attribute.path().is_ident("cfg")
                && words
                    .split(|it: char| !it.is_alphanumeric())
                    .any(|it| it == "test");
        !is_of_tests && !attribute.path().is_ident("coverage") && !words.contains("coverage")
    })
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
";
        let found = functions(text, &[1, 20].into());
        assert_eq!(found, [2..=6, 17..=18, 21..=21]);
        assert_eq!(functions("fn", &[1].into()), []);
    }
}
