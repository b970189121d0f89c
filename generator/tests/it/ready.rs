//! `ITCOV_READY`: what is waited for, and what ends the wait.

use std::io::Write;

use crate::support::control::{STOP, address, ask};
use crate::support::process::{is_alive, program_id, signal};
use crate::support::{TestCrate, free_port};

#[test]
fn a_program_that_ends_before_it_is_ready_is_reported() {
    let krate = TestCrate::shared();
    let ready = format!("http://127.0.0.1:{}/", free_port());
    for (arguments, how) in [("fail 9", "exit status: 9"), ("fail 0", "exit status: 0")] {
        krate
            .just_with(
                &["itcov-suite", "touch", "ran"],
                &[("ITCOV_ARGS", arguments), ("ITCOV_READY", &ready)],
            )
            .ends_with(1)
            .says(&format!("the suite waits for {ready}"))
            .says(how)
            .says("error: shared ended before it was ready; this run does not count\n");
        assert!(!krate.has("ran"));
    }
}

#[test]
fn a_timeout_before_the_program_is_ready_does_not_count() {
    let krate = TestCrate::shared();
    let ready = format!("tcp://127.0.0.1:{}", free_port());
    let suite = |variables: &[(&str, &str)]| {
        let all = [&[("ITCOV_READY", &*ready)], variables].concat();
        krate.just_with(&["itcov-suite", "touch", "ran"], &all)
    };
    let wait = ("ITCOV_ARGS", "wait");
    suite(&[wait, ("ITCOV_TIMEOUT", "1")])
        .ends_with(124)
        .says("error: the program was not ready by then, so the suite has not begun: tcp://")
        .says("; this run does not count\n");
    let output = suite(&[wait, ("ITCOV_READY_TIMEOUT", "1")]).ends_with(1);
    assert!(!output.stderr.contains(WITHOUT), "{}", output.stderr);
    assert!(!krate.has("ran"));
}

const WITHOUT: &str = "(it was started without arguments: ITCOV_ARGS is not set)";

#[test]
fn a_program_that_is_not_ready_may_want_arguments() {
    let krate = TestCrate::new("waits");
    krate.write(
        "src/main.rs",
        "fn main() { loop { std::thread::park() } }\n",
    );
    let ready = format!("tcp://127.0.0.1:{}", free_port());
    let suite = ["suite", "--ready", &ready, "--ready-timeout", "1", "true"];
    krate.itcov(&suite).ends_with(1).says(WITHOUT);
}

#[test]
fn a_program_that_fails_while_the_suite_runs_is_named() {
    let krate = TestCrate::shared();
    // Until the program has ended.
    let suite = ["itcov-suite", "sleep", "1"];
    let of = |arguments: &str| krate.just_with(&suite, &[("ITCOV_ARGS", arguments)]);
    of("fail 9").ends_with(1).says(
        "itcov: error: shared ended before the suite did, with status 9: what it has said tells why; if the suite starts the program itself, `cargo itcov exec` measures it\n",
    );
    of("fail 255").ends_with(1).says("with status 255");
    let variables = [
        ("ITCOV_PROGRAM", "sh"),
        ("ITCOV_ARGS", "-c 'kill -ABRT $$'"),
    ];
    let crashed = krate.just_with(&suite, &variables).ends_with(1);
    crashed.says("shared ended before the suite did, with status 134, as after SIGABRT");
    for status in ["129", "150", "192"] {
        let failed = of(&format!("fail {status}")).ends_with(1);
        failed.says(&format!("with status {status}, as after "));
    }
    let output = of("fail 0").ends_with(0);
    assert!(!output.stderr.contains("error"), "{}", output.stderr);
}

#[test]
fn a_crash_counts_though_the_run_ends_in_the_same_moment() {
    let krate = TestCrate::shared();
    let program = [
        ("ITCOV_PROGRAM", "sh"),
        ("ITCOV_ARGS", "-c 'echo $$ >number; exec sleep 100'"),
    ];
    for (signal, status) in [("ABRT", 1), ("ABRT", 1), ("KILL", 0)] {
        let _ = std::fs::remove_file(krate.root.join("number"));
        let suite =
            format!("until [ -s number ]; do sleep 0.1; done; kill -{signal} $(cat number)");
        let output = krate.just_with(&["itcov-suite", "sh", "-c", &suite], &program);
        let said = output.stderr.contains("with status 134, as after SIGABRT");
        assert_eq!(said, status == 1, "{}", output.stderr);
    }
    for _ in 0..2 {
        let mut run = krate.start_just(&["itcov", "wait"], &[]);
        run.expect("waiting");
        let address = address(&mut run);
        signal("ABRT", run.program());
        ask(&address, STOP);
        run.finish().ends_with(134);
    }
}

#[test]
fn a_run_that_fails_before_it_is_ready_adds_nothing_and_the_earlier_one_stays() {
    let krate = TestCrate::scaffolded("adds-nothing");
    let before = krate.just(&["itcov", "one"]).ends_with(0).stdout;
    let before = before.split_once('\n').unwrap().1;
    let ready = format!("tcp://127.0.0.1:{}", free_port());
    for (options, arguments) in [("", "fail 9"), ("--add", "fail 9"), ("", "wait")] {
        krate
            .just_with(
                &[&format!("itcov_options={options}"), "itcov-suite", "true"],
                &[
                    ("ITCOV_ARGS", arguments),
                    ("ITCOV_READY", &ready),
                    ("ITCOV_READY_TIMEOUT", "1"),
                ],
            )
            .ends_with(1)
            .says("this run does not count");
        let report = krate.just(&["itcov-report"]).ends_with(0);
        assert_eq!(report.stdout, before, "{options} {arguments}");
    }
}

