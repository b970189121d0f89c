//! A command of which a system call fails.

use std::collections::BTreeSet;

use super::scenario::{INIT_AFTER_A_KILLED_ONE, INIT_BESIDE_OTHERS, REMOVE, Scenario, Stage};
use super::strace::{self, Call};
use super::tree::Tree;
use crate::support::Output;

const ERRORS: [(&str, &str); 3] = [
    ("ENOSPC", "No space left on device"),
    ("EIO", "Input/output error"),
    ("EACCES", "Permission denied"),
];

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn each_call_of_init_that_changes_something_can_fail_in_any_way() {
    failing(&INIT_BESIDE_OTHERS, |_| ERRORS.to_vec());
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn each_call_of_init_after_a_killed_one_can_fail() {
    failing(&INIT_AFTER_A_KILLED_ONE, |number| vec![ERRORS[number % 3]]);
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn each_call_of_remove_that_changes_something_can_fail() {
    failing(&REMOVE, |number| vec![ERRORS[number % 3]]);
}

/// Makes each call fail in the ways that belong to its number.
fn failing(scenario: &'static Scenario, ways: fn(usize) -> Vec<(&'static str, &'static str)>) {
    let stage = Stage::of(scenario);
    stage.reset();
    let calls = strace::calls(&stage.krate, scenario.command);
    let mut ends = BTreeSet::new();
    let mut said = 0;
    for (number, call) in calls.iter().filter(|call| call.is_change()).enumerate() {
        for (error, text) in ways(number) {
            stage.reset();
            let expression = call.inject(&format!("error={error}"));
            let output = Output::of(&mut strace::command(
                &stage.krate,
                &expression,
                scenario.command,
            ));
            let tree = stage.now();
            said += usize::from(output.status == 1);
            is_all_or_said(&stage, &tree, call, &output, text);
            if !ends.contains(&tree.anonymous()) {
                ends.insert(tree.anonymous());
                stage.can_go_on(
                    &tree,
                    &format!("{}: {error} from {}", scenario.name, call.line),
                );
            }
        }
    }
    // All of it, nothing, and something between.
    assert!(ends.len() > 2 && said > 10, "{said} {ends:?}");
}

/// Either the work is done all the same, or an error says what has failed and what was done.
fn is_all_or_said(stage: &Stage, tree: &Tree, call: &Call, output: &Output, text: &str) {
    let settled = tree.settled();
    let note = format!("{call:?}\n{output:?}\n{tree:?}");
    if output.status == 0 {
        assert_eq!(settled, stage.end, "{note}");
    } else {
        assert_eq!(output.status, 1, "{note}");
        assert!(output.stderr.starts_with("error: "), "{note}");
        assert!(output.stderr.contains(text), "{note}");
        assert!(stage.is_on_the_way(&settled), "{note}");
        let nothing = output.stderr.contains("nothing was changed");
        let again = output
            .stderr
            .contains("; run the command again to complete");
        assert!(nothing != again, "{note}");
    }
    // Where it is the cleaning up that has failed, something is left for the next run.
    let is_cleaning = call.name.starts_with("unlink") || call.name.starts_with("rmdir");
    assert!(is_cleaning || tree.leftovers().is_empty(), "{note}");
    if output.stderr.contains("nothing was changed") && !is_cleaning {
        assert!(stage.starts().contains(&settled), "{note}");
    }
}
