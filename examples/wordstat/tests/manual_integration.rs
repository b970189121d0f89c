//! The itcov harness: runs the program `wordstat` until Ctrl-C, a timeout, its own end or the end of a test suite.
//!
//! The recipes in `itcov.just` build the program with coverage instrumentation, start this file's one test and report
//! which lines ran. The test is behind a feature and ignored, and only the recipes' build sets `itcov`: for every other
//! one this file is empty, whatever features are on and whatever the crate's lints forbid.
//!
//! | variable | meaning | unset |
//! | --- | --- | --- |
//! | `ITCOV_ARGS` | the program's arguments, quoted as for a shell: `--port 8080 --root 'my files'` | none |
//! | `ITCOV_TIMEOUT` | how long the run may last: `90`, `90s`, `5m`, `1h30m`; `0` is no limit | `60s` |
//! | `ITCOV_READY` | what the suite waits for: `tcp://127.0.0.1:8080`, `http://127.0.0.1:8080/health` | starts at once |
//! | `ITCOV_READY_TIMEOUT` | how long it waits | `30s` |
//! | `ITCOV_GRACE` | how long the program may take to stop before the next, harder signal | `10s` |
//! | `ITCOV_BIN` | another build of the program to run | the one cargo built |
//! | `ITCOV_SUITE` | the suite's command, quoted like `ITCOV_ARGS`; `just itcov-suite` sets it | no suite |
//! | `ITCOV_STDOUT` | the descriptor for the program's output; the recipes set it, to have it without the test runner's | 1 |
//! | `ITCOV_CHECK` | if set, look at these variables and run nothing; the recipes begin with that | run |
#![allow(unexpected_cfgs)]
#![cfg(all(unix, itcov))]

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fmt};

/// The program to run, and for how long at most, unless the environment says otherwise.
const PROGRAM: &str = env!("CARGO_BIN_EXE_wordstat");
const TIMEOUT: &str = "60s";

/// How often the harness looks at what it waits for.
const TICK: Duration = Duration::from_millis(20);

/// The exit status of a run that failed; the reason has been said.
type Failed = i32;

#[test]
#[ignore = "runs the program until it is stopped: start it with `just itcov`"]
fn manual_integration() {
    let status = match Settings::read() {
        Ok(_) if env::var_os("ITCOV_CHECK").is_some() => 0,
        Ok(settings) => run(&settings).unwrap_or_else(|failed| failed),
        Err(failed) => failed,
    };
    // The exit status says how the run went, so the test does not return to the test runner, which knows only two.
    process::exit(status);
}

/// The outline of a run. Returns its exit status.
fn run(settings: &Settings) -> Result<i32, Failed> {
    signals::listen();
    let taken = settings
        .ready
        .as_ref()
        .is_some_and(|ready| ready.connect().is_ok());
    let deadline = settings
        .timeout
        .and_then(|timeout| Instant::now().checked_add(timeout));
    let has_suite = !settings.suite.is_empty();
    // The suite, if there is one, has the terminal's input to itself.
    let stdin = if has_suite {
        Stdio::null()
    } else {
        Stdio::inherit()
    };
    let mut program = Process::start("the program", &settings.program, stdin, settings)?;
    match settings.timeout {
        Some(limit) => say(&format!(
            "{program}; Ctrl-C ends the run, ITCOV_TIMEOUT={limit:?} at the latest"
        )),
        None => say(&format!(
            "{program}; Ctrl-C ends the run, there is no time limit"
        )),
    }
    if !has_suite {
        let end = watch(&mut program, None, deadline);
        if let End::Own(status) = end {
            say(&format!(
                "the program ended by itself after {:.1?}: {status}",
                program.started.elapsed()
            ));
            return Ok(exit_code(status));
        }
        program.stop(&end, settings);
        return Ok(0);
    }
    let outcome = await_ready(settings, taken, &mut program, deadline)
        .and_then(|()| run_suite(settings, &mut program, deadline));
    if program.ended().is_none() {
        let why = interruption(deadline).unwrap_or(End::NotNeeded);
        program.stop(&why, settings);
    }
    outcome
}

