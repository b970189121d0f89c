//! What has changed between two texts of a source: the bodies of functions, or something else.
//!
//! The body of a function can do something else only where the function runs. Everything else may have an effect anywhere: a
//! signature decides what other code means, a constant is computed by the compiler, and a macro writes code.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, LineColumn, Spacing, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Block, Expr, ImplItem, Item, Macro, Signature, Stmt, TraitItem, Visibility};

use super::makers::{Makers, has_items, is_harmless};
use crate::walk::{self, Go, Part, Visitor};

/// A function whose body has changed: lines of the text that was compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// All of it.
    pub lines: RangeInclusive<u32>,
    /// From its first line to that in which its body begins.
    pub head: RangeInclusive<u32>,
}

/// Why more may have changed than what functions do.
#[derive(Debug, PartialEq, Eq)]
pub struct Doubt {
    /// A line of the text that was compiled, if that is known.
    pub line: Option<u32>,
    pub why: &'static str,
}

/// The functions whose bodies are another in the text that was `compiled` than in the `other` one. Of functions in functions it
/// is the outermost that has changed itself. What is given to `makers` has an effect beside the function around it.
///
/// # Errors
///
/// Says what else has changed.
pub fn changed(compiled: &str, other: &str, makers: &Makers) -> Result<Vec<Function>, Doubt> {
    let parse = |text: &str| {
        Code::parse(text, makers).ok_or(Doubt {
            line: None,
            why: "is no Rust that is understood",
        })
    };
    let (compiled, other) = (parse(compiled)?, parse(other)?);
    let texts = |code: &Code| -> Vec<String> {
        let tokens = code.outside.iter();
        tokens.map(|token| token.text.clone()).collect()
    };
    let (own, others) = (texts(&compiled), texts(&other));
    if own != others {
        let equal = own.iter().zip(&others).take_while(|(one, two)| one == two);
        let first = equal.count().min(own.len().saturating_sub(1));
        return Err(Doubt {
            line: compiled.outside.get(first).map(|token| token.line),
            why: "is not in the body of a function that runs only when the program runs",
        });
    }
    let mut found = Vec::new();
    compare(&compiled.bodies, &other.bodies, &mut found);
    Ok(found)
}

/// Bodies in the same place of two texts.
fn compare(compiled: &[Body], other: &[Body], found: &mut Vec<Function>) {
    for (one, two) in compiled.iter().zip(other) {
        if one.tokens == two.tokens {
            compare(&one.nested, &two.nested, found);
        } else {
            found.push(one.function.clone());
        }
    }
}

/// The tokens of a text, those of bodies apart.
#[derive(Default)]
struct Code {
    outside: Vec<Token>,
    bodies: Vec<Body>,
}

struct Token {
    text: String,
    line: u32,
}

struct Body {
    function: Function,
    /// Without those of functions in it, and without items that may have an effect elsewhere.
    tokens: Vec<String>,
    nested: Vec<Body>,
}

impl Code {
    fn parse(text: &str, makers: &Makers) -> Option<Code> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let tokens: TokenStream = text.parse().ok()?;
        let file = syn::parse2(tokens.clone()).ok()?;
        let mut functions = Functions {
            makers,
            all: HashMap::new(),
        };
        walk::through(&mut functions, &file);
        let mut code = Code::default();
        code.add(tokens, &functions.all, &mut None);
        Some(code)
    }

    /// Adds tokens that are in the body of a function, or outside of all.
    fn add<'a>(
        &mut self,
        tokens: TokenStream,
        functions: &'a HashMap<LineColumn, FunctionBody>,
        within: &mut Option<(&'a FunctionBody, Body)>,
    ) {
        for token in tokens {
            let TokenTree::Group(group) = &token else {
                self.push(word(&token), token.span().start(), within);
                continue;
            };
            let [open, close] = match group.delimiter() {
                Delimiter::Parenthesis => ["(", ")"],
                Delimiter::Brace => ["{", "}"],
                Delimiter::Bracket => ["[", "]"],
                Delimiter::None => ["", ""],
            };
            let start = group.span_open().start();
            self.push(open.to_owned(), start, within);
            if let Some(place) = functions.get(&start) {
                let body = Body {
                    function: place.function.clone(),
                    tokens: Vec::new(),
                    nested: Vec::new(),
                };
                let mut inner = Some((place, body));
                self.add(group.stream(), functions, &mut inner);
                let all = match within {
                    Some((_, around)) => &mut around.nested,
                    None => &mut self.bodies,
                };
                all.extend(inner.map(|(_, body)| body));
            } else {
                self.add(group.stream(), functions, within);
            }
            self.push(close.to_owned(), group.span_close().start(), within);
        }
    }

    fn push(&mut self, text: String, at: LineColumn, within: &mut Option<(&FunctionBody, Body)>) {
        match within {
            Some((place, body)) if !place.leaks(at) => body.tokens.push(text),
            _ => self.outside.push(Token {
                text,
                line: line(at),
            }),
        }
    }
}

