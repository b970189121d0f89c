//! What the scaffold commands say: for people, or as JSON.

use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal as _, Write};
use std::path::Path;
use std::process::Command;

use anstream::ColorChoice;
use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};
use anyhow::Result;
use llvm_coverage::terminal::{Harmless, harmless, harmless_text};
use serde::Serialize;

use crate::run::said;
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::diff;
use crate::scaffold::owned::FileStatus;
use crate::verbosity;

const DONE: Style = AnsiColor::Green.on_default().bold();
const SAME: Style = AnsiColor::Cyan.on_default().bold();
const WRONG: Style = AnsiColor::Yellow.on_default().bold();
const FAILED: Style = AnsiColor::Red.on_default().bold();

/// How a command says what it found or did.
#[derive(Clone, Copy, Default, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// For scripts
    Json,
}

/// The exit status after Ctrl-C, as a shell gives it.
pub const INTERRUPTED: u8 = 130;

/// Prints what was asked for.
pub fn print(text: &str) {
    put(&format!("{text}\n"));
}

/// Writes to the standard output. Who has closed it wants no more; where it is full, what was done is done.
fn put(text: &str) {
    put_to(anstream::stdout().lock(), text);
}

fn put_to(mut out: impl Write, text: &str) {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(cause) = written
        && cause.kind() != ErrorKind::BrokenPipe
    {
        error(&anyhow::Error::new(cause).context("cannot write to the standard output"));
        std::process::exit(1);
    }
}

/// Writes a sentence to the standard error, if that can be written: an error of it can be told to nobody. Names in it
/// may be of files from anywhere, so nothing in it steers the terminal.
fn tell(style: Style, label: &str, text: &str) {
    let text = harmless_text(text);
    let text = format!("{style}{label}{style:#} {text}\n");
    let is_plain = anstream::AutoStream::choice(&std::io::stderr()) == ColorChoice::Never;
    said::write(if is_plain {
        strip_str(&text).to_string()
    } else {
        text
    });
}

/// Tells which command is about to run, with `--verbose`.
pub fn running(command: &Command) {
    if verbosity::level() <= 0 {
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
    if verbosity::level() > 0 {
        tell(DONE, &format!("{label:>12}"), what);
    }
}

/// What another program says, in a text of ours: none of its lines looks like one of ours.
pub fn of_other(said: &str) -> String {
    said.trim_end().replace('\n', "\n  ")
}

/// What is printed as it is, unless somebody looks at it.
fn seen(text: &str) -> Cow<'_, str> {
    if std::io::stdout().is_terminal() {
        harmless_text(text)
    } else {
        text.into()
    }
}

/// Prints the path of a file.
pub fn path(path: &Path) {
    print(&seen(&path.to_string_lossy()));
}

/// Tells what was done, unless `--quiet`.
pub fn say(text: &str) {
    if verbosity::level() >= 0 {
        print(text);
    }
}

/// Says what is worth knowing, unless `--quiet`.
pub fn note(text: &str) {
    if verbosity::level() >= 0 {
        tell(SAME, "note:", text);
    }
}

/// Says what is wrong.
pub fn warn(text: &str) {
    tell(WRONG, "warning:", text);
}

/// Says why the command failed.
pub fn error(error: &anyhow::Error) {
    tell(FAILED, "error:", &format!("{error:#}"));
}

/// A change as a diff.
pub fn diff(change: &Change) {
    put_diff(&diff::unified(change));
}

/// In colours, or to the byte, so that it can be applied.
fn put_diff(diff: &str) {
    let diff = seen(diff);
    if anstream::AutoStream::choice(&std::io::stdout()) == ColorChoice::Never {
        put_to(std::io::stdout().lock(), &diff);
    } else {
        put(&diff::coloured(&diff));
    }
}

/// What an edited file differs in from what this version writes, if it stays as it is for that.
pub fn difference(change: &Change) {
    if let (Some(text), Some(latest)) = (&change.before, &change.latest) {
        let name = &change.name;
        let diff = diff::between(&format!("a/{name}"), text, &format!("b/{name}"), latest);
        put_diff(&diff);
    }
}

/// Whether only what is wrong is to be said.
pub fn is_quiet() -> bool {
    verbosity::level() < 0
}

/// A file and the state that it was found in.
pub fn finding(status: &str, path: &str, what: &str, version: Option<&str>) {
    let style = match status {
        "current" => DONE,
        "edited" => SAME,
        _ => WRONG,
    };
    let mut word = status.to_owned();
    word[..1].make_ascii_uppercase();
    let version = version.map_or_else(String::new, |version| format!(", of cargo-itcov {version}"));
    let found = format!("{path} ({what}{version})");
    print(&format!("{style}{word:>12}{style:#} {}", harmless(found)));
}

/// Every change of the plan as a diff, behind a summary, which is no part of what can be applied.
pub fn diffs(plan: &Plan) {
    note(&summary(plan));
    plan.changes.iter().for_each(diff);
}

/// Which files would change, and how.
fn summary(plan: &Plan) -> String {
    let changed = plan.changes.iter().filter(|change| !change.is_unchanged());
    let lines = changed.map(|change| {
        let Change { name, what, .. } = change;
        format!(
            "\n  {name} ({what}) would be {}",
            action(change).to_lowercase()
        )
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        "nothing would change".to_owned()
    } else {
        format!("nothing is written; without --dry-run:{lines}")
    }
}

/// Every file of the plan, and what was done to it.
pub fn changes(plan: &Plan) {
    for change in &plan.changes {
        let word = action(change);
        let style = if change.is_unchanged() { SAME } else { DONE };
        let Change { name, what, .. } = change;
        let done = format!("{name} ({what})");
        say(&format!("{style}{word:>12}{style:#} {}", harmless(done)));
    }
}

/// What is worth knowing, and what is wrong.
pub fn remarks(plan: &Plan) {
    for text in &plan.notes {
        note(text);
    }
    for problem in &plan.problems {
        warn(problem);
    }
}

/// What the plan does to a file, in a word.
fn action(change: &Change) -> &'static str {
    match (&change.before, &change.after, &change.found) {
        (None, Some(_), _) => "Created",
        (Some(_), None, _) => "Deleted",
        (
            before,
            after,
            FileStatus::Edited | FileStatus::Foreign | FileStatus::Stale { edited: true, .. },
        ) if before == after => "Kept",
        (before, after, _) if before == after => "Unchanged",
        (_, _, FileStatus::Stale { .. }) => "Renewed",
        _ => "Edited",
    }
}

#[derive(Serialize)]
struct JsonPlan<'a> {
    command: &'a str,
    applied: bool,
    changes: Vec<JsonChange<'a>>,
    notes: &'a [String],
    problems: &'a [String],
}

#[derive(Serialize)]
struct JsonChange<'a> {
    path: &'a str,
    action: String,
    what: &'a str,
    diff: String,
}

/// The plan as JSON: an object with `command`, `applied`, `changes`, `notes` and `problems`. A change has the `path`, the
/// `action` (`created`, `edited`, `renewed`, `deleted`, `kept`, `unchanged`), `what` the file has of the scaffold,
/// and the unified `diff`.
pub fn json(command: &str, plan: &Plan, applied: bool) -> Result<()> {
    let changes = plan.changes.iter().map(|change| JsonChange {
        path: &change.name,
        action: action(change).to_lowercase(),
        what: &change.what,
        diff: diff::unified(change),
    });
    let plan = JsonPlan {
        command,
        applied,
        changes: changes.collect(),
        notes: &plan.notes,
        problems: &plan.problems,
    };
    print(&serde_json::to_string_pretty(&plan)?);
    Ok(())
}
