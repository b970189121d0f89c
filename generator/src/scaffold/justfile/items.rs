//! What a justfile defines, read from its text: enough of the grammar that neither strings nor the bodies of recipes are
//! taken for definitions.
//!
//! just itself is the judge of a justfile; the text says where things are, and is all there is where just is not
//! installed. So whatever the text, there is an answer: what never ends is taken to end with its line.

use std::ops::Range;

use super::lexer::{Token, body_line, statement};

/// A definition, an import or a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its name; of an import the path, as it is written.
    pub name: &'a str,
    /// The line of its name, from 1.
    pub line: usize,
    /// Its lines with their line ends, from its first attribute on; of a recipe those before its body.
    pub span: Range<usize>,
}

/// What an [`Item`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `name PARAMETERS: DEPENDENCIES`
    Recipe,
    /// `alias name := recipe`
    Alias,
    /// `mod name`
    Module,
    /// `name := value`, exported or not
    Variable,
    /// `name(parameter) := value`
    Function,
    /// `set name`
    Setting,
    /// `import 'path'`; an optional one has a question mark, and its file may be missing.
    Import {
        /// Whether the file may be missing.
        optional: bool,
    },
}

impl Kind {
    /// Whether it is an import, optional or not.
    pub fn is_import(self) -> bool {
        matches!(self, Kind::Import { .. })
    }
}

/// The items of a justfile, in their order.
pub fn items(text: &str) -> Vec<Item<'_>> {
    let mut found = Vec::new();
    let mut at = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    // An attribute has a line of its own and belongs to the item behind it.
    let mut first_attribute = None;
    // Lines are counted as far as the scan has come.
    let mut counted = (0, 1);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with([' ', '\t']) {
            at = body_line(text, at);
            continue;
        }
        let (tokens, end) = statement(text, at);
        if tokens.first() == Some(&Token::Sign('[')) && text[at..end].trim_end().ends_with(']') {
            first_attribute.get_or_insert(at);
        } else if let Some((kind, name)) = item(&tokens) {
            let offset = name.as_ptr() as usize - text.as_ptr() as usize;
            counted.1 += text[counted.0..offset].matches('\n').count();
            counted.0 = offset;
            found.push(Item {
                kind,
                name,
                line: counted.1,
                span: first_attribute.take().unwrap_or(at)..end,
            });
        } else {
            first_attribute = None;
        }
        at = end;
    }
    found
}

