//! `cargo itcov report`: what ran, as a table or for other tools.

mod changed;
mod display;
mod files;
mod filters;
mod format;
mod git;
mod html;
mod made;
mod outputs;
mod revision;
mod staged;
mod thresholds;
mod warnings;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use changed::ChangedSince;
use clap::Args;
use display::Display;
use filters::Filters;
use llvm_coverage::formats::subject::Subject;
use outputs::Outputs;
use thresholds::Thresholds;

use crate::commands::output::note;
use crate::measured::{Choice, Collected, Place, Profiles, Scope};
use crate::progress::during_each;
use crate::scaffold::facts::Facts;
use crate::scaffold::metadata::Cargo;

const EXAMPLES: &str = "\
Examples:
  cargo itcov report                   the table of what ran, also while the program runs
  cargo itcov report --show-missing-lines
                                       the table, and which lines did not run
  cargo itcov report --sort lines      the table, the files of which the least ran first
  cargo itcov report --fail-under-lines 80 --fail-under-file-lines 50
                                       end with 1 if less ran, of everything or of a file
  cargo itcov report --exclude 'src/generated/**' --exclude build.rs
                                       without some of the files
  cargo itcov report --changed-since origin/main
                                       what ran of the lines that the branch changed
  cargo itcov report --lcov lcov.info  the same, and a trace file for editors and services
  cargo itcov report --lcov - | less   the trace file alone
  cargo itcov report --open            the table, and pages with every line of the source, in the browser
  cargo itcov report --profiles host-a host-b
                                       what ran elsewhere: the profiles below these directories
  cargo itcov report --scope all       the dependencies too, after `just itcov_scope=all itcov`
  cargo itcov report --scope linked    as tools report that look at the program alone
  cargo itcov report --bin api,worker  of several programs these two, after `just itcov_bin=api,worker itcov`";

/// Say what ran: how many lines, functions and regions of each file.
///
/// Reads what `just itcov` and its siblings have collected in `itcov` in the target directory. A library
/// module that the program cannot reach counts as not covered.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Report {
    /// Report on the profiles in these directories, at any depth, or on these files, and not on what was
    /// collected here; the counts add up
    #[arg(long, value_name = "DIR", num_args = 1..)]
    profiles: Vec<PathBuf>,

    /// Which crates to report on, of what was measured
    #[arg(long, value_enum, default_value_t = Scope::Workspace)]
    scope: Scope,

    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    display: Display,

    #[command(flatten)]
    cargo: Cargo,

    #[command(flatten)]
    filters: Filters,

    #[command(flatten)]
    changed: ChangedSince,

    #[command(flatten)]
    thresholds: Thresholds,

    #[command(flatten)]
    outputs: Outputs,
}

impl Report {
    pub fn run(&self) -> Result<()> {
        let workspace = self.cargo.read()?;
        let metadata = &workspace.metadata;
        let target = metadata.target_directory.as_std_path();
        let generated: Vec<&Path> = [
            Some(target),
            metadata.build_directory.as_ref().map(|it| it.as_std_path()),
        ]
        .into_iter()
        .flatten()
        .collect();

        let place = Place::find(target, self.scope, &self.choice)?;
        if !place.directory.exists() && Facts::scaffolded(&workspace, &[])?.packages.is_empty() {
            bail!("this crate has no itcov yet: type `cargo itcov init`");
        }
        let collected = Collected::find(&place)?;
        let profiles = if self.profiles.is_empty() {
            Profiles::collected(&place)?
        } else {
            Profiles::named(&self.profiles, &place)?
        };
        let built = collected.functions()?;
        let merged = during_each("reading the profiles", profiles.number(), |step| {
            profiles.merge(&built, step)
        })?;
        let what_to_do = profiles.advice_on_other_builds();
        warnings::of_profiles(&merged, what_to_do);
        let coverage = during_each("counting", collected.objects(), |step| {
            collected.coverage(&merged.profile, &generated, step)
        })?;
        warnings::of_functions(&coverage, what_to_do);

        let root = metadata.workspace_root.as_std_path();
        let coverage = self.filters.apply(coverage, root)?;
        let mut stale = warnings::of_sources(&coverage, &place, root);
        let coverage = self.changed.apply(coverage, root, &mut stale)?;
        let subject = self.subject(!stale.is_empty());
        self.outputs.write(&coverage, metadata, &subject)?;
        if !self.outputs.take_stdout() {
            self.display.print(&coverage, root, &subject)?;
        }
        self.outputs.html.open(metadata)?;
        if self.thresholds.is_one_given() {
            warnings::is_current(&stale, &place, root)?;
        }
        for met in self.thresholds.check(&coverage, root)? {
            note(&met);
        }
        Ok(())
    }

    /// What is reported on.
    fn subject(&self, is_stale: bool) -> Subject {
        let [include, exclude] = self.filters.globs();
        Subject {
            since: self.changed.revision().map(str::to_owned),
            include,
            exclude,
            remark: self.scope.remark().map(str::to_owned),
            is_stale,
        }
    }
}
