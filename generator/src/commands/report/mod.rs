//! `cargo itcov report`: what ran, as a table or for other tools.

mod baseline;
mod cfg;
mod changed;
pub mod destinations;
pub mod display;
mod files;
mod filters;
mod format;
pub mod git;
pub mod html;
mod left_out;
mod percent;
mod revision;
mod staged;
mod target;
mod thresholds;
mod time;
mod unbuilt;
pub mod warnings;
pub mod written;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use baseline::Baseline;
use changed::{Built, ChangedSince};
use clap::{Args, FromArgMatches};
use destinations::Destinations;
use display::{Display, Listed};
use filters::Filters;
use llvm_coverage::Coverage;
use llvm_coverage::count::profile::Profile;
use llvm_coverage::formats::subject::Subject;
use thresholds::Thresholds;

use crate::build::layout::Layout;
use crate::commands::output::note;
use crate::commands::recorded::Counted;
use crate::measured::scenarios::Scenarios;
use crate::measured::sources::Stale;
use crate::measured::{Choice, Idle, Measured, Measurement, Profiles, Store};
use crate::progress::during_each;
use crate::run::Failure;
use crate::scaffold::metadata::{Cargo, Workspace};

const EXAMPLES: &str = "\
Examples:
  cargo itcov report                   the table; the program may still be running
  cargo itcov report --show-missing-lines
                                       the table, and the lines that did not run
  cargo itcov report --sort lines      the table, the least covered files first
  cargo itcov report --fail-under-lines 80 --fail-under-file-lines 50
                                       exit with 1 if less ran, in total or of a file
  cargo itcov report --exclude 'src/generated/**' --exclude build.rs
                                       without some of the files
  cargo itcov report --changed-since origin/main
                                       only the lines that the branch changed
  cargo itcov report --baseline main.json --fail-on-lost
                                       exit with 1 if a line does not run that ran for main.json
  cargo itcov report --lcov lcov.info  the table, and a trace file for editors and services
  cargo itcov report --lcov - | less   the trace file alone
  cargo itcov report --open            the table, and pages with every line of the source, in the browser
  cargo itcov report --profiles host-a host-b
                                       what ran elsewhere: the profiles below these directories
  cargo itcov report --linked          linked code only, as other tools count
  cargo itcov report --bin api,worker  two of several programs";

/// The titles of lists below the table.
const OUTSIDE: &str =
    "Lines that ran outside of scenarios alone, as at the start: no test checks them";
const ONLY_TESTS: &str = "Lines that only tests reached, from inside";

/// Report which lines, functions and regions of each file ran.
///
/// Reports on the last run and on what was added to it, also while it goes on. Code that is not linked into the program
/// counts as not covered.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Report {
    /// Report on the profiles in these directories, at any depth, or on these files, instead of the last run; the counts
    /// add up
    #[arg(long, value_name = "DIR", num_args = 1..)]
    profiles: Vec<PathBuf>,

    #[command(flatten)]
    choice: Choice,

    /// Count only what ran in this scenario; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with = "profiles")]
    scenario: Vec<String>,

    #[command(flatten)]
    display: Display,

    #[command(flatten)]
    cargo: Cargo,

    #[command(flatten)]
    filters: Filters,

    #[command(flatten)]
    changed: ChangedSince,

    #[command(flatten)]
    baseline: Baseline,

    #[command(flatten)]
    thresholds: Thresholds,

    #[command(flatten)]
    destinations: Destinations,
}

impl Report {
    /// The table of a run.
    ///
    /// # Errors
    ///
    /// As [`Report::run`].
    pub fn of_run(workspace: &Workspace, run: &[Measured]) -> Result<()> {
        let command = Report::augment_args(clap::Command::new("report"));
        let matches = command.try_get_matches_from(["report"])?;
        Report::from_arg_matches(&matches)?.of(workspace, run, Profiles::collected(vec![]))
    }

