//! How a run of several programs ends, and that all of them end with it.

use super::{process_of, services};
use crate::support::Output;
use crate::support::process::{child_id, is_alive, parent_of, signal, wait_until};

#[test]
fn a_run_without_a_suite_ends_with_the_last_program_and_the_status_of_the_first_that_failed() {
    let krate = services();
    let variables = [("ITCOV_ARGS_api", "hello"), ("ITCOV_ARGS_worker", "fail 4")];
    let output = krate.just_with(&["itcov_options=--workspace", "itcov"], &variables);
    let output = output.ends_with(4);
    let output = output
        .prints("api [\"hello\"]")
        .prints("tools []")
        .says("worker ended after");
    assert!(output.lines_of("Total").0 > 0);

    let variables = [
        ("ITCOV_ARGS_api", "wait"),
        ("ITCOV_ARGS_worker", "fail 4"),
        ("ITCOV_TIMEOUT", "1"),
    ];
    krate
        .just_with(&["itcov_options=-p api,worker", "itcov"], &variables)
        .ends_with(4)
        .says("exit status: 4")
        .says("ITCOV_TIMEOUT=1s is over");
}

#[test]
fn all_are_stopped_at_once_and_a_second_interrupt_hurries_all() {
    let krate = services();
    let both = ["ITCOV_ARGS_api", "ITCOV_ARGS_worker"].map(|name| (name, "stubborn"));
    let variables = [&both[..], &[("ITCOV_GRACE", "1h"), ("ITCOV_TIMEOUT", "0")]].concat();
    let mut run = krate.start_just(&["itcov_options=-p api,worker", "itcov"], &variables);
    let programs = ["api", "worker"].map(|name| process_of(&mut run, name));
    wait_until("both wait", || {
        run.stdout().matches("waiting=").count() == 2
    });
    let supervisor = parent_of(parent_of(programs[0]));
    signal("INT", supervisor);
    run.expect("api interrupted");
    run.expect("worker interrupted");
    signal("INT", supervisor);
    run.finish()
        .ends_with(0)
        .says("so SIGTERM goes to api")
        .says("so SIGTERM goes to worker");
    assert!(programs.iter().all(|program| !is_alive(*program)));
}

#[test]
fn none_outlives_the_run() {
    let krate = services();
    let both = ["ITCOV_ARGS_api", "ITCOV_ARGS_worker"].map(|name| (name, "wait"));
    let variables = [&both[..], &[("ITCOV_TIMEOUT", "0")]].concat();
    for (name, ends) in [("KILL", false), ("TERM", true)] {
        let mut run = krate.start_just(&["itcov_options=-p api,worker", "itcov"], &variables);
        let programs = ["api", "worker"].map(|name| process_of(&mut run, name));
        wait_until("both wait", || {
            run.stdout().matches("waiting=").count() == 2
        });
        signal(name, parent_of(parent_of(programs[0])));
        wait_until("both have ended", || {
            !programs.iter().any(|program| is_alive(*program))
        });
        assert_eq!(run.finish().status == 0, ends);
    }
}

#[test]
fn ctrl_c_at_a_terminal_ends_all_and_brings_the_report() {
    let krate = services();
    let terminal = krate.terminal(&[
        ("ITCOV_ARGS_api", "wait"),
        ("ITCOV_ARGS_worker", "stubborn"),
    ]);
    terminal.enter("ITCOV_GRACE=1 just itcov_options='-p api,worker' itcov; echo status=$?=");
    terminal.expect("worker runs as process");
    wait_until("both wait", || {
        terminal.screen().matches("waiting=").count() == 2
    });
    terminal.interrupt();
    terminal.expect("status=0=");
    let screen = terminal.screen();
    assert_eq!(screen.matches("worker interrupted").count(), 1, "{screen}");
    assert!(screen.contains("so SIGTERM goes to worker"), "{screen}");
    assert!(!screen.contains("so SIGTERM goes to api"), "{screen}");
    assert!(
        screen.contains("Total") && !screen.contains("error:"),
        "{screen}"
    );
    assert!(!is_alive(child_id(&screen.replace("waiting=", "child="))));
}

#[test]
fn the_inputs_of_several_programs_stay_open_until_the_run_ends() {
    let krate = services();
    let variables = [("ITCOV_ARGS_api", "input"), ("ITCOV_ARGS_worker", "hello")];
    let variables = [&variables[..], &[("ITCOV_TIMEOUT", "1")]].concat();
    let mut command = krate.command("sh");
    let script = "echo typed | just itcov_options='-p api,worker' itcov";
    command.args(["-c", script]).envs(variables);
    let output = Output::of(&mut command).ends_with(0);
    let output = output.says("ITCOV_TIMEOUT=1s is over");
    assert!(!output.stdout.contains("api read"), "{}", output.stdout);
}
