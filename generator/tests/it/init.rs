//! `cargo itcov init` on real crates: what it adds, what it leaves alone, what it refuses.

use crate::blocks::block;
use crate::support::{Output, TestCrate, tools};

const MANIFEST: &str = r#"# The manifest of a careful person.
[package]
name    = "careful"   # aligned
version = "0.1.0"
edition = "2021"

[features]
default = [ "fast" ]  # the usual
fast = []
# more to come

[[test]]
name = "other"
harness = false

[dependencies]
"#;

#[test]
fn lines_are_only_added_and_the_rest_stays_to_the_byte() {
    let krate = TestCrate::new("careful");
    krate.write("Cargo.toml", MANIFEST);
    krate.write("tests/other.rs", "fn main() {}\n");
    krate.write(
        "justfile",
        "# mine\ndefault:\n    @echo the default recipe\n",
    );
    let output = krate.itcov(&["init"]).ends_with(0);
    for line in [
        "Created tests/manual_integration.rs",
        "Edited Cargo.toml",
        "Created itcov.just",
        "Edited justfile",
        "just itcov-suite CMD",
    ] {
        assert!(
            output.stdout.contains(line),
            "no {line:?} in\n{}",
            output.stdout
        );
    }
    let expected = MANIFEST.replace(
        "fast = []\n",
        "fast = []\nmanual-integration = [] # itcov\n",
    ) + "\n[[test]] # itcov\nname = \"manual_integration\"\npath = \"tests/manual_integration.rs\"\n\
           required-features = [\"manual-integration\"]\nharness = false\ntest = false\n";
    assert_eq!(krate.read("Cargo.toml"), expected);
    assert_eq!(
        krate.read("justfile"),
        "# mine\ndefault:\n    @echo the default recipe\n\nimport 'itcov.just'\n"
    );
    krate
        .cargo(&["metadata", "--no-deps", "--format-version", "1"])
        .ends_with(0);
    // Plain `just` still runs the user's own first recipe.
    krate.just(&[]).ends_with(0).prints("the default recipe");
}

#[test]
fn the_second_time_changes_nothing() {
    let krate = TestCrate::scaffolded("twice");
    let before = krate.files();
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    assert!(krate.files() == before);
}

#[test]
fn a_dry_run_writes_nothing_and_shows_a_diff_that_git_applies() {
    let krate = TestCrate::new("dry");
    krate.write("Cargo.toml", MANIFEST);
    let before = krate.files();
    let output = krate.itcov(&["init", "--dry-run"]).ends_with(0);
    assert!(krate.files() == before);
    let summary = "note: nothing is written; without --dry-run:\n  \
                   tests/manual_integration.rs (the harness) would be created\n  \
                   Cargo.toml (";
    assert!(output.stderr.starts_with(summary), "{}", output.stderr);
    let diff = output.stdout;
    assert!(!diff.contains('\u{1b}'), "colours are for terminals");

    krate.write("../diff", &diff);
    Output::of(krate.command("git").args(["apply", "../diff"])).ends_with(0);
    let applied = krate.files();
    let twin = TestCrate::new("dry");
    twin.write("Cargo.toml", MANIFEST);
    twin.itcov(&["init"]).ends_with(0);
    let texts = |files: &[(std::path::PathBuf, Vec<u8>)]| {
        files
            .iter()
            .map(|(_, text)| text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&applied), texts(&twin.files()));
    let again = krate.itcov(&["init", "--dry-run"]).ends_with(0);
    assert_eq!(again.stdout, "", "there is nothing left to change");
    assert_eq!(again.stderr, "note: nothing would change\n");
}

