//! What goes, and what stays.

use super::{FEATURES, INLINE_TEST, OLD, TEST, add, add_these, remove};

const PACKAGE: &str = "[package]\nname = \"a\"\n";

/// What stays of a package with the additions after an edit: the text, the sentences, whether the harness has to stay.
#[track_caller]
fn after_edit(from: &str, to: &str) -> (Option<String>, String, bool) {
    let text = add(PACKAGE);
    assert!(text.contains(from), "{text}");
    let removal = remove(&text.replacen(from, to, 1));
    (removal.text, removal.kept.join("\n"), removal.test_stays)
}

#[test]
fn a_manifest_without_the_additions_is_left_alone() {
    for text in [
        "",
        PACKAGE,
        "[features]\nmanual-integration = []\n",
        "[dependencies]\nx = \"1\" # itcov\n",
        "[[test]]\nname = \"other\" # itcov\n",
    ] {
        let removal = remove(text);
        assert_eq!((removal.text, removal.test_stays), (None, false), "{text}");
        assert_eq!(removal.kept, [""; 0]);
    }
}

#[test]
fn what_has_been_moved_and_formatted_is_found_by_its_mark() {
    let text = "[[test]]   #itcov\nrequired-features = [\n  \"measured\",\n  \"cli\",\n]\n\n  test=false\n\
                path              = 'tests/manual_integration.rs'\nname = \"manual_integration\"\n\n\
                [features]\nmeasured = [ ]    #  itcov\ncli = []\n\n[package]\nautotests = true# itcov\nname = \"a\"\n";
    let removal = remove(text);
    assert_eq!(
        removal.text.as_deref(),
        Some("\n\n[features]\ncli = []\n\n[package]\nname = \"a\"\n")
    );
    assert_eq!((removal.kept, removal.test_stays), (Vec::new(), false));
}

#[test]
fn a_test_target_by_hand_goes_and_its_feature_stays() {
    let text = format!("{PACKAGE}{FEATURES}{TEST}").replace(" # itcov", "");
    let removal = remove(&text);
    let expected = format!("{PACKAGE}\n[features]\nmanual-integration = []\n");
    assert_eq!(removal.text.as_deref(), Some(&*expected));
    assert!(!removal.test_stays);
    assert_eq!(
        removal.kept,
        ["line 5: the feature `manual-integration` stays: it has no mark, so it was there before"]
    );
    let array = format!("test = [\n    {}]\n", INLINE_TEST.replace(" # itcov", ""));
    assert_eq!(remove(&array).text.as_deref(), Some("test = [\n]\n"));
}

#[test]
fn a_test_target_without_the_mark_that_is_not_itcovs_stays() {
    for (text, reason) in [
        (
            "[[test]]\nname = \"manual_integration\"\n",
            "it has no mark, and is not as itcov writes it",
        ),
        (
            "[[test]]\nname = \"manual_integration\"\npath = \"mine.rs\"\n",
            "`path` is not as itcov writes it",
        ),
        (
            &TEST[1..].replace("# itcov", "# mine"),
            "there is a comment in its lines",
        ),
        (
            &format!(
                "test = [{}\n]",
                INLINE_TEST.replace(" # itcov", "").trim_end()
            ),
            "it is not on a line of its own",
        ),
    ] {
        let removal = remove(text);
        assert_eq!(removal.text, None);
        assert!(removal.test_stays);
        assert_eq!(
            removal.kept,
            [format!(
                "line 1: the [[test]] entry stays, and the harness with it: {reason}"
            )]
        );
    }
}

#[test]
fn an_edited_test_target_stays_with_its_feature_and_the_harness() {
    for (from, to, reason) in [
        (
            "test = false\n",
            "test = false\nbench = false\n",
            "`bench` is not itcov's",
        ),
        (
            "test = false\n",
            "test = true\n",
            "`test` is not as itcov writes it",
        ),
        (
            "test = false\n",
            "test = false # why\n",
            "there is a comment in its lines",
        ),
        (
            "[\"manual",
            "[ # why\n  \"manual",
            "there is a comment in its lines",
        ),
        (
            "test = false\n",
            "test = false\n[test.metadata]\nx = 1\n",
            "`metadata` is not itcov's",
        ),
    ] {
        let (text, kept, test_stays) = after_edit(from, to);
        assert_eq!(
            text, None,
            "the feature and its header stay, with their marks"
        );
        assert!(test_stays);
        assert_eq!(
            kept,
            format!("line 7: the [[test]] entry stays, and the harness with it: {reason}")
        );
    }
}

#[test]
fn a_marked_test_target_of_another_name_is_somebodys_and_does_not_need_the_harness() {
    let (text, kept, test_stays) = after_edit(
        "name = \"manual_integration\"\npath = \"tests/manual_integration.rs\"",
        "name = \"mine\"",
    );
    assert_eq!((text, test_stays), (None, false));
    assert_eq!(
        kept,
        "line 7: the [[test]] entry stays: `name` is not as itcov writes it"
    );
}

#[test]
fn a_target_at_the_harness_path_keeps_the_harness() {
    for path in [
        "tests/manual_integration.rs",
        "./tests/manual_integration.rs",
    ] {
        let other = format!("\n[[test]]\nname = \"mine\"\npath = \"{path}\"\n");
        let removal = remove(&(add(PACKAGE) + other.as_str()));
        assert_eq!(removal.text, Some(format!("{PACKAGE}{other}")));
        assert!(removal.test_stays);
    }
}

