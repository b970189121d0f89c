//! The line that brings the recipes into the user's justfile.

use super::RECIPES;

/// The line that is added.
pub fn import_line() -> String {
    format!("import '{RECIPES}'")
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
    use super::with_import;

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
