//! A cargo that does not outlive this process, however that ends.
//!
//! cargo ends by a signal without its children: compilers, build scripts, and what these have started. So it is started by the
//! guard, which is this executable under another name. The guard adopts what is below it, and ends all of it when it gets a
//! signal, or when the process that waits for the build has gone, be it by SIGKILL. When cargo has ended by itself, the guard
//! ends with its status, and what runs on then (the server of a compiler cache) runs on. There are two, one above the other: when
//! one is killed, the other one ends the build.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::background;
use crate::run::process::{self, Depth};
use crate::run::{interrupts, terminal};
use llvm_coverage::terminal::Harmless as _;

/// The name of the executable that is the guard.
const NAME: &str = "itcov-guard";

/// Which of the two it is.
const OUTER: &str = "outer";
const INNER: &str = "inner";

/// How often it is looked whether the build is still wanted.
const TICK: Duration = Duration::from_millis(50);

/// How long a process of the build may take to end after a SIGTERM.
const GRACE: Duration = Duration::from_secs(2);

/// How long the guard waits for the end of those that it has killed.
const LIMIT: Duration = Duration::from_secs(10);

/// A build that is ended when nobody waits for it any more, until the value goes.
pub struct Guarded {
    /// The guard. Its standard output is cargo's, and its status is, unless cargo has ended by a signal: then it is 128 and
    /// the number.
    pub child: Child,
    is_done: Arc<AtomicBool>,
}

/// Starts a cargo, of whose standard output each line is read. In a terminal's foreground it shares the group of this process,
/// so Ctrl-C reaches it; elsewhere it has a group of its own.
///
/// # Errors
///
/// If the guard cannot be run.
pub fn start(cargo: &Command) -> io::Result<Guarded> {
    let mut guard = command(OUTER, cargo.get_program())?;
    guard
        .args(cargo.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    for (name, value) in cargo.get_envs() {
        match value {
            Some(value) => guard.env(name, value),
            None => guard.env_remove(name),
        };
    }
    if !terminal::has_foreground() {
        guard.process_group(0);
    }
    let child = guard.spawn()?;
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let is_done = Arc::new(AtomicBool::new(false));
    let done = Arc::clone(&is_done);
    background::begin(move || {
        while !done.load(SeqCst) {
            if let Some(id) = id.filter(|_| interrupts::has_come()) {
                let _ = kill_process(id, Signal::TERM);
                return;
            }
            thread::sleep(TICK);
        }
    })?;
    Ok(Guarded { child, is_done })
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.is_done.store(true, SeqCst);
    }
}

/// A guard that this process starts: the words of a program follow.
fn command(which: &str, program: &OsStr) -> io::Result<Command> {
    let mut guard = Command::new(env::current_exe()?);
    guard.arg0(NAME).arg(which);
    guard.arg(std::process::id().to_string()).arg(program);
    Ok(guard)
}

/// Whether this process was started as the guard.
pub fn is_meant(name: &OsStr) -> bool {
    Path::new(name).file_name() == Some(OsStr::new(NAME))
}

/// Runs a command: behind which guard it is and the process that waits for it are its words.
pub fn main(arguments: &[OsString]) -> ExitCode {
    let [_, which, parent, program, arguments @ ..] = arguments else {
        eprintln!("error: cargo itcov calls this program");
        return ExitCode::FAILURE;
    };
    let parent: Option<u32> = parent.to_str().and_then(|id| id.parse().ok());
    process::adopt_orphans();
    let listens = interrupts::listen();
    let command = listens.and_then(|_| match which.to_str() {
        Some(OUTER) => command(INNER, program),
        _ => Ok(Command::new(program)),
    });
    let child = command.and_then(|mut command| command.args(arguments).spawn());
    let child = match child {
        Ok(child) => child.id(),
        Err(error) => {
            eprintln!("error: cannot run {}: {error}", program.harmless());
            return ExitCode::from(127);
        }
    };
    let is_ending = Arc::new(AtomicBool::new(false));
    let ending = Arc::clone(&is_ending);
    let watches = background::begin(move || {
        while !ending.load(SeqCst) && !interrupts::has_come() && parent == Some(parent_id()) {
            thread::sleep(TICK);
        }
        ending.store(true, SeqCst);
        end_all();
        exit(process::status_of(libc::SIGTERM));
    });
    if let Err(error) = watches {
        end_all();
        eprintln!("error: cannot watch {}: {error}", program.harmless());
        return ExitCode::from(127);
    }
    while let Some((id, status)) = process::wait() {
        if u32::try_from(id.as_raw_nonzero().get()) != Ok(child) {
            continue;
        }
        if status > process::status_of(0) {
            // A signal has reached cargo, and not what it has started.
            is_ending.store(true, SeqCst);
        } else if status != 0 {
            // It may have reached a compiler first.
            thread::sleep(2 * TICK);
        }
        if !is_ending.load(SeqCst) {
            return ExitCode::from(u8::try_from(status).unwrap_or(1));
        }
    }
    // What is left to do, the thread does, which then ends this process.
    loop {
        thread::park();
    }
}

/// Ends whatever is below this process. Another thread waits for those that have ended.
fn end_all() {
    let mut told: Vec<Pid> = Vec::new();
    let since = Instant::now();
    while since.elapsed() < GRACE + LIMIT {
        let left = process::left(Depth::All).own;
        if left.is_empty() {
            return;
        }
        if since.elapsed() >= GRACE {
            process::kill_left(&|_| true);
        } else {
            for id in left {
                if !told.contains(&id) {
                    let _ = kill_process(id, Signal::TERM);
                    told.push(id);
                }
            }
        }
        thread::sleep(TICK / 5);
    }
}