fn run_suite(
    settings: &Settings,
    program: &mut Process,
    deadline: Option<Instant>,
) -> Result<i32, Failed> {
    let mut suite = Process::start("the suite", &settings.suite, Stdio::inherit(), settings)?;
    say(&suite.to_string());
    let end = watch(&mut suite, Some(program), deadline);
    let End::Own(status) = end else {
        suite.stop(&end, settings);
        return Ok(end.exit_code());
    };
    say(&format!(
        "the suite ended after {:.1?}: {status}",
        suite.started.elapsed()
    ));
    if !status.success() && settings.ready.is_none() {
        say("the suite did not wait for the program: ITCOV_READY=tcp://HOST:PORT makes it wait");
    }
    Ok(exit_code(status))
}

/// Why a wait is over.
enum End {
    /// The process ended by itself.
    Own(ExitStatus),
    /// A signal came, Ctrl-C for one.
    Signal(i32),
    Timeout,
    NotNeeded,
}

impl End {
    /// As shells and `timeout` report it.
    fn exit_code(&self) -> i32 {
        match self {
            End::Own(status) => exit_code(*status),
            End::Signal(signal) => 128 + signal,
            End::Timeout => 124,
            End::NotNeeded => 0,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Own(status) => write!(f, "its own end ({status})"),
            End::Signal(signals::INT) => f.write_str("Ctrl-C (SIGINT)"),
            End::Signal(_) => f.write_str("SIGTERM"),
            End::Timeout => f.write_str("the timeout (ITCOV_TIMEOUT; 0 is no limit)"),
            End::NotNeeded => f.write_str("the end of the suite"),
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
    let late = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
    signals::last()
        .map(End::Signal)
        .or_else(|| late().then_some(End::Timeout))
}

/// Waits for the process's end, a signal or the deadline, and mentions it when `other` ends meanwhile.
fn watch(process: &mut Process, mut other: Option<&mut Process>, deadline: Option<Instant>) -> End {
    loop {
        if let Some(end) = process.end() {
            return end;
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
    /// At a terminal Ctrl-C goes to the harness and its processes alike. Elsewhere each leads a group of its own, which
    /// is signalled as a whole.
    leads_group: bool,
}

impl Process {
    fn start(
        name: &'static str,
        words: &[OsString],
        stdin: Stdio,
        settings: &Settings,
    ) -> Result<Process, Failed> {
        let shown: Vec<String> = words
            .iter()
            .map(|word| quoted(&word.to_string_lossy()))
            .collect();
        let shown = shown.join(" ");
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(stdin);
        if let Some(stdout) = &settings.stdout {
            command.stdout(
                stdout
                    .try_clone()
                    .map_err(|error| fail(1, &format!("no descriptor is left: {error}")))?,
            );
        }
        let leads_group = !signals::at_terminal();
        if leads_group {
            command.process_group(0);
        }
        let child = command.spawn().map_err(|error| {
            let status = if error.kind() == io::ErrorKind::PermissionDenied {
                126
            } else {
                127
            };
            fail(status, &format!("cannot start {name} ({shown}): {error}"))
        })?;
        Ok(Process {
            name,
            command: shown,
            started: Instant::now(),
            child,
            leads_group,
        })
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .unwrap_or_else(|error| panic!("cannot wait for {}: {error}", self.name))
    }

    /// Its end, if it has ended: by a signal, if the harness had one too.
    fn end(&mut self) -> Option<End> {
        let status = self.ended()?;
        // Ctrl-C reaches the process too, which may end before the harness has heard of it.
        sleep(TICK);
        Some(signals::last().map_or(End::Own(status), End::Signal))
    }

    /// Asks the process to stop, harder each time the grace is over or another signal comes in.
    fn stop(&mut self, why: &End, settings: &Settings) {
        // Ctrl-C at a terminal has reached the process already, and a second SIGINT means "quit at once" to many.
        let has_ctrl_c = !self.leads_group && matches!(why, End::Signal(signals::INT));
        let mut sent = "SIGINT";
        for (signal, name) in [
            (signals::INT, "SIGINT"),
            (signals::TERM, "SIGTERM"),
            (signals::KILL, "SIGKILL"),
        ] {
            if self.ended().is_some() {
                break;
            }
            if signal != signals::INT {
                say(&format!(
                    "{} does not stop on {sent}, so {name} follows",
                    self.name
                ));
            }
            sent = name;
            if signal != signals::INT || !has_ctrl_c {
                signals::send(self.child.id(), self.leads_group, signal);
            }
            let (asked, heard) = (Instant::now(), signals::count());
            let waits = || {
                signal == signals::KILL
                    || asked.elapsed() < settings.grace && signals::count() == heard
            };
            while self.ended().is_none() && waits() {
                sleep(TICK);
            }
        }
        if self.leads_group {
            // What it has started and left behind.
            signals::send(self.child.id(), true, signals::KILL);
        }
        let status = self
            .ended()
            .map(|status| status.to_string())
            .unwrap_or_default();
        let after = self.started.elapsed();
        let why = match why {
            End::NotNeeded => "as it is not needed any more".to_string(),
            other => format!("on {other}"),
        };
        say(&format!(
            "{} was stopped by {sent} {why}, after {after:.1?}: {status}",
            self.name
        ));
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs as process {}: {}",
            self.name,
            self.child.id(),
            self.command
        )
    }
}

/// A word as one would type it.
fn quoted(word: &str) -> String {
    let plain = |char: char| char.is_alphanumeric() || "-_./:=@%+,".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
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
    stdout: Option<std::os::unix::io::OwnedFd>,
}

impl Settings {
    fn read() -> Result<Settings, Failed> {
        let durations = "a duration such as 90, 90s, 5m or 1h30m";
        let duration = |name, unset| variable(name, unset, durations, parse_duration);
        let words = |name| variable(name, "", "words with closed quotes", split_words);
        let addresses = "tcp://HOST:PORT or http://HOST:PORT/PATH";
        let mut program = vec![env::var_os("ITCOV_BIN").unwrap_or_else(|| PROGRAM.into())];
        program.extend(words("ITCOV_ARGS")?);
        Ok(Settings {
            program,
            suite: words("ITCOV_SUITE")?,
            timeout: Some(duration("ITCOV_TIMEOUT", TIMEOUT)?).filter(|timeout| !timeout.is_zero()),
            ready: variable("ITCOV_READY", "", addresses, Ready::parse)?,
            ready_timeout: duration("ITCOV_READY_TIMEOUT", "30s")?,
            grace: duration("ITCOV_GRACE", "10s")?,
            stdout: variable("ITCOV_STDOUT", "", "an open descriptor", |number| {
                if number.is_empty() {
                    Some(None)
                } else {
                    number.parse().ok().and_then(signals::take).map(Some)
                }
            })?,
        })
    }
}

/// Reads a variable of the environment; a value that does not parse ends the run. The text that the parser sees may
/// stand for bytes that are not UTF-8, each of them one of the characters up to U+00FF.
fn variable<T>(
    name: &str,
    unset: &str,
    accepts: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Failed> {
    let value = env::var_os(name).unwrap_or_else(|| unset.into());
    let text: String = value
        .as_bytes()
        .iter()
        .map(|byte| char::from(*byte))
        .collect();
    parse(&text).ok_or_else(|| {
        fail(
            2,
            &format!("{name}={} is not {accepts}", value.to_string_lossy()),
        )
    })
}

/// `90`, `90s`, `5m`, `1h30m`: seconds, or numbers each with its unit.
fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into())).filter(|_| !text.starts_with('+'));
    }
    let mut total = Duration::ZERO;
    let parts = text.split_inclusive(|char: char| !char.is_ascii_digit());
    for part in parts {
        let (number, unit) = part.split_at(part.len() - 1);
        let seconds = match unit {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            _ => return None,
        };
        total += Duration::from_secs(u64::from(number.parse::<u32>().ok()?) * seconds);
    }
    Some(total).filter(|_| !text.is_empty())
}

