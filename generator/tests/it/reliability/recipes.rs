//! A run has more parts than the program: any of them may be killed.

use std::fs;
use std::process::Command;

use super::counts::Counts;
use super::lab::{Lab, is_exact};
use super::{Measured, Row};
use crate::support::TestCrate;
use crate::support::process::{signal, wait_until};

pub const ROWS: [Row; 5] = [
    Row {
        name: "SIGKILL to the harness",
        measure: |lab| killed(lab, &["itcov", "wait"], "itcov-harness"),
    },
    Row {
        name: "SIGKILL to the tool",
        measure: |lab| killed(lab, &["itcov", "wait"], "cargo-itcov"),
    },
    Row {
        name: "SIGKILL to just",
        measure: |lab| killed(lab, &["itcov", "wait"], "just"),
    },
    Row {
        name: "SIGKILL to the cargo that runs the suite",
        measure: cargo,
    },
    Row {
        name: "a child process whose environment was cleared",
        measure: cleared,
    },
];

fn cargo(lab: &Lab) -> Measured {
    let suite = ["cargo", "test", "--test", "suite", "--", "--nocapture"];
    killed(lab, &[&["itcov-exec"], &suite[..]].concat(), "cargo")
}

/// Kills the process of that name between just and the program, both included, and looks at what the program has
/// counted. The program itself is left alone until then.
fn killed(lab: &Lab, arguments: &[&str], victim: &str) -> Measured {
    let krate = lab.krate();
    let mut run = krate.start_just(arguments, &[("ITCOV_TIMEOUT", "0")]);
    run.expect("worked\n");
    let line = Line::from_program_to(run.id());
    signal("KILL", line.process(victim));
    let output = run.finish();
    match victim {
        "just" => assert_eq!(output.signal, Some(9)),
        // Nobody is left to report.
        "cargo-itcov" => assert_eq!(output.stdout, "worked\n"),
        _ => assert!(output.ends_with(137).lines_of("Total").0 > 0),
    }
    drop(line);
    Measured::Cell(is_exact(
        &last_run(krate),
        lab.clean(),
        1,
        1,
        &["ending::wait"],
    ))
}

/// The parent counts into the run's profile, the child into the one whose path was linked into the program.
fn cleared(lab: &Lab) -> Measured {
    let krate = lab.krate();
    let output = krate.just(&["itcov", "cleared"]).ends_with(0);
    output.prints("worked\nworked\n");
    let cell = is_exact(&last_run(krate), lab.clean(), 2, 2, &["ending::cleared"]);
    let files = krate.files();
    let stray = files.iter().find(|(path, _)| {
        path.extension()
            .is_some_and(|it| it == "profraw" || it == "itcov")
    });
    assert!(stray.is_none(), "a profile among the sources: {stray:?}");
    Measured::Cell(cell)
}

fn last_run(krate: &TestCrate) -> Counts {
    let lcov = krate.just(&["itcov-report", "--lcov", "-"]).ends_with(0);
    Counts::of(&lcov.stdout)
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
