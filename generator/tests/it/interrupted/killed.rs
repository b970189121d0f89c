//! A command that is killed, before any of its system calls.

use std::collections::BTreeMap;

use super::scenario::{
    INIT, INIT_AFTER_A_KILLED_ONE, INIT_BESIDE_OTHERS, INIT_HALF_DONE, INIT_TEMPLATE, REMOVE,
    REMOVE_BESIDE_OTHERS, REMOVE_TEMPLATE, Scenario, Stage, UPDATE,
};
use super::strace::{self, Call};
use super::tree::Tree;

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn init_after_a_killed_one_can_be_killed_before_each_call_that_changes_something() {
    killed_before_each(&INIT_AFTER_A_KILLED_ONE, Call::is_change);
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn init_beside_other_files_can_be_killed_before_each_call_that_changes_something() {
    killed_before_each(&INIT_BESIDE_OTHERS, Call::is_change);
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn init_of_what_is_half_done_can_be_killed_before_each_call_that_changes_something() {
    killed_before_each(&INIT_HALF_DONE, Call::is_change);
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn remove_can_be_killed_before_each_call_that_changes_something() {
    killed_before_each(&REMOVE, Call::is_change);
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn remove_beside_other_files_can_be_killed_before_each_call_that_changes_something() {
    killed_before_each(&REMOVE_BESIDE_OTHERS, Call::is_change);
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn init_with_a_template_can_be_killed_before_each_call_that_changes_something() {
    killed_before_each(&INIT_TEMPLATE, Call::is_change);
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn remove_with_a_template_can_be_killed_before_each_call_that_changes_something() {
    killed_before_each(&REMOVE_TEMPLATE, Call::is_change);
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn update_can_be_killed_before_each_call_that_changes_something() {
    killed_before_each(&UPDATE, Call::is_change);
}

/// So that it need not be known which calls change something.
#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn init_can_be_killed_before_each_call_of_any_kind() {
    killed_before_each(&INIT, |_| true);
}

fn killed_before_each(scenario: &'static Scenario, is_meant: fn(&Call) -> bool) {
    let stage = Stage::of(scenario);
    let states = states(&stage, is_meant);
    // At least each file is changed at some time, and something waits beside it at some time.
    let settled: BTreeMap<Tree, &Tree> = worst(&states);
    assert!(settled.len() > 2 && states.len() > settled.len());
    assert!(settled.contains_key(&stage.start.settled()) && settled.contains_key(&stage.end));
    for (settled, tree) in settled {
        assert!(stage.is_on_the_way(&settled), "{settled:?}");
        stage.works(tree, &states[tree]);
    }
    for (tree, note) in &states {
        stage.can_go_on(tree, note);
    }
}

/// What the crate is after each of these ends, and what it was that was not done any more.
fn states(stage: &Stage, is_meant: fn(&Call) -> bool) -> BTreeMap<Tree, String> {
    let command = stage.scenario.command;
    stage.reset();
    let calls = strace::calls(&stage.krate, command);
    assert_eq!(stage.now(), stage.end);
    let mut states = BTreeMap::from([(stage.end.clone(), "after its end".to_owned())]);
    let mut killed = 0;
    for call in calls.iter().filter(|call| is_meant(call)) {
        stage.reset();
        killed += usize::from(strace::kill_before(&stage.krate, call, command));
        let tree = stage.now();
        if !states
            .keys()
            .any(|known| known.anonymous() == tree.anonymous())
        {
            states.insert(
                tree,
                format!("{}, killed before {}", stage.scenario.name, call.line),
            );
        }
    }
    // How often some calls are made is a matter of chance, such as reads from cargo.
    let meant = calls.iter().filter(|call| is_meant(call)).count();
    assert!(
        meant > 10 && killed * 10 >= meant * 9,
        "{killed} of {meant}"
    );
    states
}

/// For each state without what is left over, the one with the most of it.
fn worst(states: &BTreeMap<Tree, String>) -> BTreeMap<Tree, &Tree> {
    let mut worst: BTreeMap<Tree, &Tree> = BTreeMap::new();
    for tree in states.keys() {
        let known = worst.entry(tree.settled()).or_insert(tree);
        if tree.leftovers().len() > known.leftovers().len() {
            *known = tree;
        }
    }
    worst
}
