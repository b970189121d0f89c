//! How the recipes end under one version of `just` and another: the table of `docs/just-versions.md` is measured here.
//!
//! Each version is built where it is not there yet, so the test waits to be asked for:
//! `cargo test -p cargo-itcov --test it -- --ignored just_versions`
//!
//! `ITCOV_JUSTS` has it take other ones instead: paths of programs, separated by colons.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process::{is_alive, parent_of, program_id, signal, wait_until};
use crate::support::{Output, Running, Terminal, TestCrate, repository};

/// How long a run lasts that a signal does not end, in seconds.
const LIMIT: (&str, &str) = ("ITCOV_TIMEOUT", "15");

#[test]
#[ignore = "builds several versions of just: minutes each"]
fn the_table_of_just_versions_is_what_each_does() {
    let page = fs::read_to_string(repository().join("docs/just-versions.md")).unwrap();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| 1."))
        .collect();
    let justs: Vec<PathBuf> = std::env::var_os("ITCOV_JUSTS").map_or_else(
        || rows.iter().map(|row| installed(cells(row)[0])).collect(),
        |paths| {
            let paths = std::env::split_paths(&paths);
            paths.map(|path| path.canonicalize().unwrap()).collect()
        },
    );
    let krate = TestCrate::scaffolded("versions");
    let mut wrong = Vec::new();
    for just in justs {
        let row = measure(&krate, &just);
        println!("{row}");
        if !rows.contains(&row.as_str()) {
            wrong.push(row);
        }
    }
    assert!(
        wrong.is_empty(),
        "the page has other rows:\n{}",
        wrong.join("\n")
    );
}

fn cells(row: &str) -> Vec<&str> {
    row.trim_matches('|').split('|').map(str::trim).collect()
}

/// The program of a version, built if it is not there.
fn installed(version: &str) -> PathBuf {
    let root = repository().join(format!("target/tmp/just-{version}"));
    let program = root.join("bin/just");
    if !program.exists() {
        let install = [
            "install",
            "just",
            "--locked",
            "--version",
            version,
            "--root",
        ];
        Output::of(Command::new("cargo").args(install).arg(&root)).ends_with(0);
    }
    program
}

/// The row of the table for a `just`.
fn measure(krate: &TestCrate, just: &Path) -> String {
    let version = Output::of(Command::new(just).arg("--version")).ends_with(0);
    let version = version.stdout.trim().trim_start_matches("just ").to_owned();
    let cells = [
        version,
        interrupted_at_terminal(krate, just),
        interrupted_harness(krate, just),
        failing_suite(krate, just),
        terminated_at_terminal(krate, just),
        terminated(krate, just),
        interrupted(krate, just),
    ];
    format!("| {} |", cells.join(" | "))
}

/// Ctrl-C at a terminal.
fn interrupted_at_terminal(krate: &TestCrate, just: &Path) -> String {
    let terminal = start_at_terminal(krate, just);
    terminal.interrupt();
    ending_at_terminal(&terminal)
}

/// SIGINT to the harness alone, away from a terminal.
fn interrupted_harness(krate: &TestCrate, just: &Path) -> String {
    let mut run = start(krate, just);
    let program = run.program();
    signal("INT", parent_of(program));
    let ending = ending(run);
    assert!(!is_alive(program));
    ending
}

/// A suite that fails with 7: at a terminal, and away from one.
fn failing_suite(krate: &TestCrate, just: &Path) -> String {
    let suite = ["itcov-exec", "sh", "-c", "exit 7"];
    let away = Output::of(krate.command(just).args(suite)).status;
    let terminal = krate.terminal(&[]);
    terminal.enter(&format!(
        "{} itcov-exec sh -c 'exit 7'; echo status=$?=",
        just.display()
    ));
    let at_terminal = status_at(&terminal);
    assert_eq!(at_terminal, away.to_string(), "{}", terminal.screen());
    at_terminal
}

