//! Which processes of a run have ended, and what that means for its exit status.

use super::process::signal_of;
use super::supervisor::Run;
use super::{complain, interrupts};

/// With these a program ends that crashes. No suite ends one so.
const CRASHES: [i32; 5] = [
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGSEGV,
];

/// How a process has ended that has this exit status.
pub(super) fn how(status: i32) -> String {
    signal_of(status).map_or_else(|| format!("status {status}"), interrupts::name)
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

    /// Whether a program has failed by itself before the suite ended, which is said then. What another signal than those of a crash
    /// has ended, the suite may have killed.
    pub(super) fn has_failed_meanwhile(&self) -> bool {
        let programs = self.children.iter().filter(|child| !child.is_suite);
        let failed = programs.filter_map(|child| {
            let (_, status) = child.end.filter(|(_, status)| *status != 0)?;
            let is_own = signal_of(status).is_none_or(|signal| CRASHES.contains(&signal));
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
    pub(super) fn first_failure(&self) -> i32 {
        let (first, _) = self.first_end();
        first.map_or(0, |(_, status)| status)
    }
}
