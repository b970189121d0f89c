//! Requests to the control address of a run.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Running;

/// The request that ends a run.
pub const STOP: &str = "POST /stop HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The address in the line that says how to end the run.
#[track_caller]
pub fn address(run: &mut Running) -> String {
    run.expect("/stop ends the run");
    let said = run.stderr();
    let (_, rest) = said.split_once("POST http://").unwrap();
    rest.split("/stop").next().unwrap().to_owned()
}

/// Sends the bytes and gives the whole answer.
#[track_caller]
pub fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
