//! Definitions of macros in a source.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// Gives the name and what it stands for of each `macro_rules!` in a text, however deep it is. None if the text is not understood.
pub fn of_macros(text: &str, found: &mut dyn FnMut(&Ident, TokenStream)) {
    if text.contains("macro_rules") {
        among(text.parse().unwrap_or_default(), found);
    }
}

fn among(tokens: TokenStream, found: &mut dyn FnMut(&Ident, TokenStream)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        match (token, &tokens[place + 1..]) {
            (
                TokenTree::Ident(it),
                [_, TokenTree::Ident(name), TokenTree::Group(definition), ..],
            ) if it == "macro_rules" => found(name, definition.stream()),
            (TokenTree::Group(it), _) => among(it.stream(), found),
            _ => {}
        }
    }
}
