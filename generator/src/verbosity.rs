//! How much is said, from `--quiet` and `--verbose`.

use std::sync::atomic::{AtomicI8, Ordering::Relaxed};

static LEVEL: AtomicI8 = AtomicI8::new(0);

/// Sets how much is said: below zero only what was asked for and what is wrong, above zero also what is being done.
pub fn set(level: i8) {
    LEVEL.store(level, Relaxed);
}

/// How much is said.
pub fn level() -> i8 {
    LEVEL.load(Relaxed)
}
