//! What `cfg` leaves out of a source that was compiled.

pub mod macros;
mod predicate;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, LineColumn, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Attribute, ImplItem, Item, TraitItem};

pub use predicate::{attribute, inner_attributes, is_meant};
use predicate::{holds, of_measured, predicate};

use super::mapped::Mapped;
use crate::parsed::Parsed;
use crate::walk::{self, Go, Part, Visitor};

/// What is set, as `rustc --print cfg` says it.
pub type Cfg = BTreeSet<String>;

/// The lines of items, statements, arms and expressions that each of these compilations has left out. Tests are not meant, nor what
/// is not to be measured. None in what is not understood.
pub fn left_out(source: &Parsed, compiled: &[Cfg]) -> Vec<RangeInclusive<u32>> {
    let mut found = Vec::new();
    if compiled.is_empty() {
        return found;
    }
    let (tokens, file) = (source.tokens.clone(), &source.file);
    let mut nodes = Nodes::default();
    walk::through(&mut nodes, file);
    if is_left_out(&file.attrs, compiled) {
        let last = tokens.into_iter().last();
        found.extend(last.map(|it| lines(LineColumn { line: 1, column: 0 }, it.span().end())));
    } else {
        find(tokens, &nodes, compiled, &mut found);
    }
    found
}

/// Where what may have attributes begins and ends, and where what is given to macros begins.
#[derive(Default)]
struct Nodes(BTreeMap<LineColumn, LineColumn>, BTreeSet<LineColumn>);

impl Nodes {
    fn add(&mut self, span: Span) {
        // The first that begins there has the others in it.
        self.0.entry(span.start()).or_insert(span.end());
    }
}

impl Visitor for Nodes {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            Part::Item(it) => self.add(it.span()),
            Part::ImplItem(it) => self.add(it.span()),
            Part::TraitItem(it) => self.add(it.span()),
            Part::Stmt(it) => self.add(it.span()),
            Part::Arm(it) => self.add(it.span()),
            Part::FieldValue(it) => self.add(it.span()),
            Part::Expr(it) => self.add(it.span()),
            Part::Macro(it) => {
                self.1.insert(it.delimiter.span().open().start());
                return Go::Past;
            }
            Part::Block(_) | Part::Type(_) => {}
        }
        match part {
            // What a macro is made of is no code.
            Part::Item(Item::Macro(it)) if it.ident.is_some() => Go::Past,
            _ => Go::Into,
        }
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
            TokenTree::Group(group) => {
                if nodes.1.contains(&group.span_open().start()) {
                    find_in_macro(group.stream(), compiled, found);
                } else if is_left_out(&inner_attributes(group.stream()), compiled) {
                    // They are those of the module or function around it.
                    found.push(lines(group.span_open().start(), group.span_close().end()));
                } else {
                    find(group.stream(), nodes, compiled, found);
                }
            }
            _ => {}
        }
        let node = start.and_then(|start| Some((start, nodes.0.get(&start)?)));
        if let Some((start, end)) = node.filter(|_| is_left_out(&attributes, compiled)) {
            found.push(lines(start, *end));
        }
        (start, attributes) = (None, Vec::new());
    }
}

fn lines(start: LineColumn, end: LineColumn) -> RangeInclusive<u32> {
    let line = |place: LineColumn| u32::try_from(place.line).unwrap_or(u32::MAX);
    line(start)..=line(end)
}

/// What is given to a macro, which passes attributes on, or has branches as `cfg_if!` has. What has an attribute ends with a block, a
/// semicolon or a comma.
fn find_in_macro(tokens: TokenStream, compiled: &[Cfg], found: &mut Vec<RangeInclusive<u32>>) {
    let mut attributes = Vec::new();
    // Of the branches so far.
    let mut branches: Vec<Vec<Attribute>> = Vec::new();
    let (mut start, mut out, mut end) = (None, None, None);
    let mut is_branch = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let (begins, ends) = (token.span().start(), token.span().end());
        if let TokenTree::Punct(it) = &token
            && it.as_char() == '#'
            && matches!(tokens.peek(), Some(TokenTree::Group(_)))
        {
            start = start.or(Some(begins));
            attributes.extend(attribute(it.clone(), tokens.next()));
            continue;
        }
        if let Some(start) = start.take() {
            if is_left_out(&attributes, compiled) {
                out = out.or(Some(start));
            }
            if is_branch {
                branches.push(std::mem::take(&mut attributes));
            }
            attributes.clear();
        }
        let is_end = match &token {
            TokenTree::Group(it) => it.delimiter() == Delimiter::Brace,
            TokenTree::Punct(it) => matches!(it.as_char(), ';' | ','),
            _ => false,
        };
        is_branch = matches!(&token, TokenTree::Ident(it) if it == "if");
        if matches!(&token, TokenTree::Ident(it) if it == "else") {
            if is_other_branch_taken(&branches, compiled) {
                out = out.or(Some(begins));
            }
        } else if !is_branch && !is_end {
            branches.clear();
        }
        end = Some(ends);
        if is_end && let Some(start) = out.take() {
            found.push(lines(start, ends));
        }
        if let TokenTree::Group(it) = token {
            find_in_macro(it.stream(), compiled, found);
        }
    }
    if let (Some(start), Some(end)) = (out, end) {
        found.push(lines(start, end));
    }
}

