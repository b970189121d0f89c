//! The processes that live, and the scenarios that they are for. Their environment tells it: `/proc/<id>/environ`, see proc(5).

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::process::Pid;

use crate::run::ancestor::Stat;
use crate::run::process::children_of;

use super::super::apart::{APART, BINARY, PROFILE, PYTEST, SCENARIO};

/// The variable in which pytest-xdist names its workers:
/// <https://pytest-xdist.readthedocs.io/en/stable/how-to.html#identifying-the-worker-process-during-a-test>.
const WORKER: &str = "PYTEST_XDIST_WORKER";

/// A process that is for a scenario.
#[derive(Debug, PartialEq, Eq)]
pub struct Process {
    /// The name of the scenario's directory.
    pub scenario: OsString,
    pub by: By,
}

/// Who has said which scenario it is for.
#[derive(Debug, PartialEq, Eq)]
pub enum By {
    Nextest,
    /// The suite, by a name.
    Name,
    /// A worker of pytest, which has a name if there are several.
    Pytest(Option<OsString>),
    /// Its environment does not have that any more.
    Unknown,
}

/// The worker of pytest that this process is of.
pub fn worker() -> Option<OsString> {
    env::var_os(WORKER).filter(|it| !it.is_empty())
}

/// Those that can be seen and have their profiles in a directory below `apart`. What is a zombie has no environment.
pub fn living(apart: &Path) -> Vec<Process> {
    let processes = fs::read_dir("/proc").into_iter().flatten();
    let ids = processes.filter_map(|it| it.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| Process::of(&environment(id)?, apart))
        .collect()
}

/// Whether a process goes on that began after this one, was adopted by the run, and hides its environment, as agents for keys do
/// (`PR_SET_DUMPABLE`): it may be for any scenario.
pub fn is_hidden_left() -> bool {
    let Some(own) = Stat::of(std::process::id()) else {
        return false;
    };
    let above = std::iter::successors(Some(own.parent), |id| Some(Stat::of(*id)?.parent));
    let above: Vec<u32> = above.collect();
    let run = above
        .iter()
        .rposition(|id| executable(*id) == executable(std::process::id()));
    let of_run = &above[..run.map_or(0, |it| it + 1)];
    let ids = of_run
        .iter()
        .filter_map(|id| Pid::from_raw(i32::try_from(*id).ok()?));
    let ids = ids.flat_map(children_of);
    let mut ids = ids.map(|id| id.as_raw_nonzero().get().unsigned_abs());
    ids.any(|id| {
        let is_younger = Stat::of(id).is_some_and(|it| !it.is_older_than(&own));
        is_younger && !above.contains(&id) && is_hidden(id)
    })
}

/// Its device and number.
fn executable(id: u32) -> Option<(u64, u64)> {
    let metadata = fs::metadata(format!("/proc/{id}/exe")).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

fn is_hidden(id: u32) -> bool {
    let environment = fs::read(format!("/proc/{id}/environ"));
    environment.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// The environment that a process began with, one variable after the other, each with a zero behind it.
fn environment(id: u32) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{id}/environ")).ok()
}

/// Whether a process began in a test of pytest. `None` if it cannot be seen.
pub fn is_of_test(id: u32) -> Option<bool> {
    Some(get(&environment(id)?, PYTEST).is_some())
}

impl Process {
    fn of(environment: &[u8], apart: &Path) -> Option<Process> {
        let get = |name: &str| get(environment, name);
        let profile = get(PROFILE)?;
        let (above, scenario) = scenario(Path::new(profile))?;
        // A path with a `%` has another name there.
        let is_it = above == apart
            || matches!((above.canonicalize(), apart.canonicalize()), (Ok(one), Ok(other)) if one == other);
        is_it.then(|| Process {
            scenario: scenario.to_owned(),
            by: if get(BINARY).is_some() {
                By::Nextest
            } else if get(SCENARIO).is_some() {
                By::Name
            } else if get(PYTEST).is_some() {
                By::Pytest(get(WORKER).map(OsStr::to_owned))
            } else {
                By::Unknown
            },
        })
    }
}

/// A variable that is not empty.
fn get<'a>(environment: &'a [u8], name: &str) -> Option<&'a OsStr> {
    let variables = environment.split(|it| *it == 0);
    let mut values = variables.filter_map(|it| {
        let value = it.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        (!value.is_empty()).then(|| OsStr::from_bytes(value))
    });
    values.next()
}

/// The directory of all scenarios that have their own, and the name of that which a profile is in.
fn scenario(profile: &Path) -> Option<(&Path, &OsStr)> {
    let mut below = profile;
    loop {
        let above = below.parent()?;
        if above.file_name() == Some(OsStr::new(APART)) {
            return Some((above, below.file_name()?));
        }
        below = above;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{By, Process};

    fn of(variables: &[&str]) -> Option<Process> {
        let text = variables.join("\0") + "\0";
        Process::of(text.as_bytes(), Path::new("/w/1/.suite/.apart"))
    }

    #[test]
    fn the_environment_tells_the_scenario_and_who_has_said_it() {
        let profile = "LLVM_PROFILE_FILE=/w/1/.suite/.apart/ab/%m%c.itcov";
        let test = "PYTEST_CURRENT_TEST=a.py::test (call)";
        let worker = "PYTEST_XDIST_WORKER=gw1";
        let nextest = ["NEXTEST_BINARY_ID=app::all", "NEXTEST_TEST_NAME=t"];
        for (variables, by) in [
            (vec![profile], By::Unknown),
            (vec![test, profile], By::Pytest(None)),
            (vec![test, worker, profile], By::Pytest(Some("gw1".into()))),
            (
                vec![test, "PYTEST_XDIST_WORKER=", profile],
                By::Pytest(None),
            ),
            (vec![profile, test, "ITCOV_SCENARIO=a b"], By::Name),
            (vec!["ITCOV_SCENARIO=", test, profile], By::Pytest(None)),
            (
                vec!["ITCOV_SCENARIO=a", profile, nextest[0], nextest[1]],
                By::Nextest,
            ),
        ] {
            let scenario = "ab".into();
            assert_eq!(of(&variables), Some(Process { scenario, by }));
        }
        for profile in [
            "LLVM_PROFILE_FILE=/w/1/.suite/%m%c.itcov",
            "LLVM_PROFILE_FILE=/w/2/.suite/.apart/ab/%m%c.itcov",
            "LLVM_PROFILE_FILE=/w/1/.suite/.apart",
            "PATH=/w/1/.suite/.apart/ab/%m%c.itcov",
            "",
        ] {
            assert_eq!(of(&[profile, test]), None, "{profile}");
        }
    }
}
