//! The line that brings the recipes into a justfile: put in, and taken out to the byte.

use super::items::{Item, Kind, items};
use crate::scaffold::RECIPES;
use crate::scaffold::manifest::line_end;

/// Begins a justfile of ours below a directory with another one: what is not found here, just looks for there. The mark
/// tells it from a setting of the user's.
const FALLBACK: &str = "set fallback # itcov";

/// The line that is added.
pub fn import_line() -> String {
    format!("import '{RECIPES}'")
}

/// A justfile where there was none: the import alone, and where a directory above has a justfile, the setting that leaves
/// its recipes within reach.
pub fn created(has_parent: bool) -> String {
    let import = import_line();
    if has_parent {
        format!("{FALLBACK}\n{import}\n")
    } else {
        format!("{import}\n")
    }
}

/// The justfile with the import at its end behind an empty line, or `None` where it imports the recipes already.
///
/// At the end, because the first recipe of a justfile is the one that plain `just` runs. A text without a final line end
/// has none afterwards either, so [`without_import`] can restore it to the byte.
pub fn with_import(text: &str) -> Option<String> {
    if items(text).iter().any(imports_recipes) {
        return None;
    }
    let line_end = line_end(text);
    let import = import_line();
    Some(if text.is_empty() || text.ends_with('\n') {
        format!("{text}{line_end}{import}{line_end}")
    } else {
        format!("{text}{line_end}{line_end}{import}")
    })
}

/// What is left of a justfile without the recipes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// This text.
    Text(String),
    /// Nothing: the file was made by us and is to be deleted.
    File,
}

/// The justfile without the import of the recipes, in whatever spelling, and without the empty line before it; `None`
/// where nothing has to go. An `import?` stays: just accepts it without the file.
pub fn without_import(text: &str) -> Option<Removed> {
    let ours: Vec<Item> = items(text)
        .into_iter()
        .filter(|item| has_to_go(text, item))
        .collect();
    if ours.is_empty() {
        return None;
    }
    let mut rest = text.to_owned();
    let mut was_set_apart = false;
    for item in ours.into_iter().rev() {
        let mut start = item.span.start;
        // The line end of an item may have gone with the one behind it.
        let mut end = item.span.end.min(rest.len());
        let before = &rest[..start];
        if let Some(empty) = empty_line_at_end(before) {
            start -= empty.len();
            was_set_apart = true;
            // Where the text had no final line end, the one before the empty line is ours as well.
            if end == rest.len() && !rest.ends_with('\n') && rest[..start].ends_with(empty) {
                start -= empty.len();
            }
        } else if before.is_empty() {
            // What was set apart below is at the top now.
            end += line_break(&rest[end..]).map_or(0, str::len);
        }
        rest.replace_range(start..end, "");
    }
    Some(if rest.is_empty() && !was_set_apart {
        Removed::File
    } else {
        Removed::Text(rest)
    })
}

/// Whether an item imports our recipes from beside the justfile.
pub(super) fn imports_recipes(item: &Item) -> bool {
    item.kind.is_import() && is_recipes(item.name)
}

fn has_to_go(text: &str, item: &Item) -> bool {
    match item.kind {
        Kind::Import { optional: false } => is_recipes(item.name),
        Kind::Setting => text[item.span.clone()].trim_end() == FALLBACK,
        _ => false,
    }
}

/// Whether a path, taken from the justfile's directory, is that of the recipes. As just does, this asks no file system.
fn is_recipes(path: &str) -> bool {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            ".." if parts.pop().is_none() => return false,
            "" | "." | ".." => {}
            _ => parts.push(part),
        }
    }
    !path.starts_with('/') && parts == [RECIPES]
}

/// The line end of the empty line that the text ends with.
fn empty_line_at_end(text: &str) -> Option<&'static str> {
    let line_end = if text.ends_with("\r\n") { "\r\n" } else { "\n" };
    let before = text.strip_suffix(line_end)?;
    (before.is_empty() || before.ends_with('\n')).then_some(line_end)
}

