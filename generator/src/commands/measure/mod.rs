//! What the commands that measure have in common: the build before the run, and the report after it.

pub mod browser;
mod supervise;
pub mod test_scenarios;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::Receiver;

use anyhow::{Result, ensure};

use super::scenarios::around::Asked;
use crate::build::along;
use crate::build::cargo::Builder;
use crate::build::harness;
use crate::build::layout::Layout;
use crate::build::linked::{self, PATTERN, is_possible};
use crate::build::options::BuildOptions;
use crate::build::program::BuiltProgram;
use crate::build::programs::{Program, choose};
use crate::build::rustc::Rustc;
use crate::build::scaffolded;
use crate::build::wrapper::Wrapper;
use crate::commands::not_measured::ordinary_builds::shown;
use crate::commands::report::Report;
use crate::measured::{How, Kept, Part, Recording, Store, Wanted};
use crate::output;
use crate::run::plan::Start;
use crate::run::settings::Settings;
use crate::run::{Failure, interrupts, process, say, say_loss};
use crate::scaffold::metadata::Workspace;
use crate::scaffold::template::is_builtin;
use browser::LiveOptions;
use llvm_coverage::terminal::Harmless as _;

/// A measurement that is about to be made.
pub struct Measure<'a> {
    pub workspace: &'a Workspace,
    pub options: &'a BuildOptions,
    pub layout: Layout,
    pub store: Store,
    /// Whether the work of tests is measured.
    pub tests: bool,
    /// How the run can be followed, if it can.
    pub live: Option<LiveOptions>,
    /// Signals to this process.
    pub signals: Receiver<i32>,
    wanted: Option<Wanted>,
}

/// What was built.
pub struct Built<'a> {
    pub rustc: Rustc,
    /// What the programs are built for.
    pub target: String,
    /// The compiler wrapper.
    pub wrapper: Wrapper,
    pub programs: Vec<(Program<'a>, BuiltProgram)>,
    /// What was built along.
    pub along: Vec<PathBuf>,
    pub part: Part,
    /// What is around the run, for its scenarios.
    around: Cell<Option<Asked>>,
}

