//! Macros that `cfg` makes another thing of, in their definitions.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::slice;

use llvm_coverage::parse::regions::Kind;
use llvm_coverage::{Coverage, FileCoverage, files};
use proc_macro2::{TokenStream, TokenTree};

use super::{Cfg, attribute, is_left_out, left_out, lines};
use crate::build::texts::Text;
use crate::commands::scenarios::place::extent;
use crate::definitions;
use crate::parsed;

/// The names of those that the compiled texts define, and of which some compilation has left out a definition, or a part of one.
pub fn changed(texts: &BTreeSet<Text>, cfg: &HashMap<PathBuf, Vec<Cfg>>) -> BTreeSet<String> {
    // What is in a definition is decided where the macro is called, perhaps in another crate.
    let all: BTreeSet<&Cfg> = cfg.values().flatten().collect();
    let mut names = BTreeSet::new();
    for path in texts.iter().map(|it| &it.path) {
        let text = files::read_text(path).unwrap_or_default();
        let Some(compiled) = cfg.get(path).filter(|_| text.contains("macro_rules")) else {
            continue;
        };
        let (out, source) = (compiled.iter(), parsed::parse(&text));
        let out: Vec<_> = out
            .flat_map(|it| left_out(&source, slice::from_ref(it)))
            .collect();
        definitions::of_macros(&text, &mut |name, definition| {
            let line = *lines(name.span().start(), name.span().end()).start();
            let is_out = |it: &&Cfg| has_left_out(definition.clone(), slice::from_ref(*it));
            if out.iter().any(|it| it.contains(&line)) || all.iter().any(is_out) {
                names.insert(name.to_string());
            }
        });
    }
    names
}

/// Whether there is an attribute by which something is left out.
fn has_left_out(tokens: TokenStream, compiled: &[Cfg]) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_out = match token {
            TokenTree::Punct(it) if it.as_char() == '#' => {
                let group = tokens.next_if(|it| matches!(it, TokenTree::Group(_)));
                is_left_out(&attribute(it, group), compiled)
            }
            TokenTree::Group(it) => has_left_out(it.stream(), compiled),
            _ => false,
        };
        if is_out {
            return true;
        }
    }
    false
}

/// The lines of a file, in functions with code, in which one of these `macros` is called and no code begins.
pub fn without_code(
    coverage: &Coverage,
    file: &FileCoverage,
    text: &str,
    macros: &BTreeSet<String>,
) -> Vec<RangeInclusive<u32>> {
    let mut calls = Vec::new();
    if !macros.is_empty() {
        add_calls(text.parse().unwrap_or_default(), macros, &mut calls);
    }
    if calls.is_empty() {
        return calls;
    }
    let own = |path: &str| *path == *file.path;
    let extents = coverage.functions_of(file).filter_map(extent);
    let extents: Vec<_> = extents.filter(|(of, _)| own(of)).collect();
    let begins: BTreeSet<u32> = coverage
        .functions_of(file)
        .flat_map(|it| it.regions.iter().map(move |region| (it, region)))
        .filter(|(it, region)| own(&it.files[region.file]) && region.kind == Kind::Code)
        .map(|(_, region)| region.start.line)
        .collect();
    calls.retain(|call| {
        let is_in = |lines: &RangeInclusive<u32>| lines.contains(call.start());
        extents.iter().any(|(_, lines)| is_in(lines)) && begins.range(call.clone()).next().is_none()
    });
    calls
}

fn add_calls(tokens: TokenStream, macros: &BTreeSet<String>, calls: &mut Vec<RangeInclusive<u32>>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // What a macro is made of is no code.
            TokenTree::Ident(it) if it == "macro_rules" => _ = tokens.nth(2),
            TokenTree::Ident(it) if macros.contains(&it.to_string()) => {
                let is_call =
                    |it: &TokenTree| matches!(it, TokenTree::Punct(it) if it.as_char() == '!');
                if tokens.next_if(is_call).is_some()
                    && let Some(TokenTree::Group(given)) = tokens.peek()
                {
                    calls.push(lines(it.span().start(), given.span_close().end()));
                }
            }
            TokenTree::Group(it) => add_calls(it.stream(), macros, calls),
            _ => {}
        }
    }
}
