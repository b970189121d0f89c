//! What came of an entry.

use std::collections::BTreeMap;

use crate::list::Entry;

/// What is done with an entry, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A fresh copy that cargo accepts, committed to a repository of its own.
    Copy,
    /// `cargo itcov init`
    Init,
    /// cargo accepts the crate still, with the harness as a target, and warns of nothing new.
    Accepted,
    /// What was there has only got more lines.
    OnlyAdds,
    /// `init` a second time changes nothing.
    Again,
    /// `cargo itcov check`
    Check,
    /// `cargo itcov remove`
    Remove,
    /// Every byte and mode is as before, nothing is left over, and git sees no change.
    Restored,
    /// `cargo build` and `cargo clippy`, before there is a scaffold.
    Build,
    /// After `init`, `cargo build` compiles no dependency.
    OwnOnly,
    /// `just itcov` reports a line that ran.
    Measured,
    /// After that, `cargo build` compiles nothing.
    Fresh,
    /// `cargo clippy` says nothing new.
    Lints,
}

impl Step {
    /// The steps of every entry.
    pub const ALL: [Step; 8] = [
        Step::Copy,
        Step::Init,
        Step::Accepted,
        Step::OnlyAdds,
        Step::Again,
        Step::Check,
        Step::Remove,
        Step::Restored,
    ];
    /// The further steps of what is built.
    pub const BUILDS: [Step; 5] = [
        Step::Build,
        Step::OwnOnly,
        Step::Measured,
        Step::Fresh,
        Step::Lints,
    ];

    /// As in the tables and in `crates.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Step::Copy => "copy",
            Step::Init => "init",
            Step::Accepted => "accepted",
            Step::OnlyAdds => "only adds",
            Step::Again => "again",
            Step::Check => "check",
            Step::Remove => "remove",
            Step::Restored => "restored",
            Step::Build => "build",
            Step::OwnOnly => "own only",
            Step::Measured => "measured",
            Step::Fresh => "fresh",
            Step::Lints => "lints",
        }
    }

    /// The step of that name.
    pub fn named(name: &str) -> Option<Step> {
        let mut steps = Step::ALL.into_iter().chain(Step::BUILDS);
        steps.find(|step| step.name() == name)
    }
}

/// The results of an entry's steps, and what is found on the way.
#[derive(Default)]
pub struct Outcome {
    /// What came of each step that was gone; an error says in one line why it failed.
    pub steps: BTreeMap<Step, Result<(), String>>,
    /// The editions of the packages.
    pub edition: String,
    /// Whose manifest it is: the author's or the registry's.
    pub manifest: &'static str,
    /// What is unusual.
    pub special: Vec<String>,
    /// The program that `init` was given, where there was a choice.
    pub chosen: String,
    /// How many packages the program is built from, itself aside.
    pub dependencies: usize,
    /// How many lines ran, and how many there are.
    pub lines: (usize, usize),
}

impl Outcome {
    /// Goes a step, unless an earlier one has failed; gives what it came to.
    pub fn go<T>(&mut self, step: Step, work: impl FnOnce() -> anyhow::Result<T>) -> Option<T> {
        if self.failed().next().is_some() {
            return None;
        }
        let (result, value) = match work() {
            Ok(value) => (Ok(()), Some(value)),
            Err(error) => (Err(format!("{error:#}")), None),
        };
        self.steps.insert(step, result);
        value
    }

    /// The steps that failed, and why.
    pub fn failed(&self) -> impl Iterator<Item = (Step, &str)> {
        self.steps
            .iter()
            .filter_map(|(step, result)| Some((*step, result.as_ref().err()?.as_str())))
    }

    /// What is not as the list says, a line each.
    pub fn surprises(&self, entry: &Entry) -> Vec<String> {
        let failed = self
            .failed()
            .filter(|(step, _)| !entry.known.contains_key(step))
            .map(|(step, reason)| format!("{}: {reason}", step.name()));
        let passed = entry
            .known
            .keys()
            .filter(|step| self.steps.get(step) == Some(&Ok(())))
            .map(|step| format!("{} is known to fail, and does not", step.name()));
        failed.chain(passed).collect()
    }
}
