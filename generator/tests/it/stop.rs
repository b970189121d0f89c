//! `ITCOV_STOP_ADDR`: a request ends the run, if it is the right one.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use crate::support::TestCrate;
use crate::support::process::is_alive;
use crate::support::stop::{address, ask};

#[test]
fn a_request_to_stop_ends_the_run_and_no_other_does() {
    let krate = TestCrate::scaffolded("stopped");
    for wanted in ["127.0.0.1:0", "[::1]:0"] {
        let mut run = krate.start_just(&["itcov", "graceful"], &[("ITCOV_STOP_ADDR", wanted)]);
        run.expect("waiting\n");
        let program = run.program();
        let address = address(&mut run);
        assert!(!address.ends_with(":0"), "{address}");
        let long = format!("POST /stop HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 14));
        for (request, status) in [
            (
                "GET /stop HTTP/1.1\r\nHost: x\r\n\r\n",
                "405 Method Not Allowed",
            ),
            ("POST / HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found"),
            (
                "POST /stop?now HTTP/1.1\r\nHost: x\r\n\r\n",
                "404 Not Found",
            ),
            // What a page in a browser sends, with any of its means.
            (
                "POST /stop HTTP/1.1\r\nHost: x\r\nOrigin: http://elsewhere.example\r\n\r\n",
                "403 Forbidden",
            ),
            (
                "POST /stop HTTP/1.1\r\nHost: x\r\norigin: null\r\n\r\n",
                "403 Forbidden",
            ),
            (
                "POST /stop HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: cross-site\r\n\r\n",
                "403 Forbidden",
            ),
            (
                "OPTIONS /stop HTTP/1.1\r\nOrigin: http://elsewhere.example\r\n\r\n",
                "403 Forbidden",
            ),
            ("POST /stop HTTP/1.1 x\r\n\r\n", "404 Not Found"),
            ("\r\n\r\n", "404 Not Found"),
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
            "POST /stop HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        );
        assert!(answer.starts_with("HTTP/1.1 202 Accepted\r\n"), "{answer}");
        let output = run
            .finish()
            .ends_with(0)
            .prints("flushed")
            .says("SIGINT has come");
        assert!(output.lines_of("Total").0 > 0);
        assert!(!is_alive(program));
        assert!(TcpStream::connect(&address).is_err(), "it is still open");
    }
}

#[test]
fn a_second_request_hurries() {
    let krate = TestCrate::scaffolded("stopped-twice");
    let variables = [("ITCOV_STOP_ADDR", "127.0.0.1:0"), ("ITCOV_GRACE", "1h")];
    let mut run = krate.start_just(&["itcov", "stubborn"], &variables);
    run.expect("waiting\n");
    let address = address(&mut run);
    ask(&address, "POST /stop HTTP/1.1\r\n\r\n");
    run.expect("interrupted\n");
    ask(&address, "POST /stop HTTP/1.1\r\n\r\n");
    run.finish().ends_with(0).says("so SIGTERM follows");
}

#[test]
fn a_suite_knows_the_address_and_may_end_the_run() {
    let krate = TestCrate::scaffolded("stopped-by-suite");
    let variables = [("ITCOV_STOP_ADDR", "127.0.0.1:0"), ("ITCOV_ARGS", "wait")];
    let script = "echo address=$ITCOV_STOP_ADDR=; sleep 1000";
    let mut run = krate.start_just(&["itcov-suite", "sh", "-c", script], &variables);
    let address = address(&mut run);
    run.expect(&format!("address={address}="));
    ask(&address, "POST /stop HTTP/1.1\r\n\r\n");
    let output = run.finish().ends_with(130);
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn only_a_free_loopback_address_is_accepted() {
    let krate = TestCrate::scaffolded("refused");
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
            .just_with(&["itcov"], &[("ITCOV_STOP_ADDR", wrong)])
            .ends_with(2)
            .says(&format!(
                "ITCOV_STOP_ADDR={wrong} is not a loopback address such as 127.0.0.1:8099"
            ));
        assert!(!output.stderr.contains("Compiling"), "{}", output.stderr);
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let output = krate
        .just_with(&["itcov"], &[("ITCOV_STOP_ADDR", &taken)])
        .ends_with(1)
        .says(&format!(
            "cannot listen at ITCOV_STOP_ADDR={taken}: Address already in use"
        ));
    assert!(
        !output.stderr.contains("the program runs"),
        "{}",
        output.stderr
    );
}

#[test]
fn who_asks_need_not_wait_for_the_answer() {
    let krate = TestCrate::scaffolded("stopped-in-passing");
    let variables = [("ITCOV_STOP_ADDR", "127.0.0.1:0"), ("ITCOV_TIMEOUT", "0")];
    let mut run = krate.start_just(&["itcov", "wait"], &variables);
    run.expect("waiting\n");
    let mut stream = TcpStream::connect(address(&mut run)).unwrap();
    stream.write_all(b"POST /stop HTTP/1.1\r\n\r\n").unwrap();
    drop(stream);
    run.finish().ends_with(0).says("SIGINT has come");
}
