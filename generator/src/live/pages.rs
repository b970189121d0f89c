//! The pages of a live report, as a browser asks for them.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::report::{Answer, Live};
use crate::background;

/// So many connections may be open at a time.
const CONNECTIONS: usize = 32;

/// Whoever reads nothing for so long is left.
const LIMIT: Duration = Duration::from_secs(10);

/// Something is sent at least as often, so that it is noticed when a browser has gone.
const SIGN: Duration = Duration::from_secs(5);

impl Live {
    /// Answers a request for a path, in a thread of its own. Of too many, the oldest is left.
    pub fn answer(self: &Arc<Live>, stream: TcpStream, path: &str) {
        let stream = Arc::new(stream);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|it| it.strong_count() > 0);
        if open.len() >= CONNECTIONS
            && let Some(oldest) = open.pop_front().and_then(|it| it.upgrade())
        {
            let _ = oldest.shutdown(Shutdown::Both);
        }
        open.push_back(Arc::downgrade(&stream));
        drop(open);
        let (live, path) = (Arc::clone(self), path.to_owned());
        // Without a thread, the browser asks again.
        let _ = background::begin(move || {
            // Whoever has asked may have gone.
            let _ = live.send(&stream, &path);
        });
    }

    fn send(&self, mut stream: &TcpStream, path: &str) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_write_timeout(Some(LIMIT))?;
        let (name, query) = path.split_once('?').unwrap_or((path, ""));
        let answer = match name.trim_start_matches('/') {
            "events" => return self.send_events(stream),
            "since" => Some(self.since(query)),
            "parts" => {
                let (from, page) = query.split_once('&').unwrap_or_default();
                let from = from.parse().ok();
                from.and_then(|from| self.parts(file_of(page), from))
            }
            name => self.file(file_of(name)),
        };
        let status = match answer {
            Some(_) => "200 OK",
            None => "404 Not Found",
        };
        let Answer { text, next } = answer.unwrap_or_else(|| Answer {
            text: "there is no such page\n".to_owned(),
            next: 0,
        });
        // A page's own headers are not told to it, but this one is.
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {length}\r\n\
             Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nEvent: {next}\r\nServer-Timing: event;desc={next}\r\nConnection: close\r\n\r\n",
            kind = kind(name),
            length = text.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(text.as_bytes())
    }

    /// Sends events until the run is over: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.
    fn send_events(&self, mut stream: &TcpStream) -> io::Result<()> {
        let (first, mut next) = self.first_event();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        stream.write_all(format!("{head}data: {first}\n\n").as_bytes())?;
        loop {
            let (events, later, is_over) = self.events(next, SIGN);
            next = later;
            let mut text = String::new();
            for event in &events {
                let _ = write!(text, "data: {event}\n\n");
            }
            if is_over {
                text.push_str("event: over\ndata:\n\n");
            } else if text.is_empty() {
                text.push_str(":\n\n");
            }
            stream.write_all(text.as_bytes())?;
            if is_over {
                return Ok(());
            }
        }
    }
}

/// The file that a path stands for.
fn file_of(path: &str) -> &str {
    match path.trim_start_matches('/') {
        "" => "index.html",
        name => name,
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit(['.', '/']).next() {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("since") => "application/json",
        _ => "text/html",
    }
}
