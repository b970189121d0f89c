//! Whatever it is that answers at `ITCOV_READY`, the wait ends as it was asked to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::have_ended;
use crate::support::control::{STOP, address, ask};
use crate::support::process::signal;
use crate::support::{Running, TestCrate, tools};

/// What answers.
#[derive(Debug, Clone, Copy)]
enum Server {
    /// A byte a second.
    Slow,
    /// It accepts, and says nothing.
    Silent,
    /// It says that the answer is still to come, and goes on with headers.
    Headers,
    /// A first line that does not end.
    Line,
    /// It closes the connection at once.
    Closing,
}

/// What ends the wait.
#[derive(Debug, Clone, Copy)]
enum End {
    ReadyTimeout,
    Timeout,
    Term,
    Int,
    Death,
    Stop,
}

const ALL: [End; 6] = [
    End::ReadyTimeout,
    End::Timeout,
    End::Term,
    End::Int,
    End::Death,
    End::Stop,
];

/// However busy the machine is.
const LIMIT: Duration = Duration::from_secs(15);

impl Server {
    fn start(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                thread::spawn(move || self.answer(&mut stream.unwrap()));
            }
        });
        address
    }

    /// Goes on until nobody listens.
    fn answer(self, stream: &mut TcpStream) {
        let (start, rest, pause) = match self {
            Server::Slow => ("HTTP/1.1 ", "5", Duration::from_secs(1)),
            Server::Silent => {
                let _ = stream.read_to_end(&mut Vec::new());
                return;
            }
            Server::Headers => ("HTTP/1.1 100 Continue\r\n", "X: x\r\n", Duration::ZERO),
            Server::Line => ("HTTP/1.1 500 ", "x", Duration::ZERO),
            Server::Closing => return,
        };
        let mut next = start;
        while stream.write_all(next.as_bytes()).is_ok() {
            next = rest;
            thread::sleep(pause);
        }
    }
}

/// Waits for the server, and gives how long the end lasted and what was said.
fn wait(krate: &TestCrate, server: Server, end: End) {
    let ready = format!("http://{}/", server.start());
    let limit = |which: bool| if which { "1" } else { "1h" };
    let (is_ready, is_all) = (
        matches!(end, End::ReadyTimeout),
        matches!(end, End::Timeout),
    );
    let mut tool = krate.command(tools::cargo_itcov());
    tool.args(["itcov", "suite", "--args", "wait", "--ready", &ready])
        .args([
            "--ready-timeout",
            limit(is_ready),
            "--timeout",
            limit(is_all),
        ])
        .args(["--", "touch", "ran"]);
    let mut run = Running::start(&mut tool);
    let (program, tool) = (run.program(), run.id());
    let since = Instant::now();
    let says = match end {
        End::ReadyTimeout => "the program was not ready within 1s",
        End::Timeout => "ITCOV_TIMEOUT=1s is over",
        End::Term => {
            signal("TERM", tool);
            "SIGTERM has come"
        }
        End::Int => {
            signal("INT", tool);
            "SIGINT has come"
        }
        End::Death => {
            signal("KILL", program);
            "shared ended before it was ready"
        }
        End::Stop => {
            let answer = ask(&address(&mut run), STOP);
            assert!(answer.contains("202 Accepted"), "{answer}");
            "POST /stop has come"
        }
    };
    have_ended(LIMIT, &format!("{server:?} {end:?}"), &[program, tool]);
    let lasted = since.elapsed();
    let output = run.finish().says(says);
    assert!(lasted < LIMIT, "{server:?} {end:?}: {lasted:?}");
    assert_ne!(output.status, 0, "{server:?} {end:?}: {}", output.stderr);
    assert!(!krate.has("ran"), "{server:?} {end:?}: {}", output.stderr);
}

/// A few at a time, as each does little but wait.
fn wait_each(cases: &[(Server, End)]) {
    for some in cases.chunks(6) {
        thread::scope(|scope| {
            for (server, end) in some {
                scope.spawn(|| wait(&TestCrate::shared(), *server, *end));
            }
        });
    }
}

#[test]
fn a_server_that_answers_a_byte_a_second_does_not_keep_the_wait_from_its_end() {
    wait_each(&ALL.map(|end| (Server::Slow, end)));
}

#[test]
fn a_server_that_says_nothing_does_not_keep_the_wait_from_its_end() {
    wait_each(&ALL.map(|end| (Server::Silent, end)));
}

#[test]
fn an_answer_that_does_not_end_does_not_keep_the_wait_from_its_end() {
    wait_each(&[
        (Server::Headers, End::ReadyTimeout),
        (Server::Headers, End::Term),
        (Server::Line, End::ReadyTimeout),
        (Server::Line, End::Stop),
        (Server::Closing, End::ReadyTimeout),
        (Server::Closing, End::Int),
    ]);
}

#[test]
fn a_redirect_is_an_answer_and_nobody_follows_it() {
    let krate = TestCrate::shared();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // It has to be silent until the program runs.
    let server = thread::spawn(move || {
        let mut paths = Vec::new();
        let mut first = listener.accept().unwrap().0;
        let _ = first.read_to_end(&mut Vec::new());
        let mut stream = listener.accept().unwrap().0;
        let mut request = [0; 1024];
        let length = stream.read(&mut request).unwrap();
        paths.push(String::from_utf8_lossy(&request[..length]).into_owned());
        let answer = format!("HTTP/1.1 302 Found\r\nLocation: http://{address}/again\r\n");
        let _ = stream.write_all(answer.as_bytes());
        while stream.write_all(b"X: x\r\n").is_ok() {}
        listener.set_nonblocking(true).unwrap();
        thread::sleep(Duration::from_millis(300));
        assert!(listener.accept().is_err(), "it was followed");
        paths
    });
    let ready = format!("http://{address}/health");
    let suite = [
        "suite", "--args", "wait", "--ready", &ready, "--", "touch", "ran",
    ];
    krate.itcov(&suite).ends_with(0);
    assert!(krate.has("ran"));
    assert!(server.join().unwrap()[0].starts_with("GET /health "));
}

#[test]
fn slow_addresses_keep_the_program_waiting_once_and_not_one_after_the_other() {
    let krate = TestCrate::shared();
    let urls: Vec<String> = (0..12)
        .map(|_| format!("http://{}/", Server::Silent.start()))
        .collect();
    let mut tool = krate.command(tools::cargo_itcov());
    tool.args([
        "itcov",
        "suite",
        "--args",
        "wait",
        "--ready",
        &urls.join(" "),
    ])
    .args(["--", "true"]);
    let mut run = Running::start(&mut tool);
    run.expect("building");
    let since = Instant::now();
    run.program();
    let lasted = since.elapsed();
    assert!(lasted < Duration::from_secs(10), "{lasted:?}");
    signal("INT", run.id());
    run.finish().ends_with(130);
}

#[test]
fn a_limit_that_is_longer_than_time_is_one() {
    let krate = TestCrate::shared();
    let ready = format!("http://{}/", Server::Silent.start());
    let most = u64::MAX.to_string();
    let mut tool = krate.command(tools::cargo_itcov());
    tool.args(["itcov", "suite", "--args", "wait", "--ready", &ready])
        .args([
            "--ready-timeout",
            &most,
            "--timeout",
            &most,
            "--grace",
            &most,
        ])
        .args(["--", "true"]);
    let mut run = Running::start(&mut tool);
    run.program();
    signal("INT", run.id());
    let output = run.finish().ends_with(130);
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
}
