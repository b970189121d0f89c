//! The itcov harness: runs the program `{{ bin }}` until Ctrl-C, a timeout, its own end or the end of a test suite.
//!
//! The recipes in `itcov.just` build the program with coverage instrumentation, start this file's one test and report
//! which lines ran. The test is ignored and behind a feature: nobody starts it by accident.
//!
//! | variable | meaning | unset |
//! | --- | --- | --- |
//! | `ITCOV_ARGS` | the program's arguments, quoted as for a shell: `--port 8080 --root 'my files'` | none |
//! | `ITCOV_TIMEOUT` | how long the run may last: `90`, `90s`, `5m`, `1h30m`; `0` is no limit | `{{ timeout }}` |
//! | `ITCOV_READY` | what the suite waits for: `tcp://127.0.0.1:8080`, `http://127.0.0.1:8080/health` | starts at once |
//! | `ITCOV_READY_TIMEOUT` | how long it waits | `30s` |
//! | `ITCOV_GRACE` | how long the program may take to stop before the next, harder signal | `10s` |
//! | `ITCOV_BIN` | another build of the program to run | the one cargo built |
//! | `ITCOV_SUITE` | the suite's command, quoted like `ITCOV_ARGS`; `just itcov-suite` sets it | no suite |
//! | `ITCOV_STDOUT` | the descriptor for the program's output; the recipes set it, to have it without the test runner's | 1 |
#![cfg(unix)]

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::ExitStatusExt;
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fmt};

/// The program to run, and for how long at most, unless the environment says otherwise.
const PROGRAM: &str = env!("CARGO_BIN_EXE_{{ bin }}");
const TIMEOUT: &str = "{{ timeout }}";

/// How often the harness looks at what it waits for.
const TICK: Duration = Duration::from_millis(20);

/// The exit status of a run that failed, and what to say about it.
type Failure = (i32, String);

#[test]
#[ignore = "runs the program until it is stopped: start it with `just itcov`"]
fn manual_integration() {
    let status = Settings::read()
        .and_then(|settings| run(&settings))
        .unwrap_or_else(|(status, message)| {
            say(&format!("error: {message}"));
            status
        });
    // The exit status says how the run went, so the test does not return to the test runner, which knows only two.
    process::exit(status);
}

/// The outline of a run. Returns its exit status.
fn run(settings: &Settings) -> Result<i32, Failure> {
    signals::listen();
    let taken = settings.ready.as_ref().is_some_and(Ready::is_taken);
    // The suite, if there is one, has the terminal's input to itself.
    let stdin = if settings.suite.is_empty() {
        Stdio::inherit()
    } else {
        Stdio::null()
    };
    let mut program = Process::start("the program", &settings.program, stdin, settings)?;
    let deadline = settings
        .timeout
        .and_then(|timeout| Instant::now().checked_add(timeout));
    let limit = settings.timeout.map_or("no time limit".into(), |limit| {
        format!("at most {limit:?} (ITCOV_TIMEOUT)")
    });
    say(&format!("running {program}, {limit}; Ctrl-C ends the run"));
    if settings.suite.is_empty() {
        return Ok(match watch(&mut program, None, deadline) {
            End::Own(status) => {
                say(&format!(
                    "the program ended by itself after {:.1?}: {status}",
                    program.started.elapsed()
                ));
                exit_code(status)
            }
            end => {
                program.stop(&end, settings);
                0
            }
        });
    }
    let outcome = await_ready(settings, taken, &mut program, deadline)
        .and_then(|()| run_suite(settings, &mut program, deadline));
    if program.ended().is_none() {
        program.stop(&End::Suite, settings);
    }
    outcome
}

fn run_suite(
    settings: &Settings,
    program: &mut Process,
    deadline: Option<Instant>,
) -> Result<i32, Failure> {
    let mut suite = Process::start("the suite", &settings.suite, Stdio::inherit(), settings)?;
    say(&format!("running {suite}"));
    let end = watch(&mut suite, Some(program), deadline);
    if let End::Own(status) = end {
        say(&format!(
            "the suite ended after {:.1?}: {status}",
            suite.started.elapsed()
        ));
        return Ok(exit_code(status));
    }
    suite.stop(&end, settings);
    Ok(end.exit_code())
}

/// Why a wait is over.
enum End {
    /// The process ended by itself.
    Own(ExitStatus),
    /// A signal came, Ctrl-C for one.
    Signal(i32),
    Timeout,
    /// The suite is over, so the program is not needed any more.
    Suite,
}

