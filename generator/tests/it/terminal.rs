//! `just itcov` at a real pseudo-terminal.

use crate::support::process::{child_id, is_alive, parent_of, program_id, signal};
use crate::support::{TestCrate, free_port, get};

use std::path::Path;

#[test]
fn ctrl_c_ends_the_run_and_brings_the_report_and_the_prompt() {
    let krate = TestCrate::scaffolded("ctrl-c");
    let port = free_port();
    let terminal = krate.terminal(&[]);
    terminal.enter(&format!(
        "just itcov serve 127.0.0.1:{port}; echo status=$?="
    ));
    terminal.expect("listening");
    assert_eq!(get(port, "/served"), "served");
    let program = program_id(&terminal.screen());
    terminal.interrupt();
    terminal.expect("status=0=");
    let screen = terminal.screen();
    assert!(screen.contains("SIGINT has come"), "{screen}");
    assert!(
        screen.find("Total").unwrap() < screen.find("status=0=").unwrap(),
        "{screen}"
    );
    assert!(!screen.contains("error:"), "{screen}");
    assert!(!is_alive(program), "the program lives on");
    // The prompt came back behind the report and takes a command.
    terminal.enter("echo still $((1 + 1))");
    terminal.expect("still 2");
}

#[test]
fn ctrl_c_ends_a_suite_with_its_program_and_brings_the_report() {
    let krate = TestCrate::scaffolded("ctrl-c-suite");
    let terminal = krate.terminal(&[("ITCOV_ARGS", "wait")]);
    terminal.enter("just itcov-suite sleep 100; echo status=$?=");
    terminal.expect("the suite runs as");
    let program = program_id(&terminal.screen());
    terminal.interrupt();
    terminal.expect("status=130=");
    let screen = terminal.screen();
    assert!(
        screen.find("Total").unwrap() < screen.find("status=130=").unwrap(),
        "{screen}"
    );
    assert!(!is_alive(program), "the program lives on");
}

#[test]
fn ctrl_c_ends_what_itcov_exec_runs_and_brings_the_report() {
    let krate = TestCrate::scaffolded("ctrl-c-exec");
    let terminal = krate.terminal(&[]);
    terminal.enter(
        "just itcov-exec sh -c '\"$ITCOV_BIN\" started; \"$ITCOV_BIN\" wait'; echo status=$?=",
    );
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("status=130=");
    let screen = terminal.screen();
    assert!(
        screen.find("Total").unwrap() < screen.find("status=130=").unwrap(),
        "{screen}"
    );
}

#[test]
fn ctrl_c_counts_as_an_interruption_whichever_shell_sh_is() {
    let krate = TestCrate::scaffolded("ctrl-c-shells");
    let recipes = krate.read("itcov.just");
    for shell in ["/bin/dash", "/bin/bash --posix"] {
        if !Path::new(shell.split(' ').next().unwrap()).exists() {
            continue;
        }
        krate.write(
            "itcov.just",
            &recipes.replace("#!/bin/sh", &format!("#!{shell}")),
        );
        let terminal = krate.terminal(&[]);
        terminal.enter("just itcov-exec sh -c 'exec \"$ITCOV_BIN\" wait'; echo status=$?=");
        terminal.expect("waiting\r\n");
        terminal.interrupt();
        terminal.expect("status=130=");
        assert!(
            terminal.screen().contains("Total"),
            "{shell}: {}",
            terminal.screen()
        );
    }
}

#[test]
fn a_program_gets_one_interrupt_for_one_ctrl_c() {
    let krate = TestCrate::scaffolded("one-interrupt");
    let terminal = krate.terminal(&[("ITCOV_ARGS", "graceful")]);
    terminal.enter("just itcov graceful; echo first=$?=");
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("first=0=");
    assert!(
        terminal.screen().contains("flushed"),
        "{}",
        terminal.screen()
    );

    terminal.enter("just itcov-suite sleep 100; echo second=$?=");
    terminal.expect("the suite runs as");
    terminal.interrupt();
    terminal.expect("second=130=");
    assert_eq!(
        terminal.screen().matches("flushed").count(),
        2,
        "{}",
        terminal.screen()
    );
}

#[test]
fn ctrl_c_before_the_program_is_ready_is_an_interruption() {
    let krate = TestCrate::scaffolded("not-ready-yet");
    let ready = format!("tcp://127.0.0.1:{}", free_port());
    let terminal = krate.terminal(&[("ITCOV_ARGS", "wait"), ("ITCOV_READY", &ready)]);
    terminal.enter("just itcov-suite touch ran; echo status=$?=");
    terminal.expect("waits for tcp://");
    terminal.interrupt();
    terminal.expect("status=130=");
    let screen = terminal.screen();
    assert!(screen.contains("SIGINT has come"), "{screen}");
    assert!(!krate.has("ran"));
}

#[test]
fn a_second_ctrl_c_hurries() {
    let krate = TestCrate::scaffolded("ctrl-c-twice");
    let terminal = krate.terminal(&[("ITCOV_GRACE", "1h")]);
    terminal.enter("just itcov stubborn; echo status=$?=");
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("interrupted\r\n");
    terminal.interrupt();
    terminal.expect("status=0=");
    assert!(
        terminal.screen().contains("so SIGTERM follows"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn a_signal_to_the_harness_alone_is_passed_on_at_a_terminal_too() {
    let krate = TestCrate::scaffolded("alone-at-terminal");
    let terminal = krate.terminal(&[("ITCOV_GRACE", "1h")]);
    terminal.enter("just itcov graceful; echo status=$?=");
    terminal.expect("waiting\r\n");
    terminal.expect("runs as process");
    signal("INT", parent_of(program_id(&terminal.screen())));
    terminal.expect("status=0=");
    assert!(
        terminal.screen().contains("flushed"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn no_process_outlives_a_run_at_a_terminal() {
    let krate = TestCrate::scaffolded("terminal-children");
    let terminal = krate.terminal(&[("ITCOV_GRACE", "1")]);
    terminal.enter("just itcov parent wait; echo status=$?=");
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("status=0=");
    assert!(!is_alive(child_id(&terminal.screen())));
}
