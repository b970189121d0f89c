//! The itcov harness: runs a program until Ctrl-C, a timeout, its own end or the end of a test suite.
//!
//! The recipes in `itcov.just` build the crate's program with coverage instrumentation, and this file as a program that
//! they start as `manual_integration COUNT WORDS`: COUNT words are the program and its arguments, the rest is the
//! suite's command; either may be missing. Only their build sets `itcov`: for every other one this file is empty.
//!
//! | variable | meaning | unset |
//! | --- | --- | --- |
//! | `ITCOV_TIMEOUT` | how many seconds the run may last; 0 is no limit | 0 |
//! | `ITCOV_READY` | what the suite waits for: `tcp://127.0.0.1:8080`, `http://127.0.0.1:8080/health` | starts at once |
//! | `ITCOV_READY_TIMEOUT` | for how many seconds | 30 |
//! | `ITCOV_GRACE` | how many seconds a process has to stop before the next, harder signal | 10 |
//! | `ITCOV_STOP_ADDR` | a loopback address where `POST /stop` ends the run; with port 0, any free port | none |
//! | `ITCOV_TERMINAL` | set where Ctrl-C reaches program and suite by itself, as they share the terminal | unset |
//! | `ITCOV_PARENT` | a process whose end ends the run | none |
#![allow(unknown_lints, unexpected_cfgs)]
#![cfg(all(unix, itcov))]
#![cfg_attr(rustfmt, rustfmt_skip)]

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};
use std::{env, fs, mem, ptr, thread};

/// How often the harness looks at what it waits for.
const TICK: Duration = Duration::from_millis(20);

fn say(what: &str) {
    // One write, so that nothing that the program writes gets between.
    drop(io::stderr().write_all(format!("itcov: {what}\n").as_bytes()));
}

fn fail<T>(status: i32, what: &str) -> Result<T, i32> {
    say(&format!("error: {what}"));
    Err(status)
}

fn seconds(variable: &str, unset: u64) -> Duration {
    Duration::from_secs(env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(unset))
}

fn main() {
    let status = run().unwrap_or_else(|failed| failed);
    sweep();
    process::exit(status);
}

/// The run from beginning to end. Gives its exit status.
fn run() -> Result<i32, i32> {
    let count = env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(0);
    let words: Vec<OsString> = env::args_os().skip(2).collect();
    let (program, mut suite) = words.split_at(count);
    let (limit, ready_limit) = (seconds("ITCOV_TIMEOUT", 0), seconds("ITCOV_READY_TIMEOUT", 30));
    let ready = env::var("ITCOV_READY").ok().filter(|_| !program.is_empty() && !suite.is_empty());
    listen_for_signals();
    serve_stop()?;
    if ready.as_ref().map_or(false, |url| ask(url).is_ok()) {
        return fail(1, "something answers at ITCOV_READY before the program has started");
    }
    let (started, has_suite, mut processes) = (Instant::now(), !suite.is_empty(), Vec::new());
    if !program.is_empty() {
        // A suite has the terminal's input to itself.
        let stdin = if has_suite { Stdio::null() } else { Stdio::inherit() };
        processes.push(Process::start("the program", program, stdin)?);
        say(&format!("Ctrl-C ends the run, ITCOV_TIMEOUT={limit:?} at the latest (0 is no limit)"));
    }
    if let Some(url) = &ready {
        say(&format!("the suite waits for {url}, ITCOV_READY_TIMEOUT={ready_limit:?} at the latest"));
    }
    let outcome = loop {
        let answer = ready.as_ref().filter(|_| !suite.is_empty()).map_or(Ok(()), |url| ask(url));
        let ended = processes.iter_mut().map(Process::status).last().flatten();
        // Ctrl-C reaches a process as well, which may have ended before the harness hears of it.
        thread::sleep(TICK);
        let signal = last_signal();
        if signal != 0 {
            say(&format!("{} has come", name(signal)));
            break Ok(if has_suite { 128 + signal } else { 0 });
        }
        if !limit.is_zero() && started.elapsed() >= limit {
            say(&format!("ITCOV_TIMEOUT={limit:?} is over (0 is no limit)"));
            break Ok(if has_suite { 124 } else { 0 });
        }
        match (ended, answer) {
            (Some(status), _) if suite.is_empty() => {
                break Ok(status.code().unwrap_or(128 + status.signal().unwrap_or(0)));
            }
            (Some(_), _) if ready.is_some() => break fail(1, "the program has ended before it was ready"),
            (_, Ok(())) if !suite.is_empty() => {
                match Process::start("the suite", mem::take(&mut suite), Stdio::inherit()) {
                    Ok(process) => processes.push(process),
                    Err(status) => break Err(status),
                }
            }
            (None, Err(error)) if started.elapsed() >= ready_limit => {
                let url = ready.unwrap_or_default();
                break fail(1, &format!("the program was not ready within {ready_limit:?}: {url}: {error}"));
            }
            _ => {}
        }
    };
    processes.iter_mut().rev().for_each(Process::stop);
    outcome
}

