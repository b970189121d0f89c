//! `cargo itcov suite`: runs a program and a suite against it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::build::options::BuildOptions;
use crate::commands::measure::browser::LiveOptions;
use crate::commands::measure::{Measure, Profiles, is_set, refuse_for_several};
use crate::commands::not_measured::look_alikes;
use crate::commands::not_measured::not_run;
use crate::commands::not_measured::ordinary_builds::Opened;
use crate::run::plan::{self, Plan, command, find_command};
use crate::run::say;
use crate::run::settings::{RunOptions, Settings, SuiteOptions, arguments};

/// Build the program instrumented, start it, wait until it is ready, run a suite, stop the program, and report.
///
/// The exit status is the suite's; 124 if the timeout ended it, 128 + N if signal N did, 1 if the program was not ready, or failed
/// or crashed before a suite that passed had ended.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov suite --args '--port 8080' --ready http://127.0.0.1:8080/health -- ./suite.sh
                                       wait for the answer, then run the suite
  cargo itcov suite -p api -p worker --ready 'tcp://127.0.0.1:8080 tcp://127.0.0.1:8081' -- pytest
                                       two programs; the arguments of each are in ITCOV_ARGS_<name>
  cargo itcov suite --stop-signal SIGTERM -- ./suite.sh
                                       a program that stops on SIGTERM alone")]
#[allow(clippy::struct_field_names)] // They are called as the options are.
pub struct Suite {
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    live: LiveOptions,
    #[command(flatten)]
    how: SuiteOptions,
    /// The suite's command and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "CMD", help_heading = None)]
    command: Vec<OsString>,
}

impl Suite {
    pub fn run(mut self) -> Result<ExitCode> {
        self.command = command(self.command);
        let workspace = self.build.cargo.read()?;
        let mut measure = Measure::new(&workspace, &self.build)?;
        measure.wants_a_run(self.run.add)?;
        let settings = Settings::read(&self.run, &self.how)?;
        find_command(&self.command[0])?;
        measure.live = self.live.if_wanted()?;
        let programs = measure.programs()?;
        let is_only = programs.len() == 1;
        let is_set = self.how.args.is_some() || is_set("ITCOV_ARGS");
        refuse_for_several(&programs, is_set, "ITCOV_ARGS is")?;
        let words = |program: &str| arguments(program, is_only, self.how.args.as_deref());
        for program in &programs {
            words(&program.bin.name)?;
        }
        let built = measure.build(programs)?;
        let mut recording = measure.begin(&built, self.run.add)?;
        let profiles = Profiles::at(recording.for_processes())?;
        let plan = Plan {
            programs: measure.starts(&built, &profiles, &settings, &words)?,
            suite: Some(plan::Suite {
                words: self.command,
                environment: BTreeMap::new(),
            }),
        };
        let watch = look_alikes::watch(&measure, &built);
        let outcome = measure.run(&plan, &settings, &mut recording)?;
        Opened::of(&watch, &measure, &built).beside(true);
        // More than 123 is a timeout, a command that cannot be started, or a signal.
        if settings.ready.is_empty() && (1..=123).contains(&outcome.status) {
            say(
                "the suite did not wait until the program answered, as ITCOV_READY (--ready) is not set",
            );
        }
        if !outcome.counts {
            return Ok(ExitCode::from(outcome.status));
        }
        not_run::say_of(&built, &recording.profiles()?);
        Ok(measure.report(&recording, outcome.status))
    }
}