impl<'a> Measure<'a> {
    /// Gets ready.
    ///
    /// # Errors
    ///
    /// If signals cannot be received.
    pub fn new(workspace: &'a Workspace, options: &'a BuildOptions) -> Result<Measure<'a>> {
        let layout = Layout::new(&workspace.metadata);
        Ok(Measure {
            workspace,
            options,
            store: Store::of(&layout)?,
            tests: false,
            live: None,
            layout,
            signals: interrupts::listen()?,
            wanted: None,
        })
    }

    /// Notes that a run is wanted: if it measures nothing, that is to be known. So this comes before whatever can be refused.
    ///
    /// # Errors
    ///
    /// If nothing can be written.
    pub fn wants_a_run(&mut self, adds: bool) -> Result<()> {
        if adds {
            let last = self.store.last()?;
            if let Some(follower) = last.iter().find_map(|it| it.follower.as_ref()) {
                say_loss(&format!(
                    "{follower}; what is added is added to the one before it"
                ));
            }
        }
        self.wanted = Some(Wanted::note(&self.store, adds)?);
        Ok(())
    }

    /// The programs that are meant.
    ///
    /// # Errors
    ///
    /// If that is not clear.
    pub fn programs(&self) -> Result<Vec<Program<'a>>> {
        let of_harness = |package: &_| scaffolded::of_package(package).map(|found| found.bin);
        let programs = choose(self.workspace, self.options, &of_harness)
            .map_err(|error| Failure::usage(format!("{error:#}")))?;
        if programs.len() > 1 && is_set("ITCOV_PROGRAM") {
            return Err(Failure::usage(format!(
                "ITCOV_PROGRAM is for one program, and there are several, {}: choose one with -p or --bin",
                names(&programs)
            ))
            .into());
        }
        Ok(programs)
    }

    /// Builds the programs, and keeps what a report needs.
    ///
    /// # Errors
    ///
    /// If cargo fails, another run goes on that cannot be beside this one, or nothing that is started could be ended.
    pub fn build(&self, programs: Vec<Program<'a>>) -> Result<Built<'a>> {
        ensure!(
            process::are_visible(),
            "/proc is not there, or is that of another process namespace, so what is started could not be found and ended: mount one, \
             as by `unshare --mount-proc` or `bwrap --proc /proc`"
        );
        let profiles = linked::Directories {
            programs: self.store.linked(),
            tests: self.tests.then(|| self.store.linked_tests()),
        };
        let along = along::packages(self.workspace, &self.options.with, &programs)?;
        let builder = Builder::new(
            self.workspace,
            self.options,
            &self.layout,
            &profiles,
            &programs,
            &along,
        )?;
        self.store.look_for_others(self.tests, &say)?;
        say(&format!(
            "building {} with coverage instrumentation",
            names(&programs)
        ));
        if let Some(wrapper) = builder.replaced_wrapper() {
            say(&format!("{wrapper} is not called for this build"));
        }
        let around = Asked::begin(&self.layout.root);
        builder.seed();
        let mut built = Vec::new();
        for program in programs {
            let made = builder.build(&program)?;
            built.push((program, made));
        }
        let mut files = Vec::new();
        for package in along {
            let made = builder.build_along(package)?;
            files.extend(made.iter().map(|(file, _)| file.clone()));
            if let Some((_, program)) = built.first_mut() {
                let executables = made.iter().map(|(executable, _)| executable.clone());
                program.along.extend(executables);
                program.others.extend(made);
            }
        }
        let all = built.iter().flat_map(|(_, program)| program.all_units());
        let all: Vec<_> = all.collect();
        let missing = along::not_built(self.workspace, &all).into_iter();
        for what in missing.chain(builder.also().not_built(&all)) {
            say(&what);
        }
        let part = self.store.keep_build(|builds| {
            let programs = built.iter();
            programs
                .map(|(_, program)| Kept::keep(program, self.options.scope, builds))
                .collect()
        })?;
        Ok(Built {
            rustc: builder.rustc().clone(),
            target: builder.target().to_owned(),
            wrapper: builder.into_wrapper(),
            programs: built,
            along: files,
            part,
            around: Cell::new(Some(around)),
        })
    }

    /// Begins a run of what was built.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn begin(&self, built: &Built, add: bool) -> Result<Recording> {
        let how = How {
            adds: add,
            is_alone: self.tests,
            number: self.wanted.as_ref().map_or(0, |it| it.number),
        };
        let recording = Recording::begin(&self.store, &built.part, how, &say_loss)?;
        if let Some(wanted) = &self.wanted {
            wanted.begins(recording.directory())?;
        }
        if let Some(around) = built.around.take() {
            around.note(recording.directory())?;
        }
        Ok(recording)
    }

    /// What is started of each program. The words of each are given by its name.
    ///
    /// # Errors
    ///
    /// If the harness cannot be compiled.
    pub fn starts(
        &self,
        built: &Built,
        profiles: &Profiles,
        settings: &Settings,
        words: &dyn Fn(&str) -> Result<Vec<OsString>, Failure>,
    ) -> Result<Vec<Start>> {
        if let Some(program) = &settings.program {
            say(&format!(
                "ITCOV_PROGRAM={} runs in the place of the program",
                program.harmless()
            ));
        }
        if !built.along.is_empty() {
            let along: Vec<String> = built.along.iter().map(|it| shown(it)).collect();
            say(&format!("built along: {}", along.join(", ")));
        }
        let mut starts = Vec::new();
        for (program, made) in &built.programs {
            let executable = &made.invocation.executable;
            let edited = scaffolded::of_package(program.package).filter(|it| !is_builtin(&it.text));
            let harnesses = self.store.harnesses();
            let compile = |source| harness::compile(&built.rustc, &source, executable, &harnesses);
            let harness = edited.map(compile).transpose()?;
            let mut environment = made.invocation.environment.clone();
            environment.insert("LLVM_PROFILE_FILE".into(), profiles.of(&made.bin));
            let mut arguments = Vec::new();
            let mut started = settings
                .program
                .clone()
                .unwrap_or_else(|| executable.into());
            if let ([runner, words @ ..], None) = (&made.runner[..], &settings.program) {
                arguments.extend(words.iter().cloned());
                arguments.push(executable.into());
                started.clone_from(runner);
            }
            environment.insert("ITCOV_PROGRAM".into(), started);
            arguments.extend(words(&made.bin)?);
            starts.push(Start {
                name: made.bin.clone(),
                harness,
                arguments,
                environment,
            });
        }
        let used: Vec<&Path> = starts
            .iter()
            .filter_map(|it| it.harness.as_deref())
            .collect();
        harness::keep_only(&used, &self.store.harnesses());
        Ok(starts)
    }

    /// Reports on a run. The run's status counts, or if that is 0, the report's.
    pub fn report(&self, recording: &Recording, status: u8) -> ExitCode {
        interrupts::let_go();
        let reported = recording
            .parts()
            .and_then(|parts| Report::of_run(self.workspace, &parts));
        match reported {
            Ok(()) => ExitCode::from(status),
            Err(error) => {
                output::error(&error);
                ExitCode::from(if status == 0 { 1 } else { status })
            }
        }
    }
}

/// Whether a variable is there, and not empty.
pub fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Refuses arguments that only one program can be meant by.
///
/// # Errors
///
/// If they are `given`, and there are several programs.
pub fn refuse_for_several(programs: &[Program], given: bool, what: &str) -> Result<(), Failure> {
    if !given || programs.len() == 1 {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{what} for one program, and there are several, {}: set ITCOV_ARGS_<name> for each",
        names(programs)
    )))
}

fn names(programs: &[Program]) -> String {
    let names: Vec<&str> = programs.iter().map(|it| it.bin.name.as_str()).collect();
    names.join(", ")
}

/// Where programs put their profiles.
pub struct Profiles {
    directory: PathBuf,
    /// Keeps the directory within reach under a name that can be part of a profile's.
    _open: Option<File>,
}

impl Profiles {
    /// In the directory of a part.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn at(directory: &Path) -> std::io::Result<Profiles> {
        if is_possible(directory) {
            return Ok(Profiles {
                directory: directory.to_owned(),
                _open: None,
            });
        }
        let open = File::open(directory)?;
        let path = format!("/proc/{}/fd/{}", std::process::id(), open.as_raw_fd());
        Ok(Profiles {
            directory: path.into(),
            _open: Some(open),
        })
    }

    /// What `LLVM_PROFILE_FILE` says for a program.
    pub fn of(&self, program: &str) -> OsString {
        self.directory.join(program).join(PATTERN).into()
    }
}

/// The variables of the environment that cargo would give a program and that are of the configuration: neither those of
/// its package, nor those that this process has.
pub fn configured(environment: &BTreeMap<OsString, OsString>) -> BTreeMap<OsString, OsString> {
    let of_cargo = |name: &str| {
        ["CARGO", "RUST", "LLVM_PROFILE_FILE", "OUT_DIR"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let variables = environment.iter().filter(|(name, value)| {
        !of_cargo(&name.to_string_lossy()) && std::env::var_os(name).as_ref() != Some(*value)
    });
    variables
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
