//! The scenarios of a run, and what each reaches.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use llvm_coverage::formats::html;

use super::Recorded;
use crate::commands::scenarios::table::said;
use crate::measured::Choice;
use crate::measured::scenarios::index::Index;
use crate::measured::scenarios::{Scenario, reach};
use crate::scaffold::metadata::Workspace;

/// The scenarios, and what each reaches.
pub struct Counted {
    /// The one without a name is what ran outside of any.
    pub scenarios: Vec<Scenario>,
    /// The lines that each of them reaches.
    pub index: Index,
}

impl Counted {
    /// Those of the last run.
    ///
    /// # Errors
    ///
    /// If it has none, or something cannot be read.
    pub fn of(workspace: &Workspace, choice: &Choice) -> Result<Counted> {
        Recorded::open(workspace, choice)?.counted()
    }

    /// The place of what ran outside of any.
    pub fn outside(&self) -> Option<usize> {
        self.scenarios.iter().position(|it| it.name.is_none())
    }

    /// The places of those that have a name.
    pub fn named(&self) -> Vec<usize> {
        let all = 0..self.scenarios.len();
        all.filter(|it| self.scenarios[*it].name.is_some())
            .collect()
    }

    /// Whether it is a test of nextest.
    pub fn is_test(&self, place: usize) -> bool {
        !self.scenarios[place].tests.is_empty()
    }

    /// The name of one; empty for what ran outside of any.
    pub fn name(&self, place: usize) -> &str {
        self.scenarios[place].name.as_deref().unwrap_or_default()
    }

    /// The names of those of some that may have started what others used.
    pub fn shared<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = &'a str> {
        let shared = places.iter().filter(|it| self.scenarios[**it].is_shared);
        shared.map(|it| self.name(*it))
    }

    /// Those that have a name, as the pages show them.
    pub fn for_pages(&self) -> Vec<html::Scenario> {
        let alone = reach::alone(&self.index.sets);
        let shown = |place: usize| html::Scenario {
            name: self.name(place).to_owned(),
            outcome: said(
                self.scenarios[place].outcome,
                self.scenarios[place].is_shared,
            ),
            seconds: self.scenarios[place].seconds,
            lines: self.index.sets[place].count_ones(..),
            alone: alone[place].count_ones(..),
        };
        self.named().into_iter().map(shown).collect()
    }

    /// The lines of the file at a path that scenarios with a name reach, each with the places of these among them.
    pub fn reaching(&self, path: &Path) -> Vec<(u32, Vec<usize>)> {
        let mut lines: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (place, scenario) in self.named().into_iter().enumerate() {
            for line in self.index.lines.within(path, &self.index.sets[scenario]) {
                lines.entry(line).or_default().push(place);
            }
        }
        lines.into_iter().collect()
    }
}
