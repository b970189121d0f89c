//! The control address: a request ends the run, if it is the right one.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::support::TestCrate;
use crate::support::control::{STOP, address, ask};
use crate::support::process::{is_alive, wait_until};

#[test]
fn a_request_to_stop_ends_the_run_and_no_other_does() {
    let krate = TestCrate::shared();
    for wanted in [None, Some("127.0.0.1:0"), Some("[::1]:0")] {
        let variables = wanted.map(|wanted| ("ITCOV_CONTROL", wanted));
        let mut run = krate.start_just(&["itcov", "graceful"], variables.as_slice());
        run.expect("waiting\n");
        let program = run.program();
        let address = address(&mut run);
        assert!(!address.ends_with(":0"), "{address}");
        let host = "Host: localhost\r\n";
        let long = format!("POST /stop HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 14));
        for (request, status) in [
            (
                &*format!("GET /stop HTTP/1.1\r\n{host}\r\n"),
                "405 Method Not Allowed",
            ),
            (&format!("POST / HTTP/1.1\r\n{host}\r\n"), "404 Not Found"),
            (
                &format!("POST /stop?now HTTP/1.1\r\n{host}\r\n"),
                "404 Not Found",
            ),
            // What a page in a browser sends, with any of its means.
            (
                &format!("POST /stop HTTP/1.1\r\n{host}Origin: http://elsewhere.example\r\n\r\n"),
                "403 Forbidden",
            ),
            (
                &format!("POST /stop HTTP/1.1\r\n{host}origin: null\r\n\r\n"),
                "403 Forbidden",
            ),
            (
                &format!("POST /stop HTTP/1.1\r\n{host}Sec-Fetch-Site: cross-site\r\n\r\n"),
                "403 Forbidden",
            ),
            (
                "OPTIONS /stop HTTP/1.1\r\nOrigin: http://elsewhere.example\r\n\r\n",
                "403 Forbidden",
            ),
            // A name that has been made to lead here.
            (
                "POST /stop HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
                "403 Forbidden",
            ),
            (
                "POST /stop HTTP/1.1\r\nHost: 127.0.0.1.elsewhere.example:80\r\n\r\n",
                "403 Forbidden",
            ),
            (
                "POST /stop HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n",
                "403 Forbidden",
            ),
            (
                "POST /stop HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.example\r\n\r\n",
                "403 Forbidden",
            ),
            ("POST /stop HTTP/1.1 x\r\n\r\n", "400 Bad Request"),
            ("\r\n\r\n", "400 Bad Request"),
            (&long, "400 Bad Request"),
        ] {
            let answer = ask(&address, request);
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}\r\n")),
                "{request:?}: {answer}"
            );
            assert!(answer.contains("\r\nAllow: POST\r\n"), "{answer}");
        }
        assert!(is_alive(program));

        let answer = ask(
            &address,
            &format!("POST /stop HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n"),
        );
        assert!(answer.starts_with("HTTP/1.1 202 Accepted\r\n"), "{answer}");
        let output = run
            .finish()
            .ends_with(0)
            .prints("flushed")
            .says("itcov: POST /stop has come\n")
            .says("itcov: the run ends, so SIGINT goes to shared\n");
        assert!(output.lines_of("Total").0 > 0);
        assert!(!is_alive(program));
        assert!(TcpStream::connect(&address).is_err(), "it is still open");
    }
}

#[test]
fn a_second_request_hurries() {
    let krate = TestCrate::shared();
    let mut run = krate.start_just(&["itcov", "stubborn"], &[("ITCOV_GRACE", "1h")]);
    run.expect("waiting\n");
    let address = address(&mut run);
    ask(&address, STOP);
    run.expect("interrupted\n");
    ask(&address, STOP);
    run.finish().ends_with(0).says("so SIGTERM goes to shared");
}

#[test]
fn a_suite_and_a_program_know_the_address_and_the_suite_may_end_the_run() {
    let krate = TestCrate::shared();
    let script = "echo address=$ITCOV_CONTROL=; exec sleep 1000";
    krate.write(
        "print.sh",
        "echo program=$ITCOV_CONTROL=; exec sleep 1000\n",
    );
    for words in [
        &["itcov-suite", "sh", "-c", script][..],
        &["itcov-exec", "sh", "-c", &format!("$ITCOV_BIN; {script}")],
        &["itcov", "print.sh"],
    ] {
        let is_program = words[0] == "itcov";
        let variables = [
            ("ITCOV_ARGS", "wait"),
            ("ITCOV_CONTROL", "127.0.0.1:0"),
            ("ITCOV_PROGRAM", if is_program { "/bin/sh" } else { "" }),
        ];
        let mut run = krate.start_just(words, &variables);
        let address = address(&mut run);
        let who = if is_program { "program" } else { "address" };
        run.expect(&format!("{who}={address}="));
        if words[0] == "itcov-suite" {
            run.expect("waiting\n");
        }
        ask(&address, STOP);
        // What ran in the place of the program was not measured.
        let output = run.finish().ends_with(if is_program { 1 } else { 130 });
        if !is_program {
            assert!(output.lines_of("Total").0 > 0);
        }
    }
}