/// SIGTERM to just alone, at a terminal.
fn terminated_at_terminal(krate: &TestCrate, just: &Path) -> String {
    let terminal = start_at_terminal(krate, just);
    let program = program_id(&terminal.screen());
    signal("TERM", just_of(program, just));
    status_at(&terminal);
    // Where just ends at once, the supervisor goes on to the report.
    terminal.expect("versions ended after");
    wait_until("the program has ended", || !is_alive(program));
    // With or without a report, what ran is counted.
    let report = krate.just(&["itcov-report"]).ends_with(0);
    assert!(report.lines_of("Total").0 > 0);
    ending_at_terminal(&terminal)
}

/// SIGTERM to just alone, away from a terminal.
fn terminated(krate: &TestCrate, just: &Path) -> String {
    let mut run = start(krate, just);
    let program = run.program();
    signal("TERM", run.id());
    let ending = ending(run);
    assert!(!is_alive(program));
    ending
}

/// SIGINT to all processes of the group that just is in, away from a terminal.
fn interrupted(krate: &TestCrate, just: &Path) -> String {
    let mut run = start(krate, just);
    let program = run.program();
    let group = format!("kill -INT -{}", run.id());
    Output::of(krate.command("sh").args(["-c", &group])).ends_with(0);
    let ending = ending(run);
    assert!(!is_alive(program));
    ending
}

/// A program that runs, and waits for the SIGINT that it will handle.
fn start(krate: &TestCrate, just: &Path) -> Running {
    let mut command = krate.command(just);
    command
        .args(["itcov", "graceful"])
        .envs([LIMIT])
        .process_group(0);
    let mut run = Running::start(&mut command);
    run.expect("waiting\n");
    run
}

/// The same at a terminal.
fn start_at_terminal(krate: &TestCrate, just: &Path) -> Terminal {
    let terminal = krate.terminal(&[LIMIT]);
    terminal.enter(&format!(
        "{} itcov graceful; echo status=$?=",
        just.display()
    ));
    terminal.expect("waiting\r\n");
    terminal.expect("runs as process");
    terminal
}

/// The just that the program runs under: above it are the harness and the supervisor, which the recipe has become.
fn just_of(program: u32, just: &Path) -> u32 {
    let found = parent_of(parent_of(parent_of(program)));
    let running = fs::read_link(format!("/proc/{found}/exe")).unwrap();
    assert_eq!(running, just.canonicalize().unwrap());
    found
}

/// The status that the shell shows once the command is over.
fn status_at(terminal: &Terminal) -> String {
    let status = || {
        let screen = terminal.screen();
        // What was typed is on the screen as well, without a number.
        let mut shown = screen.split("status=").skip(1);
        shown.find_map(|rest| rest.split_once('=')?.0.parse::<u8>().ok())
    };
    wait_until("the status is on the screen", || status().is_some());
    status().unwrap().to_string()
}

/// What came of a run at a terminal.
fn ending_at_terminal(terminal: &Terminal) -> String {
    let status = status_at(terminal);
    let screen = terminal.screen().replace('\r', "");
    describe(&without_colours(&screen), &status)
}

/// Without the sequences that begin with ESC and end with `m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.split_once('m') {
        Some((_, rest)) => text + rest,
        None => text,
    })
}

/// What came of a run away from a terminal.
fn ending(run: Running) -> String {
    let output = run.finish();
    let status = output.signal.map_or_else(
        || output.status.to_string(),
        |signal| format!("killed by {signal}"),
    );
    describe(&format!("{}{}", output.stderr, output.stdout), &status)
}

/// What the program got, whether there is a report, and just's status; and the first complaint, if there is one.
fn describe(text: &str, status: &str) -> String {
    // The program says so after its first SIGINT, and never after a second one.
    let one = if text.matches("flushed\n").count() == 1 {
        "one"
    } else {
        "two"
    };
    let came = text.lines().find_map(|line| {
        let (before, _) = line.split_once(" has come")?;
        before.split(' ').next_back()
    });
    let got = match came {
        Some("SIGINT") => format!("{one} SIGINT"),
        Some(signal) => signal.to_owned(),
        None if text.contains("s is over") => "nothing".to_owned(),
        None => panic!("how did it end?\n{text}"),
    };
    let report = if text.contains("Total") {
        "report"
    } else {
        "no report"
    };
    let complaint = text.lines().find(|line| line.contains("error"));
    let complaint = complaint.map_or_else(String::new, |line| format!(", `{line}`"));
    format!("{got}, {report}, {status}{complaint}")
}
