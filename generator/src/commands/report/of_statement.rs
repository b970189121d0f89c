//! Changed lines of functions that the compiler's mapping has no code of: literals, constants, operators and patterns that stand alone in
//! a line, types. Each counts as the line of its statement, or of what is around that, that has code. Of a closure or an arm of `match`
//! that has no code at all, nobody knows whether it has run.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, LineColumn, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Block, Expr, ImplItem, Item, Macro, TraitItem};

use super::cfg::is_item_for_tests;
use super::doing;
use super::mapped::Mapped;
use crate::parsed::Parsed;
use crate::walk::{self, Go, Part, Visitor};

/// The lines of a source that stand for others which are `wanted` and have no code.
pub fn instead(
    source: &Parsed,
    mapped: &Mapped,
    has_code: &dyn Fn(u32) -> bool,
    wanted: &dyn Fn(u32) -> bool,
) -> BTreeSet<u32> {
    let is_meant = |line| wanted(line) && !has_code(line);
    let Some((lines, mut parts)) = without_code(source, mapped, &is_meant) else {
        return BTreeSet::new();
    };
    parts.add_code_of_bodies();
    let first_with_code = |scope: &Scope| scope.code.clone().find(|line| has_code(*line));
    let instead = |line: &u32| {
        let mut around = parts.around(*line).into_iter();
        if parts.macros.iter().any(|it| it.contains(line)) {
            // Nobody knows what the macro makes of it.
            return first_with_code(around.next()?);
        }
        around.find_map(first_with_code)
    };
    lines.iter().filter_map(instead).collect()
}

/// The lines without code of closures, arms and statements of which nothing is mapped: the compiler has none of closures and arms that are
/// only a value, nor of what nothing comes to, such as what is behind a `return`.
pub fn unknown(source: &Parsed, mapped: &Mapped, has_code: &dyn Fn(u32) -> bool) -> Vec<Lines> {
    let Some((mut lines, parts)) = without_code(source, mapped, &|line| !has_code(line)) else {
        return Vec::new();
    };
    let bodies = parts.bodies.iter();
    let lost = bodies.filter(|place| mapped.code_in(**place).next().is_none());
    let unreached = parts.doing.iter().filter(|it| !mapped.has_code_at(**it));
    let lost = lost.chain(unreached);
    let lost: Vec<Lines> = lost.map(|[start, end]| to_lines(*start, *end)).collect();
    lines.retain(|line| lost.iter().any(|it| it.contains(line)));
    lines.into_iter().map(|line| line..=line).collect()
}

type Lines = RangeInclusive<u32>;

/// The lines of a source that are meant and have something but attributes and comments, and the parts that they may be in. `None` if
/// there is no such line.
fn without_code<'a>(
    source: &Parsed,
    mapped: &'a Mapped,
    is_meant: &dyn Fn(u32) -> bool,
) -> Option<(BTreeSet<u32>, Parts<'a>)> {
    let mut lines = BTreeSet::new();
    add_words(source.tokens.clone(), &mut lines);
    lines.retain(|line| is_meant(*line));
    if lines.is_empty() {
        return None;
    }
    let mut parts = Parts {
        mapped,
        functions: Vec::new(),
        closures: Vec::new(),
        statements: Vec::new(),
        macros: Vec::new(),
        given: Vec::new(),
        bodies: Vec::new(),
        doing: doing::statements(&source.file, mapped),
    };
    walk::through(&mut parts, &source.file);
    Some((lines, parts))
}

/// Lines that stand for each other.
struct Scope {
    lines: Lines,
    /// Those of them whose code is the scope's alone.
    code: Lines,
}

impl Scope {
    fn of(lines: Lines) -> Scope {
        let code = lines.clone();
        Scope { lines, code }
    }

    fn size(&self) -> u32 {
        self.lines.end() - self.lines.start()
    }
}

