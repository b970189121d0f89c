//! Scenarios: named, and read, as their page says.

use super::{GIT, run};
use crate::blocks::block;
use crate::support::TestCrate;

/// What the page calls line 42 of `src/store.rs`.
const STORE: &str = "pub fn pay() {\n    println!(\"paid\");\n}\n";

const MAIN: &str = r#"mod store;

fn main() {
    if std::env::args().any(|word| word == "wait") {
        loop {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
    store::pay();
}
"#;

const TEST: &str = r#"
#[test]
fn pays() {
    let program = env!("CARGO_BIN_EXE_shop");
    assert!(std::process::Command::new(program).status().unwrap().success());
}
"#;

/// A program in a repository with a branch `main`.
fn shop() -> TestCrate {
    let krate = TestCrate::new("shop");
    krate.write("src/main.rs", MAIN);
    krate.write("src/store.rs", &("\n".repeat(40) + STORE));
    krate.write("tests/pays.rs", TEST);
    krate.write("pay.sh", "#!/bin/sh\necho paid\n");
    run(
        &krate,
        &format!("chmod +x pay.sh\n{GIT}git branch --force main"),
    )
    .ends_with(0);
    krate
}

#[test]
fn scenarios_of_a_shell_are_named_and_read_as_the_page_says() {
    let krate = shop();
    let in_a_shell = block("docs/scenarios.md", "ITCOV_SCENARIO=");
    let exec = ["exec", "--scenarios", "--", "sh", "-euc", &in_a_shell];
    krate.itcov(&exec).ends_with(0);
    let reading = block("docs/scenarios.md", "cargo itcov scenarios\n");
    let read = run(&krate, &reading).ends_with(0).prints("pay an order\n");
    assert_eq!(read.lines_of("src/store.rs"), (3, 3));

    let requests = block("docs/scenarios.md", "cargo itcov scenario ");
    let suite = ["suite", "--args", "wait", "--", "sh", "-euc", &requests];
    krate.itcov(&suite).ends_with(0).prints("paid\n");
    krate
        .itcov(&["scenarios"])
        .ends_with(0)
        .prints("pay an order\n");
}

#[test]
#[ignore = "needs cargo-nextest"]
fn tests_of_nextest_are_scenarios_and_chosen_as_the_page_says() {
    let krate = shop();
    let record = block("docs/scenarios.md", "cargo itcov exec --scenarios");
    run(&krate, &record).ends_with(0);
    krate.write(
        "src/store.rs",
        &krate.read("src/store.rs").replace("paid", "it is paid"),
    );
    let chosen = block(
        "docs/scenarios.md",
        "cargo itcov scenarios --changed-since origin/main",
    );
    run(&krate, &chosen)
        .ends_with(0)
        .prints("pays\n")
        .says("1 test run: 1 passed");
}
