//! `cargo itcov update`: what is untouched is renewed, what somebody has edited is kept.

use crate::support::{TestCrate, versions::stamped};

/// What another version had in one place of the recipes.
const OLD_LINE: &str = "# Forget all that was measured";

/// A crate with the scaffold of an earlier version; and the recipes of that version and of this one.
fn outdated(name: &str) -> (TestCrate, String, String) {
    let krate = TestCrate::scaffolded(name);
    let latest = krate.read("itcov.just");
    let line = latest
        .lines()
        .find(|line| *line == "# Forget what was measured")
        .unwrap();
    let old = stamped(&latest.replace(line, OLD_LINE), "0.0.9");
    krate.write("itcov.just", &old);
    (krate, old, latest)
}

#[test]
fn what_an_earlier_version_wrote_and_nobody_edited_is_renewed() {
    let (krate, old, latest) = outdated("outdated");
    krate
        .itcov(&["check"])
        .ends_with(1)
        .prints("Stale itcov.just (the recipes, of cargo-itcov 0.0.9)");
    // `init` completes what is missing and leaves the rest alone.
    let note = "`cargo itcov update` renews it";
    let output = krate.itcov(&["init"]).ends_with(0).says(note);
    assert_eq!(
        (output.stderr + &output.stdout).matches(note).count(),
        1,
        "it is said once"
    );
    assert_eq!(krate.read("itcov.just"), old);
    let diff = krate.itcov(&["update", "--dry-run"]).ends_with(0).stdout;
    assert!(diff.contains(&format!("-{OLD_LINE}")), "{diff}");
    assert_eq!(krate.read("itcov.just"), old);
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Renewed itcov.just");
    assert_eq!(krate.read("itcov.just"), latest);
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Nothing to do");
    krate.itcov(&["check"]).ends_with(0);
}

#[test]
fn settings_and_line_ends_are_no_edits_and_are_kept() {
    let (krate, old, latest) = outdated("kept");
    let own = |text: &str| {
        let text = text.replace("'60s'", "'9m'");
        let text = text.replace("itcov_options := ''", "itcov_options := '--release'");
        text.replace('\n', "\r\n")
    };
    krate.write("itcov.just", &own(&old));
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Renewed itcov.just");
    assert_eq!(krate.read("itcov.just"), own(&latest));
}

#[test]
fn edits_of_this_version_are_left_alone() {
    let krate = TestCrate::scaffolded("edited");
    let edited = krate.read("itcov.just") + "# mine\n";
    krate.write("itcov.just", &edited);
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Kept itcov.just")
        .prints("Nothing to do");
    assert_eq!(krate.read("itcov.just"), edited);
}

#[test]
fn what_a_later_version_wrote_is_not_taken_back() {
    let krate = TestCrate::scaffolded("later");
    let later = stamped(&(krate.read("itcov.just") + "# later\n"), "99.0.0");
    krate.write("itcov.just", &later);
    for command in ["check", "update"] {
        krate
            .itcov(&[command])
            .ends_with(1)
            .says("itcov.just is of cargo-itcov 99.0.0, which is newer than this one");
        assert_eq!(krate.read("itcov.just"), later);
    }
    krate.itcov(&["remove"]).ends_with(0);
    assert!(!krate.has("itcov.just"));
}

#[test]
fn what_is_missing_is_put_back() {
    let krate = TestCrate::scaffolded("missing");
    let whole = krate.files();
    for file in ["tests/manual_integration.rs", "justfile"] {
        std::fs::remove_file(krate.root.join(file)).unwrap();
        krate.itcov(&["update"]).ends_with(0);
        assert!(krate.files() == whole, "{file}");
    }
}

#[test]
fn features_that_the_program_has_come_to_need_are_followed() {
    let krate = TestCrate::scaffolded("needy");
    let manifest = krate.read("Cargo.toml").replace(
        "\n[features]",
        "\n[[bin]]\nname = \"needy\"\npath = \"src/main.rs\"\nrequired-features = [\"cli\"]\n\n[features]\ncli = []",
    );
    krate.write("Cargo.toml", &manifest);
    krate
        .itcov(&["check"])
        .ends_with(1)
        .prints("Stale itcov.just");
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Edited Cargo.toml");
    assert!(
        krate
            .read("itcov.just")
            .contains("--features manual-integration,cli --test")
    );
    krate.itcov(&["check"]).ends_with(0);
}