/// The parts of functions, each with the lines from its begin to its end.
struct Parts<'a> {
    mapped: &'a Mapped,
    functions: Vec<Scope>,
    closures: Vec<Scope>,
    /// Statements, what is in a block, arms of `match`, and the bodies of these and of closures.
    statements: Vec<Scope>,
    macros: Vec<Lines>,
    /// What is in brackets of any kind in what macros between functions are given.
    given: Vec<Scope>,
    /// The bodies of closures and arms.
    bodies: Vec<[LineColumn; 2]>,
    /// The statements that do something.
    doing: Vec<[LineColumn; 2]>,
}

impl Parts<'_> {
    /// What a line is in, from the inside to the outside: the statements and arms of the innermost function, and that; where there is
    /// none, those of a closure.
    fn around(&self, line: u32) -> Vec<&Scope> {
        let with = |all: &'_ [Scope]| -> Vec<usize> {
            let places = 0..all.len();
            places.filter(|it| all[*it].lines.contains(&line)).collect()
        };
        let functions = with(&self.functions).into_iter();
        let function = functions.map(|it| &self.functions[it]);
        let closures = with(&self.closures).into_iter();
        let closure = closures.map(|it| &self.closures[it]);
        let function = function.min_by_key(|it| it.size());
        let Some(function) = function.or(closure.max_by_key(|it| it.size())) else {
            let given = with(&self.given).into_iter();
            let mut given: Vec<&Scope> = given.map(|it| &self.given[it]).collect();
            given.sort_by_key(|it| it.size());
            return given;
        };
        let statements = with(&self.statements).into_iter();
        let statements = statements.map(|it| &self.statements[it]);
        // A function in another one is a statement of that, too.
        let own = statements.filter(|it| it.size() < function.size());
        let mut around: Vec<&Scope> = own.collect();
        // Of a statement that is a call with a closure, the closure's body may have the same lines.
        around.sort_by_key(|it| (it.size(), Reverse(*it.code.start())));
        around.push(function);
        around
    }

    fn add_body(&mut self, body: &Expr) {
        let span = body.span();
        self.bodies.push([span.start(), span.end()]);
    }

    /// A body may begin in a line that has code of what is around it, too.
    fn add_code_of_bodies(&mut self) {
        for [start, end] in &self.bodies {
            if let Some((line, _)) = self.mapped.code_in([*start, *end]).next() {
                let code = LineColumn { line, column: 0 };
                self.statements.push(Scope {
                    lines: to_lines(*start, *end),
                    code: to_lines(code, *end),
                });
            }
        }
    }

    /// What is between the braces: in their lines is what is around the block, too.
    fn add_block(&mut self, block: &Block) {
        if let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) {
            let (first, last) = (first.span().start(), last.span().end());
            self.statements.push(Scope::of(to_lines(first, last)));
        }
    }

    fn add_given(&mut self, to: &Macro) {
        add_groups(to.tokens.clone(), &mut self.given);
    }
}

impl Visitor for Parts<'_> {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            _ if is_item_for_tests(part, self.mapped) => return Go::Past,
            Part::Item(Item::Fn(it)) => self.functions.push(scope(it.span())),
            Part::ImplItem(ImplItem::Fn(it)) => self.functions.push(scope(it.span())),
            Part::TraitItem(TraitItem::Fn(it)) => self.functions.push(scope(it.span())),
            Part::Item(Item::Macro(it)) => {
                if it.ident.is_none() {
                    self.add_given(&it.mac);
                }
                return Go::Past;
            }
            Part::ImplItem(ImplItem::Macro(it)) => self.add_given(&it.mac),
            Part::TraitItem(TraitItem::Macro(it)) => self.add_given(&it.mac),
            Part::Stmt(it) => self.statements.push(scope(it.span())),
            Part::Block(it) => self.add_block(it),
            Part::Arm(it) => {
                self.statements.push(scope(it.span()));
                self.add_body(&it.body);
            }
            Part::Expr(Expr::Closure(it)) => {
                self.closures.push(scope(it.span()));
                self.add_body(&it.body);
            }
            Part::Macro(it) => self.macros.push(lines(it.span())),
            _ => {}
        }
        Go::Into
    }
}