/// Splits words as a POSIX shell does (quotes, double quotes, backslashes) and expands nothing.
fn split_words(text: &str) -> Option<Vec<OsString>> {
    let bytes = |word: String| OsString::from_vec(word.chars().map(|char| char as u8).collect());
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if matches!(char, ' ' | '\t' | '\n') {
            words.extend(word.take().map(bytes));
            continue;
        }
        let word = word.get_or_insert_with(String::new);
        match char {
            '\\' => word.push(chars.next()?),
            '\'' | '"' => loop {
                match chars.next()? {
                    end if end == char => break,
                    '\\' if char == '"' && matches!(chars.peek()?, '$' | '`' | '"' | '\\') => {
                        word.push(chars.next()?)
                    }
                    other => word.push(other),
                }
            },
            other => word.push(other),
        }
    }
    words.extend(word.map(bytes));
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
    fn parse(url: &str) -> Option<Option<Ready>> {
        if url.is_empty() {
            return Some(None);
        }
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest
            .find('/')
            .map_or((rest, "/"), |slash| rest.split_at(slash));
        let path = match scheme {
            "tcp" if path == "/" => None,
            "http" => Some(path.to_string()),
            _ => return None,
        };
        // The colons in brackets are those of an IPv6 address.
        let host_end = authority.rfind(']').unwrap_or(0);
        let address = match authority[host_end..].find(':') {
            Some(_) => authority.to_string(),
            None if path.is_some() => format!("{authority}:80"),
            None => return None,
        };
        let (host, port) = address.rsplit_once(':')?;
        let sound =
            !host.is_empty() && !host.contains(['?', '#', '@']) && port.parse::<u16>().is_ok();
        sound.then(|| {
            Some(Ready {
                url: url.to_string(),
                address,
                path,
            })
        })
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

    /// Does the program answer? Over HTTP it has the given time for that.
    fn ask(&self, patience: Duration) -> Result<(), String> {
        let mut stream = self.connect()?;
        let Some(path) = &self.path else {
            return Ok(());
        };
        let host = &self.address;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let mut status = [0; 12];
        let mut exchange = || -> io::Result<()> {
            stream.set_read_timeout(Some(patience.max(TICK)))?;
            stream.write_all(request.as_bytes())?;
            stream.read_exact(&mut status)?;
            // The rest is read as well: some servers complain of a client that goes away early.
            stream.set_read_timeout(Some(TICK))?;
            let _ = stream.read(&mut [0; 1 << 16]);
            Ok(())
        };
        match exchange() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(format!("no answer within {patience:.1?}"))
            }
            Err(error) => Err(error.to_string()),
            // `HTTP/1.1 200`
            Ok(()) if status.starts_with(b"HTTP/1.") && matches!(status[9], b'2' | b'3') => Ok(()),
            Ok(()) => Err(format!("it answers {:?}", String::from_utf8_lossy(&status))),
        }
    }
}

