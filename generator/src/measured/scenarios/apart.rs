//! Scenarios that may go on at the same time: this executable under another name, which starts each test of `cargo nextest`, and
//! the program where a suite says in its environment which scenario it is for.
//!
//! What is started so, and what that starts, has a directory of its own for its profiles. Nothing has to be compared before and
//! after: whatever is in the directory belongs to the scenario, also what ends after it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::log::{self, Entry, Outcome};
use super::shared::{self, Sharing};
use crate::build::layout::digest;
use crate::build::linked::PATTERN;
use crate::measured::part::SUITE;
use crate::run::interrupts::let_large_writes_fail;
use llvm_coverage::terminal::Harmless as _;

/// The name of the executable that starts something of a scenario.
pub const NAME: &str = "itcov-scenario";

/// The directory, among the profiles of a suite, of those that have one of their own.
pub(in crate::measured) const APART: &str = ".apart";

pub(super) const PROFILE: &str = "LLVM_PROFILE_FILE";

/// The variables that name a scenario: of nextest two, that of suites, and that of pytest.
pub(super) const BINARY: &str = "NEXTEST_BINARY_ID";
const TEST: &str = "NEXTEST_TEST_NAME";
pub(super) const SCENARIO: &str = "ITCOV_SCENARIO";
pub(super) const PYTEST: &str = "PYTEST_CURRENT_TEST";

/// Whether this process was started to start something of a scenario.
pub fn is_meant(name: &OsStr) -> bool {
    Path::new(name).file_name() == Some(OsStr::new(NAME))
}

/// Starts the command that `arguments` have behind the name, as part of the scenario that the environment tells, if it does.
pub fn main(arguments: &[OsString]) -> ExitCode {
    let [_, program, words @ ..] = arguments else {
        eprintln!("error: `cargo itcov exec --scenarios` calls this program");
        return ExitCode::FAILURE;
    };
    let_large_writes_fail();
    let mut command = Command::new(program);
    command.args(words);
    // What a scenario has started has a directory already.
    let part = env::var_os(PROFILE).and_then(|it| part_of(Path::new(&it)));
    if let Some(part) = part {
        let done = match (test(), named()) {
            (Some(test), _) => return run(&part, &test, command),
            (None, Some(named)) => share(&part, &named.scenario).and_then(|directory| {
                command.env(PROFILE, directory.join(PATTERN));
                match named.stage {
                    Some(stage) => shared::before_start(&directory, stage == "setup"),
                    None => Ok(()),
                }
            }),
            (None, None) => Ok(()),
        };
        complain(done);
    }
    let error = command.exec();
    eprintln!("error: cannot run {}: {error}", program.harmless());
    ExitCode::FAILURE
}

/// The directory of the part whose suite has its profiles at this path; `None` if they go elsewhere.
fn part_of(profile: &Path) -> Option<PathBuf> {
    let suite = profile.parent()?;
    let is_suites = profile.file_name()? == PATTERN && suite.file_name()? == SUITE;
    is_suites.then(|| suite.parent().map(Path::to_owned))?
}

/// A test of nextest, which runs each in a process of its own:
/// <https://nexte.st/docs/configuration/env-vars/#environment-variables-nextest-sets>.
struct Test {
    name: String,
    /// Whether it has run before, and is tried again because it has failed.
    is_again: bool,
}

fn test() -> Option<Test> {
    let [binary, test] = [BINARY, TEST].map(text);
    Some(Test {
        name: format!("{} {}", binary?, test?),
        is_again: text("NEXTEST_ATTEMPT").is_some_and(|attempt| attempt != "1"),
    })
}

/// What names the scenario that something is started for.
struct Named {
    scenario: String,
    /// Where a test of pytest is: `setup`, `call` or `teardown`. `None` if the suite has named the scenario itself.
    stage: Option<String>,
}

/// The scenario that a suite has named, or the test of pytest that goes on, which has `(setup)`, `(call)` or `(teardown)` behind it:
/// <https://docs.pytest.org/en/stable/example/simple.html#pytest-current-test-environment-variable>.
fn named() -> Option<Named> {
    if let Some(scenario) = text(SCENARIO) {
        let stage = None;
        return Some(Named { scenario, stage });
    }
    let test = text(PYTEST)?;
    let (name, stage) = test.rsplit_once(" (").unwrap_or((&test, ""));
    Some(Named {
        scenario: name.to_owned(),
        stage: Some(stage.trim_end_matches(')').to_owned()),
    })
}

