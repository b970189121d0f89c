//! `report --linked`: the numbers of tools that look at the program alone.

use std::process::Command;

use crate::support::instrumented::Instrumented;
use crate::support::llvm::Llvm;
use crate::support::{Output, stdout};

const LINKED: [&str; 1] = ["--linked"];

fn unlinked_module() -> Instrumented {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    fixture
}

/// Compares with what llvm-cov says when it is given the program and nothing else.
fn assert_equals_llvm_on_the_program_alone(fixture: &Instrumented) {
    let lcov = stdout(
        &mut fixture.report(&[&LINKED[..], &["--lcov", "-", "--relative-to", "/"]].concat()),
    );
    let total = Output::of(&mut fixture.report(&LINKED)).lines_of("Total");
    let everything = Output::of(&mut fixture.report(&[])).lines_of("Total");
    assert!(total.1 < everything.1, "the linker left nothing out");
    let theirs = Llvm::find().reports_on(&fixture.objects()[..1], fixture);
    assert_eq!(lcov, theirs.lcov);
    let row = theirs.table.lines().find(|row| row.starts_with("TOTAL"));
    let cells: Vec<&str> = row.unwrap().split_whitespace().collect();
    let [all, missed] = [7, 8].map(|cell| cells[cell].parse::<u32>().unwrap());
    assert_eq!(total, (all - missed, all));
}

#[test]
fn what_the_linker_left_out_can_be_left_out() {
    let fixture = unlinked_module();
    let table = |options: &[&str]| Output::of(&mut fixture.report(options)).ends_with(0);
    assert_eq!(table(&[]).prints("22.22%").lines_of("Total"), (2, 9));
    let linked = table(&LINKED).prints("66.67%");
    assert_eq!(linked.lines_of("Total"), (2, 3));
    assert!(!linked.stdout.contains("unused.rs"), "{}", linked.stdout);
}

#[test]
#[ignore = "needs LLVM's tools"]
fn linked_code_by_itself_gives_what_llvm_cov_says_of_the_program_alone() {
    assert_equals_llvm_on_the_program_alone(&unlinked_module());
    let fixture = Instrumented::build("kinds-of-code", "app");
    fixture.run(&["shapes"]);
    assert_equals_llvm_on_the_program_alone(&fixture);
}

/// As `cargo install cargo-llvm-cov` brings it; it finds LLVM's tools by itself, or by `LLVM_COV` and `LLVM_PROFDATA`.
#[test]
#[ignore = "needs cargo-llvm-cov"]
fn linked_code_has_the_numbers_of_cargo_llvm_cov() {
    let fixture = unlinked_module();
    let linked = Output::of(&mut fixture.report(&LINKED)).lines_of("Total");
    let mut peer = Command::new("cargo");
    peer.args(["llvm-cov", "run"]).current_dir(fixture.root());
    peer.env("CARGO_TARGET_DIR", fixture.root().join("of-the-peer"));
    // Codegen units are others without it, and the linker leaves out something else.
    peer.env_remove("CARGO_INCREMENTAL");
    let report = Output::of(&mut peer).ends_with(0);
    assert_eq!(report.lines_of("TOTAL"), linked);
}
