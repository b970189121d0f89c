//! Changed code that is given to a macro, and of which the compiler's mapping has no line: what a macro makes a function of is nowhere
//! but in that, and of some macros the places of what is given are lost, as of what `include!` is given the file of.

mod calls;
mod computing;
mod included;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use computing::block_computes;
pub use computing::{computes, statement_computes};
use included::Place;
pub use included::of_other_names;
use llvm_coverage::parse::diff::Lines;
use llvm_coverage::{Coverage, FileCoverage, files};
use proc_macro2::{Delimiter, LineColumn, Spacing, TokenStream, TokenTree};
use syn::Expr;

use super::cfg::{attribute, is_meant};
use super::mapped::Mapped;
use super::unbuilt::{Sources, Unbuilt};
use crate::build::texts::Text;

/// What has `changed` in the texts, by their paths without links, is code, and has no code of its own. If it is given to a macro in
/// a line that ran, it is taken to have run. What is known of `sources` are those with code.
pub fn without_code(
    coverage: &Coverage,
    texts: &BTreeSet<Text>,
    changed: &HashMap<PathBuf, Lines>,
    sources: &Sources,
) -> Vec<Unbuilt> {
    let of_path = |path: &Path| {
        let mut files = coverage.files.iter();
        files.find(|it| Path::new(&*it.path) == path)
    };
    let has_run = |(path, line): &Place| {
        let mut lines = of_path(path).into_iter().flat_map(|it| &it.lines);
        lines.any(|it| it.number as usize == *line && it.count > 0)
    };
    let mut found = Vec::new();
    let (mut embedded, mut places) = (None, None);
    for path in texts.iter().map(|it| &it.path) {
        let Ok(real) = path.canonicalize() else {
            continue;
        };
        let (Some(changed), Ok(text)) = (changed.get(&real), files::read_text(path)) else {
            continue;
        };
        let known = Known::of(coverage, of_path(path), &text);
        let first = |pieces: Vec<Piece>| {
            let mut lines = pieces.into_iter().flat_map(|it| it.lines);
            lines.find(|line| changed.touch(&(*line..=*line)))
        };
        let given = first(pieces(&text, &known));
        let included = given.or_else(|| first(included::pieces(&text, &known)));
        let Some(line) = included.filter(|_| !sources.are_for_tests(&real)) else {
            continue;
        };
        let embedded = embedded.get_or_insert_with(|| sources.embedded(texts));
        let why = if given.is_some() {
            let is_source = sources.have(&real) || !embedded.contains(&real);
            is_source.then_some("is given to a macro")
        } else {
            let places = places.get_or_insert_with(|| included::places(texts, embedded));
            let places = places.get(&real);
            let is_doubtful = places.is_some_and(|it| !it.iter().any(has_run));
            is_doubtful.then_some("is included")
        };
        found.extend(why.map(|why| Unbuilt {
            path: path.clone(),
            why: format!("no code of its own for line {line}, which {why}"),
        }));
    }
    found
}

/// What is known of a file.
#[derive(Default)]
struct Known {
    mapped: Mapped,
    /// The lines that ran.
    ran: BTreeSet<usize>,
}

impl Known {
    fn of(coverage: &Coverage, file: Option<&FileCoverage>, text: &str) -> Known {
        let Some(file) = file else {
            return Known::default();
        };
        let ran = file.lines.iter().filter(|it| it.count > 0);
        Known {
            mapped: Mapped::of(coverage, file, text),
            ran: ran.map(|it| it.number as usize).collect(),
        }
    }

    /// Whether code begins in a piece.
    fn have(&self, piece: &Piece) -> bool {
        let mut own = self.mapped.code_in([piece.start, piece.end]);
        own.next().is_some()
    }
}

/// Code that is given to a macro.
struct Piece {
    /// With what heads it.
    start: LineColumn,
    end: LineColumn,
    /// Those of its tokens.
    lines: BTreeSet<u32>,
}

/// The code that is given to macros and has none of its own, but for what is so in a line that ran.
fn pieces(text: &str, known: &Known) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for call in calls::of(text) {
        if !call.is_in_function || !known.ran.contains(&call.line) {
            add_pieces(call.given, &mut pieces);
        }
    }
    pieces.retain(|it| !known.have(it));
    pieces
}

/// Adds the code that is in tokens of which nobody knows what they mean: what parses as an expression or block, and does something.
fn add_pieces(tokens: TokenStream, found: &mut Vec<Piece>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut head = None;
    let (mut start, mut place) = (0, 0);
    let mut part = Vec::new();
    while let Some(token) = tokens.get(place) {
        let skipped = skipped(&tokens, place);
        let separator = separator(&tokens, place);
        if skipped > 0 {
            place += skipped;
        } else if separator > 0 {
            place += separator;
            add_part(std::mem::take(&mut part), head, found);
            // What is before an arrow or an equals sign heads what is behind it.
            if !matches!(token, TokenTree::Punct(it) if it.as_char() == '=') {
                start = place;
            }
            head = None;
            continue;
        } else {
            part.push(token.clone());
            place += 1;
        }
        head = head.or_else(|| tokens.get(start).map(|it| it.span().start()));
    }
    add_part(part, head, found);
}

