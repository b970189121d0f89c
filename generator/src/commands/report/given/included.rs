//! Expressions that are in files of their own, and included where they are needed. For the compiler, their places are not those of the
//! function around them, so its mapping has no line of them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use llvm_coverage::files;
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, Stmt};

use super::computing::{computes, statement_computes};
use super::{Known, Piece, add_lines, calls};
use crate::build::texts::Text;
use crate::commands::report::cfg::is_meant;
use crate::commands::report::embedded;

/// The statements of a text that is an expression, of those that do something and have no code.
pub fn pieces(text: &str, known: &Known) -> Vec<Piece> {
    let Ok(expression) = syn::parse_str::<Expr>(text) else {
        return Vec::new();
    };
    let mut lines = BTreeSet::new();
    add_lines(text.parse().unwrap_or_default(), &mut lines);
    let mut spans = Vec::new();
    add_expression(&expression, &mut spans);
    let piece = |span: Span| {
        let (start, end) = (span.start(), span.end());
        let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        let own = lines.range(line(start.line)..=line(end.line));
        Piece {
            start,
            end,
            lines: own.copied().collect(),
        }
    };
    let pieces = spans.into_iter().map(piece);
    pieces.filter(|it| !known.have(it)).collect()
}

fn add_expression(expression: &Expr, spans: &mut Vec<Span>) {
    let body = match expression {
        Expr::Block(it) => &it.block,
        Expr::Unsafe(it) => &it.block,
        other => {
            spans.extend(computes(other).then(|| other.span()));
            return;
        }
    };
    for statement in &body.stmts {
        match statement {
            Stmt::Expr(it, _) => add_expression(it, spans),
            Stmt::Local(it) if !is_meant(&it.attrs) => {}
            Stmt::Macro(it) if !is_meant(&it.attrs) => {}
            other => spans.extend(statement_computes(other).then(|| other.span())),
        }
    }
}

/// The compiled files that sources include, and that are not called like one.
pub fn of_other_names(texts: &BTreeSet<Text>) -> HashSet<PathBuf> {
    let is_source = |path: &&Path| path.extension().is_some_and(|it| it == "rs");
    let (sources, others): (Vec<&Path>, Vec<&Path>) =
        texts.iter().map(|it| &*it.path).partition(is_source);
    let others = others.iter().filter_map(|it| it.canonicalize().ok());
    let others: HashSet<PathBuf> = others.collect();
    let mut found = HashSet::new();
    for path in sources.iter().filter(|_| !others.is_empty()) {
        let text = files::read_text(path).unwrap_or_default();
        if text.contains("include!") {
            let directory = path.parent().unwrap_or(path);
            let calls = calls::of(&text).into_iter();
            for call in calls.filter(|it| it.name == "include") {
                found.extend(embedded::included(
                    &call.name, call.given, directory, &others,
                ));
            }
        }
    }
    found
}

/// A line that includes a file, or that of the function that does nothing else.
pub type Place = (PathBuf, usize);

/// Where functions include compiled files that are not `embedded`, by the paths of these without links.
pub fn places(texts: &BTreeSet<Text>, embedded: &HashSet<PathBuf>) -> HashMap<PathBuf, Vec<Place>> {
    let real: Vec<(&Path, PathBuf)> = texts
        .iter()
        .filter_map(|it| Some((&*it.path, it.path.canonicalize().ok()?)))
        .collect();
    let compiled: HashSet<PathBuf> = real.iter().map(|(_, real)| real.clone()).collect();
    let mut places: HashMap<PathBuf, Vec<Place>> = HashMap::new();
    for (path, _) in real.iter().filter(|(_, real)| !embedded.contains(real)) {
        let directory = path.parent().unwrap_or(path);
        let text = files::read_text(path).unwrap_or_default();
        let mut calls = calls::of(&text);
        if let Ok(expression) = syn::parse_str(&text) {
            calls.extend(calls::of_expression(&expression));
        }
        for call in calls {
            // Between functions, it has items.
            if call.name == "include" && !call.is_in_function {
                continue;
            }
            let line = call.function.unwrap_or(call.line);
            for file in embedded::included(&call.name, call.given, directory, &compiled) {
                places
                    .entry(file)
                    .or_default()
                    .push(((*path).to_owned(), line));
            }
        }
    }
    places
}
