//! Bodies of functions that are functions of their own for the compiler, which has no mapping of some: an optimised build has none of those
//! of asynchronous functions that nothing calls, and no build has that of what some attribute macros make a body of
//! (`#[async_trait]`, `#[tracing::instrument]`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use llvm_coverage::count::functions::{CountedRegion, Function};
use llvm_coverage::parse::regions::Position;
use llvm_coverage::{Coverage, FileCoverage, files};
use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::{Block, Expr, Item, Stmt};

use super::given::statement_computes;
use super::left_out;
use super::mapped::{Mapped, from_one};
use crate::parsed;
use crate::walk::{self, Go, Part, Visitor};

/// The functions of which a coverage has nothing but the heads, though their bodies have code: their files and first lines.
pub fn without_bodies(coverage: &Coverage) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    for file in &coverage.files {
        let heads = heads_alone(coverage, file);
        if heads.is_empty() {
            continue;
        }
        let path = Path::new(&*file.path);
        let text = files::read_text(path).unwrap_or_default();
        // To parse the texts would take longer than all else that a report does.
        if !are_some_lost(&heads, coverage, file, &text) {
            continue;
        }
        let mapped = Mapped::of(coverage, file, &text);
        let functions = left_out::functions(&parsed::parse(&text), &mapped).into_iter();
        let first = functions.map(|lines| *lines.start());
        let heads = first.filter(|line| mapped.function_begins_in(*line..=*line));
        found.extend(heads.map(|line| (path.to_owned(), line)));
    }
    found
}

/// What may be the head of a function that has lost its body.
struct Head {
    region: CountedRegion,
    /// Where the end of its body is, if the mapping has that.
    close: Option<Position>,
}

/// The functions of a file that have one region, or two of which the second is a character, as the end of a body is.
fn heads_alone(coverage: &Coverage, file: &FileCoverage) -> Vec<Head> {
    let head = |it: &Function| {
        let close = match it.regions[..] {
            [_] => None,
            [_, last]
                if last.start.line == last.end.line && last.start.column + 1 == last.end.column =>
            {
                Some(last.start)
            }
            _ => return None,
        };
        let region = first_region(it, file)?;
        Some(Head { region, close })
    };
    coverage.functions_of(file).filter_map(head).collect()
}

/// The first region of a function that is written in a file.
fn first_region(function: &Function, file: &FileCoverage) -> Option<CountedRegion> {
    let own = function.own_file()?;
    let is_own = function.files[own] == file.path;
    is_own.then(|| function.regions_in(own).next().copied())?
}

/// Whether one may have lost its body: it says `async`, and no function begins behind it, or its second region is the end of a body.
fn are_some_lost(heads: &[Head], coverage: &Coverage, file: &FileCoverage, text: &str) -> bool {
    let is_asynchronous = text.contains("async");
    if !is_asynchronous && heads.iter().all(|it| it.close.is_none()) {
        return false;
    }
    let functions = coverage.functions_of(file).filter(|_| is_asynchronous);
    let starts: BTreeSet<_> = functions
        .filter_map(|it| Some(first_region(it, file)?.start))
        .collect();
    let lines: Vec<&str> = text.lines().collect();
    let line = |number: u32| {
        let place = (number as usize).checked_sub(1);
        let line = place.and_then(|it| lines.get(it));
        line.copied().unwrap_or_default()
    };
    let has_word = |it: &CountedRegion| {
        let mut own = it.start.line..=it.end.line;
        is_asynchronous && own.any(|it| line(it).contains("async"))
    };
    // Only spaces are between a head and its body.
    let is_followed = |it: &CountedRegion| {
        let Some(next) = starts.range(it.end..).next() else {
            return false;
        };
        let from = (it.end.column as usize).saturating_sub(1);
        let to = (next.column as usize).saturating_sub(1);
        let between = match next.line - it.end.line {
            0 => [line(it.end.line).get(from..to), None],
            1 => [line(it.end.line).get(from..), line(next.line).get(..to)],
            _ => return false,
        };
        let mut parts = between.into_iter().flatten();
        parts.all(|it| it.trim().is_empty())
    };
    heads.iter().any(|head| match head.close {
        None => has_word(&head.region) && !is_followed(&head.region),
        Some(close) => {
            let is_one = has_word(&head.region)
                || is_below_another_attribute(line(head.region.start.line.saturating_sub(1)));
            let place = (close.column as usize).saturating_sub(1);
            is_one && line(close.line).as_bytes().get(place) == Some(&b'}')
        }
    })
}

