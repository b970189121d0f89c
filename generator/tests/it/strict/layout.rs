//! Crates whose files lie where their authors wanted them, and which say so.

use super::{CLIPPY, ROW, Row};

/// Adds `deny` for what the harness could make the compiler say.
const MAIN: &str = "#![deny(warnings)]\nfn main() {\n    println!(\"main\");\n}\n";

#[test]
fn every_edition_is_served() {
    for edition in ["2015", "2018", "2021", "2024"] {
        let manifest = format!(
            "[package]\nname = \"of-{edition}\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n[workspace]\n"
        );
        Row {
            files: &[("Cargo.toml", &manifest), ("src/main.rs", MAIN)],
            commands: &[CLIPPY],
            covered: &[("src/main.rs", (3, 3))],
            ..ROW
        }
        .holds();
    }
}

#[test]
fn a_crate_that_names_all_its_targets_itself_keeps_them() {
    let manifest = r#"[package]
name = "explicit"
version = "0.1.0"
edition = "2024"
autobins = false
autotests = false
default-run = "my-program"

[features]
cli = []

[[bin]]
name = "my-program"
path = "programs/first.rs"
required-features = ["cli"]

[[bin]]
name = "other"
path = "programs/second.rs"

[[test]]
name = "plain"
path = "tests/plain.rs"
harness = false

[[test]]
name = "suite"
path = "suites/api/all.rs"
"#;
    let krate = Row {
        files: &[
            ("Cargo.toml", manifest),
            ("programs/first.rs", MAIN),
            ("programs/second.rs", MAIN),
            // Not a target, and no Rust either.
            ("src/bin/draft.rs", "nothing yet"),
            ("tests/draft.rs", "nothing yet"),
            ("tests/plain.rs", "fn main() {\n    println!(\"plain test ran\");\n}\n"),
            (
                "suites/api/all.rs",
                "#[test]\nfn of_the_suite() {\n    assert!(env!(\"CARGO_BIN_EXE_other\").contains(\"other\"));\n}\n",
            ),
        ],
        commands: &[CLIPPY],
        features: "manual-integration,cli",
        covered: &[("programs/first.rs", (3, 3))],
        ..ROW
    }
    .holds();
    krate
        .cargo(&["test", "--all-features"])
        .prints("plain test ran")
        .prints("test of_the_suite ... ok");
}

#[test]
fn a_crate_of_several_programs_below_src_bin_is_measured_on_the_chosen_one() {
    let manifest = "[package]\nname = \"tools\"\nversion = \"0.1.0\"\nedition = \"2024\"\ndefault-run = \"tool-one\"\n";
    let files = [
        ("Cargo.toml", manifest),
        ("src/bin/tool-one.rs", MAIN),
        ("src/bin/tool-two/main.rs", MAIN),
    ];
    for (init, covered) in [
        (&[][..], "src/bin/tool-one.rs"),
        (&["--bin", "tool-two"], "src/bin/tool-two/main.rs"),
    ] {
        Row {
            files: &files,
            init,
            covered: &[(covered, (3, 3))],
            ..ROW
        }
        .holds();
    }
}

#[test]
fn profiles_that_abort_on_a_panic_and_strip_the_program_are_measured() {
    let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                    [profile.dev]\npanic = \"abort\"\n\
                    [profile.release]\npanic = \"abort\"\nstrip = true\nopt-level = \"z\"\n";
    let library = "pub fn used() -> i32 {\n    1\n}\npub fn unused() -> i32 {\n    2\n}\n";
    let program = "fn main() {\n    let number = small::used();\n    assert!(number > 1, \"as expected\");\n    \
                   println!(\"not reached\");\n}\n";
    for run in [&["itcov"][..], &["itcov_options=--release", "itcov"]] {
        Row {
            files: &[
                ("Cargo.toml", manifest),
                ("src/lib.rs", library),
                ("src/main.rs", program),
            ],
            run,
            status: 128 + 6,
            covered: &[("src/lib.rs", (3, 6)), ("src/main.rs", (3, 5))],
            ..ROW
        }
        .holds();
    }
}
