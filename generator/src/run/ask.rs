//! Asks the control address of a run.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long the whole answer may take: a snapshot of many counters takes its time.
const LIMIT: Duration = Duration::from_mins(1);

/// Posts to a path.
///
/// # Errors
///
/// If nobody answers, or the answer is a refusal, whose text is the error's.
pub fn post(address: SocketAddr, path: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_write_timeout(Some(LIMIT))?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    let since = Instant::now();
    let mut some = [0; 1 << 10];
    while answer.len() < 1 << 16 {
        // None would be no limit.
        let left = LIMIT
            .checked_sub(since.elapsed())
            .filter(|it| !it.is_zero());
        stream.set_read_timeout(Some(left.ok_or(io::ErrorKind::TimedOut)?))?;
        match stream.read(&mut some) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&some[..read]),
            // By a signal, which does not have to be the end.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(&answer).map_err(io::Error::other)? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => return Err(io::ErrorKind::UnexpectedEof.into()),
    };
    if matches!(response.code, Some(200..=299)) {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&answer[length..]);
    Err(io::Error::other(text.trim_end().to_owned()))
}
