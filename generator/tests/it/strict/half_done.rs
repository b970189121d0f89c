//! An injection of which only a part is there: nobody notices it.

use std::fs;

use super::{CLIPPY, ROW, Row, without_warnings};
use crate::support::{Output, TestCrate};

const MAIN: &str = "fn main() {\n    println!(\"main\");\n}\n";

fn manifest(edition: &str, rest: &str) -> String {
    format!(
        "[package]\nname = \"half\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n[workspace]\n{rest}"
    )
}

/// What a developer and a pipeline do all day, with warnings as errors.
#[track_caller]
fn goes_on(krate: &TestCrate) {
    for command in ["test --all-features", CLIPPY, "build --all-targets"] {
        let mut cargo = krate.command("cargo");
        cargo
            .args(command.split(' '))
            .env("RUSTFLAGS", "-Dwarnings");
        without_warnings(command, Output::of(&mut cargo).ends_with(0));
    }
}

#[test]
fn a_harness_that_no_manifest_names_is_an_empty_test() {
    let lints = "[lints.rust]\nunsafe_code = \"forbid\"\nunused_results = \"forbid\"\nmissing_docs = \"deny\"\n";
    for edition in ["2015", "2018", "2021", "2024"] {
        for rest in ["", lints] {
            let krate = TestCrate::empty();
            let manifest = manifest(edition, rest);
            krate.write("Cargo.toml", &manifest);
            krate.write("src/main.rs", &format!("//! A program.\n{MAIN}"));
            krate.itcov(&["init"]).ends_with(0);
            krate.write("Cargo.toml", &manifest);
            goes_on(&krate);
            fs::remove_file(krate.root.join("itcov.just")).unwrap();
            goes_on(&krate);
        }
    }
}

#[test]
fn a_feature_alone_and_a_test_target_without_recipes_disturb_nobody() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &manifest("2024", "[features]\nmanual-integration = []\n"),
    );
    krate.write("src/main.rs", MAIN);
    goes_on(&krate);
    krate.itcov(&["init"]).ends_with(0);
    fs::remove_file(krate.root.join("itcov.just")).unwrap();
    fs::remove_file(krate.root.join("justfile")).unwrap();
    goes_on(&krate);
    krate.harness(&[]).ends_with(0).prints("main");
}

#[test]
#[ignore = "needs cargo-nextest"]
fn nextest_does_not_notice_it_and_runs_it_when_it_is_named() {
    let test = "#[test]\nfn another() {}\n";
    let krate = Row {
        files: &[
            ("Cargo.toml", &manifest("2024", "")),
            ("src/main.rs", MAIN),
            ("tests/other.rs", test),
        ],
        commands: &[CLIPPY],
        ..ROW
    }
    .is_quiet();
    let all = krate
        .cargo(&["nextest", "run", "--all-features"])
        .ends_with(0);
    let all = all.says("1 test run: 1 passed");
    assert!(!all.stderr.contains("manual_integration"), "{}", all.stderr);
    let named = "nextest run --features manual-integration --test manual_integration --no-capture";
    krate
        .cargo(&named.split(' ').collect::<Vec<_>>())
        .ends_with(0)
        .says("1 test run: 1 passed");
}
