//! Whether just can run a recipe where a justfile is, whatever that sets: its shell, the variables that it exports, the files with
//! variables that it requires. just evaluates the justfile for that, as it does for each recipe.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use cargo_metadata::camino::Utf8Path;
use rustix::process::{Pid, Signal, kill_process};

use super::command;
use crate::run::process::children_of;
use crate::run::settings::{self, RunOptions, SuiteOptions};

/// How long it may take: what is evaluated may wait for something.
const LIMIT: Duration = Duration::from_secs(20);

/// How often is looked whether it has ended.
const TICK: Duration = Duration::from_millis(5);

/// What is wrong with what a recipe of the justfile would find.
pub fn failure(justfile: &Utf8Path) -> Option<String> {
    let said = |said: io::Result<Said>| match said {
        Ok(said) if said.status.is_none() => Err(format!(
            "just has not run anything within {LIMIT:?}: something in {justfile} waits, which each recipe would wait for"
        )),
        Ok(said) if said.status.is_some_and(|it| it.success()) => Ok(Some(said.output)),
        Ok(said) => Err(format!(
            "just cannot run cargo with what {justfile} sets, as each recipe does\n{}",
            said.errors.trim_end()
        )),
        // Without just, somebody else says so.
        Err(_) => Ok(None),
    };
    let run = |words: &[&str]| said(run(justfile, words));
    let in_shell = |what: &str| run(&["--shell-command", "--command", what]);
    // For a command, just evaluates what it exports alone.
    let version = match run(&["--evaluate"]).and_then(|_| in_shell("cargo --version")) {
        Ok(version) => version?,
        Err(why) => return Some(why),
    };
    if !version.lines().any(is_version) {
        return Some(format!(
            "the shell that {justfile} sets does not run what it is given, so recipes do nothing: `cargo --version` says no version there"
        ));
    }
    // Not everybody has it.
    let variables = in_shell("env -0").ok().flatten();
    refused(&variables.unwrap_or_default())
}

/// Whether cargo says so which version it is.
fn is_version(line: &str) -> bool {
    let version = line.strip_prefix("cargo ");
    version.is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}

/// The value that a variable of a justfile has for each recipe; `None` if just does not say so.
pub fn value(justfile: &Utf8Path, variable: &str) -> Option<String> {
    let said = run(justfile, &["--evaluate", variable]).ok()?;
    let is_known = said.status.is_some_and(|status| status.success());
    is_known.then_some(said.output)
}

/// What a run would refuse of variables, each of which ends with a zero.
fn refused(variables: &str) -> Option<String> {
    let set = variables.split('\0').filter_map(|it| it.split_once('='));
    let set = set.map(|(name, value)| (name.to_owned(), value.into()));
    let (options, suite) = (RunOptions::default(), SuiteOptions::default());
    let why = settings::refused(&options, &suite, &set.collect())?;
    Some(format!("in the recipes {why}"))
}

/// What just says.
struct Said {
    /// `None` if it has not ended.
    status: Option<ExitStatus>,
    output: String,
    errors: String,
}

fn run(justfile: &Utf8Path, what: &[&str]) -> io::Result<Said> {
    let words = ["--unstable", "--color", "never", "--justfile"];
    let mut command = command(&words, justfile.parent());
    command.arg(justfile);
    command.args(what);
    let (mut output, mut errors) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command
        .stdout(output.try_clone()?)
        .stderr(errors.try_clone()?);
    let status = ended(&mut command)?;
    Ok(Said {
        status,
        output: text(&mut output)?,
        errors: text(&mut errors)?,
    })
}

/// Runs it, and ends it with what it has started if it does not end. It stays in the group of this process, which Ctrl-C ends.
fn ended(command: &mut Command) -> io::Result<Option<ExitStatus>> {
    let mut child = command.spawn()?;
    let until = Instant::now() + LIMIT;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            Pid::from_raw(child.id().cast_signed())
                .into_iter()
                .for_each(end);
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(TICK);
    }
}

/// Ends a process, which nobody has waited for, and then what it has started.
fn end(process: Pid) {
    let children = children_of(process);
    let _ = kill_process(process, Signal::KILL);
    children.into_iter().for_each(end);
}

fn text(file: &mut File) -> io::Result<String> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(1 << 20).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
