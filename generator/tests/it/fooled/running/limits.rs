//! Signals with which batch systems and limits end a process that does not expect them.

use crate::support::process::{child_id, is_alive, signal};
use crate::support::tools::cargo_itcov;
use crate::support::{Running, TestCrate};

const SIGNALS: [(&str, i32); 6] = [
    ("USR1", 10),
    ("USR2", 12),
    ("ALRM", 14),
    ("XCPU", 24),
    ("VTALRM", 26),
    ("PROF", 27),
];

#[test]
fn whatever_signal_ends_a_run_ends_what_its_suite_has_started() {
    let krate = TestCrate::shared();
    let suite = "\"$ITCOV_BIN\"; setsid sh -c 'echo child=$$=; exec sleep 1000' & wait";
    for (name, number) in SIGNALS {
        let mut tool = krate.command(cargo_itcov());
        let mut run = Running::start(tool.args(["itcov", "exec", "--", "sh", "-c", suite]));
        run.expect("=\n");
        signal(name, run.id());
        let output = run
            .finish()
            .ends_with(128 + number)
            .says(&format!("SIG{name} has come"));
        assert!(!is_alive(child_id(&output.stdout)), "{output:?}");
        assert!(output.lines_of("Total").0 > 0);
    }
}

#[test]
fn what_was_to_be_ignored_ends_nothing() {
    let krate = TestCrate::shared();
    let suite = "\"$ITCOV_BIN\"; kill -USR1 $PPID; kill -XCPU $PPID; exit 3";
    let script = "trap '' USR1 XCPU; exec \"$TOOL\" itcov exec -- sh -c \"$SUITE\"";
    let mut shell = krate.command("sh");
    shell.env("TOOL", cargo_itcov()).env("SUITE", suite);
    let run = Running::start(shell.args(["-c", script]));
    let output = run.finish().ends_with(3);
    assert!(!output.stderr.contains("has come"), "{output:?}");
}

/// As by a parent that waits for its own signals, and has not unblocked them for what it starts.
#[test]
fn blocked_signals_end_a_run() {
    let krate = TestCrate::shared();
    for name in ["INT", "TERM"] {
        let mut env = krate.command("env");
        env.arg("--block-signal=INT,TERM").arg(cargo_itcov());
        let mut run = Running::start(env.args(["itcov", "run", "--", "wait"]));
        run.expect("waiting\n");
        signal(name, run.id());
        let output = run.finish().ends_with(0).says("signal: 2 (SIGINT)");
        assert!(!output.stderr.contains("SIGKILL"), "{output:?}");
    }
}

#[test]
fn a_signal_that_was_pending_when_a_run_began_is_heeded() {
    let krate = TestCrate::shared();
    let mut env = krate.command("env");
    env.args(["--block-signal=TERM", "sh", "-c"]);
    env.arg("kill -TERM $$; exec \"$TOOL\" itcov run -- wait");
    let run = Running::start(env.env("TOOL", cargo_itcov()));
    run.finish()
        .ends_with(143)
        .says("itcov: SIGTERM has come\n");
}