#[test]
fn the_options_are_in_what_is_written() {
    let krate = TestCrate::new("options");
    krate.write("src/bin/second.rs", "fn main() { println!(\"second\"); }\n");
    krate
        .itcov(&[
            "init",
            "--bin",
            "second",
            "--feature",
            "measured",
            "--timeout",
            "1h30m",
        ])
        .ends_with(0);
    assert!(
        krate
            .read("Cargo.toml")
            .contains("\nmeasured = [] # itcov\n")
    );
    let recipes = krate.read("itcov.just");
    assert!(
        recipes.contains("\nexport ITCOV_TIMEOUT := env('ITCOV_TIMEOUT', '1h30m')\n")
            && recipes.contains("--features measured --test manual_integration"),
        "{recipes}"
    );
    let run = "test --quiet --features measured --test manual_integration";
    krate
        .cargo(&run.split(' ').collect::<Vec<_>>())
        .ends_with(0)
        .prints("second");
}

#[test]
fn features_that_the_program_needs_are_turned_on() {
    let krate = TestCrate::new("needy");
    let manifest = krate.read("Cargo.toml")
        + "[features]\ncli = []\n[[bin]]\nname = \"needy\"\npath = \"src/main.rs\"\nrequired-features = [\"cli\"]\n";
    krate.write("Cargo.toml", &manifest);
    krate.itcov(&["init"]).ends_with(0);
    let features = "--features manual-integration,cli --test manual_integration";
    for file in ["itcov.just", "tests/manual_integration.rs"] {
        assert!(krate.read(file).contains(features), "{file}");
    }
    let run = format!("test --quiet {features} -- x");
    krate
        .cargo(&run.split(' ').collect::<Vec<_>>())
        .ends_with(0)
        .prints("[\"x\"]");
    krate
        .cargo(&["test", "--features", "manual-integration"])
        .ends_with(0);
}

#[test]
fn other_tests_are_found_as_before_in_the_oldest_edition_and_in_the_newest() {
    // In the edition 2015, a named target keeps cargo from looking for others.
    for edition in ["2015", "2024"] {
        let krate = TestCrate::new("edition");
        let package = format!("edition = \"{edition}\"");
        let manifest = krate.read("Cargo.toml");
        krate.write(
            "Cargo.toml",
            &manifest.replace("edition = \"2024\"", &package),
        );
        krate.write("tests/other.rs", "#[test]\nfn passes() {}\n");
        krate.itcov(&["init"]).ends_with(0);
        krate.harness(&["x"]).ends_with(0).prints("[\"x\"]");
        krate
            .cargo(&["test"])
            .ends_with(0)
            .prints("test passes ... ok");
        let clippy = "clippy --all-targets --all-features -- -D warnings";
        krate
            .cargo(&clippy.split(' ').collect::<Vec<_>>())
            .ends_with(0);
    }
}

#[test]
fn the_harness_passes_clippy_with_the_oldest_rust_in_mind() {
    let krate = TestCrate::new("linted");
    let manifest = krate.read("Cargo.toml");
    let oldest = "edition = \"2021\"\nrust-version = \"1.63\"";
    krate.write(
        "Cargo.toml",
        &manifest.replace("edition = \"2024\"", oldest),
    );
    krate.write("src/main.rs", "fn main() {}\n");
    krate.itcov(&["init"]).ends_with(0);
    // cargo leaves the file out unless it is asked for by name.
    let clippy = "clippy --features manual-integration --test manual_integration -- -D warnings";
    krate
        .cargo(&clippy.split(' ').collect::<Vec<_>>())
        .ends_with(0)
        .says("Checking linted");
}