/// The program or the suite, running.
struct Process {
    name: &'static str,
    child: Child,
    started: Instant,
    has_ended: bool,
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
        say(&format!("{name} runs as process {}: {command:?}", child.id()));
        Ok(Process { name, child, started: Instant::now(), has_ended: false })
    }

    /// How it ended, if it has. Says so the first time.
    fn status(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().unwrap_or_else(|error| panic!("cannot wait for {}: {error}", self.name))?;
        if !mem::replace(&mut self.has_ended, true) {
            say(&format!("{} ended after {:.1?}: {status}", self.name, self.started.elapsed()));
        }
        Some(status)
    }

    /// Stops it if it runs, harder after each grace or another Ctrl-C.
    fn stop(&mut self) {
        let (mut sent, grace) = (0, seconds("ITCOV_GRACE", 10));
        let first = if last_signal() == 0 { INT } else { last_signal() };
        // Another Ctrl-C may have come since.
        let mut interrupts = (first == INT && last_signal() == INT) as usize;
        for &signal in &[first, TERM, KILL] {
            if self.status().is_some() || signal == sent {
                continue;
            }
            if sent != 0 {
                say(&format!("{} does not stop on {}, so {} follows", self.name, name(sent), name(signal)));
            }
            if sent != 0 || !came_to_all() {
                send(self.child.id(), signal);
            }
            let asked = Instant::now();
            let waits = || signal == KILL || asked.elapsed() < grace && INTERRUPTS.load(SeqCst) <= interrupts;
            while self.status().is_none() && waits() {
                thread::sleep(TICK);
            }
            (sent, interrupts) = (signal, INTERRUPTS.load(SeqCst));
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
    let (mut stream, mut answer) = (stream?, String::from("HTTP/1.1 200"));
    if scheme == "http" {
        let path = if path.is_empty() { "/" } else { path };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut bytes = [0; 1 << 10];
        let length = stream.read(&mut bytes).map_err(|_| Error::new(ErrorKind::TimedOut, "it does not answer"))?;
        answer = String::from_utf8_lossy(&bytes[..length]).lines().next().unwrap_or_default().to_string();
    }
    match answer.split(' ').nth(1).and_then(|status| status.chars().next()) {
        Some('2' | '3') if answer.starts_with("HTTP/1.") => Ok(()),
        _ => Err(Error::new(ErrorKind::InvalidData, format!("it answers {answer:?}"))),
    }
}

/// Listens at `ITCOV_STOP_ADDR` for `POST /stop`, which counts as SIGINT.
fn serve_stop() -> Result<(), i32> {
    let wanted = env::var("ITCOV_STOP_ADDR").unwrap_or_default();
    let address = wanted.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback());
    let listener = match address.map(TcpListener::bind) {
        Some(Ok(listener)) => listener,
        None if wanted.is_empty() => return Ok(()),
        Some(Err(error)) => return fail(1, &format!("cannot listen at ITCOV_STOP_ADDR={wanted}: {error}")),
        None => return fail(2, &format!("ITCOV_STOP_ADDR={wanted} is not a loopback address such as 127.0.0.1:8099")),
    };
    let address = listener.local_addr().map_or(wanted, |address| address.to_string());
    // SAFETY: no other thread runs yet. The suite finds the port that was chosen.
    unsafe { env::set_var("ITCOV_STOP_ADDR", &address) };
    say(&format!("POST http://{address}/stop ends the run"));
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
    let (status, text) = match head.lines().next().unwrap_or_default().split(' ').collect::<Vec<_>>()[..] {
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
        // SAFETY: this file handles it.
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
/// Where Ctrl-C reaches all, a process that does nothing but die of it.
static CANARY: AtomicI32 = AtomicI32::new(0);

extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn kill(process: i32, number: i32) -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn setpgid(process: i32, group: i32) -> i32;
    #[cfg(target_os = "linux")]
    fn prctl(option: i32, ...) -> i32;
}

extern "C" fn note(number: i32) {
    SIGNAL.store(number, SeqCst);
    INTERRUPTS.fetch_add((number == INT).into(), SeqCst);
}

/// From here on signals are noted and end nothing. On Linux the orphans of program and suite come to the harness.
fn listen_for_signals() {
    let (hup, quit, ignore) = (1, 3, 1);
    for &number in &[hup, INT, quit, TERM] {
        // SAFETY: the handler only stores to atomics. Under nohup SIGHUP stays ignored.
        unsafe {
            if signal(number, note as *const () as usize) == ignore && number == hup {
                signal(hup, ignore);
            }
        }
    }
    // SAFETY: no memory is involved.
    #[cfg(target_os = "linux")]
    unsafe {
        prctl(36, 1_usize)
    }; // PR_SET_CHILD_SUBREAPER
    if env::var_os("ITCOV_TERMINAL").is_some() {
        let canary = Command::new("sh").args(["-c", "ulimit -c 0; exec cat"]).stdin(Stdio::piped()).spawn();
        CANARY.store(canary.as_ref().map_or(0, |canary| canary.id() as i32), SeqCst);
        mem::forget(canary);
    }
}

/// Has the signal reached all?
fn came_to_all() -> bool {
    let canary = CANARY.load(SeqCst);
    // SAFETY: no status is asked for, and WNOHANG (1) gives 0 while the canary lives.
    canary != 0 && unsafe { waitpid(canary, ptr::null_mut(), 1) } != 0
}

/// The signal that has come, 0 if there was none; SIGTERM if the parent has gone.
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

/// Runs in what is about to be the program or the suite: it ends with the harness (on Linux), and leads a group of its
/// own, which is signalled as a whole, unless it shares the terminal.
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

fn send(process: u32, signal: i32) {
    let (process, shares) = (process as i32, CANARY.load(SeqCst) != 0);
    // SAFETY: no memory is involved, and the number is the child's until it is waited for.
    unsafe { kill(if shares { process } else { -process }, signal) };
}

/// `SIGINT` for 2.
fn name(signal: i32) -> String {
    ExitStatus::from_raw(signal).to_string().split(['(', ')']).nth(1).unwrap_or("a signal").to_string()
}

/// Ends what the program and the suite have left behind, after the grace with SIGKILL.
fn sweep() {
    let (started, grace, mut signal) = (Instant::now(), seconds("ITCOV_GRACE", 10), TERM);
    let interrupts = INTERRUPTS.load(SeqCst);
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
        let waits = started.elapsed() < grace && INTERRUPTS.load(SeqCst) == interrupts;
        signal = if waits { 0 } else { KILL };
        thread::sleep(TICK);
    }
}
