//! Nobody reads what a run says: a pager, a collector of logs that is stuck, a terminal after Ctrl-S.

use std::io::{PipeReader, Write, pipe};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::have_ended;
use crate::support::TestCrate;
use crate::support::process::{parent_of, program_id, signal, wait_until};
use crate::support::tools::cargo_itcov;

/// The first child of a process.
fn child_of(id: u32) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// A run whose standard error is full, with its harness and its program.
fn unread(krate: &TestCrate, options: &[&str]) -> (Child, u32, u32, PipeReader) {
    let (reader, writer) = pipe().unwrap();
    let mut filler = writer.try_clone().unwrap();
    let mut tool = krate.command(cargo_itcov());
    tool.env("ITCOV_PROGRAM", "sleep")
        .args(["itcov", "run", "--grace", "1"])
        .args(options)
        .args(["--", "1000"]);
    tool.stdin(Stdio::null()).stdout(Stdio::null());
    let tool = tool.stderr(writer).spawn().unwrap();
    let mut found = None;
    wait_until("it runs", || {
        found = child_of(tool.id()).and_then(|harness| Some((harness, child_of(harness)?)));
        found.is_some_and(|(_, program)| {
            let name = std::fs::read_to_string(format!("/proc/{program}/comm"));
            name.is_ok_and(|name| name == "sleep\n")
        })
    });
    std::thread::spawn(move || filler.write_all(&vec![b'\n'; 1 << 20]));
    let (harness, program) = found.unwrap();
    (tool, harness, program, reader)
}

const LIMIT: Duration = Duration::from_secs(15);

#[test]
fn whoever_does_not_read_keeps_no_limit_and_no_signal_from_its_effect() {
    let krate = TestCrate::shared();
    krate.itcov(&["run", "--", "one"]).ends_with(0);
    for end in ["the limit", "TERM", "INT"] {
        let is_limited = end == "the limit";
        let options: &[&str] = if is_limited { &["--timeout", "3"] } else { &[] };
        let (mut tool, harness, program, _reader) = unread(&krate, options);
        std::thread::sleep(Duration::from_secs(1));
        if !is_limited {
            signal(end, tool.id());
        }
        have_ended(LIMIT, end, &[harness, program]);
        // What it has to say it cannot say, and a signal ends it.
        signal("TERM", tool.id());
        let since = Instant::now();
        while tool.try_wait().unwrap().is_none() {
            assert!(since.elapsed() < LIMIT, "{end}: the tool goes on");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn whoever_does_not_read_keeps_no_program_from_its_end_when_the_tool_is_killed() {
    let krate = TestCrate::shared();
    krate.itcov(&["run", "--", "one"]).ends_with(0);
    let (mut tool, harness, program, _reader) = unread(&krate, &[]);
    std::thread::sleep(Duration::from_secs(1));
    signal("KILL", tool.id());
    tool.wait().unwrap();
    have_ended(LIMIT, "SIGKILL", &[harness, program]);
}

#[test]
fn ctrl_s_keeps_no_limit_and_no_signal_from_its_effect() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "3"), ("ITCOV_GRACE", "1")]);
    terminal.enter("just itcov wait");
    terminal.expect("waiting\r\n");
    terminal.expect("shared runs as process");
    let program = program_id(&terminal.screen());
    let harness = parent_of(program);
    let tool = parent_of(harness);
    terminal.press(b"\x13");
    have_ended(LIMIT, "the limit", &[program, harness]);
    // By then the tool writes its report.
    std::thread::sleep(Duration::from_secs(3));
    signal("TERM", tool);
    have_ended(LIMIT, "SIGTERM", &[tool]);
}
