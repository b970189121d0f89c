//! Suites whose cargo builds in other places, or for other systems.

use super::{crate_of, reaches};
use crate::support::{Output, tools};

#[test]
fn a_program_that_the_suites_cargo_builds_in_another_directory_is_measured() {
    let krate = crate_of(&["suites"]);
    let elsewhere = ["elsewhere"];
    // It stays, and is fresh the second time; it goes before the report; a directory within this one.
    for script in [
        // The user's own variable is called like one of cargo's for build scripts.
        "OPT_LEVEL=2 cargo run --target-dir target/e2e elsewhere",
        "cargo run --target-dir target/e2e elsewhere",
        "cargo run --release --target-dir gone elsewhere && rm -r gone",
        "CARGO_TARGET_DIR=$CARGO_TARGET_DIR/a/b cargo run elsewhere",
        "env -u CARGO_TARGET_DIR cargo run --release --target-dir target/e2e elsewhere",
    ] {
        reaches(&krate, &[], &["sh", "-c", script], &elsewhere);
    }
    // The first two are the same code, and have one profile.
    let three = "cargo run elsewhere && cargo run --target-dir target/e2e elsewhere && cargo run --release elsewhere";
    reaches(&krate, &[], &["sh", "-c", three], &["elsewhere"; 3]);
    let wrapper = krate.sh("find target/itcov/.wrapper/*/copies -type f | wc -l");
    // Of the two programs that are still there, each with the list of its sources, their digests and those of its libraries, and in
    // `a/b` a third.
    assert_eq!(wrapper.ends_with(0).stdout.trim(), "12");
}

/// A makefile for other systems sets variables that cargo sets for build scripts, whose cargo builds nothing that is measured.
#[test]
fn a_program_is_measured_though_the_users_variables_are_all_those_of_build_scripts() {
    let krate = crate_of(&["suites"]);
    let mut itcov = krate.command(tools::cargo_itcov());
    let variables = ["OPT_LEVEL", "NUM_JOBS", "HOST", "TARGET"];
    itcov.envs(variables.map(|name| (name, "2")));
    let suite = ["cargo", "run", "--target-dir", "target/e2e", "elsewhere"];
    itcov.args([&["itcov", "exec", "-p", "ways", "--"][..], &suite].concat());
    Output::of(&mut itcov).ends_with(0);
    let counts = super::counts(&krate);
    let text = krate.read("src/main.rs");
    let of_main = counts["src/main.rs"].iter();
    assert!(of_main.clone().count() > 0);
    for (line, count) in of_main {
        assert_eq!(
            *count,
            super::expected(&text, *line, &["elsewhere"]),
            "{line}"
        );
    }
}

#[test]
fn a_suite_that_is_a_workspace_of_its_own_builds_a_measured_program() {
    let krate = crate_of(&["suites"]);
    krate.write(
        "e2e/Cargo.toml",
        "[package]\nname = \"e2e\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    krate.write("e2e/src/lib.rs", "pub fn not_measured() {}\n");
    let test = r#"#[test]
fn runs() {
    e2e::not_measured();
    let mut cargo = std::process::Command::new(env!("CARGO"));
    let run = ["run", "--manifest-path", "../Cargo.toml", "--", "other workspace"];
    assert!(cargo.args(run).status().unwrap().success());
}
"#;
    krate.write("e2e/tests/e2e.rs", test);
    krate.write("e2e/suite.sh", "cd e2e && cargo test --quiet\n");
    reaches(&krate, &[], &["sh", "e2e/suite.sh"], &["other workspace"]);
}

#[test]
#[ignore = "needs the target windows-gnu: rustup target add x86_64-pc-windows-gnu"]
fn a_suite_that_builds_for_another_system_passes() {
    let krate = crate_of(&["suites"]);
    krate.write("task/src/lib.rs", "pub fn plugin() -> u8 {\n    1\n}\n");
    // There is no runtime for counters.
    let suite =
        "cargo build --package task --lib --target x86_64-pc-windows-gnu && cargo run elsewhere";
    reaches(&krate, &[], &["sh", "-c", suite], &["elsewhere"]);
}
