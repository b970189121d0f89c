//! What the predicate of a `cfg` says.

use proc_macro2::{Group, Punct, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// An attribute that is in front of something, of its two tokens.
pub fn attribute(first: Punct, group: Option<TokenTree>) -> Vec<Attribute> {
    let tokens = [TokenTree::Punct(first)].into_iter().chain(group);
    let parsed = Attribute::parse_outer.parse2(tokens.collect());
    parsed.unwrap_or_default()
}

/// Those that head the tokens of a group, and are of what is around it.
pub fn inner_attributes(tokens: TokenStream) -> Vec<Attribute> {
    let parse = |input: ParseStream| {
        let attributes = Attribute::parse_inner(input)?;
        input.parse::<TokenStream>().map(|_| attributes)
    };
    parse.parse2(tokens).unwrap_or_default()
}

/// Whether something is neither for tests, nor marked as not to be measured.
pub fn is_meant(attributes: &[Attribute]) -> bool {
    attributes.iter().all(|attribute| {
        let path = attribute.path();
        let last = path.segments.last();
        let is_test = last.is_some_and(|it| it.ident == "test");
        let is_marked = match &attribute.meta {
            Meta::List(of) if path.is_ident("coverage") => is_off(&of.tokens),
            Meta::List(of) if path.is_ident("cfg_attr") => switches_off(of.tokens.clone()),
            _ => false,
        };
        let is_never = predicate(attribute).is_some_and(|it| {
            // What no build has, as below `cfg(false)`, is not for tests.
            let is_in_none = holds(&it, &|_| None) == Some(false);
            !is_in_none && holds(&it, &of_measured) == Some(false)
        });
        !is_test && !is_marked && !is_never
    })
}

fn is_off(tokens: &TokenStream) -> bool {
    tokens.to_string() == "off"
}

/// Whether `coverage(off)` is among tokens.
fn switches_off(tokens: TokenStream) -> bool {
    let mut is_behind_name = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(it) if is_behind_name => is_off(&it.stream()),
        TokenTree::Group(it) => switches_off(it.stream()),
        token => {
            is_behind_name = matches!(token, TokenTree::Ident(it) if it == "coverage");
            false
        }
    })
}

/// What is known of each program that is measured.
pub(super) fn of_measured(leaf: &str) -> Option<bool> {
    match leaf {
        "test" => Some(false),
        "coverage" => Some(true),
        _ => None,
    }
}

/// That of `#[cfg(…)]`.
pub(super) fn predicate(attribute: &Attribute) -> Option<Meta> {
    let list = match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => list,
        _ => return None,
    };
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let parts = parse.parse2(spelled_out(list.tokens.clone())).ok()?;
    parts.into_iter().next()
}

/// `true` and `false` are no `Meta`, but are the same as `all()` and `any()`.
fn spelled_out(tokens: TokenStream) -> TokenStream {
    let parsed = |text: &str| text.parse::<TokenStream>().unwrap_or_default();
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(it) if it == "true" => parsed("all()"),
        TokenTree::Ident(it) if it == "false" => parsed("any()"),
        TokenTree::Group(it) => {
            let group = Group::new(it.delimiter(), spelled_out(it.stream()));
            TokenTree::from(group).into()
        }
        other => other.into(),
    });
    tokens.collect()
}

/// Whether a predicate holds, by what is known of its leaves, such as `unix` and `feature="a"`; `None` if that is not known.
pub(super) fn holds(predicate: &Meta, known: &dyn Fn(&str) -> Option<bool>) -> Option<bool> {
    let list = match predicate {
        Meta::List(list) => list,
        Meta::Path(path) => return known(&path.get_ident()?.to_string()),
        Meta::NameValue(pair) => {
            let Expr::Lit(ExprLit {
                lit: Lit::Str(value),
                ..
            }) = &pair.value
            else {
                return None;
            };
            let name = pair.path.get_ident()?;
            return known(&format!("{name}=\"{}\"", value.value()));
        }
    };
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    let parts: Vec<Option<bool>> = parts.ok()?.iter().map(|it| holds(it, known)).collect();
    let (decides, otherwise) = match &*list.path.get_ident()?.to_string() {
        "all" => (false, true),
        "any" => (true, false),
        "not" => return parts.first().copied()?.map(|it| !it),
        _ => return None,
    };
    if parts.contains(&Some(decides)) {
        return Some(decides);
    }
    parts.iter().all(Option::is_some).then_some(otherwise)
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser as _;
    use syn::{Attribute, parse::ParseStream};

    #[test]
    fn what_is_for_tests_or_switched_off_is_not_meant() {
        let is_meant = |text: &str| {
            let parsed = |input: ParseStream| Attribute::parse_outer(input);
            super::is_meant(&parsed.parse_str(text).unwrap())
        };
        for text in [
            "#[test]",
            "#[tokio::test]",
            "#[cfg(test)]",
            "#[cfg(not(coverage))]",
            "#[coverage(off)]",
            "#[cfg_attr(coverage_nightly, coverage(off))]",
            "#[cfg_attr(a, cfg_attr(b, inline, coverage(off)))]",
        ] {
            assert!(!is_meant(text), "{text}");
        }
        for text in [
            "#[inline]",
            "#[cfg(false)]",
            "#[cfg(not(test))]",
            "#[cfg(not(coverage_nightly))]",
            "#[coverage(on)]",
            "#[cfg_attr(coverage, inline)]",
            "#[cfg_attr(a, doc = \"coverage(off)\")]",
            "#[cfg_attr(coverage_nightly, feature(coverage_attribute))]",
        ] {
            assert!(is_meant(text), "{text}");
        }
    }
}
