//! `cargo itcov report`: what ran, as a table or for other tools.

mod outputs;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use outputs::{Outputs, to_stdout};

use super::output::warn;
use crate::progress::during;
use crate::scaffold::metadata::Cargo;
use itcov::coverage::formats::{missing, table};
use itcov::coverage::{Choice, Collected, Coverage, Place, Profiles, Scope};

const EXAMPLES: &str = "\
Examples:
  cargo itcov report                   the table of what ran, also while the program runs
  cargo itcov report --show-missing-lines
                                       the table, and which lines did not run
  cargo itcov report --lcov lcov.info  the same, and a trace file for editors and services
  cargo itcov report --lcov - | less   the trace file alone
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

    /// List the lines that did not run, file by file, below the table
    #[arg(long)]
    show_missing_lines: bool,

    #[command(flatten)]
    cargo: Cargo,

    #[command(flatten)]
    outputs: Outputs,
}

impl Report {
    pub fn run(&self) -> Result<()> {
        let metadata = self.cargo.read()?.metadata;
        let target = metadata.target_directory.as_std_path();
        let generated: Vec<&Path> = [
            Some(target),
            metadata.build_directory.as_ref().map(|it| it.as_std_path()),
        ]
        .into_iter()
        .flatten()
        .collect();

        let place = Place::find(target, self.scope, &self.choice)?;
        let collected = Collected::find(&place)?;
        let profiles = if self.profiles.is_empty() {
            Profiles::collected(&place)?
        } else {
            Profiles::named(&self.profiles, &place)?
        };
        let mappings = during("reading what was built", || collected.mappings())?;
        let merged = during("reading the profiles", || profiles.merge(&mappings))?;
        for path in &merged.empty {
            warn(&format!(
                "the profile {} is empty, as on a full disk; it is left out",
                path.display()
            ));
        }
        let what_to_do = profiles.advice_on_other_builds();
        for path in &merged.of_other_builds {
            warn(&format!(
                "the profile {} is of another build, so it does not count: counts belong to the build that \
                 made them; {what_to_do}",
                path.display()
            ));
        }
        let coverage = during("counting", || {
            collected.coverage(mappings, &merged.profile, &generated)
        })?;
        if coverage.functions_of_other_builds > 0 {
            warn(&format!(
                "functions with a profile of another build, which does not count: {}; {what_to_do}",
                coverage.functions_of_other_builds
            ));
        }
        if coverage.functions_without_mapping > 0 {
            warn(&format!(
                "functions that ran and are shown as not run, because link-time optimisation lost their \
                 mapping: {}; build without it, for example with CARGO_PROFILE_RELEASE_LTO=off",
                coverage.functions_without_mapping
            ));
        }
        self.write(&coverage, metadata.workspace_root.as_std_path())
    }

    fn write(&self, coverage: &Coverage, root: &Path) -> Result<()> {
        self.outputs.write(coverage, root)?;
        if self.outputs.take_stdout() {
            return Ok(());
        }
        to_stdout(|out| {
            table::write(out, coverage, root)?;
            if self.show_missing_lines {
                missing::write(out, coverage, root)?;
            }
            Ok(())
        })
    }
}