#[test]
fn a_program_in_a_workspace_is_found_or_chosen() {
    let krate = TestCrate::empty();
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
    };
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"lib\", \"one\"]\n",
    );
    krate.write("lib/Cargo.toml", &package("lib"));
    krate.write("lib/src/lib.rs", "pub fn lib() {}\n");
    krate.write("one/Cargo.toml", &package("one"));
    krate.write("one/src/main.rs", "fn main() { println!(\"one\"); }\n");
    krate.write("two/Cargo.toml", &package("two"));
    krate.write("two/src/main.rs", "fn main() { println!(\"two\"); }\n");
    // The only program there is, from the workspace's root.
    krate
        .itcov(&["init", "--dry-run"])
        .ends_with(0)
        .prints("one/tests/manual_integration.rs");

    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"lib\", \"one\", \"two\"]\n",
    );
    let output = krate
        .itcov(&["init"])
        .ends_with(1)
        .says("choose with -p, or take all with --workspace");
    assert!(
        output.stderr.ends_with("\n  one\n  two\n"),
        "{}",
        output.stderr
    );
    krate.itcov(&["init", "-p", "two"]).ends_with(0);
    assert!(
        krate.has("two/tests/manual_integration.rs")
            && krate.has("itcov.just")
            && krate.has("justfile")
    );
    krate.harness(&[]).ends_with(0).prints("two\n");
    krate
        .itcov(&["init", "--manifest-path", "two/Cargo.toml"])
        .ends_with(0)
        .prints("Nothing to do");
}

#[test]
fn settings_stay_as_they_are_unless_they_are_named() {
    let krate = TestCrate::scaffolded("settings");
    let edited = krate
        .read("itcov.just")
        .replace("itcov_options := ''", "itcov_options := '--release'");
    krate.write("itcov.just", &edited);
    krate
        .itcov(&["check"])
        .ends_with(0)
        .prints("Current itcov.just");
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    assert_eq!(krate.read("itcov.just"), edited);
    krate.itcov(&["init", "--timeout", "5m"]).ends_with(0);
    assert_eq!(krate.read("itcov.just"), edited.replace("'60s'", "'5m'"));
    krate
        .itcov(&["check"])
        .ends_with(0)
        .prints("Current itcov.just");
}

#[test]
fn a_timeout_that_cannot_be_set_is_refused() {
    let krate = TestCrate::scaffolded("timeout");
    let edited = krate
        .read("itcov.just")
        .replace("env('ITCOV_TIMEOUT', '60s')", "env('OURS', '6m')");
    krate.write("itcov.just", &edited);
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    krate
        .itcov(&["init", "--timeout", "5m"])
        .ends_with(1)
        .says("itcov.just has no line `export ITCOV_TIMEOUT := env('ITCOV_TIMEOUT', '…')`, which --timeout changes");
    assert_eq!(krate.read("itcov.just"), edited);
}