/// What a statement defines.
fn item<'a>(tokens: &[Token<'a>]) -> Option<(Kind, &'a str)> {
    use Token::{Assign, Sign, Text, Word};
    let found = match *tokens {
        [Word("alias"), Word(name), Assign, ..] => (Kind::Alias, name),
        [Word("export" | "eager"), Word(name), Assign, ..] | [Word(name), Assign, ..] => {
            (Kind::Variable, name)
        }
        [Word("set"), Word(name), Assign, ..] | [Word("set"), Word(name)] => (Kind::Setting, name),
        // `x` before a string has it expanded as a shell would.
        [Word("import"), Text(path), ..] | [Word("import"), Word(_), Text(path), ..] => {
            (Kind::Import { optional: false }, path)
        }
        [Word("import"), Sign('?'), Text(path), ..]
        | [Word("import"), Sign('?'), Word(_), Text(path), ..] => {
            (Kind::Import { optional: true }, path)
        }
        [Word("mod"), Word(name)]
        | [Word("mod"), Word(name), Text(_), ..]
        | [Word("mod"), Word(name), Word(_), Text(_), ..]
        | [Word("mod"), Sign('?'), Word(name), ..] => (Kind::Module, name),
        [Word(name), Sign('('), ..] if tokens.contains(&Assign) => (Kind::Function, name),
        [Word(name), ..] | [Sign('@'), Word(name), ..] if tokens.contains(&Sign(':')) => {
            (Kind::Recipe, name)
        }
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::{Kind, items};

    /// Kind, name and line of each item.
    fn seen(text: &str) -> Vec<(Kind, &str, usize)> {
        let items = items(text);
        items
            .iter()
            .map(|item| (item.kind, item.name, item.line))
            .collect()
    }

    #[test]
    fn each_kind_of_definition_is_seen() {
        let text = "\u{feff}# a justfile\n\
            set shell := ['bash', '-c']\nset export\n\
            import 'a.just'\nimport? x\"b.just\" # may be missing\n\
            mod one\nmod? two 'there' # c\n[doc('d')]\nmod three 'x'\n\
            x := 'y'\nexport y := x\neager z := `date`\nf(a, b) := a + b\n\
            alias t := test\n\
            [private]\n[group('g'), no-cd]\n@test a='1' $b=(x + y) *c: other (dep 'x') && last\n    echo\n\
            other:\nmod foo:\nset:\nimport:\nalias a b:\n";
        let import = |optional| Kind::Import { optional };
        assert_eq!(
            seen(text),
            [
                (Kind::Setting, "shell", 2),
                (Kind::Setting, "export", 3),
                (import(false), "a.just", 4),
                (import(true), "b.just", 5),
                (Kind::Module, "one", 6),
                (Kind::Module, "two", 7),
                (Kind::Module, "three", 9),
                (Kind::Variable, "x", 10),
                (Kind::Variable, "y", 11),
                (Kind::Variable, "z", 12),
                (Kind::Function, "f", 13),
                (Kind::Alias, "t", 14),
                (Kind::Recipe, "test", 17),
                (Kind::Recipe, "other", 19),
                (Kind::Recipe, "mod", 20),
                (Kind::Recipe, "set", 21),
                (Kind::Recipe, "import", 22),
                (Kind::Recipe, "alias", 23),
            ]
        );
    }

    #[test]
    fn what_only_looks_like_a_definition_is_none() {
        for text in [
            "# itcov:\n#itcov := 'x'\n",
            "x := '''\nitcov:\nimport 'itcov.just'\n'''\n",
            "x := 'one\nitcov:\n'\n",
            "x := \"one \\\"\nitcov:\n\"\n",
            "x := ```\nitcov:\n```\n",
            "x := (\n'a' +\nitcov\n)\n",
            "x := 'a' + \\\nitcov\n",
            "x := f'{{ 'a' + '\nitcov:\n' }}'\n",
            "x :=\n",
        ] {
            assert_eq!(
                seen(text),
                [(Kind::Variable, "x", 1)][..text.find('x').map_or(0, |at| usize::from(at == 0))],
                "{text}"
            );
        }
        let body =
            "x:\n    cat <<END\n    itcov:\n  \n    {{ '''\nitcov:\n''' }}\n    {{{{ '\n\n    it\n";
        assert_eq!(seen(body), [(Kind::Recipe, "x", 1)]);
    }

    #[test]
    fn what_never_ends_ends_with_its_line() {
        let next = (Kind::Recipe, "next", 2);
        for text in [
            "x := 'open\nnext:\n",
            "x := (\nnext:\n",
            "[private\nnext:\n",
        ] {
            assert!(seen(text).contains(&next), "{text}");
        }
        assert!(seen("a:\n    {{ open\nb:\n").contains(&(Kind::Recipe, "b", 3)));
        assert_eq!(seen("]])}}\nnext:\n"), [next]);
    }

    #[test]
    fn an_items_lines_are_its_own() {
        let text = "a := 'x'\r\n[private]\r\n[linux]\r\nimport 'b.just' # c\r\nlast:";
        let spans: Vec<&str> = items(text)
            .into_iter()
            .map(|item| &text[item.span])
            .collect();
        assert_eq!(
            spans,
            [
                "a := 'x'\r\n",
                "[private]\r\n[linux]\r\nimport 'b.just' # c\r\n",
                "last:"
            ]
        );
    }
}
