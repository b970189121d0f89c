//! Runs and harnesses that somebody or the system has stopped.

use crate::support::TestCrate;
use crate::support::process::signal;

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
