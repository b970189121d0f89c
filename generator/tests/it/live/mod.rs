//! `cargo itcov run --live`, in a real browser and at a real terminal.

mod costs;
mod looks;
mod many;
mod panel;
mod service;
mod since;
mod stays;
mod suite;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::scenarios::program;
use crate::support::chromium::{Chromium, ELSEWHERE};
use crate::support::control::address;
use crate::support::process::{is_alive, wait_until};
use crate::support::{Running, TestCrate};

/// How often a line is waited for.
const TIMES: usize = 12;

/// The program does some functions, and has done them.
pub fn act(krate: &TestCrate, functions: &str) {
    fs::write(krate.root.join("command.new"), functions).unwrap();
    let command = krate.root.join("command");
    fs::rename(krate.root.join("command.new"), &command).unwrap();
    wait_until("the program has acted", || !command.exists());
}

fn start(krate: &TestCrate) -> (Running, String) {
    start_with(krate, &[])
}

fn start_with(krate: &TestCrate, arguments: &[&str]) -> (Running, String) {
    let mut command = krate.command("cargo-itcov");
    command.args(["run", "--live", "--no-open"]).args(arguments);
    let mut run = Running::start(&mut command);
    run.program();
    let address = address(&mut run);
    (run, format!("http://{address}"))
}

/// The number of the line that has this text.
pub fn line(krate: &TestCrate, text: &str) -> usize {
    let main = krate.read("src/main.rs");
    1 + main.lines().position(|line| line == text).unwrap()
}

/// The first line of a function that does something.
fn line_of_act(krate: &TestCrate, number: usize) -> usize {
    line(krate, &format!("fn act_{number}(number: usize) {{"))
}

/// The page of the program's source.
const SOURCE: &str = "pages/src.main.rs.html";

/// Visits a page, and waits until it follows the run.
fn visit(browser: &mut Chromium, address: &str, page: &str) {
    browser.visit(&format!("{address}/{page}"));
    browser.until("document.getElementById('live').textContent === 'live'");
    // What it has just come with is not asked for again.
    let asked = "performance.getEntriesByType('resource').filter((it) => it.initiatorType === 'fetch')\
                 .map((it) => new URL(it.name).pathname).filter((it) => !['/parts', '/since'].includes(it)).join()";
    assert_eq!(browser.text(asked), "");
}

#[test]
#[ignore = "needs chromium"]
fn lines_turn_green_while_the_program_is_used() {
    let krate = program();
    let (run, address) = start(&krate);
    let mut browser = Chromium::start();
    visit(&mut browser, &address, "");
    browser.until("document.querySelector('#tree tbody tr') !== null");
    let sum = "document.querySelector('.cards').innerText";
    let before = browser.text(sum);
    act(&krate, "0");
    browser.until(&format!("{sum} !== {}", json!(before)));
    // And once more.
    let before = browser.text(sum);
    act(&krate, "1");
    browser.until(&format!("{sum} !== {}", json!(before)));
    browser.until("document.getElementById('events').innerText.includes('act_0')");

    // The newest first, each a link to its line.
    visit(&mut browser, &address, SOURCE);
    let class = |line: usize| format!("document.getElementById('L{line}').classList[0]");
    let mut worst = Duration::ZERO;
    for number in 2..TIMES {
        let line = line_of_act(&krate, number);
        assert_eq!(browser.text(&class(line)), "u");
        act(&krate, &number.to_string());
        let begin = Instant::now();
        browser.until(&format!("{} === 'c'", class(line)));
        worst = worst.max(begin.elapsed());
        let is_new = format!("document.getElementById('L{line}').classList.contains('now')");
        assert_eq!(browser.value(&is_new), json!(true));
        let first = "document.querySelector('#events a').title";
        browser.until(&format!("[...document.querySelectorAll('#events a')].slice(0, 2).some((it) => it.textContent.includes('act_{number}'))"));
        assert!(browser.text(first).starts_with("app::"));
    }
    eprintln!("the worst of {TIMES} lines was seen after {worst:?}");
    let count = "document.querySelector('#L1 > b').textContent.trim()";
    assert_eq!(browser.text(count), "1");

    // The page stays when the program has gone.
    act(&krate, "99");
    let output = {
        crate::support::process::signal("INT", run.id());
        run.finish()
    };
    output.prints("src/main.rs");
    browser.until("document.getElementById('live').textContent.includes('The run is over')");
    assert!(
        browser
            .text("document.getElementById('code').innerText")
            .contains("fn act_0")
    );
}

