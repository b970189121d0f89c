//! Requests to the address where a run can be ended.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::Running;

/// The address in the line that says how to end the run.
pub fn address(run: &mut Running) -> String {
    run.expect("/stop ends the run");
    let said = run.stderr();
    let (_, rest) = said.split_once("POST http://").unwrap();
    rest.split("/stop").next().unwrap().to_owned()
}

/// Sends the bytes and gives the whole answer.
pub fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
