//! `cargo itcov report`: what ran, as a table or for other tools.

mod baseline;
mod bodies;
mod cfg;
mod changed;
mod counts;
pub mod destinations;
pub mod display;
mod doing;
mod embedded;
mod files;
mod filters;
mod format;
pub mod git;
mod given;
pub mod html;
mod left_out;
mod mapped;
mod modules;
mod not_understood;
mod of_statement;
mod percent;
mod revision;
mod staged;
mod target;
mod thresholds;
mod time;
mod unbuilt;
mod unmeasured;
pub mod warnings;
mod without_code;
pub mod written;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use baseline::Baseline;
use changed::{Built, ChangedSince};
use clap::{Args, FromArgMatches};
use counts::Counts;
use destinations::Destinations;
use display::Display;
use filters::Filters;
use llvm_coverage::Coverage;
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::terminal::Harmless as _;
use thresholds::Thresholds;
use unbuilt::Unbuilt;

use crate::build::layout::Layout;
use crate::commands::scenarios::recorded::Counted;
use crate::measured::sources::Stale;
use crate::measured::{Choice, Measured, Measurement, Profiles, Store};
use crate::output::note;
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

    /// Reports on the last run, or on profiles that were brought.
    ///
    /// # Errors
    ///
    /// If there is nothing to report on, something cannot be read or written, or a threshold is missed.
    pub fn run(&self) -> Result<()> {
        let workspace = self.cargo.read()?;
        let layout = Layout::new(&workspace.metadata);
        let store = Store::of(&layout)?;
        if self.profiles.is_empty() {
            return self.of(&workspace, &store.last()?, Profiles::collected(vec![]));
        }
        // What was brought from elsewhere is of the last build, which need not have run here.
        let mut profiles = Profiles::named(&self.profiles)?;
        warnings::of_other_loaders(profiles.of_other_loaders());
        let build = store.build()?.map(|part| Measured {
            part,
            directory: None,
            others: std::mem::take(profiles.paths_mut()),
            unknown: 0,
            follower: None,
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
        // What is written below the checkout from now on is this report.
        let brought = warnings::of_runs(parts, &layout.root)?;
        profiles
            .paths_mut()
            .extend_from_slice(measurement.profiles());
        let Counts {
            coverage,
            listed,
            has_scenarios,
        } = counts::of(
            &mut measurement,
            parts,
            &profiles,
            &self.scenario,
            &generated,
        )?;
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
        let unmeasured = against.as_ref().map_or_else(Vec::new, |against| {
            let is_reported = |path: &Path| self.filters.have(path, root);
            let cfg = measurement.cfg();
            unmeasured::find(against, &coverage, root, &texts, &cfg, is_reported)
        });
        if self.changed.revision().is_none() {
            warnings::of_bodies(&bodies::without_bodies(&coverage), root);
        }
        let not_current = stale.clone();
        let own = measurement.filter(&generated);
        let is_made = |path: &Path| generated.iter().any(|it| path.starts_with(it));
        let built = Built {
            texts: &texts,
            is_own: &|path| own.includes(path) || path.starts_with(root) && !is_made(path),
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
        if let Some(against) = &against {
            warnings::of_comparison(against, &unmeasured, root);
        }
        let mut subject = self.subject(measurement.remark().as_deref(), !stale.is_empty());
        subject.against = against;
        let has_scenarios = has_scenarios && self.destinations.html.are_wanted();
        let scenarios = has_scenarios.then(|| Counted::of(workspace, &self.choice));
        let scenarios = scenarios.transpose()?;
        self.destinations
            .write(&coverage, metadata, &subject, scenarios.as_ref())?;
        if !self.destinations.take_stdout() {
            self.display.print(&coverage, root, &subject, &listed)?;
        }
        self.destinations.html.show(metadata)?;
        self.check(
            &coverage,
            root,
            parts,
            &subject,
            &Doubts {
                left_out: &left_out,
                brought,
                stale: [&made_otherwise, &not_current],
                unbuilt: &changed.unbuilt,
                unmeasured: &unmeasured,
            },
        )
    }

    /// Checks the thresholds, and says which are met. None is met by a number that may be wrong.
    fn check(
        &self,
        coverage: &Coverage,
        root: &Path,
        parts: &[Measured],
        subject: &Subject,
        doubts: &Doubts,
    ) -> Result<()> {
        let against = subject.against.as_ref();
        if self.thresholds.is_one_given() {
            warnings::is_whole(doubts.left_out)?;
            for stale in doubts.stale {
                warnings::is_current(stale, root)?;
            }
            warnings::is_known(coverage, doubts.unbuilt, root)?;
            warnings::is_of_checkout(doubts.brought)?;
            warnings::is_last(parts)?;
        }
        if self.thresholds.forbid_lost() {
            warnings::is_compared(against, doubts.unmeasured)?;
        }
        for met in self.thresholds.check(coverage, root, against)? {
            note(&met);
        }
        Ok(())
    }

    /// Refuses to overwrite the baseline of `--fail-on-lost`: the next report would be compared with itself.
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
            file.harmless()
        )))
    }

    /// What is reported on.
    fn subject(&self, remark: Option<&str>, is_stale: bool) -> Subject {
        let [include, exclude] = self.filters.globs();
        let scenarios =
            (!self.scenario.is_empty()).then(|| format!("scenario {}", self.scenario.join(", ")));
        // Whoever reads a file has not seen the warning.
        let stale = is_stale.then_some("sources have changed since the build");
        let remarks = remark.into_iter().chain(scenarios.as_deref()).chain(stale);
        let remarks: Vec<&str> = remarks.collect();
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

/// Why a number may be wrong.
struct Doubts<'a> {
    /// Crates that were not measured.
    left_out: &'a BTreeSet<&'a str>,
    /// What was measured in another checkout.
    brought: Option<&'a Measured>,
    /// Sources and others that have changed since the build, whichever lines are reported on.
    stale: [&'a [PathBuf]; 2],
    unbuilt: &'a [Unbuilt],
    /// Files and functions of the earlier report that this one does not have.
    unmeasured: &'a [String],
}