/// Whether each of these compilations has one of the branches, and so none behind them, which is not for tests.
fn is_other_branch_taken(branches: &[Vec<Attribute>], compiled: &[Cfg]) -> bool {
    let has = |known: &dyn Fn(&str) -> Option<bool>| {
        let mut all = branches.iter();
        all.any(|branch| {
            let mut predicates = branch.iter().filter_map(predicate);
            predicates.all(|it| holds(&it, known) == Some(true))
        })
    };
    let mut compiled = compiled.iter();
    compiled.all(|cfg| has(&|leaf| Some(cfg.contains(leaf)))) && !has(&of_measured)
}

/// Whether a part is an item that is for tests, or not to be measured. One that has code is measured all the same, as with
/// `--no-cfg-coverage`.
pub fn is_item_for_tests(part: Part<'_>, mapped: &Mapped) -> bool {
    let (attributes, item): (_, &dyn Spanned) = match part {
        Part::Item(Item::Fn(it)) => (&it.attrs, it),
        Part::Item(Item::Impl(it)) => (&it.attrs, it),
        Part::Item(Item::Mod(it)) => (&it.attrs, it),
        Part::Item(Item::Trait(it)) => (&it.attrs, it),
        Part::ImplItem(ImplItem::Fn(it)) => (&it.attrs, it),
        Part::TraitItem(TraitItem::Fn(it)) => (&it.attrs, it),
        _ => return false,
    };
    !is_meant(attributes) && !mapped.has_code_in(item.span())
}

fn is_left_out(attributes: &[Attribute], compiled: &[Cfg]) -> bool {
    let is_out = |cfg: &Cfg| {
        let mut predicates = attributes.iter().filter_map(predicate);
        predicates.any(|it| holds(&it, &|leaf| Some(cfg.contains(leaf))) == Some(false))
    };
    is_meant(attributes) && compiled.iter().all(is_out)
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::Cfg;
    use crate::parsed::parse;

    fn left_out(text: &str, compiled: &[Cfg]) -> Vec<RangeInclusive<u32>> {
        super::left_out(&parse(text), compiled)
    }

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

    #[test]
    fn what_cfg_leaves_out_is_found_by_what_heads_it() {
        let compiled = [["unix".to_owned()].into()];
        let found = |text: &str| left_out(text, &compiled);
        assert_eq!(
            found("//! A module.\n#![cfg(windows)]\nfn item() {\n}\n// End.\n"),
            [1..=4]
        );
        assert_eq!(
            found("#![allow(unused)]\n#![cfg(unix)]\nfn item() {}\n"),
            []
        );
        assert_eq!(found("#![cfg(test)]\nfn item() {}\n"), []);
        let inner = "mod one {\n#![cfg(windows)]\nfn item() {}\n}\nmod other {\n#![cfg(unix)]\nfn item() {}\n}\n\
                     fn body() {\n    #![cfg(windows)]\n}\n";
        assert_eq!(found(inner), [1..=4, 9..=11]);
    }

    #[test]
    fn what_cfg_leaves_out_is_found_by_true_and_false() {
        let text = "\
#[cfg(false)]
fn item() {}
#[cfg(true)]
fn other() {}
#[cfg(not(true))]
fn third() {}
#[cfg(any(unix, false))]
fn fourth() {}
#[cfg(all(test, true))]
fn tests() {}
#[cfg(all(windows, true,),)]
fn fifth() {}
";
        let found = left_out(text, &[["unix".to_owned()].into()]);
        assert_eq!(found, [1..=2, 5..=6, 11..=12]);
    }

    #[test]
    fn what_cfg_leaves_out_is_found_in_what_is_given_to_macros() {
        let text = "\
fn main() {
    cfg_if! {
        if #[cfg(windows)] {
            one();
        } else if #[cfg(unix)] {
            two();
        } else {
            three();
        }
    }
    cfg_if! { if #[cfg(not(test))] { four() } else {
        five()
    } }
    passed_on! {
        #[inline]
        #[cfg(windows)]
        six(1, 2);
        seven();
        #[cfg(windows)]
        {
            eight();
        }
        nested(|| {
            #[cfg(windows)]
            nine()
        });
        #[cfg(unix)]
        ten();
        #[cfg(test)]
        eleven();
    }
}
macro_rules! made {
    () => {
        #[cfg(windows)]
        fn made() {}
    }
}
";
        let set = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let found = left_out(text, &[set(&["unix"])]);
        assert_eq!(found, [3..=5, 7..=9, 15..=17, 19..=22, 24..=25]);
        assert_eq!(
            left_out(text, &[set(&["unix"]), set(&["windows"])]),
            [7..=9]
        );
    }
}
