//! The itcov harness: runs programs until Ctrl-C, a timeout, their own end or the end of a test suite.
//!
//! The recipes in `itcov.just` build the programs with coverage instrumentation, and this file as a program that they
//! start as `manual_integration COUNTS WORDS`: with `3,1`, three words are a program and its arguments, the next one is
//! another program, the rest is the suite's command; with `0` there is none but that. Only their build sets `itcov`: for
//! every other one this file is empty.
//!
//! | variable | meaning | unset |
//! | --- | --- | --- |
//! | `ITCOV_TIMEOUT` | how many seconds the run may last; 0 is no limit | 0 |
//! | `ITCOV_READY` | what the suite waits for: `tcp://127.0.0.1:8080 http://127.0.0.1:8081/health` | starts at once |
//! | `ITCOV_READY_TIMEOUT` | for how many seconds | 30 |
//! | `ITCOV_GRACE` | how many seconds a process has to stop before the next, harder signal | 10 |
//! | `ITCOV_STOP_ADDR` | a loopback address where `POST /stop` ends the run; with port 0, any free port | none |
//! | `ITCOV_TERMINAL` | set where Ctrl-C reaches programs and suite by itself, as they share the terminal | unset |
//! | `ITCOV_PARENT` | a process whose end ends the run | none |
//! | `ITCOV_CLEAN` | what forgets the data of all runs | none |
//!
//! Written by cargo-itcov 0.1.0 (md5 5718aae35d1496160baf05dc1f80da3a): `cargo itcov update` renews it.
#![allow(unknown_lints, unexpected_cfgs)]
#![cfg(all(unix, itcov))]
#![cfg_attr(rustfmt, rustfmt_skip)]

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::{
    atomic::{AtomicI32, AtomicUsize, Ordering::SeqCst},
    mpsc,
};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// How often the harness looks at what it waits for.
const TICK: Duration = Duration::from_millis(20);

fn main() {
    let mut processes = Processes { started: Vec::new(), canary: listen_for_signals() };
    let outcome = run(&mut processes);
    processes.stop();
    process::exit(outcome.unwrap_or_else(|failed| failed));
}

fn say(what: &str) {
    // One write, so that nothing that the program writes gets between.
    drop(io::stderr().write_all(format!("itcov: {what}\n").as_bytes()));
}

/// Says what is wrong, and gives the exit status for it.
fn fail<T>(status: i32, what: &str) -> Result<T, i32> {
    say(&format!("error: {what}"));
    Err(status)
}

/// The same of a run whose suite has not started.
fn not_ready<T>(what: &str) -> Result<T, i32> {
    let clean = env::var("ITCOV_CLEAN").map(|clean| format!("; {clean} forgets it")).unwrap_or_default();
    let failed = fail(1, what);
    say(&format!("what it ran has been added to the data{clean}"));
    failed
}

fn seconds(variable: &str, unset: u64) -> Duration {
    Duration::from_secs(env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(unset))
}

