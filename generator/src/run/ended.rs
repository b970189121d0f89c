//! Which processes of a run have ended, and what that means for its exit status.

use std::thread;
use std::time::{Duration, Instant};

use super::process::{self, signal_of};
use super::supervisor::{Child, Run, TICK};
use super::{complain, interrupts};

/// With these a suite ends a program on purpose. What any other one has ended has crashed, or did not expect it; and the status of a
/// program that fails by itself can look like that of one.
const OF_SUITES: [i32; 4] = [libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGKILL];

/// How long a harness may take to say how its program has ended.
const HARNESS: Duration = Duration::from_secs(2);

/// How a process has ended that has this exit status.
pub(super) fn how(status: i32) -> String {
    let signal = signal_of(status).map(|it| format!(", as after {}", interrupts::name(it)));
    format!("status {status}{}", signal.unwrap_or_default())
}

impl Run<'_> {
    /// Whether the suite came to its end by itself, and was not killed.
    pub(super) fn has_suite_ended(&self) -> bool {
        self.suite_status()
            .is_some_and(|status| signal_of(status).is_none())
    }

    /// How the suite has ended, if it has.
    pub(super) fn suite_status(&self) -> Option<i32> {
        let suite = self.children.last().filter(|child| child.is_suite)?;
        suite.end.map(|(_, status)| status)
    }

    /// Which process was the first that failed, or else the first that ended, with its exit status; and whether all programs
    /// have ended.
    pub(super) fn first_end(&self) -> (Option<(&str, i32)>, bool) {
        let ended = || {
            let children = self.children.iter();
            children.filter_map(|child| Some((child, child.end?)))
        };
        let first = ended().min_by_key(|(_, (when, status))| (*status == 0, *when));
        let first = first.map(|(child, (_, status))| (child.name.as_str(), status));
        (first, ended().count() == self.plan.programs.len())
    }

    /// Waits for the harnesses whose programs have ended. One that is told to stop before it has seen that takes it for the end that it
    /// was asked for.
    fn wait_for_ended(&mut self) {
        let since = Instant::now();
        let has_ended = |child: &Child| {
            child.end.is_none() && !child.is_suite && process::have_children_ended(child.id)
        };
        while self.children.iter().any(has_ended) && since.elapsed() < HARNESS {
            thread::sleep(TICK);
            self.look();
        }
    }

    /// Whether a program has failed by itself before the suite ended, which is said then.
    pub(super) fn has_failed_meanwhile(&mut self) -> bool {
        self.wait_for_ended();
        let programs = self.children.iter().filter(|child| !child.is_suite);
        let failed = programs.filter_map(|child| {
            let (_, status) = child.end.filter(|(_, status)| *status != 0)?;
            let is_own = signal_of(status).is_none_or(|signal| !OF_SUITES.contains(&signal));
            is_own.then_some((&child.name, status))
        });
        let failed: Vec<_> = failed.collect();
        for (name, status) in &failed {
            complain(&format!(
                "{name} ended before the suite did, with {}: what it has said tells why; if the suite starts the program \
                 itself, `cargo itcov exec` measures it",
                how(*status)
            ));
        }
        !failed.is_empty()
    }

    /// The exit status of the first program that has failed by itself, or 0.
    pub(super) fn first_failure(&mut self) -> i32 {
        self.wait_for_ended();
        let (first, _) = self.first_end();
        first.map_or(0, |(_, status)| status)
    }
}
