//! What a scenario has started and others may use as well, such as a daemon, or a server of a fixture for several tests. What others ask of it
//! counts for the scenario that has started it, and nobody can tell the two apart.
//!
//! A process that goes on when its scenario has ended is seen (`processes`): when the test of nextest ends, when the next test of pytest
//! starts something, and at the end of the suite. Nobody says when a test of pytest ends, so of what a fixture has started the other tests
//! tell whose it is (`fixtures`).

pub(super) mod fixtures;
mod processes;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use llvm_coverage::files;
use processes::{By, is_hidden_left, living};
use serde::{Deserialize, Serialize};

use super::apart::APART;
use crate::measured::part::SUITE;

/// The file in the directory of a scenario that says that a process of it has outlived it.
const OUTLIVED: &str = ".outlived";

/// The file that has the runner of each fixture that has started something, one a line.
const FIXTURES: &str = ".fixtures";

/// How long a process may take to end when its test of nextest has.
const GRACE: Duration = Duration::from_millis(300);

/// The same when the next test of pytest starts something. That may go on meanwhile, use what is there, and end it.
const SHORT_GRACE: Duration = Duration::from_millis(50);

/// How often it is looked at meanwhile.
const TICK: Duration = Duration::from_millis(10);

/// What is known of the processes of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// Whether one has outlived it.
    pub outlived: bool,
    /// Who ran the fixtures that have started one: see [`fixtures::runner`].
    pub fixtures: BTreeSet<String>,
}

impl Sharing {
    /// What is noted in the directory of a scenario.
    pub fn noted(directory: &Path) -> Sharing {
        let fixtures = files::read_text(&directory.join(FIXTURES)).unwrap_or_default();
        Sharing {
            outlived: directory.join(OUTLIVED).exists(),
            fixtures: fixtures.lines().map(str::to_owned).collect(),
        }
    }
}

/// Looks whether a test of nextest, which has ended, has left something behind.
///
/// # Errors
///
/// If it cannot be noted.
pub fn after_test(directory: &Path) -> io::Result<()> {
    let Some((apart, own)) = directory.parent().zip(directory.file_name()) else {
        return Ok(());
    };
    note_outlived(apart, GRACE, Some(own), |scenario, _| scenario == own)
}

/// A test of pytest starts something, the profiles of which go to a directory: looks what the tests before it have left, and notes it if a
/// fixture starts it.
///
/// # Errors
///
/// If it cannot be noted.
pub fn before_start(directory: &Path, is_in_setup: bool) -> io::Result<()> {
    if is_in_setup {
        let file = directory.join(FIXTURES);
        let mut file = File::options().create(true).append(true).open(file)?;
        file.write_all(format!("{}\n", fixtures::runner()).as_bytes())?;
    }
    let Some((apart, own)) = directory.parent().zip(directory.file_name()) else {
        return Ok(());
    };
    let worker = processes::worker();
    note_outlived(apart, SHORT_GRACE, None, |scenario, by| {
        scenario != own && matches!(by, By::Pytest(of) if *of == worker)
    })
}

/// The suite has ended: looks what its scenarios have left in a part. Where a suite has said itself what a process is for, that holds.
///
/// # Errors
///
/// If it cannot be noted.
pub fn after_suite(part: &Path) -> io::Result<()> {
    let apart = part.join(SUITE).join(APART);
    if !apart.exists() {
        return Ok(());
    }
    note_outlived(&apart, Duration::ZERO, None, |_, by| *by != By::Name)
}

/// Notes of which scenarios a process lives on after a grace, other than those of which it is noted already. One that hides what it is for
/// may be of the scenario `in_doubt`.
fn note_outlived(
    apart: &Path,
    grace: Duration,
    in_doubt: Option<&OsStr>,
    is_meant: impl Fn(&OsString, &By) -> bool,
) -> io::Result<()> {
    let since = Instant::now();
    loop {
        let living = living(apart).into_iter();
        let left = living.filter(|it| is_meant(&it.scenario, &it.by));
        let mut left: BTreeSet<OsString> = left.map(|it| it.scenario).collect();
        left.extend(in_doubt.filter(|_| is_hidden_left()).map(OsStr::to_owned));
        left.retain(|it| {
            let directory = apart.join(it);
            directory.exists() && !directory.join(OUTLIVED).exists()
        });
        if left.is_empty() {
            return Ok(());
        }
        if since.elapsed() >= grace {
            let mut notes = left.iter().map(|it| apart.join(it).join(OUTLIVED));
            return notes.try_for_each(|it| File::create(it).map(drop));
        }
        thread::sleep(TICK);
    }
}
