//! Macros that make items, which have an effect beside the function in which such a macro is called.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use crate::definitions;

/// What items begin with that can be reached from elsewhere.
const ITEMS: [&str; 10] = [
    "enum",
    "extern",
    "fn",
    "global_asm",
    "impl",
    "macro_rules",
    "mod",
    "struct",
    "trait",
    "union",
];

/// Attributes by which nothing is reached from elsewhere, and that make nothing.
const HARMLESS: [&str; 8] = [
    "allow",
    "cfg",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "warn",
];

/// The names of those macros of some texts whose definitions have items, or call a macro that has some.
#[derive(Debug, Default)]
pub struct Makers(BTreeSet<String>);

impl Makers {
    pub fn of(texts: impl Iterator<Item = String>) -> Makers {
        let mut all: BTreeMap<String, Vec<TokenStream>> = BTreeMap::new();
        for text in texts {
            definitions::of_macros(&text, &mut |name, definition| {
                all.entry(name.to_string()).or_default().push(definition);
            });
        }
        let mut makers = Makers::default();
        loop {
            let is_one = |it: &TokenStream| has_items(it) || makers.are_called(it);
            let new = all
                .iter()
                .filter(|(name, all)| !makers.0.contains(*name) && all.iter().any(is_one));
            let new: Vec<String> = new.map(|(name, _)| name.clone()).collect();
            if new.is_empty() {
                return makers;
            }
            makers.0.extend(new);
        }
    }

    pub fn have(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether one of them is called in some tokens.
    pub fn are_called(&self, tokens: &TokenStream) -> bool {
        let mut is_named = false;
        tokens.clone().into_iter().any(|token| match token {
            TokenTree::Ident(it) => {
                is_named = self.have(&it.to_string());
                false
            }
            TokenTree::Punct(it) => std::mem::take(&mut is_named) && it.as_char() == '!',
            TokenTree::Group(it) => self.are_called(&it.stream()),
            TokenTree::Literal(_) => false,
        })
    }
}

/// Whether it is the name of an attribute by which an item is not reached from elsewhere.
pub fn is_harmless(attribute: &Ident) -> bool {
    HARMLESS.iter().any(|word| attribute == word)
}

/// Whether some tokens have a word with which items begin, or an attribute by which one may be reached from elsewhere.
pub fn has_items(tokens: &TokenStream) -> bool {
    let mut is_hash = false;
    tokens.clone().into_iter().any(|token| {
        let is_next = matches!(&token, TokenTree::Punct(it) if it.as_char() == '#');
        let is_attribute = std::mem::replace(&mut is_hash, is_next);
        match token {
            TokenTree::Ident(it) => ITEMS.iter().any(|word| it == word),
            TokenTree::Group(it) => is_attribute && !is_harmless_in(&it) || has_items(&it.stream()),
            _ => false,
        }
    })
}

fn is_harmless_in(brackets: &Group) -> bool {
    let name = brackets.stream().into_iter().next();
    matches!(name, Some(TokenTree::Ident(it)) if is_harmless(&it))
        || brackets.delimiter() != Delimiter::Bracket
}
