//! The itcov harness: runs a program until Ctrl-C, a timeout, its own end or the end of a test suite.
//!
//! The recipes in `itcov.just` build the crate's program with coverage instrumentation, and this file as a program that
//! they start as `manual_integration COUNT WORDS`: COUNT words are the program and its arguments, the rest is the
//! suite's command; either may be missing. Only their build sets `itcov`: for every other one this file is empty,
//! whatever features are on and whatever the crate's lints forbid.
//!
//! | variable | meaning | unset |
//! | --- | --- | --- |
//! | `ITCOV_TIMEOUT` | how many seconds the run may last; 0 is no limit | 0 |
//! | `ITCOV_READY` | what the suite waits for: `tcp://127.0.0.1:8080`, `http://127.0.0.1:8080/health` | starts at once |
//! | `ITCOV_READY_TIMEOUT` | for how many seconds | 30 |
//! | `ITCOV_GRACE` | how many seconds a process has to stop before the next, harder signal | 10 |
//! | `ITCOV_STOP_ADDR` | a loopback address where `POST /stop` ends the run; with port 0, any free port | none |
//! | `ITCOV_PARENT` | a process whose end ends the run | none |
#![allow(unknown_lints, unexpected_cfgs)]
#![cfg(all(unix, itcov))]
#![cfg_attr(rustfmt, rustfmt_skip)]

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::unix::io::AsRawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};
use std::{env, fs, mem, ptr, thread};

/// How often the harness looks at what it waits for.
const TICK: Duration = Duration::from_millis(20);

macro_rules! say {
    // One write, so that nothing that the program writes gets between.
    ($($text:tt)*) => { drop(io::stderr().write_all(format!("itcov: {}\n", format!($($text)*)).as_bytes())) };
}

/// Says what is wrong, and gives the exit status for it.
fn fail<T>(status: i32, what: &str) -> Result<T, i32> {
    say!("error: {what}");
    Err(status)
}

fn main() {
    let status = run().unwrap_or_else(|failed| failed);
    sweep();
    process::exit(status);
}

/// The outline of a run. Gives its exit status.
fn run() -> Result<i32, i32> {
    let count = env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(0);
    let words: Vec<OsString> = env::args_os().skip(2).collect();
    let (program, suite) = words.split_at(count);
    let (started, limit) = (Instant::now(), seconds("ITCOV_TIMEOUT", 0));
    let deadline = started.checked_add(limit).filter(|deadline| *deadline > started);
    listen_for_signals();
    serve_stop()?;
    if program.is_empty() {
        let mut suite = Process::start("the suite", suite, Stdio::inherit())?;
        return Ok(suite.run(deadline).status);
    }
    let at_last =
        deadline.map_or("there is no time limit".into(), |_| format!("ITCOV_TIMEOUT={limit:?} at the latest"));
    say!("Ctrl-C ends the run, {at_last}");
    if suite.is_empty() {
        let mut program = Process::start("the program", program, Stdio::inherit())?;
        let end = program.run(deadline);
        return Ok(if end.signal == 0 { end.status } else { 0 });
    }
    let ready = env::var("ITCOV_READY").ok();
    if ready.as_ref().map_or(false, |url| ask(url).is_ok()) {
        return fail(1, "something answers at ITCOV_READY before the program has started");
    }
    // The suite has the terminal's input to itself.
    let mut program = Process::start("the program", program, Stdio::null())?;
    let is_ready = ready.map_or(Ok(()), |url| program.await_ready(&url, deadline));
    let outcome = is_ready.and_then(|()| Process::start("the suite", suite, Stdio::inherit()));
    let outcome = outcome.map(|mut suite| suite.run(deadline).status);
    let over = End { status: 0, signal: INT, why: "the suite is over".into() };
    let end = program.end(deadline).unwrap_or(over);
    program.stop(&end);
    outcome
}

fn seconds(variable: &str, unset: u64) -> Duration {
    Duration::from_secs(env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(unset))
}

/// Why a process runs no longer, or is to be stopped.
struct End {
    /// As shells and `timeout` give it.
    status: i32,
    /// What to stop it with; 0 if it has ended by itself.
    signal: i32,
    why: String,
}

