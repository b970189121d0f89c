//! The table of docs/exec.md: each row with the ways that hold it.

use std::collections::BTreeSet;
use std::fs;

use crate::support::repository;

const ROWS: [(&str, &[&str]); 9] = [
    (
        "`env!(\"CARGO_BIN_EXE_NAME\")`, and the variable at run time",
        &["variable at build time", "variable at run time", "killed"],
    ),
    (
        "`assert_cmd`: `cargo_bin_cmd!`, `cargo_bin!`, `Command::cargo_bin`",
        &["assert_cmd", "assert_cmd deprecated"],
    ),
    (
        "`escargot`, `snapbox`, `test_bin`, `trycmd`",
        &[
            "escargot",
            "escargot current",
            "snapbox",
            "test_bin",
            "trycmd",
        ],
    ),
    ("`expectrl`, `rexpect`", &["expectrl", "rexpect"]),
    (
        "beside the test's own file, which `current_exe()` names",
        &["beside"],
    ),
    (
        "`cargo run`, also in a directory below, in a task such as `cargo xtask`, from another workspace",
        &["cargo run", "cargo run below", "task", "other workspace"],
    ),
    (
        "cargo with `--release`, other features, another `--target-dir` than that of ordinary builds",
        &["elsewhere", "escargot elsewhere"],
    ),
    ("a script in any language", &["node", "python"]),
    ("a script that runs `target/debug/NAME`", &["ITCOV_BIN"]),
];

#[test]
fn the_table_of_ways_has_those_that_are_tested() {
    let page = fs::read_to_string(repository().join("docs/exec.md")).unwrap();
    let head = "| how the suite starts the program | what to do |";
    let lines = page.lines().skip_while(|line| *line != head).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    let rows: Vec<&str> = rows.map(|row| row.split(" | ").next().unwrap()).collect();
    assert_eq!(rows, ROWS.map(|(row, _)| format!("| {row}")));

    let ways = repository().join("generator/tests/fixtures/suites/src/ways.rs");
    let ways = fs::read_to_string(ways).unwrap();
    let tested: BTreeSet<&str> = ways
        .lines()
        .filter_map(|line| line.strip_prefix("/// "))
        .collect();
    let in_rows = ROWS.iter().flat_map(|(_, ways)| *ways).copied();
    let others = ["A way and its function.", "never"];
    assert_eq!(in_rows.chain(others).collect::<BTreeSet<_>>(), tested);
}
