//! Suites of other tools.

use super::{crate_of, reaches};
use crate::support::tools::pytest;

#[test]
#[ignore = "needs cargo-nextest"]
fn a_program_that_tests_of_nextest_start_is_measured() {
    let krate = crate_of(&["suites"]);
    let ways = [
        "variable at build time",
        "variable at run time",
        "killed",
        "beside",
        "cargo run",
        "cargo run below",
    ];
    // nextest sets the variable at run time whatever the version of cargo.
    reaches(&krate, &[], &["cargo", "nextest", "run"], &ways);
    let filter = ["cargo", "nextest", "run", "-E", "test(beside)"];
    reaches(&krate, &[], &filter, &["beside"]);
}

#[test]
#[ignore = "needs pytest: python3 -m venv target/readers && target/readers/bin/pip install pytest"]
fn a_program_that_pytest_starts_is_measured() {
    let krate = crate_of(&["suites"]);
    let pytest = pytest();
    let suite = [&*pytest, "-q", "-p", "no:cacheprovider"];
    reaches(&krate, &[], &suite, &["python"]);
}

#[test]
#[ignore = "needs node (Debian: apt-get install nodejs)"]
fn a_program_that_node_starts_is_measured() {
    let krate = crate_of(&["suites"]);
    reaches(&krate, &[], &["node", "--test", "suite.mjs"], &["node"]);
}
