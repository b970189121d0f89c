//! `cargo itcov check`: what is missing or stale is named, and the status is 1.

use std::fs;

use crate::support::TestCrate;

#[test]
fn a_whole_scaffold_is_current() {
    let krate = TestCrate::scaffolded("whole");
    let output = krate.itcov(&["check"]).ends_with(0);
    for file in [
        "tests/manual_integration.rs",
        "Cargo.toml",
        "itcov.just",
        "justfile",
    ] {
        assert!(
            output.stdout.contains(&format!("Current {file}")),
            "{}",
            output.stdout
        );
    }
}

#[test]
fn each_missing_part_is_named() {
    for (spoil, named) in [
        (
            (|krate| fs::remove_file(krate.root.join("tests/manual_integration.rs")).unwrap())
                as fn(&TestCrate),
            "Missing tests/manual_integration.rs (the harness)",
        ),
        (
            |krate| fs::remove_file(krate.root.join("itcov.just")).unwrap(),
            "itcov.just",
        ),
        (
            |krate| fs::remove_file(krate.root.join("justfile")).unwrap(),
            "Missing justfile",
        ),
        (
            |krate| krate.write("justfile", "mine:\n    true\n"),
            "Missing justfile (import 'itcov.just')",
        ),
        (
            |krate| {
                let manifest = krate.read("Cargo.toml");
                krate.write("Cargo.toml", manifest.split("\n[features]").next().unwrap());
            },
            "Cargo.toml",
        ),
        (
            |krate| {
                let manifest = krate.read("Cargo.toml");
                krate.write(
                    "Cargo.toml",
                    &manifest.replace("\"2024\"", "\"2024\"\nautobins = false"),
                );
                krate.write("src/lib.rs", "");
            },
            "runs the program `part`, which the package `part` does not have",
        ),
    ] {
        let krate = TestCrate::scaffolded("part");
        spoil(&krate);
        let before = krate.files();
        let output = krate.itcov(&["check"]).ends_with(1);
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(said.contains(named), "no {named:?} in\n{said}");
        assert!(krate.files() == before, "a check writes nothing");
    }
    let krate = TestCrate::new("none");
    krate
        .itcov(&["check"])
        .ends_with(1)
        .says("there is no scaffold here: type `cargo itcov init`");
}

#[test]
fn scripts_get_json() {
    let krate = TestCrate::scaffolded("json");
    let json = |arguments: &[&str], status: i32| -> serde_json::Value {
        let output = krate
            .itcov(&[arguments, &["--format", "json"]].concat())
            .ends_with(status);
        serde_json::from_str(&output.stdout).unwrap()
    };
    let checked = json(&["check"], 0);
    assert_eq!(checked["ok"], true);
    assert_eq!(checked["files"][0]["path"], "tests/manual_integration.rs");
    assert_eq!(checked["files"][0]["status"], "current");
    let removed = json(&["remove", "--dry-run"], 0);
    assert_eq!(removed["applied"], false);
    assert_eq!(removed["changes"][0]["action"], "deleted");
    let diff = removed["changes"][0]["diff"].as_str().unwrap();
    assert!(diff.starts_with("--- a/justfile\n"), "{diff}");
    assert_eq!(json(&["remove"], 0)["applied"], true);
    let checked = json(&["check"], 1);
    assert_eq!(checked["ok"], false);
    assert!(!checked["problems"][0].as_str().unwrap().is_empty());
    let created = json(&["init"], 0);
    assert_eq!(created["changes"][0]["action"], "created");
}

#[test]
fn a_failed_check_says_what_to_type_also_when_it_is_quiet() {
    let krate = TestCrate::scaffolded("quiet");
    let output = krate.itcov(&["check", "-q"]).ends_with(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    fs::remove_file(krate.root.join("justfile")).unwrap();
    let output = krate.itcov(&["check", "-q"]).ends_with(1);
    assert_eq!(
        output.stdout.trim(),
        "Missing justfile (import 'itcov.just')"
    );
    assert_eq!(
        output.stderr,
        "error: 1 of 4 files of the scaffold are not as they should be: type `cargo itcov init`\n"
    );
}