impl End {
    /// As shells and `timeout` report it.
    fn exit_code(&self) -> i32 {
        match self {
            End::Own(status) => exit_code(*status),
            End::Signal(signal) => 128 + signal,
            End::Timeout => 124,
            End::Suite => 0,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Own(status) => write!(f, "its own end ({status})"),
            End::Signal(signals::INT) => f.write_str("Ctrl-C (SIGINT)"),
            End::Signal(_) => f.write_str("SIGTERM"),
            End::Timeout => f.write_str("the timeout (ITCOV_TIMEOUT)"),
            End::Suite => f.write_str("the end of the suite"),
        }
    }
}

/// The shell's convention: a process ended by signal N counts as status 128 + N.
fn exit_code(status: ExitStatus) -> i32 {
    status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// Why everything ought to stop now, if it ought to.
fn interruption(deadline: Option<Instant>) -> Option<End> {
    match signals::last() {
        Some(signal) => Some(End::Signal(signal)),
        None => deadline
            .filter(|deadline| Instant::now() >= *deadline)
            .map(|_| End::Timeout),
    }
}

/// Waits for the process's end, a signal or the deadline, and mentions it when `other` ends meanwhile.
fn watch(process: &mut Process, mut other: Option<&mut Process>, deadline: Option<Instant>) -> End {
    loop {
        if let Some(status) = process.ended() {
            // Ctrl-C reaches the process too, which may end before the harness has heard of it.
            sleep(TICK);
            return signals::last().map_or(End::Own(status), End::Signal);
        }
        if let Some((name, status)) = other
            .as_mut()
            .and_then(|other| Some((other.name, other.ended()?)))
        {
            say(&format!(
                "{name} ended while {} was running: {status}",
                process.name
            ));
            other = None;
        }
        if let Some(end) = interruption(deadline) {
            return end;
        }
        sleep(TICK);
    }
}

/// The program or the suite, running.
struct Process {
    name: &'static str,
    command: String,
    started: Instant,
    child: Child,
}

impl Process {
    fn start(
        name: &'static str,
        command: &[OsString],
        stdin: Stdio,
        settings: &Settings,
    ) -> Result<Process, Failure> {
        let shown = command
            .iter()
            .map(|word| word.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ");
        let child = Command::new(&command[0])
            .args(&command[1..])
            .stdin(stdin)
            .stdout(settings.stdout()?)
            .spawn()
            .map_err(|error| (127, format!("cannot start {name} ({shown}): {error}")))?;
        Ok(Process {
            name,
            command: shown,
            started: Instant::now(),
            child,
        })
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .unwrap_or_else(|error| panic!("cannot wait for {}: {error}", self.name))
    }

    /// Asks the process to stop, harder each time the grace is over or another signal comes in.
    fn stop(&mut self, why: &End, settings: &Settings) {
        let after = self.started.elapsed();
        let mut sent = "SIGINT";
        for (signal, name) in [
            (signals::INT, "SIGINT"),
            (signals::TERM, "SIGTERM"),
            (signals::KILL, "SIGKILL"),
        ] {
            if self.ended().is_some() {
                break;
            }
            sent = name;
            // Ctrl-C at a terminal has reached the process already, and a second SIGINT means "quit at once" to many.
            let ctrl_c = matches!(why, End::Signal(signals::INT)) && signals::terminal();
            if !(signal == signals::INT && ctrl_c) {
                signals::send(self.child.id(), signal);
            }
            let (asked, heard) = (Instant::now(), signals::count());
            while self.ended().is_none()
                && (signal == signals::KILL
                    || (asked.elapsed() < settings.grace && signals::count() == heard))
            {
                sleep(TICK);
            }
        }
        let status = self
            .ended()
            .map(|status| status.to_string())
            .unwrap_or_default();
        say(&format!(
            "{} was stopped by {sent} on {why} after {after:.1?}: {status}",
            self.name
        ));
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} as process {}: {}",
            self.name,
            self.child.id(),
            self.command
        )
    }
}

/// The environment, read and checked before anything starts.
struct Settings {
    program: Vec<OsString>,
    suite: Vec<OsString>,
    timeout: Option<Duration>,
    ready: Option<Ready>,
    ready_timeout: Duration,
    grace: Duration,
    stdout: Option<i32>,
}

