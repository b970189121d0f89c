//! Nobody reads what a run says: a pager, a collector of logs that is stuck, a terminal after Ctrl-S.

use std::io::{PipeReader, Write, pipe};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::have_ended;
use crate::support::TestCrate;
use crate::support::process::{parent_of, program_id, signal, wait_until};
use crate::support::tools::{cargo_itcov, just};

/// The first child of a process.
fn child_of(id: u32) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// What has become `sleep` of what a process has started.
fn sleeper(id: u32) -> Option<u32> {
    let name = std::fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
    if name == "sleep\n" {
        Some(id)
    } else {
        sleeper(child_of(id)?)
    }
}

/// A command that starts `sleep`, which is given: from then on, its standard error is full.
fn unread(command: &mut Command) -> (Child, u32, PipeReader) {
    let (reader, writer) = pipe().unwrap();
    let mut filler = writer.try_clone().unwrap();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let command = command.stderr(writer).spawn().unwrap();
    let mut found = None;
    wait_until("it runs", || {
        found = sleeper(command.id());
        found.is_some()
    });
    std::thread::spawn(move || filler.write_all(&vec![b'\n'; 1 << 20]));
    (command, found.unwrap(), reader)
}

/// A run of `sleep`.
fn run(krate: &TestCrate, options: &[&str]) -> Command {
    let mut tool = krate.command(cargo_itcov());
    tool.env("ITCOV_PROGRAM", "sleep")
        .args(["itcov", "run", "--grace", "1"])
        .args(options)
        .args(["--", "1000"]);
    tool
}

#[track_caller]
fn ends(mut command: Child, what: &str) {
    let since = Instant::now();
    while command.try_wait().unwrap().is_none() {
        assert!(since.elapsed() < LIMIT, "{what}: the tool goes on");
        sleep(Duration::from_millis(20));
    }
}

const LIMIT: Duration = Duration::from_secs(15);

#[test]
fn whoever_does_not_read_keeps_no_limit_and_no_signal_from_its_effect() {
    let krate = TestCrate::shared();
    krate.itcov(&["run", "--", "one"]).ends_with(0);
    for end in ["the limit", "TERM", "INT"] {
        let is_limited = end == "the limit";
        let options: &[&str] = if is_limited { &["--timeout", "3"] } else { &[] };
        let (tool, program, _reader) = unread(&mut run(&krate, options));
        let harness = parent_of(program);
        sleep(Duration::from_secs(1));
        if !is_limited {
            signal(end, tool.id());
        }
        have_ended(LIMIT, end, &[harness, program]);
        // What it has to say it cannot say, and a signal ends it.
        signal("TERM", tool.id());
        ends(tool, end);
    }
}

#[test]
fn whoever_does_not_read_what_is_wrong_with_a_run_keeps_no_signal_from_its_effect() {
    let krate = TestCrate::shared();
    krate.itcov(&["run", "--", "one"]).ends_with(0);
    let mut exec = krate.command(cargo_itcov());
    let (tool, suite, _reader) = unread(exec.args(["itcov", "exec", "--", "sleep", "4"]));
    have_ended(LIMIT, "the suite", &[suite]);
    // It has measured nothing.
    sleep(Duration::from_secs(2));
    signal("TERM", tool.id());
    ends(tool, "SIGTERM");
}

#[test]
fn a_report_that_nobody_reads_ends_with_just() {
    let krate = TestCrate::shared();
    krate.itcov(&["run", "--", "one"]).ends_with(0);
    let mut command = krate.command(just());
    command
        .env("ITCOV_PROGRAM", "sleep")
        .env("ITCOV_GRACE", "1");
    command.env("ITCOV_TIMEOUT", "4").args(["itcov", "1000"]);
    let (mut just, program, _reader) = unread(&mut command);
    let tool = parent_of(parent_of(program));
    have_ended(LIMIT, "the limit", &[program]);
    sleep(Duration::from_secs(3));
    just.kill().unwrap();
    just.wait().unwrap();
    have_ended(LIMIT, "SIGKILL to just", &[tool]);
}

/// As node does with a pipe, and leaves it so when it is killed.
#[test]
fn a_suite_that_has_the_output_wait_for_nobody_takes_nothing_from_the_report() {
    let krate = TestCrate::shared();
    let suite = "\"$ITCOV_BIN\"; dd oflag=nonblock </dev/null 2>/dev/null; head -c 65536 /dev/zero 2>/dev/null; true";
    let mut exec = krate.command(cargo_itcov());
    exec.args(["itcov", "exec", "--", "sh", "-c", suite]);
    let exec = exec.stdin(Stdio::null()).stdout(Stdio::piped());
    let tool = exec.stderr(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_secs(4));
    let output = tool.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("\nTotal "), "{output:?}");
}

#[test]
fn whoever_does_not_read_keeps_no_program_from_its_end_when_the_tool_is_killed() {
    let krate = TestCrate::shared();
    krate.itcov(&["run", "--", "one"]).ends_with(0);
    let (mut tool, program, _reader) = unread(&mut run(&krate, &[]));
    let harness = parent_of(program);
    sleep(Duration::from_secs(1));
    signal("KILL", tool.id());
    tool.wait().unwrap();
    have_ended(LIMIT, "SIGKILL", &[harness, program]);
}

#[test]
fn ctrl_s_keeps_no_limit_and_no_signal_from_its_effect() {
    let krate = TestCrate::shared();
    for command in [
        "just itcov wait",
        "stty rows 24 cols 80; cargo itcov run --live=terminal --timeout 3 -- wait",
    ] {
        let terminal = krate.terminal(&[
            ("TERM", "xterm"),
            ("ITCOV_TIMEOUT", "3"),
            ("ITCOV_GRACE", "1"),
        ]);
        terminal.enter(command);
        terminal.expect("waiting");
        terminal.expect("shared runs as process");
        let program = program_id(&terminal.screen());
        let harness = parent_of(program);
        let tool = parent_of(harness);
        terminal.press(b"\x13");
        have_ended(LIMIT, "the limit", &[program, harness]);
        // By then the tool writes its report.
        sleep(Duration::from_secs(3));
        signal("TERM", tool);
        have_ended(LIMIT, "SIGTERM", &[tool]);
    }
}
