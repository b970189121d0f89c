//! Signals to this process.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

/// The first signal that has come, 0 if there was none.
static FIRST: AtomicI32 = AtomicI32::new(0);

/// From here on, signals end nothing by themselves: they are received. Where the caller has seen to it that a closed
/// terminal ends nothing, as `nohup` does, it does not.
///
/// # Errors
///
/// If there can be no handlers.
pub fn listen() -> io::Result<Receiver<i32>> {
    let mut numbers = vec![SIGINT, SIGQUIT, SIGTERM];
    if !is_ignored(SIGHUP) {
        numbers.push(SIGHUP);
    }
    let mut signals = Signals::new(numbers)?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for number in signals.forever() {
            let _ = FIRST.compare_exchange(0, number, SeqCst, SeqCst);
            if sender.send(number).is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}

/// Whether a signal has come.
pub fn has_come() -> bool {
    FIRST.load(SeqCst) != 0
}

/// Counts as if a signal had come.
pub fn raise(number: i32) {
    let _ = FIRST.compare_exchange(0, number, SeqCst, SeqCst);
}

/// Ends this process if a signal has come while something else was waited for.
pub fn exit_if_interrupted() {
    let number = FIRST.load(SeqCst);
    if number != 0 {
        super::say(&format!("{} has come", name(number)));
        std::process::exit(128 + number);
    }
}

/// Whether a signal was ignored when this process began: see `proc_pid_status(5)`.
fn is_ignored(number: i32) -> bool {
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
