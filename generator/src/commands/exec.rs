//! `cargo itcov exec`: runs a suite that starts the program itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use walkdir::WalkDir;

use super::measure::{Built, Measure, Profiles, configured};
use super::output;
use crate::build::options::{BuildOptions, Scope};
use crate::run::settings::{RunOptions, Settings, SuiteOptions, variable};
use crate::run::supervisor::{self, Plan, find_command};

/// Build the program instrumented, run a suite that starts it itself, and report.
///
/// The suite gets the program's path as `$ITCOV_BIN`; of several programs, as `$ITCOV_BIN_<name>`. A cargo that it starts
/// builds instrumented programs, too. It may take as long as it likes. The exit status is the suite's.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov exec -- ./suite.sh       a script that runs \"$ITCOV_BIN\"
  cargo itcov exec -- cargo test       tests that start the program")]
pub struct Exec {
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    run: RunOptions,
    /// The suite's command and its arguments
    #[arg(last = true, required = true, value_name = "CMD", help_heading = None)]
    command: Vec<OsString>,
}

impl Exec {
    pub fn run(self) -> Result<ExitCode> {
        let mut settings = Settings::read(&self.run, &SuiteOptions::default())?;
        // The suite runs the program when it likes, so there is no window to close.
        settings.timeout = Duration::ZERO;
        find_command(&self.command[0])?;
        let workspace = self.build.cargo.read()?;
        let measure = Measure::new(&workspace, &self.build)?;
        let built = measure.build(measure.programs()?)?;
        let mut recording = measure.begin(&built, &settings, self.run.add)?;
        let profiles = Profiles::at(recording.directory())?;
        let plan = Plan {
            programs: Vec::new(),
            suite: Some(supervisor::Suite {
                words: self.command.clone(),
                environment: self.environment(&measure, &built, &profiles),
            }),
        };
        let outcome = measure.run(&plan, &settings, &mut recording)?;
        if !outcome.counts {
            return Ok(ExitCode::from(outcome.status));
        }
        if !has_profile(recording.directory()) {
            output::error(&anyhow::anyhow!(
                "the suite has not started the program: it has to run \"${}\", or to build it by cargo",
                if built.programs.len() == 1 {
                    "ITCOV_BIN"
                } else {
                    "ITCOV_BIN_<name>"
                }
            ));
            return Ok(ExitCode::from(outcome.status.max(1)));
        }
        Ok(measure.report(&recording, outcome.status))
    }

    /// What the suite finds in its environment.
    fn environment(
        &self,
        measure: &Measure,
        built: &Built,
        profiles: &Profiles,
    ) -> BTreeMap<OsString, OsString> {
        let mut environment = BTreeMap::new();
        for (_, program) in built.programs.iter().rev() {
            environment.extend(configured(&program.invocation.environment));
        }
        for (_, program) in &built.programs {
            let executable = &program.invocation.executable;
            environment.insert(
                variable("ITCOV_BIN", &program.bin).into(),
                executable.into(),
            );
            if built.programs.len() == 1 {
                environment.insert("ITCOV_BIN".into(), executable.into());
            }
        }
        // A cargo of the suite builds what this one has built, in the same place.
        if self.build.scope == Scope::Workspace {
            environment.insert("CARGO_TARGET_DIR".into(), (&measure.layout.target).into());
            environment.insert("RUSTC_WORKSPACE_WRAPPER".into(), (&built.wrapper).into());
        }
        environment.insert("LLVM_PROFILE_FILE".into(), profiles.of("suite"));
        environment
    }
}

/// Whether a program has run.
fn has_profile(directory: &Path) -> bool {
    let files = WalkDir::new(directory).into_iter().flatten();
    files
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "profraw"))
        .count()
        > 0
}
