//! What cannot be added, and is told with its line.

use super::super::{Additions, with_additions};
use super::{ADDITIONS, FEATURES, OLD, TEST};

#[track_caller]
fn refuses(text: &str, additions: &Additions, words: &[&str]) {
    let error = with_additions(text, additions).unwrap_err().to_string();
    for word in words {
        assert!(error.contains(word), "no {word:?} in\n{error}");
    }
}

#[test]
fn names_that_mean_something_else_are_refused_with_their_line() {
    for text in [
        "[features]\nmanual-integration = [\"x\"]\n",
        "\u{feff}[features]\r\n\"manual-integration\" = [\"x\"]\r\n",
        "[lib]\nfeatures = { manual-integration = [\"x\"] }\n[features]\nmanual-integration = [\"x\"] # itcov\n",
    ] {
        let line = text.lines().count();
        let line = format!("line {line}");
        refuses(
            text,
            &ADDITIONS,
            &["the feature `manual-integration`", &line, "--feature"],
        );
    }
}

#[test]
fn another_test_target_of_that_name_is_refused_with_what_differs() {
    for (ours, theirs, difference) in [
        (
            "path = \"tests/",
            "path = \"t/",
            "itcov's has path = \"tests/manual_integration.rs\"",
        ),
        (
            "[\"manual",
            "[\"other",
            "itcov's has required-features = [\"manual-integration\"]",
        ),
        ("test = false", "test = true", "itcov's has test = false"),
        ("test = false", "", "itcov's has test = false"),
        (
            "harness = false",
            "harness = true",
            "itcov's has harness = false",
        ),
    ] {
        let text = format!("{FEATURES}{TEST}").replace(ours, theirs);
        refuses(
            &text,
            &ADDITIONS,
            &[
                "the test target `manual_integration`",
                "already exists and differs (line 5)",
                difference,
            ],
        );
    }
}

#[test]
fn an_optional_dependency_of_that_name_is_refused_with_its_section() {
    let dependency = "manual-integration = { version = \"1\", optional = true }";
    for section in [
        "dependencies",
        "build-dependencies",
        "build_dependencies",
        "target.'cfg(unix)'.dependencies",
    ] {
        let text = format!("[{section}]\n{dependency}\n");
        let place = format!("dependency in [{}]", section.replace('\'', ""));
        refuses(&text, &ADDITIONS, &[&place, "--feature"]);
    }
    let dotted =
        "[dependencies]\nmanual-integration.version = \"1\"\nmanual-integration.optional = true\n";
    refuses(dotted, &ADDITIONS, &["dependency in [dependencies]"]);
}

#[test]
fn where_no_line_can_be_added_it_is_said_what_to_write() {
    let features = [
        "`features` is an inline table (line 2)",
        "write it as a [features] section",
    ];
    refuses("# x\nfeatures = { x = [] }\n", &ADDITIONS, &features);
    refuses(
        "# x\nfeatures = { x = [],\n y = [] }\n",
        &ADDITIONS,
        &features,
    );
    let package = [
        "`package` is an inline table (line 1)",
        "autotests = true",
        "[package] section",
    ];
    refuses("package = { name = \"a\" }\n", &OLD, &package);
    let test = [
        "`test` is not written as [[test]] sections (line 1)",
        "write each target as one",
    ];
    refuses("test = [{ name = \"a\" }]\n", &ADDITIONS, &test);
    refuses("test = []\n", &ADDITIONS, &test);
    refuses("[test]\nname = \"a\"\n", &ADDITIONS, &test);
    refuses(
        "features = 1\n",
        &ADDITIONS,
        &["`features` is not a table (line 1)"],
    );
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    refuses("[package]\nname = = 1\n", &ADDITIONS, &["line 2"]);
    refuses("[package]\n# a\rb\n", &ADDITIONS, &["line 2"]);
    refuses(
        "[features]\nx = []\nx = []\n",
        &ADDITIONS,
        &["line 3", "duplicate key"],
    );
}
