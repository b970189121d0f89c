//! The scenarios of the last run, as they were recorded.

mod counted;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
pub use counted::Counted;
use llvm_coverage::Coverage;
use llvm_coverage::count::profile::Profile;
use llvm_coverage::profiles::Merged;

use crate::build::layout::Layout;
use crate::build::texts::Text;
use crate::commands::report::warnings;
use crate::measured::scenarios::index::{Index, Lines, stamp};
use crate::measured::scenarios::{Scenario, Scenarios};
use crate::measured::{Choice, Measured, Measurement, Profiles, Store};
use crate::output::warn;
use crate::progress::during_each;
use crate::scaffold::metadata::Workspace;

/// The last run, and what is measured of it.
pub struct Recorded {
    store: Store,
    parts: Vec<Measured>,
    measurement: Measurement,
    /// What is said by which programs are meant.
    choice: String,
    generated: [PathBuf; 2],
    /// What the profiles have, once they were read.
    merged: Option<Merged>,
}

impl Recorded {
    /// The last run.
    ///
    /// # Errors
    ///
    /// If there is none, or what was asked for was not measured.
    pub fn open(workspace: &Workspace, choice: &Choice) -> Result<Recorded> {
        let layout = Layout::new(&workspace.metadata);
        let store = Store::of(&layout)?;
        let parts = store.last()?;
        let measurement = Measurement::find(&parts, choice)?;
        warnings::of_runs(&parts, &layout.root)?;
        Ok(Recorded {
            store,
            measurement,
            choice: format!("{choice:?}"),
            generated: [layout.ordinary, layout.ordinary_build],
            merged: None,
            parts,
        })
    }

    /// The scenarios, and what each reaches.
    ///
    /// # Errors
    ///
    /// If none has a name, or something cannot be read.
    pub fn counted(&mut self) -> Result<Counted> {
        Ok(Counted {
            scenarios: self.scenarios()?,
            index: self.index()?,
        })
    }

    fn scenarios(&self) -> Result<Vec<Scenario>> {
        let all = Scenarios::of(&self.parts, &Merged::default())?.all;
        if all.iter().any(|it| it.name.is_some()) {
            return Ok(all);
        }
        bail!(
            "the last run has no scenarios; name them in the suite by `cargo itcov scenario NAME -- CMD`, or run it with `--scenarios`, so \
             that tests of nextest and pytest are named, and what is started with ITCOV_SCENARIO=NAME"
        )
    }

    /// The lines that each scenario reaches. They are counted once, and then kept beside the run.
    fn index(&mut self) -> Result<Index> {
        // What goes on may move after it was counted.
        let is_over = !self.store.is_running()?;
        let key = self.key();
        let run = self
            .parts
            .iter()
            .find_map(|part| part.directory.as_deref()?.parent());
        let file = run.context("there is no run")?.join("scenarios");
        if let Some(index) = Index::read(&file, &key) {
            return Ok(index);
        }
        let index = self.count()?;
        // What does not count is to be said each time.
        if is_over && index.not_counted == 0 {
            // It is not needed.
            let _ = index.write(&file, key);
        }
        Ok(index)
    }

    /// The sources of build scripts and macros, and what else decided how the programs were made.
    pub fn made_by(&self) -> BTreeSet<Text> {
        self.measurement.made_by()
    }

    /// The names of the crates that the programs are made of and that are not measured, by their directories.
    pub fn outside(&self) -> BTreeMap<PathBuf, String> {
        self.measurement.outside()
    }

    /// The directories of its parts.
    pub fn parts(&self) -> Vec<&Path> {
        let parts = self.parts.iter();
        parts.filter_map(|it| it.directory.as_deref()).collect()
    }

    /// Another run, another version of this program, or other profiles have another one.
    fn key(&self) -> String {
        let directories = self
            .parts
            .iter()
            .filter_map(|part| part.directory.as_deref());
        let notes = directories.flat_map(Scenarios::files);
        let notes: Vec<PathBuf> = notes.collect();
        let profiles = self.measurement.profiles().iter();
        let files = notes.iter().chain(profiles).map(PathBuf::as_path);
        format!(
            "{} {} {}",
            env!("CARGO_PKG_VERSION"),
            self.choice,
            stamp(files)
        )
    }

    fn count(&mut self) -> Result<Index> {
        let merged = self.merged()?;
        let recorded = Scenarios::of(&self.parts, &merged)?;
        let reach = self.measurement.reach(&merged.profile, &self.generated)?;
        let number = recorded.all.len();
        let reached = during_each("counting the scenarios", number, |step| {
            let count = |place: usize| {
                let reached = recorded.profile(place).map(|it| reach.lines(&it));
                step();
                reached
            };
            (0..number).map(count).collect::<Result<Vec<_>>>()
        })?;
        let paths = reach.files().map(|path| PathBuf::from(&**path));
        let (lines, sets) = Lines::of(paths, &reached);
        let unnamed = recorded.unnamed()?;
        if unnamed > 0 {
            warn(&format!(
                "scenarios whose names could not be noted, as a process was killed: {unnamed}; what they reached is not shown"
            ));
        }
        let left_out = [&merged.empty, &merged.cut_off, &merged.of_other_builds];
        let left_out: usize = left_out.iter().map(|it| it.len()).sum();
        let not_whole = self.profiles().not_whole()?;
        warnings::of_scenarios(&not_whole);
        let unknown: usize = self.parts.iter().map(|it| it.unknown).sum();
        self.merged = Some(merged);
        Ok(Index {
            lines,
            sets,
            texts: self.measurement.texts(),
            built: self.measurement.built(),
            not_counted: left_out + unknown + unnamed + not_whole.len(),
        })
    }

    fn profiles(&self) -> Profiles {
        Profiles::collected(self.measurement.profiles().to_vec())
    }

    /// The sum of the profiles.
    fn merged(&mut self) -> Result<Merged> {
        if let Some(merged) = self.merged.take() {
            return Ok(merged);
        }
        let profiles = self.profiles();
        let merged = self.measurement.merge(&profiles, &|| {})?;
        warnings::of_profiles(&merged, profiles.how_to_get_others());
        Ok(merged)
    }

    /// What ran in some of the scenarios together, with all that did not.
    ///
    /// # Errors
    ///
    /// If something cannot be read.
    pub fn coverage(&mut self, scenarios: impl Iterator<Item = usize>) -> Result<Coverage> {
        let merged = self.merged()?;
        let recorded = Scenarios::of(&self.parts, &merged)?;
        let mut profile = Profile::default();
        for place in scenarios {
            profile.merge(&recorded.profile(place)?);
        }
        self.merged = Some(merged);
        self.measurement.coverage(&profile, &self.generated, &|| {})
    }
}
