//! A page in a real browser tries to end a run. It needs Chromium, so it waits to be asked for:
//! `cargo test -p cargo-itcov --test it -- --ignored browser`

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::support::process::is_alive;
use crate::support::{TestCrate, control};

/// Everything that a page can send elsewhere without being asked, then word to its own server.
const PAGE: &str = r#"<!doctype html><title>elsewhere</title>
<iframe name="frame"></iframe>
<form id="form" method="post" target="frame" action="STOP"></form>
<script type="module">
const stop = "STOP";
const outcomes = [];
for (const options of [
    { method: "POST" },
    { method: "POST", mode: "no-cors" },
    { method: "POST", mode: "no-cors", keepalive: true, referrerPolicy: "no-referrer" },
    { method: "GET", mode: "no-cors" },
]) {
    try { outcomes.push((await fetch(stop, options)).type); } catch (error) { outcomes.push(error.name); }
}
outcomes.push(navigator.sendBeacon(stop, ""));
document.getElementById("form").submit();
await new Promise((resolve) => { document.getElementsByName("frame")[0].onload = resolve; });
await fetch("/tried?" + encodeURIComponent(outcomes.join()));
</script>"#;

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_page_in_a_browser_cannot_end_the_run() {
    let krate = TestCrate::scaffolded("browsed");
    let variables = [("ITCOV_CONTROL", "127.0.0.1:0"), ("ITCOV_TIMEOUT", "0")];
    let mut run = krate.start_just(&["itcov", "wait"], &variables);
    run.expect("waiting\n");
    let address = control::address(&mut run);
    let page = PAGE.replace("STOP", &format!("http://{address}/stop"));

    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", server.local_addr().unwrap());
    let profile = tempfile::tempdir().unwrap();
    let mut browser = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--remote-debugging-port=0", &url])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromium");
    let (sender, outcomes) = mpsc::channel();
    thread::spawn(move || sender.send(tried(&server, &page)));
    let tried = outcomes.recv_timeout(Duration::from_mins(1));
    browser.kill().unwrap();
    browser.wait().unwrap();
    // Every attempt was made, and the browser saw an answer to each that it let the page send.
    assert_eq!(tried.as_deref(), Ok("TypeError,opaque,opaque,opaque,true"));
    assert!(is_alive(run.program()));

    control::ask(&address, "POST /stop HTTP/1.1\r\n\r\n");
    run.finish().ends_with(0).says("POST /stop has come");
}

/// Serves the page until the browser says what became of its attempts.
fn tried(server: &TcpListener, page: &str) -> String {
    for stream in server.incoming() {
        let mut stream = stream.unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        let mut request = [0; 1 << 12];
        let length = stream.read(&mut request).unwrap_or(0);
        let request = String::from_utf8_lossy(&request[..length]).into_owned();
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let length = page.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        let _ = stream.write_all(format!("{head}{page}").as_bytes());
        if let Some(outcomes) = path.strip_prefix("/tried?") {
            return outcomes.replace("%2C", ",");
        }
    }
    unreachable!()
}
