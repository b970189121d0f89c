//! What `cfg` leaves out of a source that was compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use proc_macro2::{LineColumn, Punct, Span, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, Expr, ExprLit, FieldValue, ImplItem, Item, Lit, Meta, Stmt, Token, TraitItem,
};

/// What is set, as `rustc --print cfg` says it.
pub type Cfg = BTreeSet<String>;

/// The lines of items, statements, arms and expressions that each of these compilations has left out. Tests are not meant, nor what
/// is not to be measured. None if the text is not understood.
pub fn left_out(text: &str, compiled: &[Cfg]) -> Vec<RangeInclusive<u32>> {
    let tokens = text.parse::<TokenStream>().ok();
    let parsed = tokens.and_then(|it| Some((it.clone(), syn::parse2(it).ok()?)));
    let Some((tokens, file)) = parsed.filter(|_| !compiled.is_empty()) else {
        return Vec::new();
    };
    let mut nodes = Nodes::default();
    nodes.visit_file(&file);
    let mut found = Vec::new();
    find(tokens, &nodes, compiled, &mut found);
    found
}

/// Where what may have attributes begins and ends.
#[derive(Default)]
struct Nodes(BTreeMap<LineColumn, LineColumn>);

impl Nodes {
    fn add(&mut self, span: Span) {
        // The first that begins there has the others in it.
        self.0.entry(span.start()).or_insert(span.end());
    }
}

impl<'ast> Visit<'ast> for Nodes {
    fn visit_item(&mut self, it: &'ast Item) {
        self.add(it.span());
        visit::visit_item(self, it);
    }

    fn visit_impl_item(&mut self, it: &'ast ImplItem) {
        self.add(it.span());
        visit::visit_impl_item(self, it);
    }

    fn visit_trait_item(&mut self, it: &'ast TraitItem) {
        self.add(it.span());
        visit::visit_trait_item(self, it);
    }

    fn visit_stmt(&mut self, it: &'ast Stmt) {
        self.add(it.span());
        visit::visit_stmt(self, it);
    }

    fn visit_arm(&mut self, it: &'ast Arm) {
        self.add(it.span());
        visit::visit_arm(self, it);
    }

    fn visit_field_value(&mut self, it: &'ast FieldValue) {
        self.add(it.span());
        visit::visit_field_value(self, it);
    }

    fn visit_expr(&mut self, it: &'ast Expr) {
        self.add(it.span());
        visit::visit_expr(self, it);
    }
}

fn find(
    tokens: TokenStream,
    nodes: &Nodes,
    compiled: &[Cfg],
    found: &mut Vec<RangeInclusive<u32>>,
) {
    let mut start = None;
    let mut attributes = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(it) if it.as_char() == '#' => {
                start = start.or_else(|| Some(it.span().start()));
                let is_group = matches!(tokens.peek(), Some(TokenTree::Group(_)));
                let group = is_group.then(|| tokens.next()).flatten();
                attributes.extend(attribute(it, group));
                continue;
            }
            TokenTree::Group(group) => find(group.stream(), nodes, compiled, found),
            _ => {}
        }
        let node = start.and_then(|start| Some((start, nodes.0.get(&start)?)));
        if let Some((start, end)) = node.filter(|_| is_left_out(&attributes, compiled)) {
            let line = |place: LineColumn| u32::try_from(place.line).unwrap_or(u32::MAX);
            found.push(line(start)..=line(*end));
        }
        (start, attributes) = (None, Vec::new());
    }
}

fn is_left_out(attributes: &[Attribute], compiled: &[Cfg]) -> bool {
    let is_out = |cfg: &Cfg| {
        let mut predicates = attributes.iter().filter_map(predicate);
        predicates.any(|it| holds(&it, &|leaf| Some(cfg.contains(leaf))) == Some(false))
    };
    is_meant(attributes) && compiled.iter().all(is_out)
}

/// An attribute that is in front of something, of its two tokens.
pub fn attribute(first: Punct, group: Option<TokenTree>) -> Vec<Attribute> {
    let tokens = [TokenTree::Punct(first)].into_iter().chain(group);
    let parsed = Attribute::parse_outer.parse2(tokens.collect());
    parsed.unwrap_or_default()
}

/// Whether something is neither for tests, nor marked as not to be measured.
pub fn is_meant(attributes: &[Attribute]) -> bool {
    let of_measured = |leaf: &str| match leaf {
        "test" => Some(false),
        "coverage" | "coverage_nightly" => Some(true),
        _ => None,
    };
    attributes.iter().all(|attribute| {
        let path = attribute.path();
        let last = path.segments.last();
        let is_test = last.is_some_and(|it| it.ident == "test");
        let words = match &attribute.meta {
            Meta::List(inner) if path.is_ident("cfg_attr") => inner.tokens.to_string(),
            _ => String::new(),
        };
        let is_marked = path.is_ident("coverage") || words.contains("coverage");
        let is_never = predicate(attribute).and_then(|it| holds(&it, &of_measured)) == Some(false);
        !is_test && !is_marked && !is_never
    })
}

/// That of `#[cfg(…)]`.
fn predicate(attribute: &Attribute) -> Option<Meta> {
    let is_one = attribute.path().is_ident("cfg");
    is_one.then(|| attribute.parse_args().ok()).flatten()
}

/// Whether a predicate holds, by what is known of its leaves, such as `unix` and `feature="a"`; `None` if that is not known.
fn holds(predicate: &Meta, known: &dyn Fn(&str) -> Option<bool>) -> Option<bool> {
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
    use super::left_out;

    #[test]
    fn what_cfg_leaves_out_is_found_wherever_it_is() {
        let text = "\
#[cfg(feature = \"a\")]
fn item() {
}
fn main() {
    #[cfg(feature = \"a\")]
    one();
    #[cfg(not(feature = \"a\"))]
    two();
    let it = match 1 {
        #[cfg(any(feature = \"a\", windows))]
        1 => {
            3
        }
        #[cfg(all(unix, feature = \"b\"))]
        2 => 4,
        _ => 5,
    };
    #[inline]
    #[cfg(feature = \"a\")]
    {
        three(it)
    }
    .four();
    call(#[cfg(feature = \"a\")] 1, 2);
    #[cfg(test)]
    five();
    #[cfg(coverage)]
    six();
}
#[cfg(test)]
mod tests {
    fn test() {}
}
";
        let set = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let one = set(&["unix", "feature=\"b\"", "coverage"]);
        assert_eq!(
            left_out(text, std::slice::from_ref(&one)),
            [1..=3, 5..=6, 10..=13, 18..=23, 24..=24]
        );
        let other = set(&["feature=\"a\""]);
        // What one of two compilations has is not left out.
        assert_eq!(left_out(text, &[one, other]), []);
        assert_eq!(left_out(text, &[]), []);
        assert_eq!(left_out("fn", &[set(&[])]), []);
    }
}
