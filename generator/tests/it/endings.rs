//! How a run ends, and that what ran before is in the report.

use crate::support::process::{is_alive, program_id, signal, wait_until};
use crate::support::{TestCrate, free_port, get};

#[test]
fn what_ran_before_a_kill_is_in_the_report() {
    let krate = TestCrate::shared();
    let mut covered = Vec::new();
    for path in ["/", "/served"] {
        let port = free_port();
        let mut run = krate.start_just(&["itcov", "serve", &format!("127.0.0.1:{port}")], &[]);
        run.expect("listening");
        get(port, path);
        // With the second answer, all that the first request does has been done.
        get(port, "/");
        // Else it is killed between two counters of which one tells the other's difference.
        let stat = format!("/proc/{}/stat", run.program());
        wait_until("it waits for the next request", || {
            std::fs::read_to_string(&stat).is_ok_and(|it| it.contains(") S "))
        });
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
    let krate = TestCrate::shared();
    let output = krate
        .just_with(&["itcov", "wait"], &[("ITCOV_TIMEOUT", "1")])
        .ends_with(0)
        .says("itcov: the program's end, Ctrl-C, ITCOV_TIMEOUT=1s or POST http://127.0.0.1:")
        .says("itcov: ITCOV_TIMEOUT=1s is over\n")
        .says("signal: 2 (SIGINT)");
    assert!(!is_alive(program_id(&output.stderr)));
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn the_timeout_stops_a_suite_that_hangs() {
    let krate = TestCrate::shared();
    let variables = [("ITCOV_TIMEOUT", "1s"), ("ITCOV_ARGS", "wait")];
    let output = krate
        .just_with(&["itcov-suite", "sleep", "100"], &variables)
        .ends_with(124)
        .says("itcov: ITCOV_TIMEOUT=1s is over\n");
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn a_suite_of_itcov_exec_has_no_timeout() {
    let krate = TestCrate::shared();
    let script = "sleep 2; $ITCOV_BIN over";
    krate
        .just_with(
            &["itcov-exec", "sh", "-c", script],
            &[("ITCOV_TIMEOUT", "1")],
        )
        .ends_with(0)
        .prints("[\"over\"]");
}

#[test]
fn a_program_that_does_not_stop_gets_a_harder_signal_after_the_grace() {
    let krate = TestCrate::shared();
    krate.write("stubborn.sh", "trap 'echo no' INT\n[ \"$1\" = worse ] && trap 'echo never' TERM\nwhile :; do sleep 0.1; done\n");
    let variables = [
        ("ITCOV_PROGRAM", "/bin/sh"),
        ("ITCOV_TIMEOUT", "1"),
        ("ITCOV_GRACE", "1"),
    ];
    // Another program than the instrumented one, so there is nothing to report.
    let run = |arguments: &[&str]| {
        krate
            .just_with(&[&["itcov"], arguments].concat(), &variables)
            .ends_with(1)
            .says("itcov: ITCOV_PROGRAM=/bin/sh runs in the place of the program\n")
    };
    run(&["stubborn.sh"])
        .prints("no\n")
        .says("ITCOV_GRACE=1s is over, so SIGTERM goes to sh\n");
    run(&["stubborn.sh", "worse"])
        .prints("never\n")
        .says("ITCOV_GRACE=1s is over, so SIGKILL goes to sh\n");
}

#[test]
fn a_program_that_handles_sigterm_alone_is_stopped_by_it() {
    let krate = TestCrate::shared();
    let (timeout, arguments) = (("ITCOV_TIMEOUT", "1"), ("ITCOV_ARGS", "terminates"));
    let variable = ("ITCOV_STOP_SIGNAL", "SIGTERM");
    let suite = ["itcov-suite", "sleep", "1"];
    for (words, variables) in [
        (&["itcov", "terminates"][..], &[timeout, variable][..]),
        (
            &["itcov_options=--stop-signal SIGTERM", "itcov", "terminates"],
            &[timeout],
        ),
        (&suite, &[arguments, variable]),
    ] {
        let output = krate.just_with(words, variables).ends_with(0);
        assert!(!output.stdout.contains("interrupted"), "{output:?}");
        let output = output
            .prints("terminated\n")
            .says("so SIGTERM goes to shared")
            .says("exit status: 0");
        assert!(output.lines_of("Total").0 > 0);
    }
}

#[test]
fn the_status_is_the_programs_if_it_ends_by_itself_and_else_the_suites() {
    let krate = TestCrate::shared();
    krate.just(&["itcov", "fail", "3"]).ends_with(3);
    krate.just(&["itcov", "fail", "0"]).ends_with(0);
    let suite = |script: &str, arguments: &str| {
        krate.just_with(
            &["itcov-suite", "sh", "-c", script],
            &[("ITCOV_ARGS", arguments)],
        )
    };
    suite("sleep 0.3; exit 5", "wait").ends_with(5);
    suite("sleep 0.3", "fail 3").ends_with(1);
    suite("sleep 0.3; kill -9 $$", "wait")
        .ends_with(137)
        .says("the suite ended after")
        .says("SIGKILL");
    krate
        .just(&["itcov-suite", "no-such-command"])
        .ends_with(127)
        .says("there is no command no-such-command");
}

#[test]
fn a_run_begins_anew_unless_it_is_added_to_the_last_one() {
    let krate = TestCrate::scaffolded("added");
    let covered = |words: &[&str]| krate.just(words).lines_of("src/main.rs").0;
    let reading = covered(&["itcov", "lines"]);
    let printing = covered(&["itcov", "one"]);
    assert_eq!(covered(&["itcov", "lines"]), reading);
    let both = covered(&["itcov_options=--add", "itcov", "one"]);
    assert!(both > reading && both > printing, "{both}");
    assert_eq!(covered(&["itcov-report"]), both);
    let exec = ["itcov_options=--add", "itcov-exec", "sh", "-c"];
    let three = covered(&[&exec[..], &["$ITCOV_BIN raw </dev/null"]].concat());
    assert!(three > both, "{three}");
    assert_eq!(covered(&["itcov", "one"]), printing);
}
