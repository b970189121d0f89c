//! `cargo itcov exec`: runs a suite that starts the program itself.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;

use crate::build::call::{BEFORE, OF_BUILD_SCRIPTS, SET};
use crate::build::linked::is_possible;
use crate::build::options::{BuildOptions, Scope};
use crate::build::units::{self, Kind};
use crate::commands::measure::test_scenarios::{self, Apart};
use crate::commands::measure::{Built, Measure, Profiles, configured};
use crate::commands::not_measured::built_meanwhile::{
    by_other_runs, by_the_suite, leave_out_others,
};
use crate::commands::not_measured::look_alikes;
use crate::commands::not_measured::not_run;
use crate::commands::not_measured::ordinary_builds::Opened;
use crate::commands::not_measured::started;
use crate::commands::report::warnings::of_unknown;
use crate::measured::scenarios::{fold, is_one_named};
use crate::measured::{Recording, SUITE};
use crate::output;
use crate::run::plan::{Plan, Suite, command, find_command};
use crate::run::settings::{RunOptions, Settings, SuiteOptions, variable};
use crate::run::{Failure, say, say_loss};
use llvm_coverage::terminal::Harmless as _;

/// Build the program instrumented, run a suite that starts it itself, and report.
///
/// The suite gets the program's path as `$ITCOV_BIN`; of several programs, as `$ITCOV_BIN_<name>`. A cargo that it starts
/// builds instrumented programs, too. It has no timeout. The exit status is the suite's.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov exec -- ./suite.sh       a script that runs \"$ITCOV_BIN\"
  cargo itcov exec -- cargo test       tests that start the program
  cargo itcov exec --tests -- cargo test
                                       what the tests call themselves counts, too
  cargo itcov exec --scenarios -- cargo nextest run
                                       which test reaches what: `cargo itcov scenarios`")]
pub struct Exec {
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Count what tests do themselves, too, and list the lines that nothing else reached
    #[arg(long)]
    tests: bool,
    /// Tell apart what each test of `cargo nextest` reaches, and what is for each `ITCOV_SCENARIO`
    #[arg(long)]
    scenarios: bool,
    /// The suite's command and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "CMD", help_heading = None)]
    command: Vec<OsString>,
}

impl Exec {
    pub fn run(mut self) -> Result<ExitCode> {
        self.command = command(self.command);
        let workspace = self.build.cargo.read()?;
        let mut measure = Measure::new(&workspace, &self.build)?;
        measure.wants_a_run(self.run.add)?;
        let mut settings = Settings::read(&self.run, &SuiteOptions::default())?;
        // The suite runs the program when it likes, so there is no window to close.
        settings.timeout = Duration::ZERO;
        find_command(&self.command[0])?;
        if let Some(word) = unexpanded(&self.command) {
            say(&format!(
                "no shell puts the program's path in the place of {word}; type sh -c 'CMD \"$ITCOV_BIN\"'"
            ));
        }
        if self.tests {
            self.can_measure_tests(&measure)?;
            measure.tests = true;
        }
        let built = measure.build(measure.programs()?)?;
        started::by_cargo(&built);
        let mut recording = measure.begin(&built, self.run.add)?;
        let profiles = Profiles::at(recording.for_processes())?;
        let mut environment = self.environment(&measure, &built, &profiles);
        let apart = self.scenarios.then(|| Apart::prepare(&built, &recording));
        let apart = apart.transpose()?;
        environment.extend(apart.iter().flat_map(Apart::variables));
        let plan = Plan {
            programs: Vec::new(),
            suite: Some(Suite {
                words: self.command.clone(),
                environment,
            }),
        };
        let watch = look_alikes::watch(&measure, &built);
        let outcome = measure.supervise(&plan, &settings, &recording)?;
        let opened = Opened::of(&watch, &measure, &built);
        if !outcome.counts {
            return Ok(ExitCode::from(outcome.status));
        }
        if let Some(error) = started::instead_of_another(&built, &recording) {
            output::error(&error);
            return Ok(ExitCode::from(outcome.status.max(1)));
        }
        let profiles = leave_out_others(&measure, &built, &recording)?;
        // Tests may call the library alone.
        if profiles.is_empty() && !recording.has_tests()? {
            of_unknown(recording.unknown());
            if recording.unknown() > 0
                || recording.has_lost()
                || recording.elsewhere().is_some()
                || recording.in_earlier_run()?.is_some()
            {
                output::error(&anyhow::anyhow!(
                    "nothing that has run counts, as the warning says"
                ));
                return Ok(ExitCode::from(outcome.status.max(1)));
            }
            output::error(&started::nothing_else(
                &built,
                self.build.scope == Scope::Workspace && !self.tests,
                &opened,
                outcome.status,
            ));
            return Ok(ExitCode::from(outcome.status.max(1)));
        }
        opened.as_well(&recording)?;
        started::as_well(&built, &recording)?;
        not_run::say_of(&built, &profiles);
        if outcome.status != 0 && stops_at_a_failure(&self.command) {
            say(
                "the suite has failed, and cargo may have left out what comes after; with --no-fail-fast it runs all tests",
            );
        }
        if self.scenarios && !is_one_named(recording.directory())? {
            say(test_scenarios::NONE);
        }
        let by_others = by_other_runs(&measure, &built)?;
        recording.add_built(&profiles, &|program| {
            by_the_suite(&built, program, &by_others)
        })?;
        if self.tests {
            add_tests(&measure, &built, &recording)?;
        }
        if self.scenarios {
            fold(recording.directory())?;
        }
        recording.keep(&say_loss)?;
        units::forget_copies(&built.wrapper.units);
        Ok(measure.report(&recording, outcome.status))
    }

