//! A service to begin with: it greets over HTTP, by default at 127.0.0.1:8080.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&address)?;
    println!("listening on http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        // A client that goes away early is no reason to stop.
        if let Err(error) = stream.and_then(answer) {
            eprintln!("request failed: {error}");
        }
    }
    Ok(())
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut request = String::new();
    BufReader::new(&stream).read_line(&mut request)?;
    let path = request.split(' ').nth(1).unwrap_or("/");
    let (status, body) = respond(path);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn respond(path: &str) -> (&'static str, String) {
    match path {
        "/" => ("200 OK", "hello\n".to_owned()),
        _ => match path.strip_prefix("/hello/") {
            Some(name) => ("200 OK", format!("hello {name}\n")),
            None => ("404 Not Found", "no such page\n".to_owned()),
        },
    }
}
