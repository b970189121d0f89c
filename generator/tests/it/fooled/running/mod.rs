//! What keeps running: whatever waits ends, and nothing outlives a run.

mod background;
mod building;
mod control;
mod durations;
mod going_on;
mod killed;
mod left;
mod limits;
mod ready;
mod terminal;
mod unread;

use std::time::{Duration, Instant};

use crate::support::process::is_alive;

/// Waits until these processes have ended, and fails the test if that takes longer.
#[track_caller]
fn have_ended(limit: Duration, what: &str, processes: &[u32]) {
    let since = Instant::now();
    loop {
        let alive: Vec<&u32> = processes.iter().filter(|id| is_alive(**id)).collect();
        if alive.is_empty() {
            return;
        }
        assert!(
            since.elapsed() < limit,
            "{what}: {alive:?} of {processes:?} live on"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The number in a text behind `name=` and before another `=`.
#[track_caller]
fn number(text: &str, name: &str) -> u32 {
    let found = text.split_once(&format!("{name}=")).and_then(|(_, rest)| {
        let (number, _) = rest.split_once('=')?;
        number.parse().ok()
    });
    found.unwrap_or_else(|| panic!("no {name}= in\n{text}"))
}
