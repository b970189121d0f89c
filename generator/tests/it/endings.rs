//! How a run ends, and that what ran before is in the report.

use crate::support::process::{is_alive, parent_of, program_id, signal, wait_until};
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
        signal("KILL", program_id(&run.stderr()));
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
        covered[0] + 3,
        "the three lines of `served` ran, and the program was killed"
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
        .says("was stopped by SIGINT after")
        .says("as ITCOV_TIMEOUT is over (0 is no limit)");
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
    let output = output.says("the suite was stopped by SIGINT after");
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn a_signal_to_the_harness_alone_is_passed_on() {
    let krate = TestCrate::scaffolded("passed-on");
    for name in ["INT", "TERM"] {
        let mut run = krate.start_just(&["itcov", "wait"], &[]);
        run.expect("waiting\n");
        let program = program_id(&run.stderr());
        signal(name, parent_of(program));
        let output = run.finish().ends_with(0).says(&format!("SIG{name}"));
        assert!(!is_alive(program));
        assert!(output.lines_of("Total").0 > 0);
    }
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
        .says("was stopped by SIGTERM after");
    run(&["stubborn.sh", "worse"])
        .prints("never\n")
        .says("was stopped by SIGKILL after");
}

#[test]
fn a_program_that_ends_before_it_is_ready_is_reported_with_its_status() {
    let krate = TestCrate::scaffolded("not-ready");
    let port = free_port();
    let ready = format!("http://127.0.0.1:{port}/");
    krate
        .just_with(
            &["itcov-suite", "true"],
            &[("ITCOV_ARGS", "fail 9"), ("ITCOV_READY", &ready)],
        )
        .ends_with(1)
        .says(&format!(
            "the program ended before it was ready at {ready}: exit status: 9"
        ));
}

#[test]
fn a_port_that_is_taken_is_said_before_the_program_starts() {
    let krate = TestCrate::scaffolded("taken");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (arguments, ready) = (format!("serve {address}"), format!("tcp://{address}"));
    let output = krate
        .just_with(
            &["itcov-suite", "touch", "ran"],
            &[("ITCOV_ARGS", &arguments), ("ITCOV_READY", &ready)],
        )
        .ends_with(1)
        .says("something answers at ITCOV_READY before the program has started");
    assert!(!output.stderr.contains("the program runs"));
    assert!(!krate.has("ran"), "{}", output.stderr);
}

#[test]
fn a_program_that_never_gets_ready_is_given_up() {
    let krate = TestCrate::scaffolded("never-ready");
    let ready = format!("tcp://127.0.0.1:{}", free_port());
    let variables = [
        ("ITCOV_ARGS", "wait"),
        ("ITCOV_READY", &ready),
        ("ITCOV_READY_TIMEOUT", "1"),
    ];
    let output = krate
        .just_with(&["itcov-suite", "true"], &variables)
        .ends_with(1);
    let output = output
        .says(&format!("the program was not ready at {ready} within 1s"))
        .says("Connection refused");
    assert!(!is_alive(program_id(&output.stderr)));
}

#[test]
fn when_the_recipe_is_ended_the_program_ends_too() {
    let krate = TestCrate::scaffolded("recipe-ended");
    let mut run = krate.start_just(&["itcov", "wait"], &[("ITCOV_TIMEOUT", "0")]);
    run.expect("waiting\n");
    let program = program_id(&run.stderr());
    signal("KILL", parent_of(parent_of(program)));
    wait_until("the program has ended", || !is_alive(program));
    assert_ne!(run.finish().status, 0);
}

#[test]
fn a_suite_that_is_stopped_leaves_no_children() {
    let krate = TestCrate::scaffolded("children");
    let variables = [("ITCOV_ARGS", "wait"), ("ITCOV_TIMEOUT", "2")];
    let script = "sleep 1000 & echo child=$!; wait";
    let output = krate
        .just_with(&["itcov-suite", "sh", "-c", script], &variables)
        .ends_with(124);
    let (_, child) = output.stdout.split_once("child=").unwrap();
    let child = child.split_whitespace().next().unwrap().parse().unwrap();
    wait_until("the suite's child has ended", || !is_alive(child));
}