#[test]
#[ignore = "needs chromium"]
fn pages_from_elsewhere_learn_nothing() {
    let krate = program();
    krate.write("elsewhere.html", "<!doctype html><title>elsewhere</title>");
    krate.itcov(&["init"]).ends_with(0);
    let mut just = krate.command("just");
    let mut run =
        Running::start(just.args(["itcov_options=--no-open", "itcov-live", "--port", "8080"]));
    let program = run.program();
    let address = format!("http://{}", address(&mut run));
    let mut browser = Chromium::start();
    browser.open(
        &krate.root.canonicalize().unwrap().join("elsewhere.html"),
        "",
    );
    for asked in ["/", "/events", "/report.js", "/since"] {
        let fetch = format!("fetch('{address}{asked}').then(() => 'read', () => 'refused')");
        assert_eq!(browser.text(&fetch), "refused", "{asked}");
    }
    // Nor can it do anything here.
    for asked in ["mark", "reset", "scenario/elsewhere", "stop"] {
        let post = format!(
            "fetch('{address}/{asked}', {{ method: 'POST', mode: 'no-cors' }}).then((it) => it.type, () => 'refused')"
        );
        // A page is not told, but the answer is a refusal.
        assert_eq!(browser.text(&post), "opaque", "{asked}");
    }
    let since = krate.sh(&format!("curl -s {address}/since"));
    since.prints("\"is_marked\":false");
    assert!(is_alive(program));
    let events = format!(
        "new Promise((done) => {{ const it = new EventSource('{address}/events'); it.onopen = () => done('open'); \
         it.onerror = () => done('refused'); }})"
    );
    assert_eq!(browser.text(&events), "refused");
    // Nor does one that has been led to another name of this machine.
    let port = address.rsplit(':').next().unwrap();
    let status = |page: &str| format!("fetch('{page}').then((it) => it.status)");
    for (host, wanted) in [(ELSEWHERE, 403), ("localhost", 200), ("127.0.0.1", 200)] {
        browser.visit(&format!("http://{host}:{port}/"));
        for page in ["/", "/since", "/report.js"] {
            assert_eq!(browser.value(&status(page)), json!(wanted), "{host}{page}");
        }
    }
    crate::support::process::signal("INT", run.tool());
    run.finish();
    wait_until("the end of the program", || !is_alive(program));
}

#[test]
fn connections_that_are_kept_open_keep_nobody_from_the_pages() {
    let krate = program();
    let (run, address) = start(&krate);
    let address = address.trim_start_matches("http://");
    let mut open = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request).unwrap();
        // It is open once it is answered.
        stream.read_exact(&mut [0; 4]).unwrap();
        open.push(stream);
    }
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let answer = crate::support::control::ask(address, request);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    crate::support::process::signal("INT", run.id());
    run.finish().ends_with(0);
}

#[test]
fn without_live_there_are_no_pages() {
    let krate = program();
    let mut command = krate.command("cargo-itcov");
    let mut run = Running::start(command.args(["run"]));
    run.program();
    act(&krate, "1");
    let address = address(&mut run);
    let answer =
        crate::support::control::ask(&address, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    crate::support::process::signal("INT", run.id());
    run.finish().ends_with(0);
    krate
        .itcov(&["run", "--no-open"])
        .ends_with(2)
        .says("--live");
}
