//! The itcov harness: runs the real `main` of orders-api while somebody uses it, then stops it.
//!
//!     ITCOV_TIMEOUT=60s cargo test --features manual-integration --test manual_integration -- --port 8080
//!
//! Arguments after `--` are the program's. Ctrl-C, SIGTERM, SIGHUP, SIGQUIT or the timeout stops it; a second Ctrl-C skips the grace.
//! The exit status is the program's if it ended by itself (128 + N after signal N), and 0 if it was stopped.
//!
//! `ITCOV_TIMEOUT`: how long the program may run: `90`, `90s`, `5m`, `1h30m`; no limit if `0` or unset
//! `ITCOV_GRACE`: how long it may take to stop before it gets the next, harder signal; `10s` if unset
//! `ITCOV_STOP_SIGNAL`: the first signal, `SIGINT` (if unset) or `SIGTERM`; SIGTERM and SIGKILL follow
//! `ITCOV_PROGRAM`: the path of another program to run
//!
//! Written by cargo-itcov 0.1.0 (md5 f761df23538af28734ffa23ff9fd5367): `cargo itcov update` renews it.
#![allow(unknown_lints, unexpected_cfgs)] // for the next line, as long as Cargo.toml does not have the feature
#![cfg(feature = "manual-integration")]
#![allow(missing_unsafe_on_extern, unsafe_code, unused_crate_dependencies, unused_results)]
#![cfg_attr(rustfmt, rustfmt_skip)]

use std::os::unix::{io::AsRawFd, process::{parent_id, CommandExt, ExitStatusExt}};
use std::process::{exit, Command};
use std::sync::{atomic::{AtomicI32, Ordering::SeqCst}, mpsc};
use std::{env, ffi::OsString, fs::File, io, io::Write, path::Path, thread, time::Duration, time::Instant};

fn main() {
    let (timeout, grace) = (duration("ITCOV_TIMEOUT", "0"), duration("ITCOV_GRACE", "10s"));
    let first = variable("ITCOV_STOP_SIGNAL", "SIGINT").to_string_lossy().into_owned();
    let wrong = format!("ITCOV_STOP_SIGNAL={first} is neither SIGINT nor SIGTERM");
    let skipped = ["SIGINT", "SIGTERM"].iter().position(|it| first == *it).unwrap_or_else(|| fail(2, &wrong));
    let mut steps = [("SIGINT", SIGINT), ("SIGTERM", SIGTERM), ("SIGKILL", 9)].iter().skip(skipped);
    let program = variable("ITCOV_PROGRAM", env!("CARGO_BIN_EXE_orders-api"));
    let name = Path::new(&program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut command = Command::new(&program);
    command.args(arguments());
    // SAFETY: a signal handler may store to an atomic, and a forked child may make a system call.
    let at_terminal = unsafe {
        let handler = on_signal as *const () as usize;
        for &number in &[SIGINT, SIGQUIT, SIGTERM] { signal(number, handler); }
        if signal(SIGHUP, handler) == IGNORED { signal(SIGHUP, IGNORED); } // as under `nohup`
        // At a terminal, Ctrl-C reaches whatever the program starts. Elsewhere, a signal to its process group does.
        let in_foreground = || matches!(File::open("/dev/tty"), Ok(it) if tcgetpgrp(it.as_raw_fd()) == getpgrp());
        isatty(0) == 1 || in_foreground() || { command.pre_exec(|| { setpgid(0, 0); Ok(()) }); false }
    };
    let mut child = command.spawn().unwrap_or_else(|error| fail(127, &format!("cannot run {command:?}: {error}")));
    say(&format!("{name} runs as process {}: {command:?}", child.id()));

    let (started, parent, mut is_stopping) = (Instant::now(), parent_id(), false);
    let mut due = started.checked_add(timeout).filter(|_| timeout.as_secs() > 0);
    loop {
        let ended = child.try_wait().expect("a child can be waited for");
        // Ctrl-C may end the program before it reaches the harness, so look for a signal last.
        thread::sleep(Duration::from_millis(20));
        let came = LAST.swap(0, SeqCst);
        if let Some(status) = ended {
            say(&format!("{name} ended after {:.1?}: {status}", started.elapsed()));
            exit(if is_stopping || came != 0 { 0 } else { status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)) });
        }
        let is_due = matches!(due, Some(due) if Instant::now() >= due);
        let why = match came {
            0 if !is_due => continue,
            SIGTERM | SIGHUP if is_stopping && has_gone(parent) => continue,
            0 => format!("{} is over", if is_stopping { format!("ITCOV_GRACE={grace:?}") } else { format!("ITCOV_TIMEOUT={timeout:?}") }),
            SIGTERM if env::var_os("ITCOV_CONTROL").is_some() => "the run ends".to_owned(), // cargo itcov has said why
            _ => format!("{} has come", ["SIGHUP", "SIGINT", "SIGQUIT"].get(came as usize - 1).unwrap_or(&"SIGTERM")),
        };
        if let Some(&(step, number)) = steps.next() {
            // The terminal has sent its Ctrl-C to the program as well.
            if !(at_terminal && came == SIGINT && number == SIGINT) {
                // SAFETY: nobody has waited for the process yet, so the number is still its own.
                unsafe { kill(child.id() as i32 * if at_terminal { 1 } else { -1 }, number) };
            }
            say(&format!("{why}, so {step} goes to {name}"));
        }
        (due, is_stopping) = (Instant::now().checked_add(grace), true);
    }
}