/// Waits until the program answers at `ITCOV_READY`.
fn await_ready(
    settings: &Settings,
    taken: bool,
    program: &mut Process,
    deadline: Option<Instant>,
) -> Result<(), Failed> {
    let Some(ready) = &settings.ready else {
        return Ok(());
    };
    // Somebody else has the address, so an answer says nothing; the program usually ends when it finds out.
    let limit = if taken {
        settings.ready_timeout.min(Duration::from_secs(5))
    } else {
        settings.ready_timeout
    };
    let note = if taken {
        format!("; {} was taken before the program started", ready.address)
    } else {
        String::new()
    };
    say(&format!(
        "waiting for {}, ITCOV_READY_TIMEOUT={:?} at most{note}",
        ready.url, settings.ready_timeout
    ));
    loop {
        let left = limit.saturating_sub(program.started.elapsed());
        // Asked before the program is looked at: an answer counts only while the program lives.
        let answer = if taken {
            Err("somebody else answers there".to_string())
        } else {
            ready.ask(left)
        };
        let end = match program.end() {
            Some(End::Own(status)) => {
                return Err(fail(
                    1,
                    &format!("the program ended before it was ready: {status}{note}"),
                ));
            }
            other => other.or_else(|| interruption(deadline)),
        };
        if let Some(end) = end {
            return Err(fail(
                end.exit_code(),
                &format!("{end} came before the program was ready"),
            ));
        }
        match answer {
            Ok(()) => return Ok(()),
            Err(reason) if left.is_zero() => {
                return Err(fail(
                    1,
                    &format!(
                        "the program was not ready within {limit:?}: {} ({reason}){note}",
                        ready.url
                    ),
                ));
            }
            Err(_) => sleep(TICK),
        }
    }
}

