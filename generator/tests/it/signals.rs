//! Signals away from a terminal: who gets them, and that nothing outlives the run.

use std::os::unix::process::CommandExt;

use crate::support::process::{child_id, is_alive, parent_of, signal, wait_until};
use crate::support::{Output, Running, TestCrate, tools};

#[test]
fn a_signal_to_the_harness_alone_is_passed_on() {
    let krate = TestCrate::scaffolded("passed-on");
    for name in ["INT", "TERM", "HUP", "QUIT"] {
        let mut run = krate.start_just(&["itcov", "wait"], &[]);
        run.expect("waiting\n");
        let program = run.program();
        signal(name, parent_of(program));
        let output = run
            .finish()
            .ends_with(0)
            .says(&format!("SIG{name} has come"))
            .says(&format!("(SIG{name})"));
        assert!(!is_alive(program));
        assert!(output.lines_of("Total").0 > 0);
    }
}

#[test]
fn a_program_gets_one_interrupt_for_one_to_the_harness_or_to_the_whole_group() {
    let krate = TestCrate::scaffolded("one-signal");
    for whole_group in [false, true] {
        let mut run = Running::start(
            krate
                .command(tools::just())
                .args(["itcov", "graceful"])
                .process_group(0),
        );
        run.expect("waiting\n");
        let program = run.program();
        if whole_group {
            let group = format!("kill -INT -{}", run.id());
            Output::of(krate.command("sh").args(["-c", &group])).ends_with(0);
        } else {
            signal("INT", parent_of(program));
        }
        let output = run.finish();
        assert!(output.stdout.contains("flushed"), "{output:?}");
        assert!(output.lines_of("Total").0 > 0);
        assert!(!is_alive(program));
    }
}

