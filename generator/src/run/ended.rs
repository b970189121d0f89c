//! Which processes of a run have ended, and what that means for its exit status.

use super::complain;
use super::supervisor::Run;

impl Run<'_> {
    /// Whether the suite came to its end by itself, and was not killed.
    pub(super) fn has_suite_ended(&self) -> bool {
        self.suite_status().is_some_and(|status| status <= 128)
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

    /// Whether a program has failed by itself before the suite ended, which is said then. What a signal has ended, the suite may have
    /// killed.
    pub(super) fn has_failed_meanwhile(&self) -> bool {
        let programs = self.children.iter().filter(|child| !child.is_suite);
        let failed = programs.filter_map(|child| match child.end {
            Some((_, status @ 1..=128)) => Some((&child.name, status)),
            _ => None,
        });
        let failed: Vec<_> = failed.collect();
        for (name, status) in &failed {
            complain(&format!(
                "{name} ended before the suite did, with status {status}: what it has said tells why; if the suite starts the program \
                 itself, `cargo itcov exec` measures it"
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