/// A variable that is set and not empty, without control characters.
fn text(variable: &str) -> Option<String> {
    let text = env::var_os(variable).filter(|it| !it.is_empty())?;
    let text = text.to_string_lossy();
    Some(text.replace(char::is_control, "\u{fffd}"))
}

/// Runs a test as a scenario, and ends as it does.
fn run(part: &Path, test: &Test, mut command: Command) -> ExitCode {
    let mut entry = Entry {
        name: Some(test.name.clone()),
        outcome: Outcome::Cut,
        is_begun: true,
        seconds: None,
        is_again: test.is_again,
        profiles: Vec::new(),
        directory: None,
        is_folded: false,
        test: Some(command.get_program().into()),
        ran: Vec::new(),
        has_loaded: false,
        sharing: Sharing::default(),
    };
    let begun = begin(part, &test.name).and_then(|(name, directory)| {
        entry.directory = Some(name);
        note(part, &entry)?;
        Ok(directory)
    });
    match &begun {
        Ok(directory) => _ = command.env(PROFILE, directory.join(PATTERN)),
        Err(_) => entry.directory = None,
    }
    let directory = begun.as_ref().ok().cloned();
    complain(begun);
    // Whoever ends the test ends its whole group, and how it ends is to be noted.
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        complain(signal_hook::flag::register(
            signal,
            Arc::new(AtomicBool::new(false)),
        ));
    }
    let start = Instant::now();
    let status = match command.status() {
        Ok(status) => status,
        Err(error) => {
            let program = command.get_program().harmless();
            eprintln!("error: cannot run {program}: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Some(directory) = directory {
        (entry.outcome, entry.is_begun) = (Outcome::of(status.success()), false);
        entry.seconds = Some(start.elapsed().as_secs_f64());
        complain(note(part, &entry));
        complain(shared::after_test(&directory));
    }
    end_as(status)
}

/// A new directory for a scenario: its name, and where it is.
fn begin(part: &Path, scenario: &str) -> io::Result<(String, PathBuf)> {
    let apart = part.join(SUITE).join(APART);
    fs::create_dir_all(&apart)?;
    let mut number = 0;
    loop {
        let name = format!("{}-{number}", digest(scenario));
        let directory = apart.join(&name);
        match fs::create_dir(&directory) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            made => return made.map(|()| (name, directory)),
        }
    }
}

/// The directory of a scenario that several processes are for.
fn share(part: &Path, scenario: &str) -> io::Result<PathBuf> {
    let apart = part.join(SUITE).join(APART);
    fs::create_dir_all(&apart)?;
    let name = digest(scenario);
    let directory = apart.join(&name);
    match fs::create_dir(&directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(directory),
        made => made?,
    }
    File::create(directory.join(super::RAN))?;
    let entry = Entry {
        name: Some(scenario.to_owned()),
        outcome: Outcome::Ended,
        is_begun: false,
        seconds: None,
        is_again: false,
        profiles: Vec::new(),
        directory: Some(name),
        is_folded: false,
        test: None,
        ran: Vec::new(),
        has_loaded: false,
        sharing: Sharing::default(),
    };
    note(part, &entry)?;
    Ok(directory)
}

fn note(part: &Path, entry: &Entry) -> io::Result<()> {
    let file = part.join(super::FILE);
    log::add(File::options().append(true).open(file)?, entry)
}

/// What keeps a scenario from being noted does not keep the suite from going on.
fn complain<T>(done: io::Result<T>) {
    if let Err(error) = done {
        // Nor does it if that cannot be said.
        let _ = writeln!(io::stderr(), "itcov: the scenario cannot be noted: {error}");
    }
}

fn end_as(status: ExitStatus) -> ExitCode {
    if let Some(signal) = status.signal() {
        // Does not come back from those that end a process.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
    let code = status.code().unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::part_of;

    #[test]
    fn only_what_the_suite_itself_starts_is_put_apart() {
        let of = |path: &str| part_of(Path::new(path));
        let part = Path::new("/w/runs/1/1");
        assert_eq!(of("/w/runs/1/1/.suite/%m%c.itcov").as_deref(), Some(part));
        assert_eq!(of("/w/runs/1/1/.suite/.apart/a-0/%m%c.itcov"), None);
        assert_eq!(of("/w/runs/1/1/app/%m%c.itcov"), None);
        assert_eq!(of("default.profraw"), None);
    }
}
