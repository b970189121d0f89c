//! How a run ends, and that what ran before is in the report.

use crate::support::process::{is_alive, program_id, signal};
use crate::support::{TestCrate, free_port, get};

#[test]
fn what_ran_before_a_kill_is_in_the_report() {
    let krate = TestCrate::scaffolded("killed");
    let mut covered = Vec::new();
    for path in ["/", "/served"] {
        let port = free_port();
        let mut run = krate.start_just(&["itcov", "serve", &format!("127.0.0.1:{port}")], &[]);
        run.expect("listening");
        get(port, path);
        // With the second answer, all that the first request does has been done.
        get(port, "/");
        signal("KILL", run.program());
        covered.push(
            run.finish()
                .ends_with(137)
                .says("signal: 9 (SIGKILL)")
                .lines_of("src/main.rs")
                .0,
        );
    }
    assert_eq!(
        covered[1],
        covered[0] + 4,
        "the three lines of `served` ran and the one that calls it, and the program was killed"
    );
}

#[test]
fn the_timeout_stops_the_program() {
    let krate = TestCrate::scaffolded("timeout");
    let output = krate
        .just_with(&["itcov", "wait"], &[("ITCOV_TIMEOUT", "1")])
        .ends_with(0);
    let output = output
        .says("ITCOV_TIMEOUT=1s at the latest")
        .says("ITCOV_TIMEOUT=1s is over (0 is no limit)")
        .says("signal: 2 (SIGINT)");
    assert!(!is_alive(program_id(&output.stderr)));
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn the_timeout_stops_a_suite_that_hangs() {
    let krate = TestCrate::scaffolded("suite-timeout");
    let variables = [("ITCOV_TIMEOUT", "1s"), ("ITCOV_ARGS", "wait")];
    let output = krate
        .just_with(&["itcov-suite", "sleep", "100"], &variables)
        .ends_with(124);
    let output = output.says("ITCOV_TIMEOUT=1s is over");
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn a_program_that_does_not_stop_gets_a_harder_signal_after_the_grace() {
    let krate = TestCrate::scaffolded("stubborn");
    krate.write("stubborn.sh", "trap 'echo no' INT\n[ \"$1\" = worse ] && trap 'echo never' TERM\nwhile :; do sleep 0.1; done\n");
    let variables = [
        ("ITCOV_BIN", "/bin/sh"),
        ("ITCOV_TIMEOUT", "1"),
        ("ITCOV_GRACE", "1"),
    ];
    // Another program than the instrumented one, so there is nothing to report.
    let run = |arguments: &[&str]| {
        krate
            .just_with(&[&["itcov"], arguments].concat(), &variables)
            .ends_with(1)
    };
    run(&["stubborn.sh"])
        .prints("no\n")
        .says("so SIGTERM follows");
    run(&["stubborn.sh", "worse"])
        .prints("never\n")
        .says("so SIGKILL follows");
}
