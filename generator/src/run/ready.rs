//! What a suite waits for.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::{Failure, say};
use crate::background;

/// A connection, or an answer, that tells that a program is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: String,
    host: String,
    /// For HTTP.
    path: Option<String>,
}

impl Address {
    /// Parses `tcp://HOST:PORT` or `http://HOST:PORT/PATH`.
    pub fn parse(url: &str) -> Option<Address> {
        let (scheme, rest) = url.split_once("://")?;
        let (host, path) = match rest.find('/') {
            Some(place) => rest.split_at(place),
            None => (rest, ""),
        };
        let (name, port) = host.rsplit_once(':')?;
        let port_is_one = !port.is_empty() && port.len() <= 5 && port.parse::<u16>().is_ok();
        let in_brackets = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        let name_is_one = match in_brackets {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !name.is_empty() && !name.contains([':', '[', ']', '@', '?', '#']),
        };
        let path = match scheme {
            "tcp" if matches!(path, "" | "/") => None,
            "http" => Some(if path.is_empty() { "/" } else { path }.to_owned()),
            _ => return None,
        };
        (port_is_one && name_is_one).then(|| Address {
            url: url.to_owned(),
            host: host.to_owned(),
            path,
        })
    }

    /// Fails unless a connection can be made or, for HTTP, the answer's status is 2xx or 3xx, within the limit.
    ///
    /// # Errors
    ///
    /// What there is in place of that.
    pub fn ask(&self, limit: Duration) -> io::Result<()> {
        let until = Instant::now() + limit.min(LONGEST);
        self.answers(self.connect(limit)?, until)
    }

    fn connect(&self, limit: Duration) -> io::Result<TcpStream> {
        let mut stream = Err(io::Error::new(
            io::ErrorKind::NotFound,
            "the name has no address",
        ));
        for address in self.host.to_socket_addrs()? {
            stream = stream.or_else(|_| TcpStream::connect_timeout(&address, limit.min(CONNECT)));
        }
        let stream = stream?;
        // Where nobody listens, the system may choose that very port for the connection's own end: it is then one with itself.
        if stream.local_addr()? == stream.peer_addr()? {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(stream)
    }

    fn answers(&self, mut stream: TcpStream, until: Instant) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let host = &self.host;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.set_write_timeout(Some(CONNECT))?;
        stream.write_all(request.as_bytes())?;
        let line = first_line(&mut stream, until)?;
        let status = line
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.split(' ').nth(1));
        if status.is_some_and(|status| status.starts_with(['2', '3'])) {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "it answers {line:?}, and ready is a status of 2xx or 3xx; tcp://{host} waits for a connection alone"
            ),
        ))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.url)
    }
}

/// Where something answers already, the suite would use that in the program's place.
///
/// # Errors
///
/// If something answers at one of them as the program is to answer when it is ready. What only takes connections may be a proxy in
/// front of the program, so it is named.
pub fn look_for_others(addresses: &[Address]) -> Result<(), Failure> {
    let Some((address, is_ready)) = early(addresses) else {
        return Ok(());
    };
    if is_ready {
        return Err(Failure {
            status: 1,
            message: format!(
                "{address} answers before the program has started: stop what answers, or have the program listen elsewhere"
            ),
        });
    }
    say(&format!(
        "warning: something takes connections at {address} before the program has started; if it is no proxy, the suite may use it in \
         the program's place: stop it, or have the program listen elsewhere"
    ));
    Ok(())
}

/// An address where something listens, and whether it answers as the program is to answer. All are asked at the same time, as each may be
/// slow, its name as well.
fn early(addresses: &[Address]) -> Option<(Address, bool)> {
    let until = Instant::now() + 2 * CONNECT;
    let (sender, answers) = channel();
    for address in addresses {
        let (sender, address) = (sender.clone(), address.clone());
        let _ = background::begin(move || {
            if let Ok(stream) = address.connect(CONNECT) {
                let is_ready = address.answers(stream, Instant::now() + CONNECT).is_ok();
                let _ = sender.send((address, is_ready));
            }
        });
    }
    drop(sender);
    let rest = || until.saturating_duration_since(Instant::now());
    let found = std::iter::from_fn(|| answers.recv_timeout(rest()).ok());
    found.max_by_key(|(_, is_ready)| *is_ready)
}

/// No answer is waited for longer, whatever the limit.
const LONGEST: Duration = Duration::from_hours(24);

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);

/// The first line of an answer, which has to be short and in time, however slowly it comes.
fn first_line(stream: &mut TcpStream, until: Instant) -> io::Result<String> {
    let silent = || io::Error::new(io::ErrorKind::TimedOut, "it does not answer");
    let mut line = Vec::new();
    let mut bytes = [0; 256];
    while !line.contains(&b'\n') && line.len() < 1024 {
        let rest = until.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Err(silent());
        }
        stream.set_read_timeout(Some(rest))?;
        match stream.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(silent()),
            Err(error) => return Err(error),
            Ok(0) => break,
            Ok(read) => line.extend_from_slice(&bytes[..read]),
        }
    }
    let end = line
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(line.len());
    Ok(String::from_utf8_lossy(&line[..end]).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::Address;

    #[test]
    fn a_connection_with_itself_is_no_answer() {
        // A connection's own port is an even one where the system has the choice.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port() & !1;
        drop(listener);
        let ready = Address::parse(&format!("tcp://127.0.0.1:{port}")).unwrap();
        // Within so many, the system has chosen each of its ports.
        for _ in 0..70_000 {
            ready.ask(Duration::from_secs(1)).unwrap_err();
        }
    }

    #[test]
    fn addresses_have_a_scheme_a_host_and_a_port() {
        for right in [
            "tcp://127.0.0.1:80",
            "tcp://localhost:80/",
            "http://[::1]:8080",
            "http://h:1/a?b=c",
        ] {
            assert!(Address::parse(right).is_some(), "{right}");
        }
        for wrong in [
            "127.0.0.1:80",
            "tcp://127.0.0.1",
            "https://h:1/",
            "tcp://h:65536",
            "tcp://h:1/x",
            "tcp://u@h:1",
            "http://:80/",
            "tcp://h:",
        ] {
            assert!(Address::parse(wrong).is_none(), "{wrong}");
        }
    }
}
