//! A run has more parts than the program: any of them may be killed.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::counts::Counts;
use super::lab::{Lab, is_exact};
use super::{Measured, Row};
use crate::support::TestCrate;
use crate::support::process::{is_alive, parent_of, signal, wait_until};

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
        let line = numbers.find_map(|id: u32| {
            let mut line = vec![(id, name_of(id)?)];
            if line[0].1 != "endings" {
                return None;
            }
            while line.last()?.0 != just {
                let parent = parent_of(line.last()?.0);
                line.push((parent, name_of(parent)?));
            }
            Some(line)
        });
        Self(line.expect("the program runs below just"))
    }

    fn process(&self, name: &str) -> u32 {
        let mut found = self.0.iter().filter(|process| process.1 == name);
        found
            .next()
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.0))
            .0
    }
}

/// The program is ended, and nothing is left of those who started it.
impl Drop for Line {
    fn drop(&mut self) {
        if is_alive(self.0[0].0) {
            let id = self.0[0].0.to_string();
            // It may be gone by now.
            let _ = Command::new("kill").args(["-KILL", &id]).output();
        }
        for (id, name) in &self.0 {
            wait_until(&format!("{name} has ended"), || !is_alive(*id));
        }
    }
}

/// The name that the kernel knows a process by, its first 15 bytes.
fn name_of(id: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
    Some(name.trim_end().to_owned())
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
