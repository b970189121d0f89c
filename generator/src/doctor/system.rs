//! The operating system.

use super::finding::{Finding, Status};
use crate::run::process;

/// What was found.
pub struct System {
    /// Its name, as Rust has it.
    name: &'static str,
    /// Whether processes can be looked at below `/proc`.
    has_proc: bool,
}

impl System {
    pub fn look() -> System {
        System {
            name: std::env::consts::OS,
            has_proc: process::are_visible(),
        }
    }
}

pub fn finding(system: &System) -> Finding {
    let finding = Finding::ok("system", system.name);
    match (system.name, system.has_proc) {
        ("linux", true) => finding,
        ("linux", false) => finding.because(
            Status::Wrong,
            "/proc is not there, or is that of another process namespace: a run cannot tell which processes are left to stop",
        ),
        _ => finding.because(
            Status::Wrong,
            "programs are measured on Linux; elsewhere, only this command, `init` and `report` are of use",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{System, finding};
    use crate::doctor::finding::Status;

    #[test]
    fn a_run_needs_linux_and_its_processes() {
        for (name, has_proc, status) in [
            ("linux", true, Status::Ok),
            ("linux", false, Status::Wrong),
            ("macos", false, Status::Wrong),
        ] {
            assert_eq!(finding(&System { name, has_proc }).status, status);
        }
    }
}