fn say(message: &str) {
    // One write, so that nothing that the program writes gets between.
    let _ = io::stderr().write_all(format!("itcov: {message}\n").as_bytes());
}

fn fail(status: Failed, reason: &str) -> Failed {
    say(&format!("error: {reason}"));
    status
}

/// What the standard library does not offer: signals, and a descriptor that the recipe opened.
mod signals {
    use std::fs::File;
    use std::os::unix::io::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
    use std::os::unix::process::parent_id;
    use std::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering};

    pub const INT: i32 = 2;
    pub const KILL: i32 = 9;
    pub const TERM: i32 = 15;

    static LAST: AtomicI32 = AtomicI32::new(0);
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    static PARENT: AtomicU32 = AtomicU32::new(0);

    unsafe extern "C" {
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
        PARENT.store(parent_id(), Ordering::SeqCst);
        // SAFETY: the handler only stores to atomics, which a signal handler may do.
        unsafe {
            signal(INT, note);
            signal(TERM, note);
        }
    }

    /// The last signal that came. When the recipe dies, so that nobody waits for this run, that counts as SIGTERM.
    pub fn last() -> Option<i32> {
        let orphaned = parent_id() != PARENT.load(Ordering::SeqCst);
        Some(LAST.load(Ordering::SeqCst))
            .filter(|signal| *signal != 0)
            .or(orphaned.then_some(TERM))
    }

    pub fn count() -> usize {
        COUNT.load(Ordering::SeqCst)
    }

    /// Signals a child, or the whole group that it leads.
    pub fn send(child: u32, group: bool, number: i32) {
        let target = if group { -(child as i32) } else { child as i32 };
        // SAFETY: no memory is involved. The number is the child's until it is waited for, and its group's after that.
        unsafe { kill(target, number) };
    }

    /// Does Ctrl-C at the terminal reach this process, and so its children too?
    pub fn at_terminal() -> bool {
        // SAFETY: the descriptor is open while it is asked about.
        File::open("/dev/tty").is_ok_and(|tty| unsafe { tcgetpgrp(tty.as_raw_fd()) == getpgrp() })
    }

    /// Moves a descriptor that the recipe opened to where no child inherits it.
    pub fn take(descriptor: i32) -> Option<OwnedFd> {
        if descriptor < 3 {
            return None;
        }
        // SAFETY: the descriptor is only borrowed, for the call; if it is not open the call says so.
        let copy = unsafe { BorrowedFd::borrow_raw(descriptor) }
            .try_clone_to_owned()
            .ok()?;
        // SAFETY: the call has shown that it is open, and the recipe opened it for this file alone.
        drop(unsafe { OwnedFd::from_raw_fd(descriptor) });
        Some(copy)
    }
}
