//! The control address: one loopback server of a run. `POST /stop` ends the run, `POST /scenario/NAME` marks a scenario, `POST /reset`
//! forgets what was counted. The pages of a live report may set marks and reset, and those from elsewhere may do nothing.
//!
//! One thread serves everybody, so whoever asks slowly, or not at all, keeps nobody waiting. Who asks may take so much time,
//! memory and file descriptors, and no more: of too many, the one that has waited longest is dropped.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Resource, getrlimit};

use super::marks::{Mark, Marks};
use crate::background;

/// No request has a longer head.
const HEAD: usize = 1 << 13;

/// No more connections are open at a time.
const CONNECTIONS: usize = 32;

/// How long a connection may last.
const LIMIT: Duration = Duration::from_secs(2);

/// How long to wait where the system refuses a connection, so that nothing spins.
const PAUSE: Duration = Duration::from_millis(50);

/// What is done when somebody asks for it.
pub struct Commands {
    /// For the end of the run.
    pub stop: Box<dyn Fn() + Send>,
    /// For a mark.
    pub marks: Marks,
    /// For a page, if there are any.
    pub pages: Option<Pages>,
}

/// What answers a browser that asks for a path.
pub type Pages = Arc<dyn Fn(TcpStream, &str) + Send + Sync>;

/// Listens at the address and gives the one that it is, with its port.
///
/// # Errors
///
/// If nobody can listen there.
pub fn serve(address: SocketAddr, commands: Commands) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let most = most();
    background::begin(move || answer_all(&listener, most, &commands))?;
    Ok(address)
}

/// How many connections may be open: half of the descriptors that are left, as the run needs some.
fn most() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    let limit = limit.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let used = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (limit.saturating_sub(used) / 2).clamp(1, CONNECTIONS)
}

fn answer_all(listener: &TcpListener, most: usize, commands: &Commands) {
    let mut callers: VecDeque<Caller> = VecDeque::new();
    loop {
        wait(listener, &callers);
        match listener.accept() {
            Ok((stream, _)) => {
                if callers.len() >= most {
                    callers.pop_front();
                }
                callers.extend(Caller::new(stream));
            }
            Err(error) if is_for_later(&error) => {}
            // No descriptor may be left.
            Err(_) => {
                callers.pop_front();
                thread::sleep(PAUSE);
            }
        }
        callers.retain_mut(|caller| caller.goes_on(commands));
    }
}

/// Waits until somebody has something to say, or has waited too long.
fn wait(listener: &TcpListener, callers: &VecDeque<Caller>) {
    let limit = callers.front().map(|first| {
        let rest = first.until.saturating_duration_since(Instant::now());
        Timespec::try_from(rest).unwrap_or_default()
    });
    let streams = callers
        .iter()
        .map(|it| PollFd::new(&it.stream, PollFlags::IN));
    let mut all: Vec<PollFd> = std::iter::once(PollFd::new(listener, PollFlags::IN))
        .chain(streams)
        .collect();
    if poll(&mut all, limit.as_ref()).is_err() {
        thread::sleep(PAUSE);
    }
}

/// Whether there is nothing yet, and no error.
fn is_for_later(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::ConnectionAborted
    )
}

/// Somebody who is connected.
struct Caller {
    stream: TcpStream,
    /// When it is dropped.
    until: Instant,
    /// What it has sent of its request's head.
    head: Vec<u8>,
    is_answered: bool,
}

impl Caller {
    fn new(stream: TcpStream) -> Option<Caller> {
        stream.set_nonblocking(true).ok()?;
        Some(Caller {
            stream,
            until: Instant::now() + LIMIT,
            head: Vec::new(),
            is_answered: false,
        })
    }

    /// Reads what has come, and answers a head that is whole. Whether the connection stays.
    fn goes_on(&mut self, commands: &Commands) -> bool {
        if Instant::now() >= self.until {
            return false;
        }
        let mut bytes = [0; 4096];
        let read = match self.stream.read(&mut bytes) {
            Ok(read) => read,
            Err(error) => return is_for_later(&error),
        };
        // What is left unread behind the head would make the end of the connection an error.
        if self.is_answered {
            return read > 0;
        }
        self.head.extend_from_slice(&bytes[..read]);
        let is_whole = self.head.windows(4).any(|end| end == b"\r\n\r\n");
        if is_whole || read == 0 || self.head.len() >= HEAD {
            self.is_answered = true;
            return self.answer(commands).is_ok();
        }
        true
    }

    fn answer(&mut self, commands: &Commands) -> io::Result<()> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        let is_whole = request
            .parse(&self.head)
            .is_ok_and(|status| status.is_complete());
        let asked = if is_whole {
            judge(&request, commands.pages.is_some())
        } else {
            Err(("400 Bad Request", "this is no request"))
        };
        let (status, text) = match asked {
            Ok(Asked::Stop) => ("202 Accepted", "the run ends".to_owned()),
            Ok(Asked::Page(path)) => {
                if let Some(pages) = &commands.pages {
                    pages(self.stream.try_clone()?, &path);
                }
                // It is not this thread's any more.
                return Err(ErrorKind::Other.into());
            }
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
        // It is shorter than what the system keeps for whoever is slow to read. Who asks may have gone without waiting for it.
        let written = self.stream.write_all(answer.as_bytes());
        if status.starts_with("202") {
            (commands.stop)();
        }
        written?;
        self.stream.shutdown(Shutdown::Write)
    }
}

/// What a request asks for.
enum Asked {
    Stop,
    Mark(Mark),
    Page(String),
}

/// What is asked for, or the status and the reason of a refusal.
fn judge(
    request: &httparse::Request,
    has_pages: bool,
) -> Result<Asked, (&'static str, &'static str)> {
    let values = |name: &'static str| {
        let headers = request.headers.iter();
        headers
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value)
    };
    if !values("host").all(is_loopback) {
        return Err(("403 Forbidden", "this answers to loopback addresses only"));
    }
    let from_elsewhere = |site: &[u8]| ![&b"same-origin"[..], b"none"].contains(&site);
    let from_elsewhere = values("sec-fetch-site").any(from_elsewhere);
    if has_pages && request.method == Some("GET") {
        if from_elsewhere || values("origin").next().is_some() {
            return Err(("403 Forbidden", "a page from elsewhere cannot read this"));
        }
        return Ok(Asked::Page(request.path.unwrap_or_default().to_owned()));
    }
    let from_a_page = [
        "origin",
        "sec-fetch-site",
        "sec-fetch-mode",
        "sec-fetch-dest",
    ];
    // A browser says so when a page asks.
    let from_a_page = from_a_page.iter().any(|name| values(name).next().is_some());
    let own = values("host").map(|host| [b"http://", host].concat());
    let is_own = has_pages && !from_elsewhere && values("origin").eq(own);
    if from_a_page && !is_own {
        return Err(("403 Forbidden", "a page in a browser cannot do this"));
    }
    let path = request.path.unwrap_or_default();
    let asked = match Mark::parse(path) {
        Some(mark) => Asked::Mark(mark.map_err(|why| ("400 Bad Request", why))?),
        None if path == "/stop" && from_a_page => {
            return Err(("403 Forbidden", "a page in a browser cannot end the run"));
        }
        None if path == "/stop" => Asked::Stop,
        None => {
            return Err((
                "404 Not Found",
                "POST /stop ends the run, POST /scenario/NAME begins a scenario, POST /scenario ends it, POST /reset forgets \
                 what was counted",
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
