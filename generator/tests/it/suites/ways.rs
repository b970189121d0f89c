//! Ways that need no crate.

use super::{crate_of, reaches};
use crate::support::tools::minor_of_cargo;

#[test]
fn a_program_that_tests_find_by_what_cargo_says_or_beside_themselves_is_measured() {
    let krate = crate_of(&["suites"]);
    let mut test = vec!["cargo", "test", "--quiet", "--workspace", "--"];
    let mut ways = vec![
        "variable at build time",
        "killed",
        "beside",
        "cargo run",
        "cargo run below",
    ];
    if minor_of_cargo() < 94 {
        test.extend(["--skip", "variable_at_run_time"]);
    } else {
        ways.push("variable at run time");
    }
    reaches(&krate, &[], &test, &ways);
    // The same tests, chosen in other ways.
    let chosen = [
        ("--test ways -- killed_at_once", &["killed"][..]),
        ("build_time", &["variable at build time"]),
        ("--release beside", &["beside"]),
        ("-p ways below", &["cargo run below"]),
    ];
    for (words, ways) in chosen {
        let test = ["cargo", "test", "--quiet"].into_iter();
        let test: Vec<&str> = test.chain(words.split(' ')).collect();
        reaches(&krate, &[], &test, ways);
    }
}

#[test]
fn tests_and_benchmarks_with_a_main_of_their_own_are_not_measured() {
    let krate = crate_of(&["suites"]);
    let target = |kind| format!("\n[[{kind}]]\nname = \"own_main\"\nharness = false\n");
    let manifest = krate.read("Cargo.toml") + &target("test") + &target("bench");
    krate.write("Cargo.toml", &manifest);
    krate.write(
        "src/lib.rs",
        "/// tests\npub fn answer() -> u8 {\n    42\n}\n",
    );
    let main = r#"fn main() {
    assert_eq!(ways::answer(), 42);
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_ways"));
    assert!(program.arg("variable at build time").status().unwrap().success());
}
"#;
    krate.write("tests/own_main.rs", main);
    krate.write("benches/own_main.rs", main);
    for suite in ["test", "bench"] {
        let suite = ["cargo", suite, &format!("--{suite}"), "own_main"];
        reaches(&krate, &[], &suite, &["variable at build time"]);
    }
}