impl Settings {
    fn read() -> Result<Settings, Failure> {
        let bin = env::var_os("ITCOV_BIN").unwrap_or_else(|| PROGRAM.into());
        let mut program = vec![bin];
        program.extend(variable(
            "ITCOV_ARGS",
            "",
            "words with closed quotes",
            split_words,
        )?);
        let durations = "a duration such as 90, 90s, 5m or 1h30m";
        Ok(Settings {
            program,
            suite: variable("ITCOV_SUITE", "", "words with closed quotes", split_words)?,
            timeout: Some(variable(
                "ITCOV_TIMEOUT",
                TIMEOUT,
                durations,
                parse_duration,
            )?)
            .filter(|timeout| !timeout.is_zero()),
            ready: variable(
                "ITCOV_READY",
                "",
                "tcp://HOST:PORT or http://HOST:PORT/PATH",
                Ready::parse,
            )?,
            ready_timeout: variable("ITCOV_READY_TIMEOUT", "30s", durations, parse_duration)?,
            grace: variable("ITCOV_GRACE", "10s", durations, parse_duration)?,
            stdout: variable(
                "ITCOV_STDOUT",
                "",
                "a descriptor's number",
                |text| match text {
                    b"" => Some(None),
                    digits => std::str::from_utf8(digits).ok()?.parse().ok().map(Some),
                },
            )?,
        })
    }

    fn stdout(&self) -> Result<Stdio, Failure> {
        match self.stdout {
            None => Ok(Stdio::inherit()),
            Some(descriptor) => signals::duplicate(descriptor).map_err(|error| {
                (
                    2,
                    format!("ITCOV_STDOUT={descriptor} is not an open descriptor: {error}"),
                )
            }),
        }
    }
}

/// Reads a variable of the environment; a value that does not parse ends the run.
fn variable<T>(
    name: &str,
    unset: &str,
    accepts: &str,
    parse: fn(&[u8]) -> Option<T>,
) -> Result<T, Failure> {
    let value = env::var_os(name).unwrap_or_else(|| unset.into());
    parse(value.as_bytes()).ok_or_else(|| {
        (
            2,
            format!("{name}={} is not {accepts}", value.to_string_lossy()),
        )
    })
}

/// `90`, `90s`, `5m`, `1h30m`: seconds, or numbers each with its unit.
fn parse_duration(text: &[u8]) -> Option<Duration> {
    let (mut total, mut number) = (0u64, None);
    for byte in text {
        let unit = match byte {
            b'0'..=b'9' => {
                number = Some(
                    number
                        .unwrap_or(0u64)
                        .checked_mul(10)?
                        .checked_add(u64::from(byte - b'0'))?,
                );
                continue;
            }
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    match number {
        Some(seconds) if total == 0 => Some(Duration::from_secs(seconds)),
        None if !text.is_empty() => Some(Duration::from_secs(total)),
        _ => None,
    }
}

/// Splits words as a POSIX shell does (quotes, double quotes, backslashes) and expands nothing.
fn split_words(text: &[u8]) -> Option<Vec<OsString>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if matches!(byte, b' ' | b'\t' | b'\n') {
            words.extend(word.take().map(OsString::from_vec));
            continue;
        }
        let word = word.get_or_insert_with(Vec::new);
        match byte {
            b'\\' => word.push(bytes.next()?),
            b'\'' | b'"' => loop {
                match bytes.next()? {
                    end if end == byte => break,
                    b'\\'
                        if byte == b'"' && matches!(bytes.peek()?, b'$' | b'`' | b'"' | b'\\') =>
                    {
                        word.push(bytes.next()?)
                    }
                    other => word.push(other),
                }
            },
            other => word.push(other),
        }
    }
    words.extend(word.map(OsString::from_vec));
    Some(words)
}

/// Where the program answers once it is ready.
struct Ready {
    url: String,
    /// `HOST:PORT`
    address: String,
    /// What to ask for over HTTP; over TCP a connection is enough.
    path: Option<String>,
}

impl Ready {
    fn parse(text: &[u8]) -> Option<Option<Ready>> {
        let url = std::str::from_utf8(text).ok()?;
        if url.is_empty() {
            return Some(None);
        }
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest
            .find('/')
            .map_or((rest, "/"), |slash| rest.split_at(slash));
        let has_port = authority
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let (address, path) = match scheme {
            "tcp" if has_port && path == "/" => (authority.to_string(), None),
            "http" if has_port => (authority.to_string(), Some(path.to_string())),
            "http" if !authority.is_empty() => (format!("{authority}:80"), Some(path.to_string())),
            _ => return None,
        };
        Some(Some(Ready {
            url: url.to_string(),
            address,
            path,
        }))
    }

