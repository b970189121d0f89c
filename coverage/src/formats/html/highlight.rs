//! Syntax colours: what kind of thing each word of a Rust source is.
//!
//! The compiler's own lexer says where the tokens are, so raw strings, nested comments and lifetimes come out right.
//! What a name stands for is guessed from its shape and from what follows it.

use std::ops::Range;

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, strip_shebang, tokenize};

/// A stretch of source that has a colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coloured {
    /// Its bytes.
    pub range: Range<usize>,
    /// The class it has in a page: a letter.
    pub class: char,
}

const KEYWORDS: [&str; 42] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut",
    "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "try",
    "type", "union", "unsafe", "use", "where", "while", "yield",
];

const PRIMITIVES: [&str; 17] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize",
];

/// The coloured stretches of a Rust source, from its beginning to its end.
pub fn coloured(source: &str) -> Vec<Coloured> {
    let start = strip_shebang(source).unwrap_or(0);
    let mut coloured = vec![];
    if start > 0 {
        coloured.push(Coloured {
            range: 0..start,
            class: 'c',
        });
    }
    let mut place = start;
    let mut attribute = Attribute::Outside;
    for token in tokenize(&source[start..], FrontmatterAllowed::Yes) {
        let range = place..place + token.len as usize;
        place = range.end;
        attribute = attribute.then(token.kind, &source[place..]);
        let class = class(token.kind, &source[range.clone()], &source[place..]);
        let class = match attribute {
            Attribute::Begins | Attribute::Inside(_)
                if !matches!(class, Some('s' | 'c' | 'd' | 'n')) =>
            {
                Some('a')
            }
            _ => class,
        };
        if let Some(class) = class.filter(|_| token.kind != TokenKind::Whitespace) {
            match coloured.last_mut() {
                Some(last) if last.class == class && last.range.end == range.start => {
                    last.range.end = range.end;
                }
                _ => coloured.push(Coloured { range, class }),
            }
        }
        if attribute == Attribute::Inside(0) {
            attribute = Attribute::Outside;
        }
    }
    coloured
}

/// Where in an attribute, `#[…]`, the tokens are.
#[derive(Clone, Copy, PartialEq)]
enum Attribute {
    Outside,
    /// In so many brackets; in none where the last one ends, or where `#` or `#!` stands.
    Inside(usize),
    /// Behind `#` or `#!`.
    Begins,
}

impl Attribute {
    fn then(self, kind: TokenKind, after: &str) -> Self {
        match (self, kind) {
            (Self::Outside, TokenKind::Pound) if after.starts_with(['[', '!']) => Self::Begins,
            (Self::Begins, TokenKind::Bang) => Self::Begins,
            (Self::Begins, TokenKind::OpenBracket) => Self::Inside(1),
            (Self::Inside(depth), TokenKind::OpenBracket) => Self::Inside(depth + 1),
            (Self::Inside(depth), TokenKind::CloseBracket) => Self::Inside(depth.saturating_sub(1)),
            (Self::Inside(depth), _) => Self::Inside(depth),
            _ => Self::Outside,
        }
    }
}

fn class(kind: TokenKind, text: &str, after: &str) -> Option<char> {
    use ra_ap_rustc_lexer::LiteralKind::{Float, Int};
    match kind {
        TokenKind::LineComment { doc_style } | TokenKind::BlockComment { doc_style, .. } => {
            Some(if doc_style.is_some() { 'd' } else { 'c' })
        }
        TokenKind::Frontmatter { .. } => Some('c'),
        TokenKind::Literal {
            kind: Int { .. } | Float { .. },
            ..
        } => Some('n'),
        TokenKind::Literal { .. } => Some('s'),
        TokenKind::Lifetime { .. } | TokenKind::RawLifetime | TokenKind::UnknownPrefixLifetime => {
            Some('l')
        }
        TokenKind::Ident => word(text, after),
        TokenKind::RawIdent if after.starts_with('(') => Some('f'),
        _ => None,
    }
}

fn word(text: &str, after: &str) -> Option<char> {
    let is_macro = after.starts_with('!') && !after.starts_with("!=");
    if KEYWORDS.contains(&text) {
        Some('k')
    } else if is_macro {
        Some('m')
    } else if PRIMITIVES.contains(&text) {
        Some('t')
    } else if text.starts_with(char::is_uppercase) {
        let is_constant = text.len() > 1 && !text.contains(char::is_lowercase);
        Some(if is_constant { 'n' } else { 't' })
    } else if after.starts_with('(') || after.starts_with("::<") {
        Some('f')
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(source: &str) -> Vec<(char, &str)> {
        let coloured = coloured(source);
        coloured
            .into_iter()
            .map(|it| (it.class, &source[it.range]))
            .collect()
    }

    #[test]
    fn words_have_the_colour_of_what_they_seem_to_be() {
        assert_eq!(
            show("pub fn f<'a>(x: &'a Vec<u8>) { println!(\"{x}\", MAX, g(1.5)); a != b }"),
            [
                ('k', "pub"),
                ('k', "fn"),
                ('l', "'a"),
                ('l', "'a"),
                ('t', "Vec"),
                ('t', "u8"),
                ('m', "println"),
                ('s', "\"{x}\""),
                ('n', "MAX"),
                ('f', "g"),
                ('n', "1.5"),
            ]
        );
    }

    #[test]
    fn strings_comments_and_characters_end_where_the_compiler_ends_them() {
        assert_eq!(
            show("r##\"a\"# \"##; /* a /* b */ \" */ 'x' '\\'' b'\"' c\"z\" br#\"\\\"#"),
            [
                ('s', "r##\"a\"# \"##"),
                ('c', "/* a /* b */ \" */"),
                ('s', "'x'"),
                ('s', "'\\''"),
                ('s', "b'\"'"),
                ('s', "c\"z\""),
                ('s', "br#\"\\\"#"),
            ]
        );
        assert_eq!(
            show("/// a\n// b\n/*! c */"),
            [('d', "/// a"), ('c', "// b"), ('d', "/*! c */")]
        );
    }

    #[test]
    fn attributes_are_coloured_as_a_whole_but_for_their_strings() {
        assert_eq!(
            show("#![allow(x)]\n#[doc = \"a\"] #[cfg([u8])] fn"),
            [
                ('a', "#![allow(x)]"),
                ('a', "#[doc"),
                ('a', "="),
                ('s', "\"a\""),
                ('a', "]"),
                ('a', "#[cfg([u8])]"),
                ('k', "fn"),
            ]
        );
    }

    #[test]
    fn a_shebang_is_a_comment_and_an_inner_attribute_is_none() {
        assert_eq!(
            show("#!/usr/bin/env cargo\nfn"),
            [('c', "#!/usr/bin/env cargo"), ('k', "fn")]
        );
        assert_eq!(show("#![a]"), [('a', "#![a]")]);
    }

    #[test]
    fn what_is_not_rust_does_no_harm() {
        for source in [
            "r#\"never ends",
            "/* never ends",
            "'",
            "\u{0}\u{202e}№",
            "b'",
            "#",
            "#![",
        ] {
            let ends = coloured(source).last().map_or(0, |last| last.range.end);
            assert!(ends <= source.len());
        }
    }
}