#[test]
fn a_run_within_a_run_has_an_address_of_its_own() {
    let krate = TestCrate::shared();
    krate.write("inner.sh", "echo inner=$ITCOV_CONTROL=; $ITCOV_BIN one\n");
    krate.write(
        "suite.sh",
        "echo outer=$ITCOV_CONTROL=; just itcov-exec sh inner.sh; echo status=$?=; \
         ITCOV_CONTROL=127.0.0.1 just itcov-exec sh inner.sh; echo wrong=$?=; $ITCOV_BIN one\n",
    );
    let variables = [("ITCOV_CONTROL", "127.0.0.1:0")];
    let output = krate.just_with(&["itcov-exec", "sh", "suite.sh"], &variables);
    let output = output
        .ends_with(0)
        .prints("status=0=\n")
        .prints("wrong=2=\n");
    let address = |name: &str| {
        let (_, rest) = output.stdout.split_once(&format!("{name}=")).unwrap();
        rest.split('=').next().unwrap().to_owned()
    };
    assert_ne!(address("outer"), address("inner"));
}

#[test]
fn only_a_free_loopback_address_is_accepted() {
    let krate = TestCrate::shared();
    let is_nothing_built = |said: &str| !said.contains("building") && !said.contains("runs as");
    for wrong in [
        "0.0.0.0:0",
        "[::]:8099",
        "192.0.2.1:80",
        "127.0.0.1",
        "8099",
        "localhost:80",
        "127.0.0.1:65536",
        "127.0.0.1.example:80",
    ] {
        let output = krate
            .just_with(&["itcov"], &[("ITCOV_CONTROL", wrong)])
            .ends_with(2)
            .says(&format!(
                "ITCOV_CONTROL={wrong} is not a loopback address such as 127.0.0.1:8099"
            ));
        assert!(is_nothing_built(&output.stderr), "{}", output.stderr);
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let output = krate
        .just_with(&["itcov"], &[("ITCOV_CONTROL", &taken)])
        .ends_with(1)
        .says(&format!(
            "cannot listen at the control address {taken}: Address already in use"
        ));
    assert!(!output.stderr.contains("runs as"), "{}", output.stderr);
}

#[test]
fn who_asks_need_not_wait_for_the_answer() {
    let krate = TestCrate::shared();
    let mut run = krate.start_just(&["itcov", "wait"], &[("ITCOV_TIMEOUT", "0")]);
    run.expect("waiting\n");
    let mut stream = TcpStream::connect(address(&mut run)).unwrap();
    stream.write_all(STOP.as_bytes()).unwrap();
    drop(stream);
    run.finish()
        .ends_with(0)
        .says("itcov: POST /stop has come\n");
}

#[test]
fn slow_and_many_connections_keep_neither_a_request_nor_the_end_of_the_run() {
    let krate = TestCrate::shared();
    for ends_by_request in [true, false] {
        let mut run = krate.start_just(&["itcov", "wait"], &[("ITCOV_TIMEOUT", "0")]);
        run.expect("waiting\n");
        let address = address(&mut run);
        let silent: Vec<TcpStream> = (0..100)
            .map(|_| TcpStream::connect(&address).unwrap())
            .collect();
        if ends_by_request {
            // As soon as others have been given up there is room for it.
            wait_until("a request is answered", || {
                try_ask(&address, STOP).is_ok_and(|answer| answer.contains("202"))
            });
        } else {
            crate::support::process::signal("INT", run.tool());
        }
        let why = if ends_by_request {
            "POST /stop"
        } else {
            "SIGINT"
        };
        run.finish()
            .ends_with(0)
            .says(&format!("itcov: {why} has come\n"));
        drop(silent);
    }
}

#[test]
fn a_request_that_does_not_end_is_given_up() {
    let krate = TestCrate::shared();
    let mut run = krate.start_just(&["itcov", "wait"], &[("ITCOV_TIMEOUT", "0")]);
    run.expect("waiting\n");
    let address = address(&mut run);
    let mut slow = TcpStream::connect(&address).unwrap();
    wait_until("the connection is closed", || slow.write_all(b"x").is_err());
    ask(&address, STOP);
    run.finish().ends_with(0);
}

/// The answer to a request that may be refused.
fn try_ask(address: &str, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