/// What comes after `--`. cargo-nextest has words of its own there, and asks for a list of tests first.
fn arguments() -> Vec<OsString> {
    let all: Vec<OsString> = env::args_os().skip(1).collect();
    let has = |word: &str| env::var_os("NEXTEST").is_some() && all.iter().any(|other| other == word);
    if has("--list") && !has("--ignored") { println!("main: test"); }
    if has("--list") { exit(0); }
    if has("--exact") { Vec::new() } else { all }
}

/// The value of a variable. An empty one is not set.
fn variable(name: &str, default: &str) -> OsString {
    env::var_os(name).filter(|value| !value.is_empty()).unwrap_or_else(|| default.into())
}

fn duration(name: &str, default: &str) -> Duration {
    let text = variable(name, default).to_string_lossy().into_owned();
    let seconds = text.split_inclusive(&['h', 'm', 's'][..]).try_fold(0_u64, |sum, part| {
        let (number, unit) = part.split_at(part.find(|it: char| !it.is_ascii_digit()).unwrap_or(part.len()));
        let unit = match unit { "h" => 3600, "m" => 60, "s" => 1, "" if number == text => 1, _ => return None };
        sum.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)
    });
    let wrong = format!("{name}={text} is not a duration such as 90, 90s, 5m or 1h30m");
    Duration::from_secs(seconds.unwrap_or_else(|| fail(2, &wrong)))
}

/// Whether the parent has gone. Linux may tell of that once for each of its threads, so this waits for the last one.
fn has_gone(parent: u32) -> bool { thread::sleep(Duration::from_millis(100)); parent_id() != parent }

/// Says it in one write, so that no other output gets between. Whoever does not read it keeps nobody waiting.
fn say(what: &str) {
    let (text, (done, is_done)) = (format!("itcov: {what}\n"), mpsc::channel::<()>());
    drop(thread::Builder::new().spawn(move || { drop(io::stderr().write_all(text.as_bytes())); drop(done) }));
    let _ = is_done.recv_timeout(Duration::from_secs(1));
}

fn fail(status: i32, what: &str) -> ! { say(&format!("error: {what}")); exit(status) }

const SIGHUP: i32 = 1; const SIGINT: i32 = 2; const SIGQUIT: i32 = 3; const SIGTERM: i32 = 15; const IGNORED: usize = 1;
static LAST: AtomicI32 = AtomicI32::new(0); extern "C" fn on_signal(number: i32) { LAST.store(number, SeqCst) }

unsafe extern "C" {
    fn isatty(descriptor: i32) -> i32; fn tcgetpgrp(descriptor: i32) -> i32; fn getpgrp() -> i32;
    fn setpgid(process: i32, group: i32) -> i32; fn kill(process: i32, signal: i32) -> i32; fn signal(signal: i32, handler: usize) -> usize;
}
