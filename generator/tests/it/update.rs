//! `cargo itcov update`: what is untouched is renewed, what somebody has edited is kept.

use crate::support::{Output, TestCrate, versions::stamped};

/// What another version had in one place of the recipes.
const OLD_LINE: &str = "itcov_say() { echo \"itcov: $*\" >&2; }";

/// A crate with the scaffold of an earlier version; and the recipes of that version and of this one.
fn outdated(name: &str) -> (TestCrate, String, String) {
    let krate = TestCrate::scaffolded(name);
    let latest = krate.read("itcov.just");
    let line = latest
        .lines()
        .find(|line| line.starts_with("itcov_say() "))
        .unwrap();
    let old = stamped(&latest.replace(line, OLD_LINE), "0.0.9");
    krate.write("itcov.just", &old);
    (krate, old, latest)
}

fn commit(krate: &TestCrate) {
    for arguments in [
        "init --quiet",
        "add --all",
        "commit --quiet --message before",
    ] {
        let mut git = krate.command("git");
        git.args(["-c", "user.name=itcov", "-c", "user.email=itcov@localhost"]);
        Output::of(git.args(arguments.split(' '))).ends_with(0);
    }
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
        let text = text.replace("itcov_timeout := '60s'", "itcov_timeout := '9m'");
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
fn the_features_that_a_user_measures_with_are_kept() {
    let krate = TestCrate::new("features");
    let manifest = krate.read("Cargo.toml") + "\n[features]\ntls = []\nhttp = []\n";
    krate.write("Cargo.toml", &manifest);
    krate.itcov(&["init"]).ends_with(0);
    let line = |features: &str| format!("    features features {features}\n");
    let measure_with = |features: &str| {
        let recipes = krate.read("itcov.just");
        let listed = recipes
            .lines()
            .find(|it| it.starts_with("    features features "))
            .unwrap();
        krate.write(
            "itcov.just",
            &recipes.replace(&format!("{listed}\n"), &line(features)),
        );
    };
    let lists = |features: &str| {
        let recipes = krate.read("itcov.just");
        assert!(recipes.contains(&line(features)), "{recipes}");
    };
    measure_with("manual-integration,tls");
    let scaffolded = krate.read("Cargo.toml");
    krate.itcov(&["check"]).ends_with(0);
    for command in ["init", "update"] {
        krate.itcov(&[command]).ends_with(0).prints("Nothing to do");
        lists("manual-integration,tls");
        assert_eq!(krate.read("Cargo.toml"), scaffolded);
    }
    krate.itcov(&["init", "--feature", "harness"]).ends_with(0);
    lists("harness,tls");
    krate.itcov(&["check"]).ends_with(0);
    // What the package no longer has would end every build.
    measure_with("harness,gone,tls");
    krate.itcov(&["check"]).ends_with(1);
    krate.itcov(&["update"]).ends_with(0);
    lists("harness,tls");
    krate.itcov(&["remove"]).ends_with(0);
    assert_eq!(krate.read("Cargo.toml"), manifest);
}

#[test]
fn edits_are_merged_with_what_has_changed() {
    let (krate, old, latest) = outdated("merged");
    commit(&krate);
    let edit = |text: &str| text.to_owned() + "\n# Ours\nhello:\n    echo hello\n";
    krate.write("itcov.just", &edit(&old));
    krate
        .itcov(&["check"])
        .ends_with(1)
        .prints("Stale itcov.just");
    let refused = krate.itcov(&["update"]).ends_with(1);
    refused.says("itcov.just (dirty)");
    let output = krate.itcov(&["update", "--allow-dirty"]).ends_with(0);
    output
        .prints("Merged itcov.just")
        .prints(&format!("-{OLD_LINE}"));
    assert_eq!(krate.read("itcov.just"), edit(&latest));
    krate
        .itcov(&["check"])
        .ends_with(0)
        .prints("Edited itcov.just");
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Nothing to do");
    krate.just(&["hello"]).ends_with(0).prints("hello");
    krate.just(&["itcov", "x"]).ends_with(0).prints("[\"x\"]");
}

#[test]
fn edits_are_merged_version_after_version() {
    let (krate, old, latest) = outdated("again");
    let edit = |text: &str| text.to_owned() + "\n# Ours\nhello:\n    echo hello\n";
    let oldest = stamped(&old.replace(OLD_LINE, "itcov_say() { :; }"), "0.0.8");
    for text in [oldest.clone(), edit(&oldest)] {
        krate.write("itcov.just", &text);
        commit(&krate);
    }
    // What itcov 0.0.9 wrote is in no commit.
    krate.write("itcov.just", &edit(&old));
    commit(&krate);
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Merged itcov.just");
    assert_eq!(krate.read("itcov.just"), edit(&latest));
}

#[test]
fn edits_in_the_same_lines_leave_both_versions() {
    let (krate, old, latest) = outdated("conflict");
    commit(&krate);
    let edited = old.replace(OLD_LINE, &OLD_LINE.replace("itcov:", "mine:"));
    krate.write("itcov.just", &edited);
    let output = krate.itcov(&["update"]).ends_with(1);
    output
        .prints("Created itcov.just.new")
        .says("itcov.just was edited in places that this version has changed too")
        .says("put your edits into that, and move it over itcov.just");
    assert_eq!(krate.read("itcov.just"), edited, "the user's side is kept");
    assert_eq!(krate.read("itcov.just.new"), latest);
    // Again, it is the same.
    krate.itcov(&["update"]).ends_with(1);
    assert_eq!(krate.read("itcov.just.new"), latest);
    krate
        .itcov(&["check"])
        .ends_with(1)
        .prints("Stale itcov.just");
    // The user does what is said.
    let resolved = latest.replace("itcov: %s", "mine: %s");
    krate.write("itcov.just", &resolved);
    krate
        .itcov(&["check"])
        .ends_with(1)
        .prints("itcov.just.new");
    krate
        .itcov(&["update"])
        .ends_with(0)
        .prints("Deleted itcov.just.new");
    assert_eq!(krate.read("itcov.just"), resolved);
    krate.itcov(&["check"]).ends_with(0);
}

#[test]
fn without_git_edits_and_the_new_version_are_both_there() {
    let (krate, old, latest) = outdated("no-git");
    krate.write("itcov.just", &(old + "# mine\n"));
    let output = krate.itcov(&["update"]).ends_with(1);
    output.says("git does not have what it was before");
    assert_eq!(krate.read("itcov.just.new"), latest);
    krate.itcov(&["remove", "--force"]).ends_with(0);
    assert!(!krate.has("itcov.just.new") && !krate.has("itcov.just"));
}

#[test]
fn a_merge_by_hand_that_has_begun_is_kept() {
    let (krate, old, latest) = outdated("begun");
    let edited = old + "# mine\n";
    krate.write("itcov.just", &edited);
    krate
        .itcov(&["update"])
        .ends_with(1)
        .prints("Kept itcov.just (the recipes)");
    let again = krate.itcov(&["update"]).ends_with(1).stdout;
    assert!(!again.contains("Nothing to do"), "{again}");
    let begun = latest.clone() + "# mine, put in by hand\n";
    krate.write("itcov.just.new", &begun);
    for text in [&edited, &latest] {
        krate.write("itcov.just", text);
        krate.itcov(&["update"]).ends_with(1).says(
            "itcov.just.new has been edited, so it stays: move it over itcov.just, or delete it",
        );
        assert_eq!(krate.read("itcov.just.new"), begun);
        krate
            .itcov(&["check"])
            .ends_with(1)
            .prints("Edited itcov.just.new");
    }
    std::fs::rename(
        krate.root.join("itcov.just.new"),
        krate.root.join("itcov.just"),
    )
    .unwrap();
    krate.itcov(&["update"]).ends_with(0);
    krate.itcov(&["check"]).ends_with(0);
    assert_eq!(krate.read("itcov.just"), begun);
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
    krate.just(&["itcov", "x"]).ends_with(0).prints("[\"x\"]");
    krate.itcov(&["check"]).ends_with(0);
}

#[test]
fn there_has_to_be_something_to_renew() {
    let krate = TestCrate::new("bare");
    krate
        .itcov(&["update"])
        .ends_with(1)
        .says("there is no scaffold to renew: `cargo itcov init` puts it in");
    krate.itcov(&["init"]).ends_with(0);
    std::fs::remove_file(krate.root.join("itcov.just")).unwrap();
    krate
        .itcov(&["update"])
        .ends_with(1)
        .says("no itcov.just says which programs are measured: `cargo itcov init` puts it in");
    krate.itcov(&["init"]).ends_with(0);
    krate.itcov(&["check"]).ends_with(0);
}

#[test]
fn a_program_that_has_another_name_now_is_named_until_its_line_goes() {
    let krate = TestCrate::scaffolded("before");
    let manifest = krate.read("Cargo.toml").replace("\"before\"", "\"after\"");
    krate.write("Cargo.toml", &manifest);
    for command in ["check", "update"] {
        let output = krate.itcov(&[command]).ends_with(1);
        assert!(
            !output.stdout.contains("Nothing to do"),
            "{}",
            output.stdout
        );
        output.says("itcov.just lists the program `before before`, which the workspace does not have: take the line out");
    }
    krate.itcov(&["init", "-p", "after"]).ends_with(0);
    krate.itcov(&["remove", "-p", "before"]).ends_with(0);
    krate.itcov(&["check"]).ends_with(0);
    krate.just(&["itcov", "x"]).ends_with(0).prints("[\"x\"]");
}