#[test]
fn comment_lines_in_the_test_target_stay() {
    let (text, kept, test_stays) = after_edit(
        "test = false\n",
        "# Why, I wonder.\n\ntest = false\n# the end\n",
    );
    assert_eq!(
        text.unwrap(),
        format!("{PACKAGE}# Why, I wonder.\n\n# the end\n")
    );
    assert_eq!(
        (kept.as_str(), test_stays),
        (
            "line 3: a comment that was in the [[test]] entry stays",
            false
        )
    );
}

#[test]
fn a_features_header_stays_without_the_mark_for_features_below_it() {
    let (text, kept, _) = after_edit("[] # itcov\n", "[] # itcov\nmine = []\n");
    assert_eq!(text.unwrap(), format!("{PACKAGE}\n[features]\nmine = []\n"));
    assert_eq!(
        kept,
        "line 4: the header [features] stays, without the mark: there are other features below it"
    );
    let (text, _, _) = after_edit("[] # itcov\n", "[] # itcov\n# mine = []\n");
    assert_eq!(text.unwrap(), format!("{PACKAGE}# mine = []\n"));
}

#[test]
fn a_feature_that_others_use_stays_without_the_mark() {
    let target = |kind, name| {
        format!("\n[[{kind}]]\nname = \"{name}\"\nrequired-features = [\"manual-integration\"]\n")
    };
    for (features, targets, reason) in [
        (
            "mine = [\"manual-integration\"]\n",
            String::new(),
            "`mine` turns it on",
        ),
        ("", target("bin", "b"), "the target `b` requires it"),
        ("", target("test", "t"), "the target `t` requires it"),
    ] {
        let text = add(&format!("{PACKAGE}\n[features]\nx = []\n"));
        let text = text.replace("x = []\n", &format!("x = []\n{features}")) + targets.as_str();
        let removal = remove(&text);
        let after = removal.text.unwrap();
        assert!(after.contains("\nmanual-integration = []\n"), "{after}");
        assert!(!after.contains("manual_integration"), "{after}");
        assert_eq!(removal.kept.len(), 1);
        assert!(
            removal.kept[0].ends_with(&format!(
                "the feature `manual-integration` stays, without the mark: {reason}"
            )),
            "{:?}",
            removal.kept
        );
        assert_eq!(remove(&after).text, None);
    }
}

#[test]
fn a_feature_that_has_got_a_meaning_stays() {
    for value in ["[\"dep:x\"]", "[ # none\n]"] {
        let (text, kept, _) = after_edit("= [] #", &format!("= {value} #"));
        let feature = format!("manual-integration = {value} # itcov\n");
        assert_eq!(
            text.unwrap(),
            format!("{PACKAGE}\n[features] # itcov\n{feature}")
        );
        assert_eq!(
            kept,
            "line 5: the feature `manual-integration` stays: it is not as itcov writes it"
        );
    }
}

#[test]
fn autotests_stays_for_tests_that_were_declared_since() {
    let other = "\n[[test]]\nname = \"other\"\n";
    let removal = remove(&(add_these(PACKAGE, &OLD) + other));
    assert_eq!(
        removal.text,
        Some(format!("{PACKAGE}autotests = true\n{other}"))
    );
    assert_eq!(
        removal.kept,
        ["line 3: `autotests = true` stays, without the mark: there are other [[test]] entries"]
    );
    let edited = add_these(PACKAGE, &OLD).replace("autotests = true", "autotests = false");
    let removal = remove(&edited);
    assert_eq!(
        removal.text,
        Some(format!("{PACKAGE}autotests = false # itcov\n"))
    );
    assert_eq!(
        removal.kept,
        ["line 3: `autotests` stays: it is not as itcov writes it"]
    );
}

#[test]
fn what_shares_its_line_in_an_inline_table_stays() {
    let text = "features = {\n  x = [], f = [], # itcov\n}\npackage = {\n  name = \"a\", autotests = true # itcov\n}\n";
    let removal = remove(text);
    assert_eq!(removal.text, None);
    assert_eq!(
        removal.kept,
        [
            "line 2: the feature `f` stays: it is not on a line of its own",
            "line 5: `autotests = true` stays: it is not on a line of its own"
        ]
    );
    // One that others use keeps its comma.
    let text = "features = {\n  f = [], # itcov\n  x = [\"f\"],\n}\n";
    assert_eq!(
        remove(text).text.as_deref(),
        Some("features = {\n  f = [],\n  x = [\"f\"],\n}\n")
    );
}

#[test]
fn a_removal_that_would_leave_no_toml_is_an_error() {
    // A comma before ours, which goes, and one behind it, which stays.
    let text = "test = [\n  { name = \"other\" }, { name = \"x\" }\n  , # a\n  \
                { name = \"manual_integration\", test = false } # itcov\n  , { name = \"z\" }\n]\n";
    let error = super::without_additions(text, &[]).unwrap_err().to_string();
    assert!(error.contains("take them out by hand"), "{error}");
}

#[test]
fn autotests_stays_for_an_edited_test_target() {
    let text = add_these(PACKAGE, &OLD);
    let edited = text.replace("test = false\n", "test = false\ndoc = true\n");
    let removal = remove(&edited);
    assert_eq!((removal.text, removal.test_stays), (None, true));
    assert_eq!(removal.kept.len(), 1);
}

#[test]
fn what_stays_is_told_in_the_order_of_the_lines() {
    let (_, kept, _) = after_edit(
        "= [] # itcov\n\n[[test]] # itcov\n",
        "= [ # x\n] # itcov\n\n[[test]] # itcov\ndoc = true\n",
    );
    let numbers: Vec<&str> = kept.lines().map(|line| &line[..6]).collect();
    assert_eq!(numbers, ["line 5", "line 8"]);
}