#[test]
fn a_port_that_is_taken_is_said_before_the_program_starts() {
    let krate = TestCrate::shared();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (arguments, ready) = (format!("serve {address}"), format!("tcp://{address}"));
    let output = krate
        .just_with(
            &["itcov-suite", "touch", "ran"],
            &[("ITCOV_ARGS", &arguments), ("ITCOV_READY", &ready)],
        )
        .ends_with(1)
        .says(&format!("{ready} answers before the program has started: stop what answers, or have the program listen elsewhere"));
    assert!(!output.stderr.contains(" runs as process"));
    assert!(!krate.has("ran"), "{}", output.stderr);
}

#[test]
fn what_takes_connections_before_the_program_has_started_is_named() {
    let krate = TestCrate::shared();
    for answer in ["HTTP/1.1 503 Starting\r\n\r\n", ""] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ready = format!("http://{address}/");
        std::thread::spawn(move || {
            let mut open = Vec::new();
            // As long as the process of the tests.
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let _ = connection.write_all(answer.as_bytes());
                // Without an answer it stays open.
                if answer.is_empty() {
                    open.push(connection);
                }
            }
        });
        let variables = [
            ("ITCOV_ARGS", "one"),
            ("ITCOV_READY", &*ready),
            ("ITCOV_READY_TIMEOUT", "5"),
        ];
        krate
            .just_with(&["itcov-suite", "true"], &variables)
            .ends_with(1)
            .says(&format!(
                "warning: something takes connections at {ready} before the program has started"
            ));
    }
    // Where nobody listens, there is nothing to say.
    let ready = format!("http://127.0.0.1:{}/", free_port());
    let variables = [("ITCOV_ARGS", "fail 9"), ("ITCOV_READY", &*ready)];
    let output = krate.just_with(&["itcov-suite", "true"], &variables);
    assert!(
        !output.stderr.contains("takes connections"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_program_that_never_gets_ready_is_given_up() {
    let krate = TestCrate::shared();
    let ready = format!("tcp://127.0.0.1:{}", free_port());
    let variables = [
        ("ITCOV_ARGS", "wait"),
        ("ITCOV_READY", &ready),
        ("ITCOV_READY_TIMEOUT", "1"),
    ];
    let output = krate
        .just_with(&["itcov-suite", "true"], &variables)
        .ends_with(1)
        .says("ITCOV_READY_TIMEOUT=1s at the latest")
        .says(&format!("the program was not ready within 1s: {ready}"))
        .says("Connection refused");
    assert!(!is_alive(program_id(&output.stderr)));
}

#[test]
fn a_suite_runs_against_the_program_once_it_is_ready() {
    let krate = TestCrate::shared();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        for scheme in ["tcp", "http"] {
            let port = free_port();
            let arguments = format!("serve {host}:{port}");
            let ready = format!("{scheme}://{host}:{port}/");
            let variables = [
                ("ITCOV_ARGS", arguments.as_str()),
                ("ITCOV_READY", ready.trim_end_matches('/')),
            ];
            krate
                .just_with(&["itcov-suite", "true"], &variables)
                .ends_with(0)
                .says(&format!("waits for {scheme}://{host}"))
                .says("the suite ended after");
        }
    }
}

#[test]
fn a_program_that_answers_with_an_error_is_not_ready_yet() {
    let krate = TestCrate::shared();
    let address = format!("127.0.0.1:{}", free_port());
    let (arguments, ready) = (
        format!("starting {address}"),
        format!("http://{address}/health"),
    );
    let variables = [("ITCOV_ARGS", arguments.as_str()), ("ITCOV_READY", &ready)];
    krate
        .just_with(&["itcov-suite", "true"], &variables)
        .ends_with(0)
        .prints("503\n503\n200\n");

    let arguments = format!("{arguments} forever");
    let variables = [
        ("ITCOV_ARGS", arguments.as_str()),
        ("ITCOV_READY", &ready),
        ("ITCOV_READY_TIMEOUT", "1"),
    ];
    krate
        .just_with(&["itcov-suite", "true"], &variables)
        .ends_with(1)
        .says(&format!(
            "the program was not ready within 1s: {ready}: it answers \"HTTP/1.1 503 Starting\", and ready is a status of 2xx or 3xx; tcp://{address} waits for a connection alone; this run does not count\n"
        ));
}

#[test]
fn a_server_that_says_nothing_does_not_keep_a_signal_or_the_end_of_the_program_from_being_seen() {
    let krate = TestCrate::shared();
    for (number, expected) in [
        ("INT", "SIGINT has come"),
        ("KILL", "shared ended before it was ready"),
    ] {
        let address = format!("127.0.0.1:{}", free_port());
        let (arguments, ready) = (format!("silent {address}"), format!("http://{address}/"));
        let variables = [
            ("ITCOV_ARGS", arguments.as_str()),
            ("ITCOV_READY", &ready),
            ("ITCOV_TIMEOUT", "0"),
            ("ITCOV_READY_TIMEOUT", "1h"),
        ];
        let mut run = krate.start_just(&["itcov-suite", "touch", "ran"], &variables);
        run.expect("accepted\n");
        let program = run.program();
        signal(
            number,
            if number == "KILL" {
                program
            } else {
                run.tool()
            },
        );
        run.finish().says(expected);
        assert!(!is_alive(program));
        assert!(!krate.has("ran"));
    }
}
