//! Where the lines go.

use super::super::{Additions, missing, with_additions};
use super::{ADDITIONS, FEATURES, INLINE_TEST, OLD, TEST, add, add_these};

#[test]
fn sections_that_are_not_there_come_at_the_end() {
    for before in [
        "[package]\nname = \"a\" # the name\n",
        "[[test]]\nname = \"other\"\n\n[dependencies]\n",
        "[package]\nname = \"a\"\n\n# [features]\n# x = []\n\n\n",
        "[features.no-header-of-its-own]\n",
        "",
    ] {
        assert_eq!(add(before), format!("{before}{FEATURES}{TEST}"));
    }
}

#[test]
fn a_features_section_gets_a_line_behind_its_last_entry() {
    let before = "[features]\n# ours\ndefault = [\n  \"x\", # why\n] # end\nx = []\n# next\n[package]\nname = \"a\"\n";
    let expected = before.replace("x = []\n", "x = []\nmanual-integration = [] # itcov\n");
    assert_eq!(add(before), expected + TEST);
}

#[test]
fn an_empty_features_section_gets_its_first_line() {
    let before = "[package]\nname = \"a\"\n\n[features] # none\n\n[lib]\n";
    let expected = before.replace("# none\n", "# none\nmanual-integration = [] # itcov\n");
    assert_eq!(add(before), expected + TEST);
}

#[test]
fn the_line_is_indented_as_the_one_before_it() {
    let before = "[features]\n\tx = []\n";
    let expected = "[features]\n\tx = []\n\tmanual-integration = [] # itcov\n".to_owned() + TEST;
    assert_eq!(add(before), expected);
}

#[test]
fn quoted_keys_are_keys() {
    for header in [
        "[\"features\"]",
        "['features']",
        "[ features ]",
        "[\"feat\\u0075res\"]",
    ] {
        let before = format!("{header}\n\"x\" = []\n");
        assert_eq!(
            add(&before),
            format!("{before}manual-integration = [] # itcov\n{TEST}")
        );
    }
    let there = "[features]\n'manual-integration' = []\n";
    let after = with_additions(there, &ADDITIONS).unwrap();
    assert_eq!(after, Some(format!("{there}{TEST}")));
}

#[test]
fn dotted_features_get_a_dotted_line() {
    for before in [
        "features.x = []\npackage.name = \"a\"\n",
        "'features' . \"x\" = []\npackage.name = \"a\"\n",
    ] {
        let expected = before.replace(
            " = []\n",
            " = []\nfeatures.manual-integration = [] # itcov\n",
        );
        assert_eq!(add(before), expected + TEST);
    }
}

#[test]
fn an_inline_table_of_several_lines_gets_a_line() {
    let before = "features = { # mine\n\n  x = [],\n  y = [\n  ]\n}\n[package]\nname = \"a\"\n";
    let expected = before.replace("mine\n", "mine\n  manual-integration = [], # itcov\n");
    assert_eq!(add(before), expected + TEST);
    let before = "features = {\n}\n";
    let expected = "features = {\n    manual-integration = [], # itcov\n}\n".to_owned() + TEST;
    assert_eq!(add(before), expected);
}

#[test]
fn an_array_of_tests_gets_a_line() {
    let before = "test = [\n  { name = \"other\" }\n]\n";
    let expected = before.replace("[\n", &format!("[\n  {INLINE_TEST}")) + FEATURES;
    assert_eq!(add(before), expected);
}

#[test]
fn a_file_that_ends_within_a_line_still_does() {
    for before in [
        "[package]\nname = \"a\"\n\n[features]\nx = []",
        "[package]\nname = \"a\"\n\n[features]",
        "[features] # none",
        "[features]\n# x = []",
        "[features]\n  ",
        "[features]\r\nx = []",
    ] {
        let after = add(before);
        assert!(after.ends_with("\ntest = false"), "{after}");
        assert!(
            after.contains("\nmanual-integration = [] # itcov"),
            "{after}"
        );
    }
}

#[test]
fn line_ends_are_those_of_the_neighbours() {
    let windows = |text: &str| text.replace('\n', "\r\n");
    let before = "[package]\nname = \"a\"\n\n[features]\nx = []\n";
    let expected = format!("{before}manual-integration = [] # itcov\n{TEST}");
    assert_eq!(add(&windows(before)), windows(&expected));
    // Most lines of this one end as Windows has it, but not where the feature goes.
    let mixed = "[features]\nx = []\n[package]\r\nname = \"a\"\r\nversion = \"1.0.0\"\r\n";
    let expected = mixed.replace("x = []\n", "x = []\nmanual-integration = [] # itcov\n");
    assert_eq!(add(mixed), expected + windows(TEST).as_str());
}