/// The program or the suite, running.
struct Process {
    name: &'static str,
    child: Child,
    started: Instant,
}

impl Process {
    fn start(name: &'static str, words: &[OsString], stdin: Stdio) -> Result<Process, i32> {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(stdin);
        // SAFETY: it makes system calls and allocates nothing.
        unsafe { command.pre_exec(bind) };
        let child = command.spawn().or_else(|error| {
            let status = if error.kind() == ErrorKind::PermissionDenied { 126 } else { 127 };
            fail(status, &format!("cannot start {name}: {error}: {command:?}"))
        })?;
        say!("{name} runs as process {}: {command:?}", child.id());
        Ok(Process { name, child, started: Instant::now() })
    }

    /// Waits for its end or for a reason to stop it, and stops it then.
    fn run(&mut self, deadline: Option<Instant>) -> End {
        loop {
            if let Some(end) = self.end(deadline) {
                self.stop(&end);
                return end;
            }
            thread::sleep(TICK);
        }
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap_or_else(|error| panic!("cannot wait for {}: {error}", self.name))
    }

    fn end(&mut self, deadline: Option<Instant>) -> Option<End> {
        let own = self.status();
        if own.is_some() {
            // Ctrl-C reaches the process as well, which may end before the harness hears of it.
            thread::sleep(TICK);
        }
        let late = deadline.map_or(false, |deadline| Instant::now() >= deadline);
        let (status, signal, why) = match (last_signal(), own) {
            (0, Some(own)) => (own.code().unwrap_or_else(|| 128 + own.signal().unwrap_or(0)), 0, own.to_string()),
            (0, None) if late => (124, INT, "ITCOV_TIMEOUT is over (0 is no limit)".into()),
            (0, None) => return None,
            (signal, _) => (128 + signal, signal, format!("{} came", name(signal))),
        };
        Some(End { status, signal, why })
    }

    /// Stops it if it runs, harder after each grace or another Ctrl-C, and says how it ended.
    fn stop(&mut self, end: &End) {
        let mut sent = end.signal;
        // Another Ctrl-C may have come before this line.
        let mut interrupts = if end.status == 128 + INT { 1 } else { INTERRUPTS.load(SeqCst) };
        for (step, &signal) in [end.signal, TERM, KILL].iter().enumerate() {
            if self.status().is_some() || (step > 0 && signal == sent) {
                continue;
            }
            if step > 0 {
                say!("{} does not stop on {}, so {} follows", self.name, name(sent), name(signal));
            }
            let (asked, grace) = (Instant::now(), seconds("ITCOV_GRACE", 10));
            if step > 0 || !came_to_all() {
                send(self.child.id(), signal);
            }
            sent = signal;
            let waits = || signal == KILL || asked.elapsed() < grace && INTERRUPTS.load(SeqCst) <= interrupts;
            while self.status().is_none() && waits() {
                thread::sleep(TICK);
            }
            interrupts = INTERRUPTS.load(SeqCst);
        }
        let (status, after) = (self.status().unwrap_or_else(|| ExitStatus::from_raw(sent)), self.started.elapsed());
        match sent {
            0 => say!("{} ended by itself after {after:.1?}: {status}", self.name),
            _ => say!("{} was stopped by {} after {after:.1?}, as {}: {status}", self.name, name(sent), end.why),
        }
    }

    /// Waits until the program answers at the URL.
    fn await_ready(&mut self, url: &str, deadline: Option<Instant>) -> Result<(), i32> {
        let limit = seconds("ITCOV_READY_TIMEOUT", 30);
        say!("waiting for {url}, ITCOV_READY_TIMEOUT={limit:?} at most");
        loop {
            let answer = ask(url);
            // Looked at after the answer, which counts only while the program lives.
            match (self.end(deadline), answer) {
                (Some(End { signal: 0, why, .. }), _) => {
                    return fail(1, &format!("the program ended before it was ready at {url}: {why}"));
                }
                (Some(end), _) => {
                    return fail(end.status, &format!("{} before the program was ready at {url}", end.why));
                }
                (None, Ok(())) => return Ok(()),
                (None, Err(error)) if self.started.elapsed() > limit => {
                    return fail(1, &format!("the program was not ready at {url} within {limit:?}: {error}"));
                }
                (None, Err(_)) => thread::sleep(TICK),
            }
        }
    }
}

