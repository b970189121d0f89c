//! Files that somebody changes while a command is at work. strace holds it up at a call, which gives the time to.

use std::path::Path;

use super::strace::{self, Call};
use super::tree::Tree;
use crate::support::process::wait_until;
use crate::support::{Output, Running, TestCrate};

/// How long the command is held up, in microseconds.
const HELD_UP: &str = "delay_enter=2000000";

fn the_call(krate: &TestCrate, is_meant: impl Fn(&Call) -> bool) -> Call {
    let start = Tree::of(&krate.root);
    let calls = strace::calls(krate, &["init"]);
    start.restore(&krate.root);
    let mut calls = calls.into_iter();
    calls
        .find(|call| call.is_change() && is_meant(call))
        .unwrap()
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn a_file_that_changes_before_anything_is_in_place_stops_everything() {
    let krate = TestCrate::new("changed-early");
    krate.write("justfile", "default:\n");
    // The first text is written and the others are not yet; and all are.
    let write = the_call(&krate, |call| call.name == "write");
    let sync = the_call(&krate, |call| call.name == "fsync");
    let early = "has changed meanwhile";
    let late = "has changed meanwhile and was left as it is";
    let first = "tests/.manual_integration.rs.itcov-3f9c1e7ab2d4-";
    let last = ".justfile.itcov-3f9c1e7ab2d4-";
    for (file, call, waiting, message) in [
        ("justfile", &write, first, early),
        ("Cargo.toml", &write, first, early),
        ("justfile", &sync, last, late),
        ("Cargo.toml", &sync, last, late),
        ("src/main.rs", &write, first, ""),
    ] {
        let mut held_up = Running::start(&mut strace::command(
            &krate,
            &call.inject(HELD_UP),
            &["init"],
        ));
        wait_until("the text waits", || {
            let leftovers = Tree::of(&krate.root).leftovers();
            leftovers.iter().any(|path| path == Path::new(waiting))
        });
        let changed = krate.read(file) + "# changed\n";
        krate.write(file, &changed);
        let expected = Tree::of(&krate.root).settled().without_empty("tests");
        assert_eq!(held_up.stdout(), "");
        let output = held_up.finish();
        if file == "src/main.rs" {
            // That is no business of the command's.
            output.ends_with(0);
            continue;
        }
        let output = output.ends_with(1).says(&format!("{file} {message}"));
        output
            .says("nothing was changed")
            .says("run the command again");
        assert_eq!(Tree::of(&krate.root), expected);
        krate.itcov(&["init"]).ends_with(0);
        assert!(
            krate.read(file).starts_with(&changed),
            "{}",
            krate.read(file)
        );
        krate.itcov(&["remove"]).ends_with(0);
        assert_eq!(krate.read(file), changed);
    }
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn a_file_that_changes_in_the_midst_is_left_alone_and_the_next_run_completes() {
    let krate = TestCrate::new("changed-late");
    krate.write("justfile", "default:\n");
    let is_manifest =
        |call: &Call| call.name.starts_with("rename") && call.line.contains("/Cargo.toml\"");
    let rename = the_call(&krate, is_manifest);
    let mut held_up = Running::start(&mut strace::command(
        &krate,
        &rename.inject(HELD_UP),
        &["init"],
    ));
    wait_until("the harness is in its place", || {
        krate.has("tests/manual_integration.rs")
    });
    krate.write("justfile", "default:\n    true\n");
    assert_eq!(held_up.stdout(), "");
    let output = held_up.finish().ends_with(1);
    let output = output.says("justfile has changed meanwhile and was left as it is");
    output.says("stopped after 3 of 4 changes (tests/manual_integration.rs, Cargo.toml, itcov.just); run the command again to complete");
    assert_eq!(krate.read("justfile"), "default:\n    true\n");
    assert!(Tree::of(&krate.root).leftovers().is_empty());
    krate
        .itcov(&["init"])
        .ends_with(0)
        .prints("Edited justfile");
    assert_eq!(
        krate.read("justfile"),
        "default:\n    true\n\nimport 'itcov.just'\n"
    );
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn a_file_that_appears_meanwhile_is_not_overwritten() {
    let krate = TestCrate::new("appears");
    let is_manifest =
        |call: &Call| call.name.starts_with("rename") && call.line.contains("/Cargo.toml\"");
    let rename = the_call(&krate, is_manifest);
    let held_up = Running::start(&mut strace::command(
        &krate,
        &rename.inject(HELD_UP),
        &["init"],
    ));
    wait_until("the harness is in its place", || {
        krate.has("tests/manual_integration.rs")
    });
    krate.write("itcov.just", "mine:\n");
    let output: Output = held_up.finish().ends_with(1);
    output
        .says("itcov.just has changed meanwhile")
        .says("stopped after 2 of 4 changes");
    assert_eq!(krate.read("itcov.just"), "mine:\n");
    assert!(!krate.has("justfile"));
}