fn scope(of: Span) -> Scope {
    Scope::of(lines(of))
}

fn lines(of: Span) -> Lines {
    to_lines(of.start(), of.end())
}

fn to_lines(start: LineColumn, end: LineColumn) -> Lines {
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    number(start.line)..=number(end.line)
}

fn add_groups(tokens: TokenStream, found: &mut Vec<Scope>) {
    for token in tokens {
        if let TokenTree::Group(it) = token {
            found.push(scope(it.span()));
            add_groups(it.stream(), found);
        }
    }
}

/// Adds the lines of names, literals and operators, but for those of attributes, and so of comments.
pub(super) fn add_words(tokens: TokenStream, found: &mut BTreeSet<u32>) {
    let mut is_behind_mark = false;
    for token in tokens {
        let is_attribute = is_behind_mark;
        is_behind_mark = false;
        match token {
            TokenTree::Punct(it) if it.as_char() == '#' => is_behind_mark = true,
            TokenTree::Punct(it) if is_attribute && it.as_char() == '!' => is_behind_mark = true,
            TokenTree::Punct(it) if matches!(it.as_char(), ',' | ';') => {}
            TokenTree::Group(it) if is_attribute && it.delimiter() == Delimiter::Bracket => {}
            TokenTree::Group(it) => add_words(it.stream(), found),
            token => found.extend(lines(token.span())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{instead, unknown};
    use crate::commands::report::mapped::Mapped;
    use crate::parsed::parse;

    #[test]
    fn a_line_without_code_counts_as_that_of_what_it_is_part_of() {
        let text = "\
const A: u8 =
    1;
fn serve() {
    let it = connect(
        \"host\",
        5432,
        // A comment.
    );
    const B: u8 =
        2;
    match it {
        1
        | 2 => few(),
        3 => {
            many(
                B,
            )
        }
    }
    made!(
        4,
    );
    fn inner() {
        5;
    }
}
impl C {
    /// What it does.
    fn method(
        &self,
    ) {
        call::<
            u8,
        >();
    }
}
";
        let code = [3, 4, 11, 13, 15, 29, 32];
        let of = |line: u32| {
            let found = instead(
                &parse(text),
                &Mapped::default(),
                &|it| code.contains(&it),
                &|it| it == line,
            );
            found.into_iter().collect::<Vec<_>>()
        };
        for (line, expected) in [
            (2, &[][..]),
            (5, &[4]),
            (6, &[4]),
            (7, &[]),
            (8, &[]),
            (10, &[4]),
            (12, &[13]),
            (16, &[15]),
            // The macro has no code.
            (21, &[]),
            // Nor has this function.
            (24, &[]),
            (28, &[]),
            (33, &[32]),
            // A line with code stands for itself.
            (4, &[]),
        ] {
            assert_eq!(of(line), expected, "{line}");
        }
    }

    #[test]
    fn of_a_closure_or_an_arm_without_code_nobody_knows_whether_it_ran() {
        let text = "\
fn serve() {
    let it = few(|| Limits {
        // A comment.
        retries: 4,
    });
    let it = many(|| [
        7,
    ]);
    match it {
        1 => const {
            11
        },
        _ => none(
            14,
        ),
    }
}
";
        let code = [2, 5, 6, 9, 13];
        let has_code = |line: u32| code.contains(&line);
        // Of the first closure, there is the end.
        let mapped = Mapped::with(&[1], &[(5, 5), (13, 14)]);
        let lines = unknown(&parse(text), &mapped, &has_code);
        assert_eq!(lines, [7..=7, 10..=10, 11..=11]);
        let of = |line: u32| {
            let found = instead(&parse(text), &mapped, &has_code, &|it| it == line);
            found.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(of(4), [5]);
        assert_eq!(of(14), [13]);
    }
}