#[test]
fn a_byte_order_mark_stays_first() {
    for before in [
        "\u{feff}[features]\nx = []\n",
        "\u{feff}features.x = []\n",
        "\u{feff}[package]\r\nname = \"a\"\r\n",
        "\u{feff}",
    ] {
        let after = add(before);
        assert!(after.starts_with('\u{feff}'));
        assert_eq!(after.matches('\u{feff}').count(), 1);
    }
    let before = "\u{feff}[features]\nx = []\n[lib]\n";
    let expected = before.replace("x = []\n", "x = []\nmanual-integration = [] # itcov\n");
    assert_eq!(add(before), expected + TEST);
}

#[test]
fn in_the_edition_2015_other_tests_are_still_found() {
    let before = "[package]\nname = \"a\"\nlicense.workspace = true\n\n[package.metadata.x]\ny = 1\n\n[lib]\n";
    let expected = before.replace("= true\n", "= true\nautotests = true # itcov\n");
    assert_eq!(add_these(before, &OLD), expected + FEATURES + TEST);
    let before = "[project]\nname = \"a\"\n";
    let expected = format!("{before}autotests = true # itcov\n{FEATURES}{TEST}");
    assert_eq!(add_these(before, &OLD), expected);
    let before = "project.name = \"a\"\n";
    let expected = format!("{before}project.autotests = true # itcov\n{FEATURES}{TEST}");
    assert_eq!(add_these(before, &OLD), expected);
    let before = "package = {\n  name = \"a\"\n}\n";
    let expected = before.replace("{\n", "{\n  autotests = true, # itcov\n");
    assert_eq!(add_these(before, &OLD), expected + FEATURES + TEST);
}

#[test]
fn autotests_is_left_alone_where_it_is_decided() {
    for before in [
        "[package]\nname = \"a\"\nautotests = false\n",
        "[package]\nname = \"a\"\n\n[[test]]\nname = \"other\"\n",
        "package = { name = \"a\", autotests = true }\n",
        "package = { name = \"a\", autotests = false }\n",
    ] {
        assert_eq!(add_these(before, &OLD), format!("{before}{FEATURES}{TEST}"));
    }
}

#[test]
fn what_the_program_requires_stands_behind_the_feature() {
    let additions = Additions {
        feature: "f+1.x-ü",
        bin_features: &["cli".to_owned()],
        ..ADDITIONS
    };
    let after = add_these("[package]\nname = \"a\"\n", &additions);
    assert!(after.contains("\n\"f+1.x-ü\" = [] # itcov\n"), "{after}");
    assert!(
        after.contains("\nrequired-features = [\"f+1.x-ü\", \"cli\"]\n"),
        "{after}"
    );
}

#[test]
fn what_is_there_already_is_accepted_without_the_mark() {
    let by_hand = (FEATURES.to_owned() + TEST).replace(" # itcov", "");
    assert_eq!(with_additions(&by_hand, &ADDITIONS).unwrap(), None);
    let inline = "features = { manual-integration = [] }\ntest = [{ harness = false, test = false, name = \"manual_integration\", \
                  required-features = ['manual-integration'] }]\n";
    assert_eq!(with_additions(inline, &ADDITIONS).unwrap(), None);
}

#[test]
fn what_is_missing_is_named() {
    let all = [
        "the feature `manual-integration`",
        "the test target `manual_integration`",
        "`autotests = true`",
    ];
    let package = "[package]\nname = \"a\"\n";
    assert_eq!(missing(package, &OLD).unwrap(), all);
    let after = add_these(package, &OLD);
    assert_eq!(missing(&after, &OLD).unwrap(), [""; 0]);
    for (line, what) in [
        ("manual-integration = [] # itcov\n", all[0]),
        (&TEST[1..], all[1]),
        ("autotests = true # itcov\n", all[2]),
    ] {
        assert!(after.contains(line), "{after}");
        assert_eq!(missing(&after.replace(line, ""), &OLD).unwrap(), [what]);
    }
}

#[test]
fn ten_thousand_lines_are_only_added_to() {
    let features = (0..10_000).map(|number| format!("f{number} = [\"x\"] # line {number}\n"));
    let features: String = features.collect();
    let before = format!("[features]\nx = []\n{features}");
    let after = add(&before);
    assert_eq!(
        after,
        format!("{before}manual-integration = [] # itcov\n{TEST}")
    );
}