/// Whether a line ends an attribute that is not the compiler's own.
fn is_below_another_attribute(line: &str) -> bool {
    let own = [
        "allow",
        "cfg",
        "cold",
        "deprecated",
        "doc",
        "expect",
        "inline",
        "must_use",
        "no_mangle",
        "target_feature",
        "track_caller",
        "unsafe",
    ];
    let line = line.trim();
    line.ends_with(']')
        && !own.iter().any(|name| {
            line.strip_prefix("#[")
                .is_some_and(|it| it.starts_with(name))
        })
}

/// Whether a body has code, and the mapping has none of it. Of one that is `apart` from its head that is sure; else, it has to have an end.
pub fn is_lost(body: &Block, mapped: &Mapped, is_apart: bool) -> bool {
    let is_item = |it: &Stmt| matches!(it, Stmt::Item(_));
    if body.stmts.iter().all(is_item) {
        return false;
    }
    let close = body.brace_token.span.close();
    let has_end = || {
        let mut code = mapped.code_in([close.start(), close.end()]);
        code.next().is_some()
    };
    (is_apart || has_end() && body.stmts.iter().any(statement_computes)) && !has_code(body, mapped)
}

/// Whether the mapping has code between the braces of a body.
pub fn has_code(body: &Block, mapped: &Mapped) -> bool {
    let mut items = Items::default();
    walk::to(&mut items, Part::Block(body));
    let braces = body.brace_token.span;
    let mut code = mapped.code_in([braces.open().end(), braces.close().start()]);
    code.any(|place| !items.have(place))
}

/// What lies in a body and is a function of its own.
#[derive(Default)]
struct Items(Vec<[LineColumn; 2]>);

impl Items {
    fn have(&self, place: (usize, usize)) -> bool {
        let mut all = self.0.iter().map(|it| it.map(from_one));
        all.any(|[start, end]| (start..end).contains(&place))
    }
}

impl Visitor for Items {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            // What a macro makes may be statements.
            Part::Item(Item::Macro(_)) => Go::Past,
            Part::Item(it) => {
                self.0.push([it.span().start(), it.span().end()]);
                Go::Past
            }
            Part::Expr(it @ (Expr::Closure(_) | Expr::Async(_))) => {
                self.0.push([it.span().start(), it.span().end()]);
                Go::Past
            }
            _ => Go::Into,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::left_out::functions;
    use super::Mapped;
    use crate::parsed::parse;

    #[test]
    fn a_body_is_lost_if_nothing_of_it_is_mapped_and_it_has_code() {
        let text = "\
/// What it does.
pub async fn lost(n: u8) -> u8 {
    n + 1
}
async fn kept() { call() }
async fn empty() {
    // Nothing.
}
async fn around() {
    fn inner() {}
    async fn other() { call() }
    call()
}
async fn items() {
    fn inner() {}
}
fn not_asynchronous() {
    call()
}
impl A { async unsafe fn method(
    &self,
) -> u8 { 1 } }
passed! { async fn passed() { call() } fn other() { call() } }
trait B { async fn declared(); async fn given() { 1 } }
";
        let heads = [2, 5, 6, 9, 10, 11, 14, 15, 17, 20, 23, 24];
        // That of `kept`, and the heads of those that are inside of others.
        let regions = [(5, 18), (10, 5), (11, 5), (15, 5)];
        let found = functions(&parse(text), &Mapped::with(&heads, &regions));
        assert_eq!(found, [2..=4, 9..=13, 11..=11, 20..=22, 23..=23, 24..=24]);
    }
}
