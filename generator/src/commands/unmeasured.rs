//! What to say of programs that a suite has started and that were not measured.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::measure::Built;
use super::output::warn;
use crate::build::cargo::{NOWHERE, PROFILE};
use crate::build::layout::Layout;
use crate::build::options::Scope;
use crate::build::ordinary;
use crate::build::units;
use crate::measured::is_same_file;
use crate::run::say;
use crate::run::settings::variable;

/// Programs that look like these, or like other binaries of their packages, and are not measured.
pub fn lookalikes(built: &Built, layout: &Layout) -> Vec<PathBuf> {
    let programs = || built.programs.iter();
    let targets = programs().flat_map(|(it, _)| &it.package.targets);
    let names = targets
        .filter(|target| target.is_bin())
        .map(|target| target.name.as_str());
    let mut files = ordinary::programs(layout, &names.collect::<Vec<_>>());
    // A copy of a measured program is measured.
    files.retain(|file| {
        let is_it = |it: &Path| is_same_file(it, file);
        !programs().any(|(_, program)| {
            let mut others = program.others.iter();
            is_it(&program.invocation.executable) || others.any(|(other, _)| is_it(other))
        })
    });
    files
}

/// No measured program has run, but perhaps those that were `opened`; the suite has ended with the status.
pub fn nothing_else(built: &Built, scope: Scope, opened: &[&Path], status: u8) -> anyhow::Error {
    if let Some(executable) = replaced(built) {
        return anyhow::anyhow!(
            "a cargo of the suite has built {} without instrumentation: what has started it has set RUSTC_WORKSPACE_WRAPPER, \
             as `cargo auditable` does; start cargo without it there",
            shown(executable)
        );
    }
    let variables: Vec<String> = match &built.programs[..] {
        [_] => vec!["\"$ITCOV_BIN\"".to_owned()],
        all => all
            .iter()
            .map(|(_, program)| format!("\"${}\"", variable("ITCOV_BIN", &program.bin)))
            .collect(),
    };
    let which = if variables.len() == 1 {
        "the program"
    } else {
        "any of the programs"
    };
    let but = match opened {
        [] => String::new(),
        files => format!(", but {}", list(files)),
    };
    let way_out = match (opened, &built.programs[..]) {
        ([_, ..], _) => way_out(built, opened),
        ([], [(_, program)]) => {
            let name = &program.bin;
            format!(
                "a script that runs target/debug/{name} can run \"${{ITCOV_BIN:-target/debug/{name}}}\", \
                 and a test in Rust env!(\"CARGO_BIN_EXE_{name}\")"
            )
        }
        _ => String::new(),
    };
    let variables = variables.join(", ");
    let or_early = match (opened, status) {
        ([], 0) if scope == Scope::Workspace => "; what tests do themselves counts with --tests",
        ([], 1..) => "; or it has failed too early (cargo test goes on with --no-fail-fast)",
        _ => "",
    };
    let semicolon = if way_out.is_empty() { "" } else { "; " };
    anyhow::anyhow!(
        "the suite has not started {which}{but}: it has to run {variables}, or to build it by cargo{semicolon}{way_out}{or_early}"
    )
}

/// A program in the place of the measured one that did not go through the wrapper.
fn replaced<'a>(built: &'a Built) -> Option<&'a Path> {
    let programs = built.programs.iter();
    let mut executables = programs.map(|(_, program)| program.invocation.executable.as_path());
    let notes = &built.wrapper.units;
    executables.find(|file| file.exists() && units::of_program(notes, file).is_none())
}

/// Measured programs have run, and others were `opened` as well.
pub fn as_well(built: &Built, opened: &[&Path]) {
    if !opened.is_empty() {
        say(&format!(
            "the suite has also opened {}: what it did does not count; {}",
            list(opened),
            way_out(built, opened)
        ));
    }
}

/// Warns if cargo would give what it starts another place for its profile than it was told.
pub fn by_cargo(built: &Built) {
    let mut programs = built.programs.iter();
    let is_elsewhere = programs.any(|(_, program)| {
        let place = program.invocation.environment.get(OsStr::new(PROFILE));
        place.is_some_and(|it| it != NOWHERE)
    });
    if is_elsewhere {
        warn(&format!(
            "cargo's configuration sets {PROFILE} with `force` (`[env]`): what the suite's cargo starts does not count; take it out"
        ));
    }
}

/// Files that were `opened` by a suite that has the measured program started for it.
pub fn beside(opened: &[&Path]) {
    if !opened.is_empty() {
        say(&format!(
            "the suite has also opened {}: what it did does not count; a suite that starts the program itself is for exec",
            list(opened)
        ));
    }
}

fn list(files: &[&Path]) -> String {
    let names: Vec<String> = files.iter().map(|file| shown(file)).collect();
    let is = if names.len() == 1 { "is" } else { "are" };
    format!("{}, which {is} not instrumented", names.join(" and "))
}

/// What to run instead of the first of these that a variable names, or else of the first.
fn way_out(built: &Built, opened: &[&Path]) -> String {
    let name = |file: &Path| file.file_name().unwrap_or_default().to_os_string();
    let variable = |program: &str| match &built.programs[..] {
        [_] => "ITCOV_BIN".to_owned(),
        _ => variable("ITCOV_BIN", program),
    };
    let mut programs = built.programs.iter().map(|(_, it)| it.bin.as_str());
    let chosen = opened.iter().find_map(|file| {
        let program = programs.clone().find(|it| name(file) == **it)?;
        Some((*file, variable(program)))
    });
    let link = "or put a link in its place before the suite: ln -sf";
    match (chosen, opened) {
        (Some((file, variable)), _) => {
            let file = shown(file);
            format!("run \"${{{variable}:-{file}}}\", {link} \"${variable}\" {file}")
        }
        // cargo puts all binaries of a package into one directory.
        (None, [file, ..]) => {
            let beside = variable(programs.next().unwrap_or_default());
            let measured = format!("\"${{{beside}%/*}}/{}\"", name(file).display());
            format!("run {measured}, {link} {measured} {}", shown(file))
        }
        (None, []) => String::new(),
    }
}

/// As a script in the current directory names it.
fn shown(file: &Path) -> String {
    let directory = env::current_dir().unwrap_or_default();
    let file = file.strip_prefix(directory).unwrap_or(file);
    file.display().to_string()
}
