//! How much is said, from `--quiet` and `--verbose`.

use std::io::Write as _;
use std::process::Command;
use std::sync::atomic::{AtomicI8, Ordering::Relaxed};

use anstyle::{AnsiColor, Style};
use llvm_coverage::terminal::Harmless;
use llvm_coverage::terminal::harmless_text;

static LEVEL: AtomicI8 = AtomicI8::new(0);

const STYLE: Style = AnsiColor::Green.on_default().bold();

/// Sets how much is said: below zero only what was asked for and what is wrong, above zero also what is being done.
pub fn set(level: i8) {
    LEVEL.store(level, Relaxed);
}

/// How much is said.
pub fn level() -> i8 {
    LEVEL.load(Relaxed)
}

/// Tells which command is about to run, with `--verbose`.
pub fn running(command: &Command) {
    if level() <= 0 {
        return;
    }
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(Harmless::harmless).collect();
    let directory = command
        .get_current_dir()
        .map_or_else(String::new, |directory| {
            format!(" (in {})", directory.harmless())
        });
    did("Running", &format!("`{}`{directory}", words.join(" ")));
}

/// Tells what is done, with `--verbose`.
pub fn did(label: &str, what: &str) {
    if level() > 0 {
        let what = harmless_text(what);
        let _ = writeln!(anstream::stderr(), "{STYLE}{label:>12}{STYLE:#} {what}");
    }
}