/// How many tokens there are that are no code: attributes, with what is not meant behind them, types and constants, macros'
/// definitions.
fn skipped(tokens: &[TokenTree], place: usize) -> usize {
    let rest = &tokens[place..];
    let is_word = |it: &TokenTree, words: &[&str]| matches!(it, TokenTree::Ident(it) if words.iter().any(|word| it == word));
    let is_end = |it: &TokenTree| match it {
        TokenTree::Punct(it) => it.as_char() == ';',
        TokenTree::Group(it) => it.delimiter() == Delimiter::Brace,
        _ => false,
    };
    let to = |is_end: &dyn Fn(&TokenTree) -> bool| {
        let end = rest.iter().position(is_end);
        end.map_or(rest.len(), |it| it + 1)
    };
    match rest {
        [TokenTree::Punct(it), group @ TokenTree::Group(_), ..] if it.as_char() == '#' => {
            if is_meant(&attribute(it.clone(), Some(group.clone()))) {
                2
            } else {
                to(&is_end)
            }
        }
        [
            it,
            TokenTree::Punct(_),
            TokenTree::Ident(_),
            TokenTree::Group(_),
            ..,
        ] if is_word(it, &["macro_rules"]) => 4,
        [it, TokenTree::Ident(_), ..] if is_word(it, &["struct", "enum", "union"]) => to(&is_end),
        [it, next, ..] if is_word(it, &["const"]) => {
            let before = place.checked_sub(1).map(|it| &tokens[it]);
            let is_in_type =
                matches!(before, Some(TokenTree::Punct(it)) if "*<,&".contains(it.as_char()));
            let is_function = rest.iter().take(4).any(|it| is_word(it, &["fn"]));
            match next {
                TokenTree::Group(_) => 2,
                _ if is_in_type || is_function => 0,
                _ => to(&|it| matches!(it, TokenTree::Punct(it) if it.as_char() == ';')),
            }
        }
        [it, TokenTree::Ident(_), ..] if is_word(it, &["type", "use"]) => {
            to(&|it| matches!(it, TokenTree::Punct(it) if it.as_char() == ';'))
        }
        _ => 0,
    }
}

/// Of how many tokens a separator is that is there.
fn separator(tokens: &[TokenTree], place: usize) -> usize {
    let before = place.checked_sub(1).map(|it| &tokens[it]);
    let is_joined = matches!(before, Some(TokenTree::Punct(it)) if it.spacing() == Spacing::Joint);
    match (&tokens[place], tokens.get(place + 1)) {
        (TokenTree::Punct(it), _) if matches!(it.as_char(), ';' | ',') => 1,
        (TokenTree::Punct(it), _) if it.as_char() != '=' || is_joined => 0,
        (TokenTree::Punct(it), _) if it.spacing() == Spacing::Alone => 1,
        (TokenTree::Punct(_), Some(TokenTree::Punct(it))) if it.as_char() == '>' => 2,
        _ => 0,
    }
}

/// Adds what is between two separators, or the code in it.
fn add_part(part: Vec<TokenTree>, head: Option<LineColumn>, found: &mut Vec<Piece>) {
    let expression = syn::parse2::<Expr>(part.iter().cloned().collect());
    if let Ok(expression) = expression {
        if computes(&expression) {
            found.extend(piece(&part, head));
        }
        return;
    }
    if matches!(part.first(), Some(TokenTree::Ident(it)) if it == "let") {
        found.extend(piece(&part, head));
        return;
    }
    let mut head = head;
    for token in part {
        let start = head.unwrap_or_else(|| token.span().start());
        head = Some(start);
        let TokenTree::Group(group) = &token else {
            continue;
        };
        let is_block = group.delimiter() == Delimiter::Brace;
        if is_block && block_computes(&token) {
            found.extend(piece(std::slice::from_ref(&token), head));
        } else {
            add_pieces(group.stream(), found);
        }
        if is_block {
            head = None;
        }
    }
}

fn piece(tokens: &[TokenTree], head: Option<LineColumn>) -> Option<Piece> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    let mut lines = BTreeSet::new();
    add_lines(tokens.iter().cloned().collect(), &mut lines);
    Some(Piece {
        start: head.unwrap_or_else(|| first.span().start()),
        end: last.span().end(),
        lines,
    })
}

/// Adds the lines of tokens, but for attributes and so for comments.
fn add_lines(tokens: TokenStream, lines: &mut BTreeSet<u32>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(it)
                if it.as_char() == '#' && matches!(tokens.peek(), Some(TokenTree::Group(_))) =>
            {
                tokens.next();
            }
            TokenTree::Group(it) => add_lines(it.stream(), lines),
            other => {
                let (start, end) = (other.span().start(), other.span().end());
                let line = |it: LineColumn| u32::try_from(it.line).unwrap_or(u32::MAX);
                lines.extend(line(start)..=line(end));
            }
        }
    }
}

#[cfg(test)]
mod tests;