/// Starts the programs and the suite, and waits until the run is over. Gives its exit status.
fn run(processes: &mut Processes) -> Result<i32, i32> {
    let counts = env::args().nth(1).unwrap_or_default();
    let mut words = env::args_os().skip(2);
    let counts = counts.split(',').filter_map(|count| count.parse().ok()).filter(|count| *count > 0);
    let programs: Vec<Vec<OsString>> = counts.map(|count| words.by_ref().take(count).collect()).collect();
    let suite: Vec<OsString> = words.collect();
    let (limit, ready_limit) = (seconds("ITCOV_TIMEOUT", 0), seconds("ITCOV_READY_TIMEOUT", 30));
    let (has_suite, is_one) = (!suite.is_empty(), programs.len() == 1);
    let wanted = env::var("ITCOV_READY").ok().filter(|_| has_suite && !programs.is_empty()).unwrap_or_default();
    let urls: Vec<String> = wanted.split_whitespace().map(String::from).collect();
    let waits = !urls.is_empty();
    serve_stop()?;
    if urls.iter().any(|url| ask(url, ready_limit).is_ok()) {
        return fail(1, "something answers at ITCOV_READY before the program has started");
    }
    let started = Instant::now();
    for words in &programs {
        let file = Path::new(&words[0]).file_name().unwrap_or_default().to_string_lossy();
        let who = if is_one { "the program".to_string() } else { format!("the program {file}") };
        // A suite has the terminal's input to itself, and several programs cannot share it.
        processes.start(who, words, if has_suite || !is_one { Stdio::null() } else { Stdio::inherit() })?;
    }
    if !programs.is_empty() {
        say(&format!("Ctrl-C ends the run, ITCOV_TIMEOUT={limit:?} at the latest (0 is no limit)"));
    }
    let (sender, answers) = mpsc::channel();
    let mut answer = Ok(());
    if waits {
        say(&format!("the suite waits for {wanted}, ITCOV_READY_TIMEOUT={ready_limit:?} at the latest"));
        answer = Err(format!("{wanted}: no answer yet"));
        // A thread asks, so that nothing keeps the harness from seeing a signal or the end of a program.
        thread::spawn(move || {
            for url in urls {
                while let Err(error) = ask(&url, ready_limit) {
                    sender.send(Err(format!("{url}: {error}")))?;
                    thread::sleep(TICK);
                }
            }
            sender.send(Ok(()))
        });
    }
    loop {
        processes.reap();
        // Ctrl-C reaches a process as well, which may have ended before the harness hears of it.
        thread::sleep(TICK);
        if last_signal() != 0 {
            say(&format!("{} has come", name(last_signal())));
            return Ok(if has_suite { 128 + last_signal() } else { 0 });
        }
        if !limit.is_zero() && started.elapsed() >= limit {
            say(&format!("ITCOV_TIMEOUT={limit:?} is over (0 is no limit)"));
            return Ok(if has_suite { 124 } else { 0 });
        }
        if let Some(suite) = processes.started.get(programs.len()) {
            match suite.end {
                Some((_, status)) => return Ok(status),
                None => continue,
            }
        }
        let ends: Vec<_> = processes.started.iter().filter_map(|process| Some((process.end?, &process.name))).collect();
        // The first that failed, or else the first.
        let first = ends.iter().min_by_key(|((when, status), _)| (*status == 0, *when));
        answer = answers.try_iter().last().unwrap_or(answer);
        match (first, &answer) {
            (Some(((_, status), _)), _) if !has_suite && ends.len() == programs.len() => return Ok(*status),
            (Some(((_, status), who)), _) if waits && (*status != 0 || ends.len() == programs.len()) => {
                return not_ready(&format!("{who} has ended before it was ready"));
            }
            (_, Ok(())) if has_suite => processes.start("the suite".to_string(), &suite, Stdio::inherit())?,
            (_, Err(error)) if started.elapsed() >= ready_limit => {
                return not_ready(&format!("the program was not ready within {ready_limit:?}: {error}"));
            }
            _ => {}
        }
    }
}

/// The programs and the suite.
struct Processes {
    started: Vec<Process>,
    /// Where Ctrl-C reaches all, a process that dies of it, or else echoes.
    canary: Option<Child>,
}

struct Process {
    name: String,
    id: i32,
    since: Instant,
    /// When, and its exit status.
    end: Option<(Instant, i32)>,
}

impl Processes {
    fn start(&mut self, name: String, words: &[OsString], stdin: Stdio) -> Result<(), i32> {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(stdin);
        let leads_group = self.canary.is_none();
        // SAFETY: it makes system calls and allocates nothing.
        unsafe { command.pre_exec(move || bind(leads_group)) };
        let child = command.spawn().or_else(|error| {
            let status = if error.kind() == ErrorKind::PermissionDenied { 126 } else { 127 };
            fail(status, &format!("cannot start {name}: {error}: {command:?}"))
        })?;
        say(&format!("{name} runs as process {}: {command:?}", child.id()));
        self.started.push(Process { name, id: child.id() as i32, since: Instant::now(), end: None });
        Ok(())
    }