    /// Reports.
    ///
    /// # Errors
    ///
    /// If there is nothing to report on, something cannot be read or written, or a threshold is missed.
    pub fn run(&self) -> Result<()> {
        let workspace = self.cargo.read()?;
        let layout = Layout::new(&workspace.metadata);
        let store = Store::of(&layout);
        if self.profiles.is_empty() {
            return self.of(&workspace, &store.last()?, Profiles::collected(vec![]));
        }
        // What was brought from elsewhere is of the last build, which need not have run here.
        let mut profiles = Profiles::named(&self.profiles)?;
        let build = store.build()?.map(|part| Measured {
            part,
            directory: None,
            others: std::mem::take(profiles.paths_mut()),
            unknown: 0,
        });
        self.of(&workspace, build.as_slice(), profiles)
    }

    fn of(&self, workspace: &Workspace, parts: &[Measured], mut profiles: Profiles) -> Result<()> {
        let metadata = &workspace.metadata;
        let layout = Layout::new(metadata);
        let generated = [layout.ordinary.as_path(), layout.ordinary_build.as_path()];
        let root = metadata.workspace_root.as_std_path();
        self.keeps_its_baseline()?;
        let earlier = self.baseline.read(root)?;
        let mut measurement = Measurement::find(parts, &self.choice)?;
        warnings::of_runs(parts, &layout.root);
        profiles
            .paths_mut()
            .extend_from_slice(measurement.profiles());
        let merged = during_each("reading the profiles", profiles.number(), |step| {
            measurement.merge(&profiles, step)
        })?;
        let what_to_do = profiles.how_to_get_others();
        warnings::of_profiles(&merged, what_to_do);
        let scenarios = Scenarios::of(parts, &merged)?;
        let (profile, named) = if self.scenario.is_empty() {
            (merged.profile, named(&scenarios)?)
        } else {
            (of_scenarios(&scenarios, &self.scenario)?, None)
        };
        let coverage = during_each("counting", measurement.objects(), |step| {
            measurement.coverage(&profile, &generated, step)
        })?;
        warnings::of_functions(&coverage, what_to_do);
        let mut listed = Vec::new();
        let listed_scenarios = named.is_some();
        let mut coverage = coverage;
        if let Some(named) = named {
            let of_scenarios = measurement.coverage(&named, &generated, &|| {})?;
            listed.extend(outside(&of_scenarios, &coverage));
        }
        if self.scenario.is_empty()
            && let Some(inside) = measurement.inside(&coverage, &profiles)?
        {
            coverage = inside.coverage;
            listed.push(Listed(ONLY_TESTS, inside.only_tests));
        }

        let coverage = self.filters.apply(coverage, root)?;
        let against = earlier.map(|earlier| earlier.compare(&coverage, root));
        let against = against.transpose()?;
        let left_out = measurement.left_out();
        warnings::of_left_out(&left_out);
        let mut texts = measurement.texts();
        let made_otherwise = warnings::of_sources(measurement.made_otherwise(&texts), root);
        texts.retain(|text| self.filters.have(&text.path, root));
        let files = coverage.files.iter().map(|file| Path::new(&*file.path));
        let stale = Stale::find(&texts, files, measurement.built());
        let stale = warnings::of_sources(stale, root);
        let not_current = stale.clone();
        let built = Built {
            texts: &texts,
            stale,
            outside: &measurement.outside(),
            cfg: &|| measurement.cfg(),
        };
        let changed = self.changed.apply(coverage, workspace, built)?;
        let changed = changed.without(|path| !self.filters.have(path, root));
        if let Some(revision) = self.changed.revision() {
            warnings::of_untracked(&changed.untracked, root);
            warnings::of_unbuilt(&changed.unbuilt, revision, root);
        }
        let (coverage, stale) = (changed.coverage, changed.stale);
        let against = against.map(|it| it.within(&coverage));
        let unmeasured = against.as_ref().map_or_else(Vec::new, |against| {
            let is_reported = |path: &Path| self.filters.have(path, root);
            let unmeasured = baseline::unmeasured(against, root, &texts, is_reported);
            warnings::of_comparison(against, &unmeasured, root);
            unmeasured
        });
        let mut subject = self.subject(measurement.remark().as_deref(), !stale.is_empty());
        subject.against = against;
        let has_scenarios = listed_scenarios && self.destinations.html.are_wanted();
        let scenarios = has_scenarios.then(|| Counted::of(workspace, &self.choice));
        let scenarios = scenarios.transpose()?;
        self.destinations
            .write(&coverage, metadata, &subject, scenarios.as_ref())?;
        if !self.destinations.take_stdout() {
            self.display.print(&coverage, root, &subject, &listed)?;
        }
        self.destinations.html.open(metadata)?;
        if self.thresholds.is_one_given() {
            warnings::is_whole(&left_out)?;
            warnings::is_current(&made_otherwise, root)?;
            // What has run was made of all of them, whichever lines are reported on.
            warnings::is_current(&not_current, root)?;
            warnings::is_known(&coverage, &changed.unbuilt, root)?;
            warnings::is_of_checkout(parts, root)?;
        }
        if self.thresholds.forbid_lost() {
            warnings::is_compared(&unmeasured)?;
        }
        for met in self
            .thresholds
            .check(&coverage, root, subject.against.as_ref())?
        {
            note(&met);
        }
        Ok(())
    }