    /// Refuses what tests cannot be measured with.
    fn can_measure_tests(&self, measure: &Measure) -> Result<(), Failure> {
        if self.build.scope == Scope::All {
            return Err(Failure::usage(
                "--tests measures the workspace's crates, so it cannot go with --scope all",
            ));
        }
        if !is_possible(&measure.store.linked_tests()) {
            let target = measure.layout.ordinary.harmless();
            return Err(Failure::usage(format!(
                "--tests needs a target directory without % in its path, and it is {target}: set another one, as with CARGO_TARGET_DIR"
            )));
        }
        Ok(())
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
            environment.extend(as_variables(built, &program.bin, executable));
        }
        let mut before = OF_BUILD_SCRIPTS.to_vec();
        for (name, value) in self.for_cargo(measure, built) {
            // Build scripts find what was there before: see `linked/restore.rs`.
            environment.insert(format!("{SET}{name}").into(), value.clone());
            environment.insert(name.into(), value);
            before.push(name);
        }
        for name in before {
            if let Some(value) = env::var_os(name) {
                environment.insert(format!("{BEFORE}{name}").into(), value);
            }
        }
        // Tests whose work is measured know better: theirs are to be told apart.
        environment.insert("LLVM_PROFILE_FILE".into(), profiles.of(SUITE));
        environment
    }

    /// What has a cargo of the suite build what this one has built, in the same place.
    fn for_cargo(&self, measure: &Measure, built: &Built) -> Vec<(&'static str, OsString)> {
        let target = &built.wrapper.target;
        let mut variables = vec![("CARGO_TARGET_DIR", target.into())];
        if measure.layout.has_build_directory() {
            variables.push(("CARGO_BUILD_BUILD_DIR", target.into()));
        }
        if self.build.scope == Scope::All {
            // What has no target is not measured, as it is for build scripts and macros.
            variables.push(("CARGO_BUILD_TARGET", (&built.target).into()));
        }
        let wrappers = built.wrapper.variables.iter();
        variables.extend(wrappers.map(|name| (*name, (&built.wrapper.path).into())));
        variables
    }
}

/// Takes the tests that have run, and names those that do not count.
fn add_tests(measure: &Measure, built: &Built, recording: &Recording) -> Result<()> {
    let notes = &built.wrapper.units;
    let tests = units::of_kind(notes, Kind::Test);
    let tests: Vec<_> = tests.map(|unit| units::closure(notes, unit)).collect();
    let lost = recording.add_tests(&tests)?;
    for (test, file) in lost.of_other_texts {
        let file = file.strip_prefix(&measure.layout.root).unwrap_or(&file);
        say_loss(&format!(
            "the test {test} is of another text of {file} than the program, so what it did itself does not count; if cargo \
             takes it for fresh, `touch {file}` has it compiled",
            file = file.harmless()
        ));
    }
    if lost.unknown > 0 {
        say_loss(&format!(
            "what some tests did themselves does not count, as these are not the tests that cargo has built here, but of an archive \
             or a copy, or cargo has built others in their place since: {} of them",
            lost.unknown
        ));
    }
    Ok(())
}

/// The variables that name a program to a suite.
pub fn as_variables(
    built: &Built,
    program: &str,
    executable: &Path,
) -> impl Iterator<Item = (OsString, OsString)> {
    let alone = (built.programs.len() == 1).then(|| "ITCOV_BIN".to_owned());
    let names = alone.into_iter().chain([variable("ITCOV_BIN", program)]);
    names.map(move |name| (name.into(), executable.into()))
}

/// A word that is the variable itself, and no script.
fn unexpanded(command: &[OsString]) -> Option<&str> {
    let mut words = command.iter().filter_map(|word| word.to_str());
    words.find(|word| {
        let name = word.trim_start_matches('$').trim_matches(['{', '}']);
        word.starts_with('$') && name.starts_with("ITCOV_BIN")
    })
}

/// Whether the command is a cargo that leaves out tests once one has failed.
fn stops_at_a_failure(command: &[OsString]) -> bool {
    let [program, rest @ ..] = command else {
        return false;
    };
    let tests = ["test", "t", "nextest"];
    Path::new(program).file_stem() == Some("cargo".as_ref())
        && rest.iter().any(|word| tests.iter().any(|it| word == it))
        && !rest.iter().any(|word| word == "--no-fail-fast")
}
