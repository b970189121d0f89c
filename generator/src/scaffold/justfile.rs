//! The line that brings the recipes into the user's justfile.

use super::RECIPES;

/// The line that is added.
pub fn import_line() -> String {
    format!("import '{RECIPES}'")
}

/// The recipe or alias of the justfile that has the name of one of ours, with its line. just refuses a justfile in which
/// a recipe that it imports is there as well.
pub fn taken_name<'a>(text: &'a str, recipes: &str) -> Option<(usize, &'a str)> {
    let ours: Vec<&str> = recipes
        .lines()
        .filter_map(recipe_name)
        .filter(|name| name.starts_with("itcov"))
        .collect();
    let named = text
        .lines()
        .enumerate()
        .filter_map(|(line, text)| Some((line + 1, recipe_name(text)?)));
    named.into_iter().find(|(_, name)| ours.contains(name))
}

/// The name in a line that begins a recipe (`name PARAMETERS: DEPENDENCIES`) or is an alias (`alias name := other`).
fn recipe_name(line: &str) -> Option<&str> {
    if let Some(alias) = line.strip_prefix("alias ") {
        return alias.split_whitespace().next();
    }
    let line = line.strip_prefix('@').unwrap_or(line);
    let end = line.find(|char: char| !char.is_alphanumeric() && char != '-' && char != '_')?;
    let (name, rest) = line.split_at(end);
    let is_recipe = rest.contains(':') && !rest.trim_start().starts_with(":=");
    (!name.is_empty() && is_recipe).then_some(name)
}

/// The justfile with the import line at its end, or `None` where it imports the recipes already.
///
/// At the end, because the first recipe of a justfile is the one that plain `just` runs.
pub fn with_import(text: &str) -> Option<String> {
    if text.lines().any(imports_recipes) {
        return None;
    }
    let line_end = super::manifest::line_end(text);
    let mut after = text.to_owned();
    if !after.is_empty() {
        if !after.ends_with('\n') {
            after.push_str(line_end);
        }
        after.push_str(line_end);
    }
    after.push_str(&import_line());
    after.push_str(line_end);
    Some(after)
}

/// What taking the line out leaves.
pub struct Removed {
    /// `None` where the file was ours altogether.
    pub text: Option<String>,
}

/// The justfile without the line, or `None` where it is not there.
pub fn without_import(text: &str) -> Option<Removed> {
    if text == "import 'itcov.just'\n" {
        return Some(Removed { text: None });
    }
    let at = text.find("\nimport 'itcov.just'\n")?;
    Some(Removed {
        text: Some(text[..at].to_owned()),
    })
}

fn imports_recipes(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("import") else {
        return false;
    };
    let path = rest
        .trim_start_matches('?')
        .split('#')
        .next()
        .unwrap_or_default();
    let path = path.trim().trim_matches(['\'', '"']);
    path.strip_prefix("./").unwrap_or(path) == RECIPES
}

#[cfg(test)]
mod tests {
    use super::{taken_name, with_import};

    #[test]
    fn a_recipe_or_alias_with_one_of_our_names_is_found() {
        let ours = "itcov_bin := 'x'\nitcov *ARGS:\n    body:\nitcov-suite CMD *ARGS:\n";
        for (text, found) in [
            ("a:\n  true\nitcov:\n", Some((3, "itcov"))),
            ("@itcov-suite x='1': a\n", Some((1, "itcov-suite"))),
            ("alias itcov := test\n", Some((1, "itcov"))),
            ("itcov := 'a variable'\n", None),
            ("test:\n    itcov: no recipe\n# itcov:\nitcov2:\n", None),
        ] {
            assert_eq!(taken_name(text, ours), found, "{text}");
        }
    }

    #[test]
    fn the_line_comes_last_and_is_set_apart() {
        assert_eq!(
            with_import("a:\n  true").unwrap(),
            "a:\n  true\n\nimport 'itcov.just'\n"
        );
        assert_eq!(with_import("").unwrap(), "import 'itcov.just'\n");
    }

    #[test]
    fn line_ends_are_the_files_own() {
        assert_eq!(
            with_import("a:\r\n  true\r\n").unwrap(),
            "a:\r\n  true\r\n\r\nimport 'itcov.just'\r\n"
        );
    }

    #[test]
    fn an_import_in_any_spelling_counts() {
        for line in [
            "import 'itcov.just'",
            "import? \"./itcov.just\"",
            "import 'itcov.just' # coverage",
        ] {
            assert_eq!(
                with_import(&format!("a:\n  true\n{line}\nb:\n")),
                None,
                "{line}"
            );
        }
        assert!(with_import("# import 'itcov.just'\n").is_some());
        assert!(with_import("import 'other.just'\n").is_some());
    }
}
