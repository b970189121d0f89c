//! A run has more parts than the program: any of them may be killed.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::counts::Counts;
use super::lab::{Lab, is_exact};
use super::{Measured, Row};
use crate::support::TestCrate;
use crate::support::process::{signal, wait_until};

pub const ROWS: [Row; 3] = [
    Row {
        name: "SIGKILL to the harness",
        measure: harness,
    },
    Row {
        name: "SIGKILL to just",
        measure: just,
    },
    Row {
        name: "SIGKILL to the cargo that runs the suite",
        measure: cargo,
    },
];

/// A suite that is started by cargo, and starts the program.
const SUITE: &str = r#"
#[test]
fn the_program_works() {
    let program = std::env::var_os("ITCOV_BIN").unwrap();
    let status = std::process::Command::new(program).arg("wait").status();
    assert!(status.unwrap().success());
}
"#;

fn harness(lab: &Lab) -> Measured {
    killed(lab, &["itcov", "wait"], "manual_integrat")
}

fn just(lab: &Lab) -> Measured {
    killed(lab, &["itcov", "wait"], "just")
}

fn cargo(lab: &Lab) -> Measured {
    let suite = ["cargo", "test", "--test", "suite", "--", "--nocapture"];
    killed(lab, &[&["itcov-exec"], &suite[..]].concat(), "cargo")
}

/// Kills the process of that name between just and the program, both included, and looks at what the program has
/// counted. The program itself is left alone until then.
fn killed(lab: &Lab, arguments: &[&str], victim: &str) -> Measured {
    let krate = lab.scaffolded();
    krate.just(&["itcov-clean"]).ends_with(0);
    let mut run = krate.start_just(arguments, &[("ITCOV_TIMEOUT", "0")]);
    run.expect("worked\n");
    let line = Line::from_program_to(run.id());
    signal("KILL", line.process(victim));
    let output = run.finish();
    if victim == "just" {
        assert_eq!(output.signal, Some(9));
    } else {
        // What is left of the recipe has reported.
        assert!(output.ends_with(137).lines_of("Total").0 > 0);
    }
    let lcov = krate.just(&["itcov-report", "--lcov", "-"]).ends_with(0);
    let counts = Counts::of(&lcov.stdout);
    drop(line);
    Measured::Cell(is_exact(&counts, lab.clean(), 1, 1, &["ending::wait"]))
}

/// The program, who started it, and so on: of each its number and name.
struct Line(Vec<(u32, String)>);

impl Line {
    /// The line between just and the program below it.
    fn from_program_to(just: u32) -> Self {
        let processes = fs::read_dir("/proc").unwrap();
        let mut numbers =
            processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let line = numbers.find_map(|id| Self::between(id, just));
        Self(line.expect("the program runs below just"))
    }

    /// Other tests start and end programs meanwhile, so any process may be gone the next moment.
    fn between(program: u32, just: u32) -> Option<Vec<(u32, String)>> {
        let mut line = vec![(program, status(program, "Name:")?)];
        if line[0].1 != "endings" {
            return None;
        }
        while line.last()?.0 != just {
            let parent = status(line.last()?.0, "PPid:")?.parse().ok()?;
            line.push((parent, status(parent, "Name:")?));
        }
        Some(line)
    }

    fn process(&self, name: &str) -> u32 {
        let mut found = self.0.iter().filter(|process| process.1 == name);
        let found = found.next();
        found
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.0))
            .0
    }
}

/// The program is ended, and nothing is left of those who started it.
impl Drop for Line {
    fn drop(&mut self) {
        let program = self.0[0].0;
        if runs(program) {
            let id = program.to_string();
            // It may be gone by now.
            let _ = Command::new("kill").args(["-KILL", &id]).output();
        }
        for (id, name) in self.0.iter().filter(|_| !std::thread::panicking()) {
            wait_until(&format!("{name} has ended"), || !runs(*id));
        }
    }
}

/// What the kernel says of a process, if it is there.
fn status(id: u32, key: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(key))?;
    Some(value.trim().to_owned())
}

/// Whether the process is there and has not ended; it may be there a little longer, until somebody waits for it.
fn runs(id: u32) -> bool {
    status(id, "State:").is_some_and(|state| !state.starts_with(['Z', 'X']))
}

/// The fixture as a user's crate, with the scaffold in place.
pub fn scaffold(source: &Path) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &fs::read_to_string(source.join("Cargo.toml")).unwrap(),
    );
    for entry in fs::read_dir(source.join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        krate.write(&format!("src/{name}"), &fs::read_to_string(&path).unwrap());
    }
    krate.write("tests/suite.rs", SUITE);
    krate.itcov(&["init"]).ends_with(0);
    krate
}