#[test]
fn an_edited_file_stays_and_the_difference_is_shown() {
    let (krate, old, latest) = outdated("edited");
    let edited = old + "\n# Ours\nhello:\n    echo hello\n";
    krate.write("itcov.just", &edited);
    krate
        .itcov(&["check"])
        .ends_with(1)
        .prints("Stale itcov.just");
    for _ in 0..2 {
        krate
            .itcov(&["update"])
            .ends_with(1)
            .prints("Kept itcov.just")
            .prints("--- a/itcov.just")
            .prints(&format!("-{OLD_LINE}"))
            .prints("-hello:")
            .says("itcov.just has been edited, so it stays as it is")
            .says("not every file was renewed: see the warnings");
        assert_eq!(krate.read("itcov.just"), edited);
    }
    let dry = krate.itcov(&["update", "--dry-run"]).ends_with(1);
    assert_eq!(dry.stdout, "", "nothing would change");
    // The user does what is said.
    krate.write(
        "itcov.just",
        &(latest + "\n# Ours\nhello:\n    echo hello\n"),
    );
    krate
        .itcov(&["check"])
        .ends_with(0)
        .prints("Edited itcov.just");
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Nothing to do");
}

#[test]
fn an_edited_file_stays_while_the_others_are_renewed() {
    let (krate, old, _) = outdated("both");
    let harness = krate.read("tests/manual_integration.rs");
    let older = stamped(&(harness.clone() + "// older\n"), "0.0.9");
    krate.write("tests/manual_integration.rs", &older);
    krate.write("itcov.just", &(old + "# mine\n"));
    krate
        .itcov(&["update"])
        .ends_with(1)
        .prints("Renewed tests/manual_integration.rs");
    assert_eq!(krate.read("tests/manual_integration.rs"), harness);
}

#[test]
fn there_has_to_be_something_to_renew() {
    let krate = TestCrate::new("bare");
    krate
        .itcov(&["update"])
        .ends_with(1)
        .says("there is no scaffold here to renew: type `cargo itcov init`");
    krate.itcov(&["init"]).ends_with(0);
    let whole = krate.files();
    std::fs::remove_file(krate.root.join("itcov.just")).unwrap();
    krate.itcov(&["update"]).ends_with(0);
    assert!(krate.files() == whole);
}

#[test]
fn a_program_that_has_another_name_now_is_followed_if_it_is_the_only_one() {
    let krate = TestCrate::scaffolded("before");
    let manifest = krate.read("Cargo.toml").replace("\"before\"", "\"after\"");
    krate.write("Cargo.toml", &manifest);
    krate.itcov(&["check"]).ends_with(1);
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Edited tests/manual_integration.rs");
    krate.harness(&["x"]).ends_with(0).prints("[\"x\"]");
    for name in ["one", "two"] {
        krate.write(&format!("src/bin/{name}.rs"), "fn main() {}\n");
    }
    krate.itcov(&["check"]).ends_with(0);
    std::fs::remove_file(krate.root.join("src/main.rs")).unwrap();
    for command in ["check", "update"] {
        krate.itcov(&[command]).ends_with(1).says(
            "runs the program `after`, which the package `after` does not have: `cargo itcov init -p after --bin NAME`",
        );
    }
    krate.itcov(&["init", "--bin", "two"]).ends_with(0);
    krate.itcov(&["check"]).ends_with(0);
}

#[test]
fn another_edition_is_followed() {
    let krate = TestCrate::scaffolded("edition");
    let manifest = krate.read("Cargo.toml");
    krate.write("Cargo.toml", &manifest.replace("\"2024\"", "\"2021\""));
    krate
        .itcov(&["check"])
        .ends_with(1)
        .prints("Stale tests/manual_integration.rs");
    krate.itcov(&["update"]).ends_with(0);
    assert!(
        krate
            .read("tests/manual_integration.rs")
            .contains("\nextern \"C\" {")
    );
    krate.itcov(&["check"]).ends_with(0);
}
