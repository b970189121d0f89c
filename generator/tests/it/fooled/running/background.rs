//! Runs and harnesses that somebody or the system has stopped.

use std::time::Duration;

use super::have_ended;
use crate::support::TestCrate;
use crate::support::process::{parent_of, program_id, signal};

#[test]
fn a_run_in_the_background_of_a_shell_ends_though_its_program_reads_the_terminal() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "2s")]);
    terminal.enter("just itcov lines & wait $!; echo status=$?=");
    terminal.expect("status=0=");
    assert!(terminal.screen().contains("Total"), "{}", terminal.screen());
}

#[test]
fn a_run_ends_though_its_harness_was_stopped() {
    let krate = TestCrate::shared();
    let mut just = krate.start_just(&["itcov", "graceful"], &[("ITCOV_TIMEOUT", "0")]);
    just.expect("waiting\n");
    let (harness, tool) = (just.harness(), just.tool());
    signal("STOP", harness);
    signal("INT", tool);
    just.finish().ends_with(0).prints("flushed\n");
}

#[test]
fn a_program_that_was_stopped_ends_with_the_run_as_any_other() {
    let krate = TestCrate::shared();
    let variables = [("ITCOV_TIMEOUT", "0"), ("ITCOV_ARGS", "graceful")];
    for words in [&["itcov", "graceful"][..], &["itcov-suite", "sleep", "100"]] {
        let mut just = krate.start_just(words, &variables);
        just.expect("waiting\n");
        let (program, tool) = (just.program(), just.tool());
        signal("STOP", program);
        signal("TERM", tool);
        let output = just.finish().prints("flushed\n");
        assert!(!output.stderr.contains("ITCOV_GRACE"), "{}", output.stderr);
    }
}

/// The system sends SIGHUP to what is stopped and has nobody any more to let it go on.
#[test]
fn a_run_that_is_killed_while_it_is_stopped_ends_with_a_program_that_handles_sighup() {
    let krate = TestCrate::shared();
    krate.write(
        "reload.sh",
        "trap : HUP; echo waiting; while :; do sleep 0.1; done\n",
    );
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "0"), ("ITCOV_PROGRAM", "sh")]);
    terminal.enter("just itcov reload.sh; echo stopped=$?=");
    terminal.expect("waiting\r\n");
    terminal.expect("sh runs as process");
    let program = program_id(&terminal.screen());
    let harness = parent_of(program);
    terminal.press(b"\x1a");
    terminal.expect("stopped=148=");
    terminal.enter("kill -KILL %1");
    let limit = Duration::from_secs(20);
    have_ended(limit, "program and harness", &[program, harness]);
}
