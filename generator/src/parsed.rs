//! Sources as far as they are understood: `syn` knows neither all that earlier editions allow nor all that is new.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::discouraged::Speculative as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Block, Expr, File, Item, ItemMod, Result, Token, Visibility, braced};

/// A source.
pub struct Parsed {
    pub tokens: TokenStream,
    /// What is not understood is [`Item::Verbatim`], unless it only has types.
    pub file: File,
    /// The lines of a text whose tokens are not even Rust's, and of which nothing else is known; blank ones and comments are left out.
    pub lines: BTreeSet<u32>,
}

/// The tokens of a text. `None` if they are not those of Rust.
pub fn tokens(text: &str) -> Option<TokenStream> {
    without_interpreter(text).parse().ok()
}

/// What a text says.
pub fn parse(text: &str) -> Parsed {
    let read = tokens(text).and_then(|tokens| Some((file(&tokens)?, tokens)));
    if let Some((file, tokens)) = read {
        let lines = BTreeSet::new();
        return Parsed {
            tokens,
            file,
            lines,
        };
    }
    let lines = text.lines().map(str::trim).zip(1..);
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with("//"));
    Parsed {
        tokens: TokenStream::new(),
        file: with(Vec::new(), Vec::new()),
        lines: lines.map(|(_, number)| number).collect(),
    }
}

fn file(tokens: &TokenStream) -> Option<File> {
    let file = |input: ParseStream| Ok(with(input.call(Attribute::parse_inner)?, items(input)?));
    let mut file = file.parse2(tokens.clone()).ok()?;
    if is_part(tokens) {
        file.items.retain(|it| !matches!(it, Item::Verbatim(_)));
    }
    Some(file)
}

fn with(attrs: Vec<Attribute>, items: Vec<Item>) -> File {
    File {
        shebang: None,
        frontmatter: None,
        attrs,
        items,
    }
}

/// A script begins with a line that is none of Rust's; the others stay in their places.
fn without_interpreter(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (first, rest) = text.split_at(text.find('\n').unwrap_or(text.len()));
    let is_interpreter = first
        .strip_prefix("#!")
        .is_some_and(|it| !it.trim_start().starts_with('['));
    if is_interpreter { rest } else { text }
}

/// Whether the tokens are an expression or statements, which a function of another file includes.
fn is_part(tokens: &TokenStream) -> bool {
    syn::parse2::<Expr>(tokens.clone()).is_ok()
        || Block::parse_within.parse2(tokens.clone()).is_ok()
}

fn items(input: ParseStream) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let ahead = [input.fork(), input.fork()];
        if let Ok(item) = ahead[0].parse() {
            input.advance_to(&ahead[0]);
            items.push(item);
        } else if let Ok(module) = module(&ahead[1]) {
            input.advance_to(&ahead[1]);
            items.push(Item::Mod(module));
        } else {
            items.extend(other(input)?.map(Item::Verbatim));
        }
    }
    Ok(items)
}

/// A module with items that are not understood in it.
fn module(input: ParseStream) -> Result<ItemMod> {
    let content;
    let mut module = ItemMod {
        attrs: input.call(Attribute::parse_outer)?,
        vis: input.parse()?,
        unsafety: input.parse()?,
        mod_token: input.parse()?,
        ident: input.parse()?,
        content: Some((braced!(content in input), Vec::new())),
        semi: None,
    };
    module.attrs.extend(content.call(Attribute::parse_inner)?);
    let items = items(&content)?;
    module.content = module.content.map(|(brace, _)| (brace, items));
    Ok(module)
}

/// The tokens of an item, which ends with a semicolon or a block; `None` of one that only has types.
fn other(input: ParseStream) -> Result<Option<TokenStream>> {
    let ahead = input.fork();
    let is_headed =
        ahead.call(Attribute::parse_outer).is_ok() && ahead.parse::<Visibility>().is_ok();
    let is_type = is_headed
        && (ahead.peek(Token![type])
            || ahead.peek(Token![use])
            || ahead.peek(Token![struct])
            || ahead.peek(Token![enum]));
    let mut tokens = Vec::new();
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let is_end = match &token {
            TokenTree::Punct(it) => it.as_char() == ';',
            TokenTree::Group(it) => it.delimiter() == Delimiter::Brace,
            _ => false,
        };
        tokens.push(token);
        if is_end {
            break;
        }
    }
    Ok((!is_type).then(|| tokens.into_iter().collect()))
}