fn line_break(text: &str) -> Option<&'static str> {
    ["\r\n", "\n"].into_iter().find(|end| text.starts_with(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Removed, created, with_import, without_import};

    #[test]
    fn the_line_comes_last_and_is_set_apart() {
        for (before, after) in [
            ("a:\n  true\n", "a:\n  true\n\nimport 'itcov.just'\n"),
            ("a:\n  true", "a:\n  true\n\nimport 'itcov.just'"),
            ("a:\n\n\n", "a:\n\n\n\nimport 'itcov.just'\n"),
            ("", "\nimport 'itcov.just'\n"),
            (
                "a:\r\n  true\r\n",
                "a:\r\n  true\r\n\r\nimport 'itcov.just'\r\n",
            ),
            ("a:\r\n  true", "a:\r\n  true\r\n\r\nimport 'itcov.just'"),
        ] {
            assert_eq!(with_import(before).as_deref(), Some(after), "{before:?}");
        }
    }

    #[test]
    fn a_file_of_ours_goes_altogether() {
        for has_parent in [false, true] {
            let text = created(has_parent);
            assert_eq!(with_import(&text), None);
            assert_eq!(without_import(&text), Some(Removed::File), "{text}");
            // What was added to it stays.
            let more = format!("{text}\ntest:\n    true\n");
            let rest = Removed::Text("test:\n    true\n".into());
            assert_eq!(without_import(&more), Some(rest));
        }
    }

    #[test]
    fn an_import_in_any_spelling_counts_and_goes() {
        for line in [
            "import 'itcov.just'",
            "import \"./itcov.just\"",
            "import   'itcov.just'   # coverage",
            "import '''sub/..//itcov.just'''",
            "[linux]\nimport x'itcov.just'",
        ] {
            let text = format!("a:\n  true\n\n{line}\nb:\n");
            assert_eq!(with_import(&text), None, "{line}");
            let rest = Removed::Text("a:\n  true\nb:\n".into());
            assert_eq!(without_import(&text), Some(rest), "{line}");
        }
    }

    #[test]
    fn an_optional_import_counts_and_stays() {
        let text = "a:\nimport? 'itcov.just'\n";
        assert_eq!(with_import(text), None);
        assert_eq!(without_import(text), None);
    }

    #[test]
    fn what_is_no_import_of_ours_neither_counts_nor_goes() {
        for text in [
            "# import 'itcov.just'\n",
            "import 'other.just'\nimport '../itcov.just'\nimport '/itcov.just'\nset fallback\n",
            "a:\n    import 'itcov.just'\n",
            "x := '''\nimport 'itcov.just'\n'''\n",
        ] {
            assert_eq!(without_import(text), None, "{text}");
            assert!(with_import(text).is_some(), "{text}");
        }
    }

    /// Pieces of justfiles, whole and broken.
    fn piece() -> impl Strategy<Value = String> {
        let known = proptest::sample::select(vec![
            "\n",
            "\r\n",
            "\r",
            "\n\n",
            " ",
            "\t",
            "\\",
            "#",
            "'",
            "'''",
            "\"",
            "`",
            "(",
            "[",
            "{{",
            "}}",
            "]",
            "a:",
            "    echo",
            "a := ",
            "[private]\n",
            "set fallback\n",
            "set fallback # itcov",
            "import ",
            "import? 'itcov.just'\n",
            "'other.just'",
            "f'{{",
            "\u{feff}",
            "é",
        ]);
        prop_oneof![4 => known.prop_map(str::to_owned), 1 => "\\PC{0,6}"]
    }

    fn config() -> ProptestConfig {
        ProptestConfig {
            cases: 20_000,
            max_global_rejects: 20_000,
            failure_persistence: None,
            ..ProptestConfig::default()
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        proptest::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn removing_restores_every_byte(text in any_text()) {
            // A text with a line marked as ours is none that was there before us.
            prop_assume!(without_import(&text).is_none());
            if let Some(after) = with_import(&text) {
                prop_assert!(after.starts_with(&text));
                prop_assert_eq!(with_import(&after), None, "{:?}", after);
                prop_assert_eq!(without_import(&after), Some(Removed::Text(text)), "{:?}", after);
            }
        }
    }
}
