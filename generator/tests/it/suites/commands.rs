//! Suites that are commands.

use super::{crate_of, reaches};

#[test]
fn a_program_that_a_command_starts_is_measured() {
    let krate = crate_of(&["suites"]);
    let script = |text| ["sh", "-c", text];
    reaches(&krate, &[], &["sh", "suite.sh"], &["ITCOV_BIN"]);
    reaches(
        &krate,
        &[],
        &["cargo", "run", "--", "cargo run"],
        &["cargo run"],
    );
    let below = script("cd src && cargo run --quiet 'cargo run below'");
    reaches(&krate, &[], &below, &["cargo run below"]);
    let both = script("cargo run --quiet 'cargo run'; cargo run --quiet --release 'cargo run'");
    reaches(&krate, &[], &both, &["cargo run"; 2]);
}

#[test]
fn a_task_of_the_workspace_is_not_measured_and_what_it_starts_is() {
    let krate = crate_of(&["suites"]);
    let said = "a program of task has run, which is not measured; `--with task` measures it along";
    let output = reaches(&krate, &[], &["cargo", "task"], &["task"]);
    assert_eq!(output.says(said).stdout.matches("src/").count(), 2);
    let along = krate.itcov(&[
        "exec", "-p", "ways", "--with", "task", "--", "cargo", "task",
    ]);
    let along = along.ends_with(0);
    assert!(!along.stderr.contains(said), "{}", along.stderr);
    assert_eq!(along.lines_of("task/src/main.rs"), (5, 5));
}
