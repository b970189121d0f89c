//! Profiles that are elsewhere when the run is over, or that do not count.

use crate::build::package;
use crate::support::TestCrate;

const MAIN: &str = "fn main() {
    match std::env::args().nth(1).as_deref() {
        Some(\"one\") => one(),
        _ => two(),
    }
}

fn one() {
    println!(\"one\");
}

fn two() {
    println!(\"two\");
}
";

fn workspace() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"task\"]\nresolver = \"2\"\n",
    );
    for name in ["app", "task"] {
        krate.write(&format!("{name}/Cargo.toml"), &package(name, ""));
    }
    krate.write("app/src/main.rs", MAIN);
    krate.write("task/src/main.rs", "fn main() {}\n");
    krate
}

/// Runs a suite. The report that ends the run has all of the program.
fn run(krate: &TestCrate, suite: &str) {
    let run = ["exec", "-p", "app", "--", "sh", "-ec", suite];
    let run = krate.itcov(&run).ends_with(0);
    assert_eq!(run.lines_of("app/src/main.rs"), (11, 11), "{run:?}");
}

fn reach(krate: &TestCrate, function: &str) -> String {
    let reach = ["scenarios", "--reach", function];
    krate.itcov(&reach).ends_with(0).stdout
}

#[test]
fn a_process_without_an_environment_belongs_to_the_scenario_that_goes_on() {
    let krate = workspace();
    // Also while the run goes on.
    let suite = "cargo-itcov scenario a -- env -i \"$ITCOV_BIN\" one
cargo-itcov scenario b -- \"$ITCOV_BIN\" two
env -u CARGO_TARGET_DIR cargo-itcov scenarios --reach one >meanwhile
";
    run(&krate, suite);
    assert_eq!(krate.read("meanwhile"), "a\n");
    assert_eq!(reach(&krate, "one"), "a\n");
    assert_eq!(reach(&krate, "two"), "b\n");
}

#[test]
fn a_scenario_of_a_program_that_is_not_measured_costs_no_other_its_counts() {
    let krate = workspace();
    let suite = "cargo-itcov scenario a -- cargo run --quiet -p task
cargo-itcov scenario b -- \"$ITCOV_BIN\" one
cargo-itcov scenario c -- \"$ITCOV_BIN\" two
";
    run(&krate, suite);
    assert_eq!(reach(&krate, "one"), "b\n");
    assert_eq!(reach(&krate, "two"), "c\n");
    let report = ["report", "--scenario", "a", "-p", "app"];
    let report = krate.itcov(&report).ends_with(0);
    assert_eq!(report.lines_of("app/src/main.rs"), (0, 11));
}
