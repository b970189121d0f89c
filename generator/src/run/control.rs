//! The control address: one loopback server of a run. `POST /stop` ends the run, `POST /scenario/NAME` marks a scenario.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use super::marks::{Mark, Marks};

/// No request has a longer head.
const HEAD: usize = 1 << 13;

/// No more connections at a time are answered.
const CONNECTIONS: usize = 32;

/// How long a request may take.
const LIMIT: Duration = Duration::from_secs(2);

/// What is done when somebody asks for it.
#[derive(Clone)]
pub struct Commands {
    /// For the end of the run.
    pub stop: Arc<dyn Fn() + Send + Sync>,
    /// For a mark.
    pub marks: Marks,
}

/// Listens at the address and gives the one that it is, with its port.
///
/// # Errors
///
/// If nobody can listen there.
pub fn serve(address: SocketAddr, commands: Commands) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let open = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else {
                // No descriptor may be left for it.
                thread::sleep(Duration::from_millis(20));
                continue;
            };
            if open.fetch_add(1, SeqCst) >= CONNECTIONS {
                open.fetch_sub(1, SeqCst);
                continue;
            }
            let (commands, open) = (commands.clone(), Arc::clone(&open));
            thread::spawn(move || {
                // Who asks may have gone without waiting for the answer.
                let _ = answer(&stream, &commands);
                open.fetch_sub(1, SeqCst);
            });
        }
    });
    Ok(address)
}

fn answer(mut stream: &TcpStream, commands: &Commands) -> io::Result<()> {
    let until = Instant::now() + LIMIT;
    let head = head(stream, until)?;
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let is_whole = request
        .parse(&head)
        .is_ok_and(|status| status.is_complete());
    let asked = if is_whole {
        judge(&request)
    } else {
        Err(("400 Bad Request", "this is no request"))
    };
    let (status, text) = match asked {
        Ok(Asked::Stop) => ("202 Accepted", "the run ends".to_owned()),
        Ok(Asked::Mark(mark)) => match (commands.marks)(mark) {
            Ok(()) => ("200 OK", "noted".to_owned()),
            Err(error) => ("500 Internal Server Error", error.to_string()),
        },
        Err((status, text)) => (status, text.to_owned()),
    };
    let length = text.len() + 1;
    let answer = format!(
        "HTTP/1.1 {status}\r\nAllow: POST\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}\n"
    );
    let written = stream
        .set_write_timeout(Some(LIMIT))
        .and_then(|()| stream.write_all(answer.as_bytes()));
    if status.starts_with("202") {
        (commands.stop)();
    }
    written?;
    // What is left unread would make the end of the connection an error.
    stream.shutdown(std::net::Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut bytes = [0; 4096];
    while Instant::now() < until && stream.read(&mut bytes)? > 0 {}
    Ok(())
}

/// Reads up to the empty line.
fn head(mut stream: &TcpStream, until: Instant) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut bytes = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD {
        let rest = until.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(rest))?;
        match stream.read(&mut bytes)? {
            0 => break,
            read => head.extend_from_slice(&bytes[..read]),
        }
    }
    Ok(head)
}

/// What a request asks for.
enum Asked {
    Stop,
    Mark(Mark),
}

/// What is asked for, or the status and the reason of a refusal.
fn judge(request: &httparse::Request) -> Result<Asked, (&'static str, &'static str)> {
    let values = |name: &'static str| {
        let headers = request.headers.iter();
        headers
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value)
    };
    let from_a_page = [
        "origin",
        "sec-fetch-site",
        "sec-fetch-mode",
        "sec-fetch-dest",
    ];
    if from_a_page.iter().any(|name| values(name).next().is_some()) {
        // A browser says so when a page asks.
        return Err(("403 Forbidden", "a page in a browser cannot end the run"));
    }
    if !values("host").all(is_loopback) {
        return Err(("403 Forbidden", "this answers to loopback addresses only"));
    }
    let path = request.path.unwrap_or_default();
    let asked = match Mark::parse(path) {
        Some(mark) => Asked::Mark(mark.map_err(|why| ("400 Bad Request", why))?),
        None if path == "/stop" => Asked::Stop,
        None => {
            return Err((
                "404 Not Found",
                "POST /stop ends the run, POST /scenario/NAME begins a scenario, POST /scenario ends it",
            ));
        }
    };
    if request.method != Some("POST") {
        return Err((
            "405 Method Not Allowed",
            "it is POST that does something here",
        ));
    }
    Ok(asked)
}

/// Whether a `Host` is this machine by its number or as `localhost`: another name may be that of a page elsewhere, which has
/// been led here.
fn is_loopback(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else {
        return false;
    };
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let number: Option<IpAddr> = host
        .trim_matches(['[', ']'])
        .parse()
        .ok()
        .or_else(|| name.parse().ok());
    name.eq_ignore_ascii_case("localhost") || number.is_some_and(|it| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for right in [
            "127.0.0.1:8099",
            "127.0.0.1",
            "localhost:1",
            "LOCALHOST",
            "[::1]:80",
            "[::1]",
            "::1",
        ] {
            assert!(is_loopback(right.as_bytes()), "{right}");
        }
        for wrong in [
            "example.org",
            "127.0.0.1.example.org:80",
            "192.0.2.1:80",
            "",
            "localhost.example.org",
        ] {
            assert!(!is_loopback(wrong.as_bytes()), "{wrong}");
        }
    }
}
