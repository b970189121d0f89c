//! The options that name a file for a format, checked before anything is read.

use std::path::{Path, PathBuf};

use clap::error::{Error, ErrorKind};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueHint, value_parser};

use super::format::{FORMATS, FileFormat};
use super::target;
use crate::scaffold::RECIPES;
use llvm_coverage::terminal::Harmless as _;

const HEADING: &str = "Formats (one FILE may be `-`: the standard output, in place of the table)";

/// Sources that do not end in `.rs`.
const SOURCES: [&str; 4] = ["Cargo.toml", "Cargo.lock", "justfile", RECIPES];

/// The formats that were asked for, each with its file. Any number of them may be written at once.
pub struct Files(Vec<(PathBuf, &'static FileFormat)>);

impl Files {
    /// Those for files.
    pub fn to_files(&self) -> impl Iterator<Item = (&Path, &'static FileFormat)> {
        let files = self.0.iter().filter(|(path, _)| !is_stdout(path));
        files.map(|(path, format)| (&**path, *format))
    }

    /// The one for the standard output.
    pub fn to_stdout(&self) -> Option<&'static FileFormat> {
        self.0
            .iter()
            .find(|(path, _)| is_stdout(path))
            .map(|(_, format)| *format)
    }

    /// The option that writes to a file, if one does.
    pub fn option_for(&self, path: &Path) -> Option<&'static str> {
        let mut files = self.to_files();
        files.find_map(|(it, format)| same(it, path).then_some(format.option))
    }

    fn check(&self) -> Result<(), Error> {
        for (place, (path, format)) in self.0.iter().enumerate() {
            if is_source(path) {
                let (option, path) = (format.option, path.harmless());
                let wrong = format!("--{option} {path} would replace a source; name another file");
                return Err(wrong_usage(ErrorKind::ValueValidation, &wrong));
            }
            let Some((_, before)) = self.0[..place].iter().find(|(it, _)| same(it, path)) else {
                continue;
            };
            let options = format!("--{} and --{}", before.option, format.option);
            let wrong = if is_stdout(path) {
                format!("{options} are both for the standard output; name a file for all but one")
            } else {
                let path = path.harmless();
                format!("{options} are both for {path}; name a file for each")
            };
            return Err(wrong_usage(ErrorKind::ArgumentConflict, &wrong));
        }
        Ok(())
    }
}

fn wrong_usage(kind: ErrorKind, wrong: &str) -> Error {
    // In a usage line, clap would take the whole program for the command.
    let mut report = Files::augment_args(Command::new("cargo itcov report"));
    Error::raw(kind, wrong).format(&mut report)
}

/// Whether there is a file that no report is called like.
fn is_source(path: &Path) -> bool {
    let Some(file) = target::of(path).ok().filter(|it| it.is_file()) else {
        return false;
    };
    let is_rust = file.extension().is_some_and(|it| it == "rs");
    let name = file.file_name().unwrap_or_default();
    is_rust || SOURCES.iter().any(|it| name == *it)
}

/// Whether a path is the standard output, where a file must not be replaced by another one.
fn is_stdout(path: &Path) -> bool {
    let names = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    names.iter().any(|name| path == Path::new(name))
}

/// Whether both are the same file, as far as their directories are there.
fn same(one: &Path, other: &Path) -> bool {
    let place = |path| target::of(path).ok();
    one == other
        || is_stdout(one) && is_stdout(other)
        || !is_stdout(one)
            && !is_stdout(other)
            && place(one).is_some_and(|it| place(other) == Some(it))
}

impl Args for Files {
    fn augment_args(command: Command) -> Command {
        command.args(FORMATS.iter().map(|format| {
            Arg::new(format.option)
                .long(format.option)
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .value_hint(ValueHint::FilePath)
                .help(format.help)
                .help_heading(HEADING)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Files {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let asked_for = FORMATS.iter().filter_map(|format| {
            let path = matches.get_one::<PathBuf>(format.option)?;
            Some((path.clone(), format))
        });
        let files = Self(asked_for.collect());
        files.check()?;
        Ok(files)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
