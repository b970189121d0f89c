//! The scenarios of the last run, counted.

use anyhow::{Result, bail};
use fixedbitset::FixedBitSet;
use llvm_coverage::Coverage;
use llvm_coverage::count::profile::Profile;

use super::lines::Lines;
use crate::build::layout::Layout;
use crate::commands::report::warnings;
use crate::measured::scenarios::{Scenario, Scenarios};
use crate::measured::sources::Stale;
use crate::measured::{Choice, Measurement, Profiles, Store};
use crate::progress::during_each;
use crate::scaffold::metadata::Workspace;

/// What each scenario reaches.
pub struct Counted {
    /// The one without a name is what ran outside of any.
    pub scenarios: Vec<Scenario>,
    /// Of each.
    pub coverages: Vec<Coverage>,
    /// The lines that each reaches.
    pub sets: Vec<FixedBitSet>,
    /// What the sets are of.
    pub lines: Lines,
    /// Of all that have a name together.
    pub all: Coverage,
}

impl Counted {
    /// Counts those of the last run.
    ///
    /// # Errors
    ///
    /// If there are none, or something cannot be read.
    pub fn of(workspace: &Workspace, choice: &Choice) -> Result<Counted> {
        let layout = Layout::new(&workspace.metadata);
        let generated = [layout.ordinary.as_path(), layout.ordinary_build.as_path()];
        let parts = Store::of(&layout).last()?;
        let mut recorded = Scenarios::of(&parts)?;
        if !recorded.all.iter().any(|it| it.name.is_some()) {
            bail!(
                "the last run has no scenarios; a suite names them by `cargo itcov scenario NAME -- CMD`, or by POST \
                 /scenario/NAME to $ITCOV_CONTROL"
            );
        }
        let mut measurement = Measurement::find(&parts, choice)?;
        let profiles = Profiles::collected(measurement.profiles().to_vec());
        warnings::of_runs(&parts, &layout.root);
        let merged = measurement.merge(&profiles, &|| {})?;
        warnings::of_profiles(&merged, profiles.how_to_get_others());
        let mut of_all = Profile::default();
        let mut lines = Lines::default();
        let coverages = during_each("counting", recorded.all.len(), |step| -> Result<Vec<_>> {
            let mut coverages = Vec::new();
            for place in 0..recorded.all.len() {
                let mut profile = Profile::default();
                recorded.add(place, &mut profile)?;
                if recorded.all[place].name.is_some() {
                    of_all.merge(&profile);
                }
                coverages.push(measurement.coverage(&profile, &generated, &|| {})?);
                step();
            }
            Ok(coverages)
        })?;
        let all = measurement.coverage(&of_all, &generated, &|| {})?;
        let stale = Stale::find(&measurement.texts(), &all, measurement.built());
        warnings::of_sources(stale, workspace.metadata.workspace_root.as_std_path());
        Ok(Counted {
            sets: coverages.iter().map(|it| lines.reached(it)).collect(),
            all,
            scenarios: recorded.all,
            coverages,
            lines,
        })
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
}