/// Fails unless something answers at `tcp://HOST:PORT`, or at `http://HOST:PORT/PATH` with a status of 2xx or 3xx.
fn ask(url: &str) -> io::Result<()> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("tcp", url));
    let (address, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut stream = Err(Error::new(ErrorKind::NotFound, "the name has no address"));
    for address in address.to_socket_addrs()? {
        stream = stream.or_else(|_| TcpStream::connect_timeout(&address, Duration::from_secs(1)));
    }
    let mut stream = stream?;
    if scheme == "http" {
        let path = if path.is_empty() { "/" } else { path };
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut answer = [0; 1 << 10];
        let length = stream.read(&mut answer).map_err(|_| Error::new(ErrorKind::TimedOut, "it does not answer"))?;
        if !answer.starts_with(b"HTTP/1.") || !matches!(answer[9], b'2' | b'3') {
            let line = String::from_utf8_lossy(&answer[..length]).lines().next().unwrap_or_default().to_string();
            return Err(Error::new(ErrorKind::InvalidData, format!("it answers {line:?}")));
        }
    }
    Ok(())
}

/// Listens at `ITCOV_STOP_ADDR` for `POST /stop`, which counts as SIGINT.
fn serve_stop() -> Result<(), i32> {
    let wanted = match env::var("ITCOV_STOP_ADDR") {
        Ok(wanted) => wanted,
        Err(_) => return Ok(()),
    };
    let address = wanted.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback());
    let listener = match address.map(TcpListener::bind) {
        Some(Ok(listener)) => listener,
        Some(Err(error)) => return fail(1, &format!("cannot listen at ITCOV_STOP_ADDR={wanted}: {error}")),
        None => return fail(2, &format!("ITCOV_STOP_ADDR={wanted} is not a loopback address such as 127.0.0.1:8099")),
    };
    let url = listener.local_addr().map_or(wanted, |address| address.to_string());
    // SAFETY: no other thread runs yet. The suite finds the port that was chosen.
    unsafe { env::set_var("ITCOV_STOP_ADDR", &url) };
    say!("POST http://{url}/stop ends the run");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer_stop(&stream));
        }
    });
    Ok(())
}

fn answer_stop(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let (mut head, mut reader) = (String::new(), BufReader::new(stream.take(1 << 13)));
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    let has = |name: &str| head.lines().any(|line| line.to_ascii_lowercase().starts_with(name));
    let request: Vec<&str> = head.lines().next().unwrap_or_default().split(' ').collect();
    let (status, text) = match request[..] {
        _ if !head.ends_with("\r\n\r\n") => ("400 Bad Request", "this is not HTTP"),
        // A browser says so when a page asks.
        _ if has("origin:") || has("sec-fetch-") => ("403 Forbidden", "a page in a browser cannot end the run"),
        ["POST", "/stop", _] => ("202 Accepted", "the run ends"),
        [_, "/stop", _] => ("405 Method Not Allowed", "POST /stop ends the run"),
        _ => ("404 Not Found", "POST /stop ends the run"),
    };
    let length = text.len() + 1;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nAllow: POST\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}\n"
    )?;
    if status.starts_with("202") {
        // SAFETY: the signal's handler is this file's.
        unsafe { kill(process::id() as i32, INT) };
    }
    // What is left unread would make the end of the connection an error.
    io::copy(&mut stream.take(1 << 20), &mut io::sink()).map(drop)
}

const INT: i32 = 2;
const KILL: i32 = 9;
const TERM: i32 = 15;
static SIGNAL: AtomicI32 = AtomicI32::new(0);
static INTERRUPTS: AtomicUsize = AtomicUsize::new(0);
/// At a terminal, a process that does nothing but die of what comes to all there, as Ctrl-C does; else 0.
static CANARY: AtomicI32 = AtomicI32::new(0);

extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn kill(process: i32, number: i32) -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn setpgid(process: i32, group: i32) -> i32;
    fn getpgrp() -> i32;
    fn tcgetpgrp(descriptor: i32) -> i32;
    #[cfg(target_os = "linux")]
    fn prctl(option: i32, ...) -> i32;
}

