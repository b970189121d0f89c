//! Signals to this process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
    SIGXFSZ,
};
use signal_hook::iterator::Signals;

use super::ancestor::Ancestor;
use super::terminal::Foreground;
use crate::background;

/// The first signal that has come, 0 if there was none.
static FIRST: AtomicI32 = AtomicI32::new(0);

/// Whether a SIGHUP has come.
static HAS_HUNG_UP: AtomicBool = AtomicBool::new(false);

/// Whether signals are received, and end nothing by themselves.
static ARE_RECEIVED: AtomicBool = AtomicBool::new(false);

/// How long this process may take to come to its end by itself when a signal is to end it.
pub const TO_THE_END: Duration = Duration::from_secs(1);

/// They would end this process alone. Batch systems send some before a limit is reached, and the kernel does when the time of the
/// processor is up.
const OTHERS: [i32; 6] = [SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU];

/// How often it is looked whether just and the terminal are still there.
const LOOK: Duration = Duration::from_millis(100);

/// From here on, signals end nothing by themselves: they are received. Where the caller has seen to it that a closed
/// terminal ends nothing, as `nohup` does, it does not. When a just above this process has gone, that counts as a SIGTERM, and
/// when the terminal has gone in whose foreground this process is, as a SIGHUP.
///
/// # Errors
///
/// If there can be no handlers.
pub fn listen() -> io::Result<Receiver<i32>> {
    let mut numbers = vec![SIGINT, SIGQUIT, SIGTERM];
    numbers.extend(OTHERS.into_iter().filter(|it| !is_ignored(*it)));
    let mut terminal = None;
    if !is_ignored(SIGHUP) {
        numbers.push(SIGHUP);
        terminal = Foreground::of_this_process();
    }
    let mut signals = Signals::new(numbers)?;
    ARE_RECEIVED.store(true, SeqCst);
    // What is pending comes at once.
    unblock();
    let (sender, receiver) = channel();
    let justs = Ancestor::justs();
    if !justs.is_empty() || terminal.is_some() {
        let sender = sender.clone();
        background::begin(move || {
            loop {
                if justs.iter().any(Ancestor::has_gone) {
                    return received(SIGTERM, &sender);
                }
                if terminal.as_ref().is_some_and(Foreground::has_gone) {
                    return received(SIGHUP, &sender);
                }
                thread::sleep(LOOK);
            }
        })?;
    }
    background::begin(move || {
        for number in signals.forever() {
            received(number, &sender);
        }
    })?;
    Ok(receiver)
}

/// From here on, signals end this process again: what was measured is kept.
pub fn let_go() {
    ARE_RECEIVED.store(false, SeqCst);
}

/// Whether signals are received, and end nothing by themselves.
pub fn are_received() -> bool {
    ARE_RECEIVED.load(SeqCst)
}

/// Whoever has started this process may have blocked signals, to wait for its own, and what it starts inherits that.
fn unblock() {
    #[allow(unsafe_code)]
    // SAFETY: the set is plain data that outlives the call.
    unsafe {
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

fn received(number: i32, sender: &Sender<i32>) {
    // The terminal goes once, however many say so.
    if number == SIGHUP && HAS_HUNG_UP.swap(true, SeqCst) {
        return;
    }
    if !are_received() {
        thread::sleep(TO_THE_END);
        std::process::exit(128 + number);
    }
    let _ = FIRST.compare_exchange(0, number, SeqCst, SeqCst);
    // Where nobody receives them, `has_come` tells.
    let _ = sender.send(number);
}

/// From here on, a write beyond the limit of a file's size (`ulimit -f`) fails, and does not end this process.
pub fn let_large_writes_fail() {
    if !is_ignored(SIGXFSZ) {
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    }
}

/// Whether a signal has come.
pub fn has_come() -> bool {
    FIRST.load(SeqCst) != 0
}

/// Ends this process if a signal has come while something else was waited for.
pub fn exit_if_interrupted() {
    let number = FIRST.load(SeqCst);
    if number != 0 {
        super::say(&format!("{} has come", name(number)));
        super::said::finish();
        std::process::exit(128 + number);
    }
}

/// Whether a signal was ignored when this process began: see `proc_pid_status(5)`.
pub fn is_ignored(number: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (number - 1) & 1 == 1)
}

/// `SIGINT` for 2.
pub fn name(number: i32) -> String {
    let name = signal_hook::low_level::signal_name(number);
    name.map_or_else(|| format!("signal {number}"), str::to_owned)
}
