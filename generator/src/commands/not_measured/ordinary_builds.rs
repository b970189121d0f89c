//! What to say of programs and libraries of ordinary builds that were started or loaded during a run: they are not measured.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::build::ordinary;
use crate::build::program::BuiltProgram;
use crate::commands::measure::{Built, Measure};
use crate::commands::not_measured::look_alikes;
use crate::measured::Recording;
use crate::run::say_loss;
use crate::run::settings::variable;
use crate::run::watch::Watch;
use llvm_coverage::terminal::Harmless as _;

/// Whatever was built to be measured.
fn measured<'a>(built: &'a Built) -> impl Iterator<Item = &'a Path> {
    built.programs.iter().flat_map(|(_, program)| {
        let executable = &program.invocation.executable;
        let others = program.others.iter().map(|(other, _)| other);
        others.chain([executable]).map(PathBuf::as_path)
    })
}

/// Files that were opened.
pub struct Opened<'a> {
    measure: &'a Measure<'a>,
    built: &'a Built<'a>,
    files: Vec<PathBuf>,
}

/// What is measured in the place of a file.
enum Instead<'a> {
    /// A program that a variable names.
    Named(&'a BuiltProgram),
    /// A file beside the programs; whether it is of a package of theirs.
    Beside(&'a Path, bool),
    /// Nothing, until this package is built along; without a name, it is one of another workspace.
    Nothing(&'a str),
}

impl<'a> Opened<'a> {
    /// What was watched, at the end of a run.
    pub fn of(watch: &Watch, measure: &'a Measure<'a>, built: &'a Built<'a>) -> Opened<'a> {
        let mut files: Vec<PathBuf> = watch.used().into_iter().map(Path::to_owned).collect();
        for made in look_alikes::made_meanwhile(watch, measure, built) {
            if !files.contains(&made) {
                files.push(made);
            }
        }
        Opened {
            measure,
            built,
            files,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Measured programs have run, and a suite that starts them has opened others as well.
    ///
    /// # Errors
    ///
    /// If that cannot be noted.
    pub fn as_well(&self, recording: &Recording) -> Result<()> {
        if !self.is_empty() {
            recording.note_missing("a program was opened that is not instrumented")?;
            say_loss(&format!(
                "the suite has also opened {}: {}; {}",
                self.list(),
                self.lost(),
                self.way_out()
            ));
        }
        Ok(())
    }

    /// Others were opened during a run that has started the programs; perhaps `by_suite`.
    pub fn beside(&self, by_suite: bool) {
        if self.is_empty() {
            return;
        }
        let is_own = |file: &&PathBuf| {
            !matches!(
                self.instead(file),
                Instead::Beside(_, false) | Instead::Nothing(_)
            )
        };
        let first = self.files.iter().find(is_own);
        let way_out = match first {
            Some(_) if by_suite => {
                Some("a suite that starts the program itself is for exec".to_owned())
            }
            Some(file) => self.measured_one(file),
            None => self.files.iter().find_map(|file| self.measured_one(file)),
        };
        let way_out: Vec<String> = way_out.into_iter().chain(self.along()).collect();
        say_loss(&format!(
            "opened during the run as well: {}: {}; {}",
            self.list(),
            self.lost(),
            way_out.join("; ")
        ));
    }

    /// Their names, and that they are not measured.
    pub fn list(&self) -> String {
        let names: Vec<String> = self.files.iter().map(|file| shown(file)).collect();
        let is = if names.len() == 1 { "is" } else { "are" };
        format!("{}, which {is} not instrumented", names.join(" and "))
    }

    /// What to run instead of the first of these that a variable names, or else of the first that is measured elsewhere; and
    /// what to build along.
    pub fn way_out(&self) -> String {
        let named = self.files.iter().find_map(|file| match self.instead(file) {
            Instead::Named(program) => Some(self.of_named(program, file)),
            _ => None,
        });
        let beside = || {
            self.files.iter().find_map(|file| match self.instead(file) {
                Instead::Beside(measured, is_own) => Some(self.of_beside(measured, is_own, file)),
                _ => None,
            })
        };
        let all: Vec<String> = named
            .or_else(beside)
            .into_iter()
            .chain(self.along())
            .collect();
        all.join("; ")
    }

    fn of_named(&self, program: &BuiltProgram, file: &Path) -> String {
        let variable = self.variable(&program.bin);
        if self.is_installed(file) {
            return format!(
                "run \"${variable}\", or begin the suite with {}",
                first_on_path(&variable)
            );
        }
        let shown = shown(file);
        format!(
            "run \"${{{variable}:-{shown}}}\", in a test of its package env!(\"CARGO_BIN_EXE_{}\"), or have a link in its place \
             first, until cargo build replaces it: sh -c 'ln -sf \"${variable}\" {shown} && CMD'",
            program.bin
        )
    }

    /// cargo puts whatever it builds for one profile into one directory.
    fn of_beside(&self, measured: &Path, is_own: bool, file: &Path) -> String {
        let first = self.built.programs.first();
        let variable = self.variable(first.map_or("", |(_, program)| &program.bin));
        let name = measured.file_name().unwrap_or_default().to_string_lossy();
        let beside = format!("\"${{{variable}%/*}}/{name}\"");
        if self.is_installed(file) {
            return format!(
                "run {beside}, or begin the suite with {}",
                first_on_path(&variable)
            );
        }
        let run = if is_library(file) { "load" } else { "run" };
        let in_rust = if is_own && !is_library(file) {
            format!(", in a test of its package env!(\"CARGO_BIN_EXE_{name}\")")
        } else {
            String::new()
        };
        let file = shown(file);
        format!(
            "{run} {beside}{in_rust}, or have a link in its place first, until cargo build replaces it: sh -c 'ln -sf {beside} {file} && CMD'"
        )
    }

    /// Where the measured one is.
    fn measured_one(&self, file: &Path) -> Option<String> {
        let measured = match self.instead(file) {
            Instead::Named(program) => &program.invocation.executable,
            Instead::Beside(measured, _) => measured,
            Instead::Nothing(_) => return None,
        };
        Some(format!("the measured one is {}", shown(measured)))
    }

    /// What has to be built to be measured.
    fn along(&self) -> Option<String> {
        let packages = self
            .files
            .iter()
            .filter_map(|file| match self.instead(file) {
                Instead::Nothing(package) => Some(package),
                _ => None,
            });
        let mut packages: BTreeSet<&str> = packages.collect();
        if packages.remove("") && packages.is_empty() {
            return Some(
                "`--with` measures members of the workspace, and its package is none".to_owned(),
            );
        }
        let built = self.built.programs.iter().map(|(_, it)| &it.package);
        let mut built = built.chain(&self.measure.options.with);
        // cargo has built the package, and not this.
        if built.any(|it| packages.contains(it.as_str())) {
            return Some("--features has to turn on what it requires".to_owned());
        }
        let packages: Vec<&str> = packages.into_iter().collect();
        let it = if packages.len() == 1 { "it" } else { "them" };
        (!packages.is_empty())
            .then(|| format!("`--with {}` measures {it} along", packages.join(",")))
    }

    /// What does not count.
    fn lost(&self) -> &'static str {
        let are_libraries = self.files.iter().all(|file| is_library(file));
        match (are_libraries, &self.files[..]) {
            (true, [_]) => "where it was loaded, it does not count",
            (true, _) => "where they were loaded, they do not count",
            (false, [_]) => "what it did does not count",
            (false, _) => "what they did does not count",
        }
    }

    fn instead(&self, file: &Path) -> Instead<'a> {
        let name = file.file_name().unwrap_or_default();
        let mut programs = self.built.programs.iter();
        if let Some((_, program)) = programs.clone().find(|(_, it)| *name == *it.bin) {
            return Instead::Named(program);
        }
        let is_own = programs
            .any(|(program, _)| ordinary::programs_of(program.package).any(|it| *name == *it));
        if let Some(measured) = measured(self.built).find(|it| it.file_name() == Some(name)) {
            return Instead::Beside(measured, is_own);
        }
        let members = self.measure.workspace.members();
        let mut packages = members.iter();
        let package = packages.find(|it| {
            let library = ordinary::library_of(it, &[]);
            ordinary::programs_of(it)
                .chain(library)
                .any(|it| *name == *it)
        });
        Instead::Nothing(package.map_or("", |it| &it.name))
    }

    fn variable(&self, program: &str) -> String {
        match &self.built.programs[..] {
            [_] => "ITCOV_BIN".to_owned(),
            _ => variable("ITCOV_BIN", program),
        }
    }

    /// Whether the user has put it where it is: nothing may replace it.
    fn is_installed(&self, file: &Path) -> bool {
        !file.starts_with(&self.measure.layout.ordinary)
    }
}

fn first_on_path(variable: &str) -> String {
    format!("PATH=\"${{{variable}%/*}}:$PATH\"")
}

fn is_library(file: &Path) -> bool {
    file.extension()
        .is_some_and(|it| it == env::consts::DLL_EXTENSION)
}

/// As a script in the current directory names it.
pub fn shown(file: &Path) -> String {
    let directory = env::current_dir().unwrap_or_default();
    let file = file.strip_prefix(directory).unwrap_or(file);
    file.harmless().into_owned()
}
