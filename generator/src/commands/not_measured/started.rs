//! What to say of programs that a suite has started and that were not measured.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Result;
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

use crate::build::cargo::{NOWHERE, PROFILE};
use crate::build::made;
use crate::commands::measure::Built;
use crate::commands::not_measured::ordinary_builds::{Opened, shown};
use crate::measured::origin::functions;
use crate::measured::{Recording, is_one_file};
use crate::output::warn;
use crate::run::say_loss;
use crate::run::settings::variable;

/// No measured program has run, but perhaps those that were `opened`; the suite has ended with the status. `can_be_tests`: whether the
/// work of tests is not measured, and could be.
pub fn nothing_else(
    built: &Built,
    can_be_tests: bool,
    opened: &Opened,
    status: u8,
) -> anyhow::Error {
    if let Some(replaced) = replaced(built) {
        return anyhow::anyhow!("{replaced}");
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
    let but = if opened.is_empty() {
        String::new()
    } else {
        format!(", but {}", opened.list())
    };
    let way_out = match (opened.is_empty(), &built.programs[..]) {
        (false, _) => opened.way_out(),
        (true, [(_, program)]) => {
            let name = &program.bin;
            format!(
                "a script that runs target/debug/{name} can run \"${{ITCOV_BIN:-target/debug/{name}}}\", \
                 and a test of its package env!(\"CARGO_BIN_EXE_{name}\")"
            )
        }
        _ => String::new(),
    };
    let variables = variables.join(", ");
    let or_else = match (opened.is_empty(), status) {
        (true, 0) if can_be_tests => {
            "; what tests do themselves counts with --tests; a suite that calls a program that runs is for `cargo itcov suite`"
        }
        (true, _) => "; a suite that calls a program that runs is for `cargo itcov suite`",
        (false, _) => "",
    };
    let early = match (opened.is_empty(), status) {
        (true, 1..) => format!(
            ", and has failed with status {status}, perhaps before it would have (cargo test goes on with --no-fail-fast); if not"
        ),
        _ => but,
    };
    let semicolon = if way_out.is_empty() { "" } else { "; " };
    anyhow::anyhow!(
        "the suite has not started {which}{early}: it has to run {variables}, or have cargo run or test it{semicolon}{way_out}{or_else}"
    )
}

/// Measured programs have run. Says if one that is not measured has taken the place of such a program.
///
/// # Errors
///
/// If that cannot be noted.
pub fn as_well(built: &Built, recording: &Recording) -> Result<()> {
    if let Some(replaced) = replaced(built) {
        say_loss(&format!("{replaced}; what it did does not count"));
        recording.note_missing(
            "a program that is not instrumented was in the place of a measured one",
        )?;
    }
    Ok(())
}

/// What to say of a program in the place of the measured one that is not instrumented.
fn replaced(built: &Built) -> Option<String> {
    // One that somebody has stripped has its mapping, and counts.
    let is_replaced = |file: &Path| functions(file).is_ok_and(|it| it.is_empty());
    let mut programs = built.programs.iter();
    let (program, built) = programs.find(|(_, it)| is_replaced(&it.invocation.executable))?;
    let file = &built.invocation.executable;
    let sources = files::read_text(&file.with_extension("d")).unwrap_or_default();
    let source = program.bin.src_path.as_str().replace(' ', "\\ ");
    let is_of_package = sources.contains(&source);
    let first = built.units.first();
    let file = shown(file);
    if is_of_package && first.is_some_and(|it| !made::is_as_it_was(it)) {
        return Some(format!(
            "something has written over {file}, which is not instrumented any more: a suite may not do that; the next run builds it anew"
        ));
    }
    let why = if is_of_package {
        "what has started it has set RUSTC_WORKSPACE_WRAPPER, as `cargo auditable` does; start cargo without it there"
    } else {
        "it is the program of another package; give that cargo a --target-dir of its own"
    };
    Some(format!(
        "a cargo of the suite has built {file} without instrumentation: {why}"
    ))
}

/// Warns if a process that was measured has put its profile where its environment has said, which is none of the run's places.
///
/// # Errors
///
/// If the other runs cannot be read.
pub fn elsewhere(recording: &Recording) -> Result<()> {
    if let Some(profile) = recording.in_earlier_run()? {
        recording.note_missing("a program had the environment of an earlier run")?;
        warn(&format!(
            "a measured program was started with the {PROFILE} of an earlier run, so what it did does not count (its profile is \
             {}): something has kept the environment of that run, such as the suite in a file, or a server; it has to take {PROFILE} from \
             this run",
            profile.harmless()
        ));
    }
    if recording.has_lost() {
        recording.note_missing("a program could not write its profile")?;
        warn(
            "a measured program could not write its profile, so what it did does not count: as on a full disk, with a limit on the size \
             of files (`ulimit -f`), in a sandbox without the run's directory, or as another user",
        );
    }
    if let Some(place) = recording.elsewhere() {
        recording.note_missing(&format!("a program had another {PROFILE}"))?;
        warn(&format!(
            "a measured program was started with {PROFILE}={place}, so what it did does not count: something in the run sets that, \
             such as the suite or another tool for coverage; it has to leave it as it is"
        ));
    }
    Ok(())
}

/// What is wrong if a cargo of the suite was to run the same package of another checkout, and has taken the measured program for that:
/// it compares times, and both have one target directory.
pub fn instead_of_another(built: &Built, recording: &Recording) -> Option<anyhow::Error> {
    let another = recording.another()?;
    let manifest = another.join("Cargo.toml");
    // It may be the same directory by another path.
    let is_measured = |own: &Path| is_one_file(own, &manifest);
    let mut programs = built.programs.iter();
    if !manifest.exists()
        || programs.any(|(it, _)| is_measured(it.package.manifest_path.as_std_path()))
    {
        return None;
    }
    Some(anyhow::anyhow!(
        "a cargo of the suite was to run the program of {}, and has run the measured one, which it takes for that in the same target \
         directory; give that cargo a --target-dir of its own, or leave CARGO_TARGET_DIR out of its environment",
        another.harmless()
    ))
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
