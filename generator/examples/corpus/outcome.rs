//! What came of an entry.

use std::collections::BTreeMap;

use crate::list::Entry;
use crate::step::Step;

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
