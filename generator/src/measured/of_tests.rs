//! Executables of tests that ran in a run in which these are measured.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use llvm_coverage::terminal::Harmless as _;

use super::kept::Objects;
use super::origin::build_id;
use super::part::{Part, TESTS, profiles_of_tests};
use super::profiles;
use super::recording::Recording;
use crate::build::texts::{self, Text};
use crate::build::units::Unit;

/// What tests did themselves, and does not count.
#[derive(Debug, Default)]
pub struct LostTests {
    /// The names of those that are of another text than the programs, each with a source that differs.
    pub of_other_texts: BTreeMap<String, PathBuf>,
    /// How many have run that are none of those that cargo has built.
    pub unknown: usize,
}

impl Recording {
    /// Whether executables of tests have left profiles.
    ///
    /// # Errors
    ///
    /// If they cannot be looked for.
    pub fn has_tests(&self) -> Result<bool> {
        Ok(!profiles_of_tests(&self.part)?.is_empty())
    }

    /// Takes the executables of tests that ran, of those that a cargo of the suite has built. Gives what does not count.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub fn add_tests(&self, built: &[Vec<Unit>]) -> Result<LostTests> {
        let cannot = || format!("cannot write to {}", self.store.directory.harmless());
        let mut lost = LostTests::default();
        let Some(mut part) = Part::read(&self.file())? else {
            return Ok(lost);
        };
        let mut profiles = profiles::by_build(&self.part.join(TESTS))?;
        let programs = part.programs.iter();
        let compiled: Vec<Text> = programs.flat_map(|it| it.objects.texts()).collect();
        for units in built {
            let test = units[0].object();
            if profiles.remove(&build_id(&test)?).is_none() {
                continue;
            }
            if let Some(file) = texts::first_that_differs(&compiled, &texts::of(units)) {
                let name = units[0].name.clone();
                lost.of_other_texts.insert(name, file.to_owned());
                continue;
            }
            let kept = Objects::keep(&test, units, &self.store.builds());
            part.tests.push(kept.with_context(cannot)?);
        }
        let unknown = profiles.into_values().flatten();
        lost.unknown = unknown.filter(|it| profiles::may_have_run(it)).count();
        self.write(&part).with_context(cannot)?;
        Ok(lost)
    }
}