fn word(token: &TokenTree) -> String {
    match token {
        // `& &` is not `&&`.
        TokenTree::Punct(it) if it.spacing() == Spacing::Joint => format!("{it}+"),
        other => other.to_string(),
    }
}

fn line(place: LineColumn) -> u32 {
    u32::try_from(place.line).unwrap_or(u32::MAX)
}

/// Where the body of a function is.
struct FunctionBody {
    function: Function,
    /// Items in it that may have an effect elsewhere.
    leaking: Vec<(LineColumn, LineColumn)>,
}

impl FunctionBody {
    fn leaks(&self, at: LineColumn) -> bool {
        let mut leaking = self.leaking.iter();
        leaking.any(|(start, end)| *start <= at && at < *end)
    }
}

/// The functions of a text that run only when the program runs, by the places of their first braces. Those in macros are not
/// known.
struct Functions<'a> {
    makers: &'a Makers,
    all: HashMap<LineColumn, FunctionBody>,
}

impl Functions<'_> {
    fn add(&mut self, first: Option<Span>, signature: &Signature, block: &Block) {
        // The compiler may run it.
        if signature.constness.is_some() {
            return;
        }
        let open = block.brace_token.span.open().start();
        let first = first.unwrap_or_else(|| signature.span()).start();
        let first = line(first);
        let mut items = Items {
            makers: self.makers,
            all: Vec::new(),
            are_of_this_function: true,
        };
        walk::to(&mut items, Part::Block(block));
        let leaking = if items.are_of_this_function {
            Vec::new()
        } else {
            items.all
        };
        let place = FunctionBody {
            function: Function {
                lines: first..=line(block.brace_token.span.close().end()),
                head: first..=line(open),
            },
            leaking,
        };
        self.all.insert(open, place);
        walk::within(self, Part::Block(block));
    }
}

impl Visitor for Functions<'_> {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            Part::Item(Item::Fn(it)) => self.add(first(&it.vis), &it.sig, &it.block),
            Part::ImplItem(ImplItem::Fn(it)) => self.add(first(&it.vis), &it.sig, &it.block),
            Part::TraitItem(TraitItem::Fn(it)) => {
                if let Some(block) = &it.default {
                    self.add(None, &it.sig, block);
                }
            }
            // The compiler runs what is in them, or it runs once, whoever comes first.
            Part::Item(Item::Const(_) | Item::Static(_))
            | Part::ImplItem(ImplItem::Const(_))
            | Part::TraitItem(TraitItem::Const(_))
            | Part::Expr(Expr::Const(_))
            | Part::Type(_) => {}
            _ => return Go::Into,
        }
        Go::Past
    }
}

/// The items in a function, without those in functions in it, and the macros that may make some.
struct Items<'a> {
    makers: &'a Makers,
    all: Vec<(LineColumn, LineColumn)>,
    /// Whether none of them can be reached from elsewhere.
    are_of_this_function: bool,
}

impl Items<'_> {
    fn add_made(&mut self, it: &Macro) {
        let span = it.span();
        self.all.push((span.start(), span.end()));
        self.are_of_this_function = false;
    }

    fn add_statements(&mut self, block: &Block) {
        let statements = block.stmts.iter().enumerate();
        for (place, statement) in statements {
            let is_last = place + 1 == block.stmts.len();
            match statement {
                // The last one may be a value, such as that of `quote!`.
                Stmt::Macro(it)
                    if (!is_last || it.semi_token.is_some()) && has_items(&it.mac.tokens) =>
                {
                    self.add_made(&it.mac);
                }
                other => walk::to(self, Part::Stmt(other)),
            }
        }
    }
}

impl Visitor for Items<'_> {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            Part::Block(block) => self.add_statements(block),
            Part::Macro(it) => {
                let name = it.path.segments.last();
                if name.is_some_and(|it| self.makers.have(&it.ident.to_string()))
                    || self.makers.are_called(&it.tokens)
                {
                    self.add_made(it);
                }
            }
            Part::Item(item) => {
                // The body of a function is told apart by itself.
                if !matches!(item, Item::Fn(_)) {
                    let span = item.span();
                    self.all.push((span.start(), span.end()));
                }
                if is_unreachable(item) {
                    return Go::Into;
                }
                self.are_of_this_function = false;
            }
            _ => return Go::Into,
        }
        Go::Past
    }
}

/// Whether an item in a function can only be reached there: an attribute, such as `no_mangle`, may lead to it from elsewhere.
fn is_unreachable(item: &Item) -> bool {
    let attributes = match item {
        Item::Const(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => return false,
    };
    let mut names = attributes.iter().map(|it| it.path().get_ident());
    names.all(|it| it.is_some_and(is_harmless))
}

/// The first place of a function that is `pub`.
fn first(visibility: &Visibility) -> Option<Span> {
    (!matches!(visibility, Visibility::Inherited)).then(|| visibility.span())
}

#[cfg(test)]
mod tests;