    fn connect(&self) -> Result<TcpStream, String> {
        let mut reason = "the name has no address".to_string();
        for address in self
            .address
            .to_socket_addrs()
            .map_err(|error| error.to_string())?
        {
            match TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
                Ok(stream) => return Ok(stream),
                Err(error) => reason = error.to_string(),
            }
        }
        Err(reason)
    }

    /// Does somebody else hold the address before the program has started?
    fn is_taken(&self) -> bool {
        self.connect().is_ok()
    }

    fn answers(&self) -> Result<(), String> {
        let stream = self.connect()?;
        let Some(path) = &self.path else {
            return Ok(());
        };
        let exchange = || {
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            let host = &self.address;
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            (&stream).write_all(request.as_bytes())?;
            let mut status = [0; 12];
            (&stream).read_exact(&mut status)?;
            // The rest is read too: a server may complain of a client that goes away early.
            stream.set_read_timeout(Some(Duration::from_millis(200)))?;
            let _ = (&stream).take(1 << 16).read_to_end(&mut Vec::new());
            Ok(String::from_utf8_lossy(&status).into_owned())
        };
        let status = exchange().map_err(|error: io::Error| error.to_string())?;
        match status
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.get(2..3))
        {
            Some("2" | "3") => Ok(()),
            _ => Err(format!("it answers {status:?}")),
        }
    }
}

/// Waits until the program answers at `ITCOV_READY`.
fn await_ready(
    settings: &Settings,
    taken: bool,
    program: &mut Process,
    deadline: Option<Instant>,
) -> Result<(), Failure> {
    let Some(ready) = &settings.ready else {
        return Ok(());
    };
    let note = if taken {
        format!("; {} was taken before the program started", ready.address)
    } else {
        String::new()
    };
    say(&format!(
        "waiting for {}, at most {:?} (ITCOV_READY_TIMEOUT){note}",
        ready.url, settings.ready_timeout
    ));
    loop {
        // Asked before the program is looked at: an answer counts only while the program lives.
        let answer = if taken {
            Err("somebody else answers there".to_string())
        } else {
            ready.answers()
        };
        if let Some(status) = program.ended() {
            return Err((
                1,
                format!("the program ended before it was ready: {status}{note}"),
            ));
        }
        match answer {
            Ok(()) => return Ok(()),
            Err(reason) if program.started.elapsed() >= settings.ready_timeout => {
                let limit = settings.ready_timeout;
                return Err((
                    1,
                    format!(
                        "the program was not ready within {limit:?}: {} ({reason})",
                        ready.url
                    ),
                ));
            }
            Err(_) => {}
        }
        if let Some(end) = interruption(deadline) {
            return Err((
                end.exit_code(),
                format!("{end} came before the program was ready"),
            ));
        }
        sleep(TICK);
    }
}

fn say(message: &str) {
    // One write, so that nothing that the program writes gets between.
    let _ = io::stderr().write_all(format!("itcov: {message}\n").as_bytes());
}

/// What the standard library does not offer: signals, and a descriptor that the recipe opened.
mod signals {
    use std::fs::File;
    use std::io;
    use std::os::unix::io::{AsRawFd, BorrowedFd};
    use std::process::Stdio;
    use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

    pub const INT: i32 = 2;
    pub const KILL: i32 = 9;
    pub const TERM: i32 = 15;

    static LAST: AtomicI32 = AtomicI32::new(0);
    static COUNT: AtomicUsize = AtomicUsize::new(0);

    {% if unsafe_extern %}unsafe {% endif %}extern "C" {
        fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
        fn kill(process: i32, signal: i32) -> i32;
        fn tcgetpgrp(descriptor: i32) -> i32;
        fn getpgrp() -> i32;
    }

    extern "C" fn note(signal: i32) {
        LAST.store(signal, Ordering::SeqCst);
        COUNT.fetch_add(1, Ordering::SeqCst);
    }

    /// From here on SIGINT and SIGTERM are noted and end nothing; programs started later have the default again.
    pub fn listen() {
        // SAFETY: the handler only stores to atomics, which a signal handler may do.
        unsafe {
            signal(INT, note);
            signal(TERM, note);
        }
    }

    pub fn last() -> Option<i32> {
        Some(LAST.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    pub fn count() -> usize {
        COUNT.load(Ordering::SeqCst)
    }

    pub fn send(process: u32, number: i32) {
        // SAFETY: no memory is involved; the process is a child not waited for yet, so the number is still its own.
        unsafe { kill(process as i32, number) };
    }

    /// Does Ctrl-C at the terminal reach this process, and so its children too?
    pub fn terminal() -> bool {
        // SAFETY: the descriptor is open while it is asked about.
        File::open("/dev/tty").is_ok_and(|tty| unsafe { tcgetpgrp(tty.as_raw_fd()) == getpgrp() })
    }

    pub fn duplicate(descriptor: i32) -> io::Result<Stdio> {
        // SAFETY: the descriptor is only borrowed, for the call; if it is not open the call says so.
        unsafe { BorrowedFd::borrow_raw(descriptor) }
            .try_clone_to_owned()
            .map(Stdio::from)
    }
}
