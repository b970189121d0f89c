//! `cargo itcov exec`: runs a suite that starts the program itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};

use super::measure::{Built, Measure, Profiles, configured};
use super::{output, unmeasured};
use crate::build::linked::is_possible;
use crate::build::options::{BuildOptions, Scope};
use crate::build::ordinary;
use crate::build::units::{self, Kind, Unit};
use crate::measured::origin::of_others;
use crate::measured::{Kept, SUITE, is_same_file};
use crate::run::Failure;
use crate::run::plan::{Plan, Suite, find_command};
use crate::run::settings::{RunOptions, Settings, SuiteOptions, variable};

use crate::run::say;
use crate::run::watch::Watch;

/// Build the program instrumented, run a suite that starts it itself, and report.
///
/// The suite gets the program's path as `$ITCOV_BIN`; of several programs, as `$ITCOV_BIN_<name>`. A cargo that it starts
/// builds instrumented programs, too. It may take as long as it likes. The exit status is the suite's.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov exec -- ./suite.sh       a script that runs \"$ITCOV_BIN\"
  cargo itcov exec -- cargo test       tests that start the program
  cargo itcov exec --tests -- cargo test
                                       what the tests call themselves counts, too")]
pub struct Exec {
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Count what tests do themselves, too, and list the lines that nothing else reached
    #[arg(long)]
    tests: bool,
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
        let mut measure = Measure::new(&workspace, &self.build)?;
        if self.tests {
            self.can_measure_tests(&measure)?;
            measure.tests = true;
        }
        let built = measure.build(measure.programs()?)?;
        let mut recording = measure.begin(&built, &settings, self.run.add)?;
        let profiles = Profiles::at(recording.directory())?;
        let plan = Plan {
            programs: Vec::new(),
            suite: Some(Suite {
                words: self.command.clone(),
                environment: self.environment(&measure, &built, &profiles),
            }),
        };
        let names: Vec<&str> = built.names().collect();
        let watch = Watch::begin(ordinary::programs(&measure.layout, &names));
        let outcome = measure.supervise(&plan, &settings, &recording)?;
        let opened = watch.as_ref().map(Watch::opened).unwrap_or_default();
        if !outcome.counts {
            return Ok(ExitCode::from(outcome.status));
        }
        let profiles = leave_out_others(&measure, &built, recording.profiles()?)?;
        if profiles.is_empty() {
            output::error(&unmeasured::nothing_else(&built, self.build.scope, &opened));
            return Ok(ExitCode::from(outcome.status.max(1)));
        }
        unmeasured::as_well(&opened);
        let by_others = by_other_runs(&measure, &built)?;
        recording.add_built(&profiles, &|program| {
            let mut new = by_the_suite(&built, program);
            new.retain(|units| {
                !by_others
                    .iter()
                    .any(|it| is_same_file(it, &units[0].object()))
            });
            new
        })?;
        if self.tests {
            let notes = &built.wrapper.units;
            let tests = units::of_kind(notes, Kind::Test);
            let tests: Vec<_> = tests.map(|unit| units::closure(notes, unit)).collect();
            recording.add_tests(&tests)?;
        }
        recording.keep()?;
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
        let tests = measure.store.linked_tests();
        if !is_possible(&tests) {
            let tests = tests.display();
            return Err(Failure::usage(format!(
                "--tests needs a target directory without % in its name: {tests}"
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
            let target = &built.wrapper.target;
            environment.insert("CARGO_TARGET_DIR".into(), target.into());
            if measure.layout.has_build_directory() {
                environment.insert("CARGO_BUILD_BUILD_DIR".into(), target.into());
            }
            for variable in built.wrapper.variables {
                environment.insert(variable.into(), (&built.wrapper.path).into());
            }
        }
        // Tests whose work is measured know better: theirs are to be told apart.
        environment.insert("LLVM_PROFILE_FILE".into(), profiles.of(SUITE));
        environment
    }
}

/// The profiles without those of programs that are not measured, which are removed: a task of the workspace, for example,
/// that the suite's cargo has built like all of the workspace.
fn leave_out_others(
    measure: &Measure,
    built: &Built,
    profiles: Vec<PathBuf>,
) -> Result<Vec<PathBuf>> {
    let executables = built.programs.iter().flat_map(|(_, program)| {
        let others = program.others.iter().map(|(executable, _)| executable);
        std::iter::once(&program.invocation.executable).chain(others)
    });
    let mut measured: Vec<PathBuf> = executables.cloned().collect();
    let units = built.programs.iter().flat_map(|(_, it)| it.all_units());
    let programs = units.filter(|unit| unit.kind == Kind::Program);
    let packages: BTreeSet<&Path> = programs.map(|unit| unit.manifest.as_path()).collect();
    let now: Vec<Unit> = units::of_kind(&built.wrapper.units, Kind::Program).collect();
    let (own, others): (Vec<Unit>, Vec<Unit>) = now
        .into_iter()
        .partition(|unit| packages.contains(unit.manifest.as_path()));
    measured.extend(own.iter().map(Unit::object));
    let files = || others.iter().map(Unit::object).collect();
    let foreign = of_others(&profiles, &measured, &files)?;
    let mut names = BTreeSet::new();
    for (profile, other) in &foreign {
        fs::remove_file(profile).with_context(|| format!("cannot remove {}", profile.display()))?;
        let manifest = others[*other].manifest.join("Cargo.toml");
        let members = measure.workspace.members();
        names.extend(
            members
                .iter()
                .filter(|it| it.manifest_path == manifest)
                .map(|it| &it.name),
        );
    }
    for name in names {
        say(&format!(
            "a program of {name} has run, which is not measured; `--with {name}` measures it along"
        ));
    }
    let foreign: BTreeSet<PathBuf> = foreign.iter().map(|(path, _)| path.to_path_buf()).collect();
    Ok(profiles
        .into_iter()
        .filter(|it| !foreign.contains(it))
        .collect())
}

/// The programs of another `cargo itcov` that has built while the suite ran. What the suite has started since is of that build.
fn by_other_runs(measure: &Measure, built: &Built) -> Result<Vec<PathBuf>> {
    let last = measure.store.build()?.filter(|last| *last != built.part);
    let programs = last.iter().flat_map(|last| &last.programs);
    let others = programs.clone().flat_map(|program| &program.others);
    let objects = programs.map(|program| &program.objects).chain(others);
    let mut files: Vec<PathBuf> = objects.map(|it| it.files[0].clone()).collect();
    // Most have not changed.
    let own = built.part.programs.iter().map(|it| &it.objects.files[0]);
    files.retain(|file| !own.clone().any(|own| is_same_file(own, file)));
    for program in &built.part.programs {
        if files.iter().any(|it| is_same_file(it, &program.executable)) {
            say(&format!(
                "another `cargo itcov` has built {} anew meanwhile: where the suite has started that, it does not count",
                program.bin
            ));
        }
    }
    Ok(files)
}

/// The programs of a package that are not as they were built before the suite: its cargo has built them, with other
/// features or another profile.
fn by_the_suite(built: &Built, kept: &Kept) -> Vec<Vec<Unit>> {
    let programs = built.programs.iter();
    let Some((_, program)) = programs
        .clone()
        .find(|(_, program)| program.package == kept.package && program.bin == kept.bin)
    else {
        return Vec::new();
    };
    let all = std::iter::once(&program.units).chain(program.others.iter().map(|(_, units)| units));
    let before: Vec<&Unit> = all.filter_map(|units| units.first()).collect();
    let notes = &built.wrapper.units;
    let Some(manifest) = before.first().map(|unit| &unit.manifest) else {
        return Vec::new();
    };
    let now = units::of_kind(notes, Kind::Program).filter(|unit| unit.manifest == *manifest);
    let is_new = |unit: &Unit| {
        !before.iter().any(|other| other.stem == unit.stem) || has_changed(kept, unit)
    };
    now.filter(is_new)
        .map(|unit| units::closure(notes, unit))
        .collect()
}

/// Whether the executable was written after the build.
fn has_changed(kept: &Kept, unit: &Unit) -> bool {
    let modified = fs::metadata(unit.object()).and_then(|file| file.modified());
    modified.is_ok_and(|modified| modified > kept.built)
}
