//! `just itcov` at a real pseudo-terminal.

use crate::support::{TestCrate, free_port, wait_until};

use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn ctrl_c_ends_the_run_and_brings_the_report_and_the_prompt() {
    let krate = TestCrate::scaffolded("ctrl-c");
    let port = free_port();
    let terminal = krate.terminal(&[]);
    terminal.enter(&format!("just itcov serve 127.0.0.1:{port}; echo status=$?="));
    terminal.expect("listening");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET /served HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("served"), "{answer}");
    let program = process_id(&terminal.screen());
    terminal.interrupt();
    terminal.expect("status=0=");
    let screen = terminal.screen();
    assert!(screen.contains("Ctrl-C (SIGINT)"), "{screen}");
    assert!(screen.find("TOTAL").unwrap() < screen.find("status=0=").unwrap(), "{screen}");
    assert!(!screen.contains("error:"), "{screen}");
    assert!(!std::path::Path::new(&format!("/proc/{program}")).exists(), "the program lives on");
    // The prompt takes a command again, and comes after the report.
    terminal.enter("echo still $((1 + 1))");
    wait_until("the shell answers", || terminal.screen().contains("still 2"));
}

fn process_id(screen: &str) -> u32 {
    let (_, rest) = screen.split_once("as process ").unwrap();
    rest.split(':').next().unwrap().parse().unwrap()
}