#[test]
fn sigterm_to_just_alone_stops_the_program_and_brings_the_report() {
    let krate = TestCrate::scaffolded("terminated");
    let mut run = krate.start_just(&["itcov", "wait"], &[]);
    run.expect("waiting\n");
    let program = run.program();
    signal("TERM", run.id());
    let output = run.finish().says("SIGTERM has come");
    assert!(!is_alive(program));
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn a_second_interrupt_hurries() {
    let krate = TestCrate::scaffolded("hurried");
    let mut run = krate.start_just(&["itcov", "stubborn"], &[("ITCOV_GRACE", "1h")]);
    run.expect("waiting\n");
    let program = run.program();
    let harness = parent_of(program);
    signal("INT", harness);
    // The harness has heard of the first one when it has passed it on.
    run.expect("interrupted\n");
    signal("INT", harness);
    run.finish()
        .ends_with(0)
        .says("the program does not stop on SIGINT, so SIGTERM follows");
    assert!(!is_alive(program));
}

#[test]
fn when_the_harness_the_recipe_or_just_is_killed_the_program_ends_too() {
    let krate = TestCrate::scaffolded("killed-above");
    for (above, what) in ["the harness", "the recipe", "just"].iter().enumerate() {
        let mut run = krate.start_just(&["itcov", "wait"], &[("ITCOV_TIMEOUT", "0")]);
        run.expect("waiting\n");
        let program = run.program();
        let mut target = parent_of(program);
        for _ in 0..above {
            target = parent_of(target);
        }
        signal("KILL", target);
        wait_until(&format!("{what} is dead, and the program too"), || {
            !is_alive(program)
        });
        assert_ne!(run.finish().status, 0);
    }
}

#[test]
fn what_the_program_leaves_behind_is_stopped_with_it() {
    let krate = TestCrate::scaffolded("left-behind");
    let variables = [("ITCOV_GRACE", "1")];
    let output = krate
        .just_with(&["itcov", "parent", "end"], &variables)
        .ends_with(0)
        .says("the program ended after");
    assert!(!is_alive(child_id(&output.stdout)));

    let mut run = krate.start_just(&["itcov", "parent", "wait"], &variables);
    run.expect("waiting\n");
    let program = run.program();
    signal("INT", parent_of(program));
    let output = run.finish().ends_with(0);
    assert!(!is_alive(child_id(&output.stdout)));
}

#[test]
fn what_a_suite_leaves_behind_is_stopped_with_it() {
    let krate = TestCrate::scaffolded("suite-left-behind");
    let script = "sleep 1000 & echo child=$!=";
    for (recipe, arguments) in [("itcov-suite", "wait"), ("itcov-exec", "")] {
        let output = krate.just_with(&[recipe, "sh", "-c", script], &[("ITCOV_ARGS", arguments)]);
        assert!(!is_alive(child_id(&output.stdout)), "{output:?}");
    }
}

#[test]
fn a_suite_that_is_stopped_leaves_no_children() {
    let krate = TestCrate::scaffolded("children");
    let variables = [("ITCOV_ARGS", "wait"), ("ITCOV_TIMEOUT", "2")];
    let script = "sleep 1000 & echo child=$!=; wait";
    let output = krate
        .just_with(&["itcov-suite", "sh", "-c", script], &variables)
        .ends_with(124);
    assert!(!is_alive(child_id(&output.stdout)));
}

#[test]
fn a_run_goes_on_with_its_input_closed_and_in_a_session_of_its_own() {
    let krate = TestCrate::scaffolded("detached");
    for script in ["just itcov fail 3 <&-", "setsid -w just itcov fail 3"] {
        let output = Output::of(krate.command("sh").args(["-c", script])).ends_with(3);
        assert!(output.lines_of("Total").0 > 0, "{script}");
    }
    for shell in ["sh", "bash --posix"] {
        let recipes = krate.read("itcov.just");
        krate.write(
            "itcov.just",
            &recipes.replace("#!/bin/sh", &format!("#!/bin/{shell}")),
        );
        let script = "printf 'hello\\n' | setsid -w just itcov lines";
        Output::of(krate.command("sh").args(["-c", script]))
            .ends_with(0)
            .prints("got=hello=");
        krate.write("itcov.just", &recipes);
    }
}

#[test]
fn a_run_in_the_background_of_a_script_is_stopped_by_its_harness() {
    let krate = TestCrate::scaffolded("background");
    let script = "just itcov graceful & just=$!
        while ! grep -q waiting out; do sleep 0.1; done
        harness=$(sed -n 's/.*runs as process \\([0-9]*\\):.*/\\1/p' err)
        kill -INT \"$(ps -o ppid= -p \"$harness\")\"
        wait $just; echo status=$?=";
    let script = format!("exec >out 2>err\n{script}");
    Output::of(krate.command("sh").args(["-c", &script])).ends_with(0);
    let out = krate.read("out");
    assert!(
        out.contains("flushed") && out.contains("status=0=") && out.contains("Total"),
        "{out}\n{}",
        krate.read("err")
    );
}

#[test]
fn a_run_may_be_the_first_process_of_a_namespace() {
    let krate = TestCrate::scaffolded("namespace");
    let unshare = ["--pid", "--fork", "--mount-proc", "--kill-child"];
    let possible = Output::of(krate.command("unshare").args(unshare).arg("true"));
    if possible.status != 0 {
        eprintln!("skipped: no namespace can be had: {}", possible.stderr);
        return;
    }
    let just = tools::just().to_str().unwrap();
    let output = Output::of(
        krate
            .command("unshare")
            .args(unshare)
            .args([just, "itcov", "parent", "end"])
            .env("ITCOV_GRACE", "1"),
    )
    .ends_with(0);
    assert!(output.lines_of("Total").0 > 0);
    let output = Output::of(
        krate
            .command("unshare")
            .args(unshare)
            .args([just, "itcov", "wait"])
            .env("ITCOV_TIMEOUT", "1"),
    );
    let output = output.ends_with(0).says("ITCOV_TIMEOUT=1s is over");
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn a_suite_sees_that_what_it_has_left_in_the_background_has_ended() {
    let krate = TestCrate::scaffolded("reaped");
    // As a script with a file of process ids does.
    let script = "sh -c 'sleep 1000 & echo $! >id'
        kill $(cat id); for i in $(seq 1000); do kill -0 $(cat id) || exit 7; sleep 0.01; done";
    krate.just(&["itcov-exec", "sh", "-c", script]).ends_with(7);
}

#[test]
fn what_was_left_behind_may_clean_up_whatever_generation_it_is() {
    let krate = TestCrate::scaffolded("generations");
    let inner =
        "trap 'echo cleaned >cleaned; exit' TERM; echo ready >ready; while :; do sleep 0.1; done";
    krate.write("inner.sh", inner);
    let script = "sh -c 'sh inner.sh & wait' & until [ -e ready ]; do sleep 0.01; done; $ITCOV_BIN";
    krate
        .just_with(
            &["itcov-exec", "sh", "-c", script],
            &[("ITCOV_GRACE", "1h")],
        )
        .ends_with(0);
    assert_eq!(krate.read("cleaned"), "cleaned\n");
}

#[test]
fn an_interrupt_that_hurries_the_suite_leaves_the_program_its_time() {
    let krate = TestCrate::scaffolded("hurried-suite");
    krate.write(
        "suite.sh",
        "trap 'echo interrupted >&2' INT; echo trapped; while :; do sleep 0.1; done",
    );
    let variables = [("ITCOV_ARGS", "graceful"), ("ITCOV_GRACE", "1h")];
    let mut run = krate.start_just(&["itcov-suite", "sh", "suite.sh"], &variables);
    run.expect("trapped");
    run.expect("waiting\n");
    let harness = parent_of(run.program());
    signal("INT", harness);
    run.expect("interrupted\n");
    signal("INT", harness);
    run.finish()
        .ends_with(130)
        .says("the suite does not stop on SIGINT, so SIGTERM follows")
        .prints("flushed");
}

#[test]
fn what_the_caller_has_opened_reaches_the_suite() {
    let krate = TestCrate::scaffolded("inherited");
    let script = "just itcov-exec sh -c 'cat <&3; $ITCOV_BIN' 3<Cargo.toml";
    Output::of(krate.command("sh").args(["-c", script]))
        .ends_with(0)
        .prints("name = \"inherited\"");
}