#[test]
fn help_has_examples() {
    let krate = TestCrate::new("help");
    krate
        .itcov(&["init", "--help"])
        .ends_with(0)
        .prints("Examples:")
        .prints("cargo itcov init --dry-run");
    krate
        .itcov(&["--version"])
        .ends_with(0)
        .prints(env!("CARGO_PKG_VERSION"));
    // As cargo runs it, and by its own name.
    krate
        .cargo(&["itcov", "--version"])
        .ends_with(0)
        .prints(env!("CARGO_PKG_VERSION"));
    Output::of(krate.command(tools::cargo_itcov()).arg("--version"))
        .ends_with(0)
        .prints(env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_harness_is_formatted_for_any_configuration_of_rustfmt() {
    let krate = TestCrate::new("formatted");
    krate.write("src/main.rs", "fn main() {}\n");
    krate.write("rustfmt.toml", "hard_tabs = true\nmax_width = 60\n");
    krate.cargo(&["fmt", "--check"]).ends_with(0);
    krate.itcov(&["init"]).ends_with(0);
    krate.cargo(&["fmt", "--check"]).ends_with(0);
}

#[test]
fn a_dry_run_says_that_uncommitted_changes_would_be_refused() {
    let krate = TestCrate::new("refused");
    Output::of(krate.command("git").args(["init", "--quiet"])).ends_with(0);
    krate
        .itcov(&["init", "--dry-run"])
        .ends_with(0)
        .prints("+manual-integration = [] # itcov")
        .says("note: this would be refused: ")
        .says("Cargo.toml");
}

#[test]
fn the_harness_runs_the_program_that_was_chosen_last() {
    let krate = TestCrate::new("first");
    krate.write("src/bin/second.rs", "fn main() { println!(\"second\"); }\n");
    krate.itcov(&["init", "--bin", "first"]).ends_with(0);
    let of_first = krate.files();
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    krate.itcov(&["init", "--bin", "second"]).ends_with(0);
    let harness = krate.read("tests/manual_integration.rs");
    assert!(harness.starts_with("//! The itcov harness: runs the real `main` of second while"));
    assert!(harness.contains("env!(\"CARGO_BIN_EXE_second\")"));
    krate.harness(&[]).ends_with(0).prints("second");
    krate.itcov(&["init", "--bin", "first"]).ends_with(0);
    assert!(krate.files() == of_first || krate.has("Cargo.lock"));
    krate
        .itcov(&["init", "--bin", "first", "--bin", "second"])
        .ends_with(1)
        .says("the package `first` has one harness, for one program: choose `first` or `second`");
}

#[test]
fn an_edited_harness_is_not_rendered_for_another_program_or_feature() {
    let krate = TestCrate::new("first");
    krate.write("src/bin/second.rs", "fn main() {}\n");
    krate.itcov(&["init", "--bin", "first"]).ends_with(0);
    let edited = krate.read("tests/manual_integration.rs") + "// mine\n";
    krate.write("tests/manual_integration.rs", &edited);
    let before = krate.files();
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    for (option, value, wanted) in [
        ("--bin", "first", "second"),
        ("--feature", "manual-integration", "other"),
    ] {
        krate.itcov(&["init", option, wanted]).ends_with(1).says(&format!(
            "tests/manual_integration.rs stays as it is and is for `{value}`, not for `{wanted}`: change the name"
        ));
        assert!(krate.files() == before);
    }
}

#[test]
fn where_lints_of_the_harness_are_forbidden_what_is_said_to_type_works() {
    let forbidding =
        "[lints.rust]\nunsafe_code = \"forbid\"\nunused_results = { level = \"forbid\" }\n";
    let inherited =
        forbidding.replace("[lints", "[workspace.lints") + "[lints]\nworkspace = true\n";
    for lints in [forbidding, &inherited] {
        let krate = TestCrate::new("forbids");
        krate.write("src/main.rs", "fn main() { println!(\"it ran\"); }\n");
        krate.write("Cargo.toml", &(krate.read("Cargo.toml") + lints));
        let said = block("docs/scaffold.md", "RUSTFLAGS=");
        let said = said.trim_end();
        let output = krate.itcov(&["init"]).ends_with(0);
        output
            .says("the package `forbids` forbids unsafe_code, unused_results")
            .says(said);
        krate.harness(&[]).ends_with(101);
        Output::of(krate.command("sh").args(["-c", said]))
            .ends_with(0)
            .prints("it ran");
        krate.cargo(&["test", "--all-features"]).ends_with(0);
    }
    let krate = TestCrate::new("allows");
    let output = krate.itcov(&["init"]).ends_with(0);
    assert!(!output.stderr.contains("cap-lints"), "{}", output.stderr);
}

#[test]
fn files_of_the_user_that_are_called_almost_as_ours_stay() {
    let krate = TestCrate::scaffolded("almost");
    let mine = [
        ".notes.itcov-2024",
        "tests/.other.rs.itcov-1",
        ".itcov-7-notes",
    ];
    for file in mine {
        krate.write(file, "mine\n");
    }
    for command in ["init", "update", "remove", "init"] {
        krate.itcov(&[command]).ends_with(0);
        assert!(
            mine.iter().all(|file| krate.read(file) == "mine\n"),
            "{command}"
        );
    }
    // These were waiting for their places when a run was killed.
    let left = [
        ".notes.itcov-3f9c1e7ab2d4-2024",
        "tests/.other.rs.itcov-3f9c1e7ab2d4-1",
    ];
    for file in left {
        krate.write(file, "half of ");
    }
    krate.itcov(&["update"]).ends_with(0);
    assert!(!left.iter().any(|file| krate.has(file)));
}