    /// Refuses to write over the earlier report that lines may not be lost of: the next time there would be none that is lost.
    fn keeps_its_baseline(&self) -> Result<(), Failure> {
        let baseline = self
            .baseline
            .file()
            .filter(|_| self.thresholds.forbid_lost());
        let replaced = baseline.and_then(|file| Some((file, self.destinations.option_for(file)?)));
        let Some((file, option)) = replaced else {
            return Ok(());
        };
        Err(Failure::usage(format!(
            "--{option} would replace the baseline {}, so that the lines that are lost would not be lost the next time; name another \
             file, and rename it once nothing is lost",
            file.display()
        )))
    }

    /// What is reported on.
    fn subject(&self, remark: Option<&str>, is_stale: bool) -> Subject {
        let [include, exclude] = self.filters.globs();
        let scenarios =
            (!self.scenario.is_empty()).then(|| format!("scenario {}", self.scenario.join(", ")));
        let remarks: Vec<&str> = remark.into_iter().chain(scenarios.as_deref()).collect();
        Subject {
            since: self.changed.revision().map(str::to_owned),
            include,
            exclude,
            remark: (!remarks.is_empty()).then(|| remarks.join(", ")),
            is_stale,
            against: None,
        }
    }
}

/// The lines that ran outside of scenarios alone, if there are any.
fn outside(of_scenarios: &Coverage, all: &Coverage) -> Option<Listed> {
    let outside = Idle::of(of_scenarios);
    let mut files = all.files.iter();
    let is_one_there = files.any(|file| !outside.that_ran(file).is_empty());
    is_one_there.then_some(Listed(OUTSIDE, outside))
}

/// What ran in the scenarios of a run; `None` if there are none.
fn named(scenarios: &Scenarios) -> Result<Option<Profile>> {
    let mut named = None;
    for (place, scenario) in scenarios.all.iter().enumerate() {
        if scenario.name.is_some() {
            let all = named.get_or_insert_with(Profile::default);
            all.merge(&scenarios.profile(place)?);
        }
    }
    Ok(named)
}

/// What ran in some scenarios of a run.
fn of_scenarios(scenarios: &Scenarios, names: &[String]) -> Result<Profile> {
    let mut profile = Profile::default();
    for name in names {
        let mut all = scenarios.all.iter();
        let Some(place) = all.position(|it| it.name.as_ref() == Some(name)) else {
            let all = scenarios.all.iter().filter_map(|it| it.name.as_deref());
            let all: Vec<&str> = all.collect();
            if all.is_empty() {
                bail!("the last run has no scenarios: see `cargo itcov help scenario`");
            }
            bail!(
                "there is no scenario {name:?}; there are: {}",
                all.join(", ")
            );
        };
        profile.merge(&scenarios.profile(place)?);
    }
    Ok(profile)
}