    /// Takes note of what has ended, be it an orphan of a program, and gives the children that are left.
    fn reap(&mut self) -> Vec<i32> {
        let mut status = 0;
        loop {
            // SAFETY: the status is written to. WNOHANG (1) gives 0 while all children live.
            let id = unsafe { waitpid(-1, &mut status, 1) };
            if id <= 0 {
                break;
            }
            if let Some(process) = self.started.iter_mut().find(|it| it.id == id && it.end.is_none()) {
                let status = ExitStatus::from_raw(status);
                let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
                process.end = Some((Instant::now(), code));
                say(&format!("{} ended after {:.1?}: {status}", process.name, process.since.elapsed()));
            }
        }
        let left = fs::read_to_string(format!("/proc/self/task/{}/children", process::id())).unwrap_or_default();
        // SAFETY: signal 0 only asks whether it could be sent, which the process of another user refuses.
        left.split(' ').filter_map(|id| id.parse().ok()).filter(|id| unsafe { kill(*id, 0) } == 0).collect()
    }

    /// Ends the suite, then the programs at once, then what they have left behind.
    fn stop(&mut self) {
        let first = if last_signal() == 0 { INT } else { last_signal() };
        // One Ctrl-C has ended the run; those that come after it hurry.
        INTERRUPTS.fetch_add(INTERRUPTS.swap(0, SeqCst).saturating_sub(1), SeqCst);
        let sign = if self.canary.is_none() { -1 } else { 1 };
        for is_suite in [true, false] {
            let has_come = self.has_come_to_all();
            self.end(first, has_come, |processes| {
                processes.reap();
                let alive =
                    processes.started.iter().filter(|it| it.end.is_none() && (it.name == "the suite") == is_suite);
                alive.map(|process| (process.name.clone(), sign * process.id)).collect()
            });
        }
        // Its input ends, and so does it.
        self.canary = None;
        self.end(TERM, false, |processes| {
            processes.reap().into_iter().map(|id| ("what was left behind".to_string(), id)).collect()
        });
    }

    /// Has the signal reached all? Who has one to die of does not get to echo.
    fn has_come_to_all(&mut self) -> bool {
        match &mut self.canary {
            Some(Child { stdin: Some(input), stdout: Some(output), .. }) => {
                input.write_all(b"?").and_then(|()| output.read_exact(&mut [0])).is_err()
            }
            _ => false,
        }
    }

    /// Signals those who are alive, unless the signal `has_come` to them; harder after each grace or another Ctrl-C.
    fn end(&mut self, first: i32, mut has_come: bool, alive: impl Fn(&mut Processes) -> Vec<(String, i32)>) {
        let (mut signal, mut since, mut told) = (first, Instant::now(), Vec::new());
        loop {
            let targets = alive(self);
            if targets.is_empty() {
                return;
            }
            for (_, target) in &targets {
                if !has_come && !told.contains(target) {
                    // SAFETY: the number is a child's that nobody has waited for, or its group's.
                    unsafe { kill(*target, signal) };
                    told.push(*target);
                }
            }
            let grace = if signal == KILL { Duration::from_secs(10) } else { seconds("ITCOV_GRACE", 10) };
            if since.elapsed() >= grace || signal != KILL && INTERRUPTS.swap(0, SeqCst) > 0 {
                let harder = match signal {
                    KILL => return,
                    TERM => KILL,
                    _ => TERM,
                };
                let mut names: Vec<String> = targets.into_iter().map(|(who, _)| who).collect();
                names.dedup();
                for who in names {
                    say(&format!("{who} does not stop on {}, so {} follows", name(signal), name(harder)));
                }
                (signal, has_come, since) = (harder, false, Instant::now());
                told.clear();
            }
            thread::sleep(TICK);
        }
    }
}