extern "C" fn note(number: i32) {
    SIGNAL.store(number, SeqCst);
    INTERRUPTS.fetch_add((number == INT).into(), SeqCst);
}

/// From here on signals end nothing but are noted, and what the program leaves behind comes to the harness (on Linux).
fn listen_for_signals() {
    let (hup, quit, ignore) = (1, 3, 1);
    // SAFETY: the handler only stores to atomics, and the descriptor is open.
    unsafe {
        for &number in &[hup, INT, quit, TERM] {
            // Under nohup SIGHUP stays ignored.
            if signal(number, note as *const () as usize) == ignore && number == hup {
                signal(hup, ignore);
            }
        }
        #[cfg(target_os = "linux")]
        prctl(36, 1_usize); // PR_SET_CHILD_SUBREAPER
        if fs::File::open("/dev/tty").map_or(false, |tty| tcgetpgrp(tty.as_raw_fd()) == getpgrp()) {
            let canary = Command::new("sh").args(&["-c", "ulimit -c 0; exec cat"]).stdin(Stdio::piped()).spawn();
            CANARY.store(canary.as_ref().map_or(0, |canary| canary.id() as i32), SeqCst);
            mem::forget(canary);
        }
    }
}

/// The signal that has come; SIGTERM if the parent has gone, 0 if none has.
fn last_signal() -> i32 {
    let has_gone = |parent: i32| {
        let stat = fs::read_to_string(format!("/proc/{parent}/stat")).unwrap_or_default();
        // SAFETY: signal 0 only asks whether the process is there. A zombie (Z) is.
        unsafe { kill(parent, 0) != 0 || stat.contains(") Z ") }
    };
    match SIGNAL.load(SeqCst) {
        0 if env::var("ITCOV_PARENT").map_or(false, |parent| parent.parse().map_or(false, has_gone)) => TERM,
        signal => signal,
    }
}

/// Runs in what is about to be the program or the suite. It ends with the harness (on Linux), and away from a terminal
/// leads a group of its own, which is signalled as a whole.
fn bind() -> io::Result<()> {
    // SAFETY: no memory is involved.
    unsafe {
        #[cfg(target_os = "linux")]
        prctl(1, KILL as usize); // PR_SET_PDEATHSIG
        if CANARY.load(SeqCst) == 0 {
            setpgid(0, 0);
        }
    }
    Ok(())
}

fn send(child: u32, signal: i32) {
    let (child, alone) = (child as i32, CANARY.load(SeqCst) != 0);
    // SAFETY: no memory is involved, and the number is the child's until it is waited for.
    unsafe { kill(if alone { child } else { -child }, signal) };
}

/// Has the signal reached the program as well, as Ctrl-C at a terminal does?
fn came_to_all() -> bool {
    let canary = CANARY.load(SeqCst);
    // SAFETY: no status is asked for. It is 0 (WNOHANG) while the canary lives.
    canary != 0 && unsafe { waitpid(canary, ptr::null_mut(), 1) } != 0
}

fn name(signal: i32) -> String {
    let shown = ExitStatus::from_raw(signal).to_string();
    shown.split(&['(', ')'][..]).nth(1).unwrap_or(&shown).to_string()
}

/// Ends what the program and the suite have left behind, after the grace with SIGKILL.
fn sweep() {
    let (started, grace, mut signal) = (Instant::now(), seconds("ITCOV_GRACE", 10), TERM);
    loop {
        // SAFETY: no status is asked for, and nothing else waits for children any more.
        while unsafe { waitpid(-1, ptr::null_mut(), 1) } > 0 {}
        let left = fs::read_to_string(format!("/proc/self/task/{}/children", process::id())).unwrap_or_default();
        if left.is_empty() {
            return;
        }
        for child in left.split_whitespace().filter_map(|child| child.parse().ok()) {
            // SAFETY: no memory is involved, and these are children.
            unsafe { kill(child, signal) };
        }
        signal = if started.elapsed() < grace { 0 } else { KILL };
        thread::sleep(TICK);
    }
}
