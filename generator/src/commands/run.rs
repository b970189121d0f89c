//! `cargo itcov run`: runs a program by hand.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args as _;

use crate::build::options::BuildOptions;
use crate::commands::measure::browser::LiveOptions;
use crate::commands::measure::{Measure, Profiles, is_set, refuse_for_several};
use crate::commands::not_measured::look_alikes;
use crate::commands::not_measured::not_run;
use crate::commands::not_measured::ordinary_builds::Opened;
use crate::run::plan::Plan;
use crate::run::say;
use crate::run::settings::{RunOptions, Settings, SuiteOptions, arguments};

/// Build the program instrumented, run it until Ctrl-C, the timeout or its own end, and report.
///
/// Several programs run at the same time; the arguments of each are in `ITCOV_ARGS_<name>`. The exit status is the program's
/// if it ended by itself (of several, that of the first that failed), and 0 if it was stopped.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov run                      use the program, press Ctrl-C, read the report
  cargo itcov run -- --port 8080       with arguments
  cargo itcov run --timeout 5m         stop it after five minutes, if not before
  cargo itcov run -p api -p worker     two programs of the workspace
  cargo itcov run --release --add      another build, added to the last run
  cargo itcov run --live               watch in the browser which lines run
  cargo itcov run --scope all          measure the dependencies too")]
#[allow(clippy::struct_field_names)] // They are called as the options are.
pub struct Run {
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    how: RunOptions,
    #[command(flatten)]
    live: LiveOptions,
    /// The program's arguments
    #[arg(last = true, value_name = "ARGS", help_heading = None)]
    arguments: Vec<OsString>,
}

impl Run {
    pub fn run(self) -> Result<ExitCode> {
        let workspace = self.build.cargo.read()?;
        let mut measure = Measure::new(&workspace, &self.build)?;
        measure.wants_a_run(self.how.add)?;
        let settings = Settings::read(&self.how, &SuiteOptions::default())?;
        measure.live = self.live.if_wanted()?;
        let programs = measure.programs()?;
        let is_only = programs.len() == 1;
        refuse_for_several(&programs, !self.arguments.is_empty(), "these arguments are")?;
        refuse_for_several(&programs, is_set("ITCOV_ARGS"), "ITCOV_ARGS is")?;
        let words = |program: &str| {
            if self.arguments.is_empty() {
                arguments(program, is_only, None)
            } else {
                Ok(self.arguments.clone())
            }
        };
        for program in &programs {
            words(&program.bin.name)?;
        }
        let built = measure.build(programs)?;
        let mut recording = measure.begin(&built, self.how.add)?;
        let profiles = Profiles::at(recording.for_processes())?;
        let plan = Plan {
            programs: measure.starts(&built, &profiles, &settings, &words)?,
            suite: None,
        };
        let watch = look_alikes::watch(&measure, &built);
        let outcome = measure.run(&plan, &settings, &mut recording)?;
        Opened::of(&watch, &measure, &built).beside(false);
        if !outcome.counts {
            return Ok(ExitCode::from(outcome.status));
        }
        not_run::say_of(&built, &recording.profiles()?);
        // More than 123 is a signal.
        if let (1..=123, Some(option)) = (outcome.status, self.own_option()) {
            say(&format!(
                "{option} went to the program; if it is for cargo itcov, it stands before --, with just in itcov_options: \
                 just itcov_options='{option}' itcov"
            ));
        }
        Ok(measure.report(&recording, outcome.status))
    }

    /// An argument of the program that is called like an option of this command.
    fn own_option(&self) -> Option<&str> {
        let command = Run::augment_args(clap::Command::new("run"));
        let is_own = |argument: &&str| {
            let (name, _) = argument.split_once('=').unwrap_or((argument, ""));
            let name = name.strip_prefix("--");
            name.is_some_and(|name| {
                command
                    .get_arguments()
                    .any(|it| it.get_long() == Some(name))
            })
        };
        let mut arguments = self.arguments.iter().filter_map(|it| it.to_str());
        arguments.find(is_own)
    }
}