/// Fails unless something answers at `tcp://HOST:PORT`, or at `http://HOST:PORT/PATH` with a status of 2xx or 3xx.
fn ask(url: &str, limit: Duration) -> io::Result<()> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("tcp", url));
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = Err(Error::new(ErrorKind::NotFound, "the name has no address"));
    for address in address.to_socket_addrs()? {
        stream = stream.or_else(|_| TcpStream::connect_timeout(&address, Duration::from_secs(1)));
    }
    let mut stream = stream?;
    if scheme == "tcp" {
        return Ok(());
    }
    stream.write_all(format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    stream.set_read_timeout(Some(limit.max(TICK)))?;
    let mut line = String::new();
    let read = BufReader::new(stream.take(1 << 10)).read_line(&mut line);
    read.map_err(|_| Error::new(ErrorKind::TimedOut, "it does not answer"))?;
    match line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)) {
        Some(status) if status.starts_with(&['2', '3'][..]) => Ok(()),
        _ => Err(Error::new(ErrorKind::InvalidData, format!("it answers {:?}", line.trim_end()))),
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
    let head = format!("HTTP/1.1 {status}\r\nAllow: POST\r\nContent-Length: {}\r\nConnection: close", text.len() + 1);
    // Who asks may have gone without waiting for the answer.
    drop(stream.write_all(format!("{head}\r\n\r\n{text}\n").as_bytes()));
    if status.starts_with("202") {
        note(INT);
    }
    // What is left unread would make the end of the connection an error.
    io::copy(&mut stream.take(1 << 20), &mut io::sink()).map(drop)
}

const INT: i32 = 2;
const KILL: i32 = 9;
const TERM: i32 = 15;
static SIGNAL: AtomicI32 = AtomicI32::new(0);
/// How many SIGINT nobody has heeded yet.
static INTERRUPTS: AtomicUsize = AtomicUsize::new(0);

extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn kill(process: i32, number: i32) -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn setpgid(process: i32, group: i32) -> i32;
    #[cfg(target_os = "linux")]
    fn prctl(option: i32, ...) -> i32;
}

extern "C" fn note(number: i32) {
    INTERRUPTS.fetch_add((number == INT).into(), SeqCst);
    SIGNAL.store(number, SeqCst);
}

/// From here on signals are noted and end nothing. On Linux the orphans of programs and suite come to the harness. Gives
/// the canary.
fn listen_for_signals() -> Option<Child> {
    let (hup, quit, ignore) = (1, 3, 1);
    // SAFETY: the handler only stores to atomics. Under nohup SIGHUP stays ignored.
    unsafe {
        for &number in &[hup, INT, quit, TERM] {
            if signal(number, note as *const () as usize) == ignore && number == hup {
                signal(hup, ignore);
            }
        }
        #[cfg(target_os = "linux")]
        prctl(36, 1_usize); // PR_SET_CHILD_SUBREAPER
    }
    env::var_os("ITCOV_TERMINAL")?;
    Command::new("sh").args(["-c", "ulimit -c 0; exec cat"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()
}

/// Runs in what is about to be a program or the suite, which ends with the harness (on Linux). Where Ctrl-C does not
/// reach it by itself, it leads a group, which is signalled as a whole.
fn bind(leads_group: bool) -> io::Result<()> {
    // SAFETY: no memory is involved.
    unsafe {
        #[cfg(target_os = "linux")]
        prctl(1, KILL as usize); // PR_SET_PDEATHSIG
        if leads_group {
            setpgid(0, 0);
        }
    }
    Ok(())
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

/// `SIGINT` for 2.
fn name(signal: i32) -> String {
    ExitStatus::from_raw(signal).to_string().split(&['(', ')'][..]).nth(1).unwrap_or("a signal").to_string()
}
