//! This executable as the compiler wrapper: what it adds to a call of rustc, and what it notes of it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result};
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::terminal::harmless_text;

use super::call::{Call, is_in_a_build_script};
use super::linked::{self, Linked};
use super::made;
use super::texts;
use super::units::{self, Kind, Unit};
use super::wrapper::{FLAGS, Settings};

/// Where flags of the user's instrument what is not measured. The last one counts.
const NOT_INSTRUMENTED: &str = "-Cinstrument-coverage=off";

/// Runs rustc, with the flags for coverage where they belong.
pub fn main(arguments: &[OsString]) -> ExitCode {
    let (me, arguments) = match arguments {
        // Where it is both of cargo's wrappers, and the crate is a member of the workspace.
        [me, again, rest @ ..] if again == me => (me, rest),
        [me, rest @ ..] => (me, rest),
        [] => (&OsString::new(), arguments),
    };
    let [rustc, arguments @ ..] = arguments else {
        eprintln!("error: cargo calls this program, with rustc's path and arguments");
        return ExitCode::FAILURE;
    };
    let directory = Path::new(me).parent().unwrap_or(Path::new(""));
    let settings = Settings::read(directory);
    let wrapped = settings.as_ref().ok().and_then(|it| it.wrapped.clone());
    let program = wrapped.as_deref().unwrap_or(Path::new(rustc));
    let mut command = Command::new(program);
    if wrapped.is_some() {
        command.arg(rustc);
    }
    command.args(arguments);
    let failed = |error: &dyn std::fmt::Display| {
        let why = format!("{error:#}");
        let why = harmless_text(&why);
        eprintln!("error: itcov cannot instrument this crate: {why}");
        ExitCode::FAILURE
    };
    let call = Call::parse(&with_files(arguments));
    let target = settings
        .as_ref()
        .map(|it| it.target.clone())
        .unwrap_or_default();
    let unit = match extra(directory, settings, (Path::new(rustc), arguments), &call) {
        Ok(extra) => {
            command.args(extra.arguments);
            extra.unit
        }
        Err(error) => return failed(&error),
    };
    let Some(unit) = unit else {
        let error = command.exec();
        eprintln!("error: cannot run {}: {error}", program.harmless());
        return ExitCode::FAILURE;
    };
    let before = texts::Before::look(&unit);
    match command.status() {
        Ok(status) if status.success() => {
            // Of cargo's build scripts. `OUT_DIR` may be the user's.
            let out_dirs = call.out_dir.with_file_name("build");
            let noted = texts::record(&unit, &before, &[&out_dirs, &target]);
            let noted = noted.and_then(|()| texts::record_linked(&unit, &units::notes(directory)));
            let noted = noted.and_then(|()| made::record(&unit, directory));
            match noted.and_then(|()| unit.make_copy()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&format!("cannot keep what was compiled: {error}")),
            }
        }
        Ok(status) => ExitCode::from(exit_code(status)),
        Err(error) => failed(&format!("cannot run {}: {error}", program.harmless())),
    }
}

/// The exit status of rustc, as a shell has it.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// The arguments with those that stand in files, as rustc takes them:
/// <https://doc.rust-lang.org/rustc/command-line-arguments.html#path-load-command-line-flags-from-a-path>.
fn with_files(arguments: &[OsString]) -> Vec<OsString> {
    let mut all = Vec::new();
    for argument in arguments {
        let file = argument.to_str().and_then(|it| it.strip_prefix('@'));
        match file.and_then(|file| fs::read_to_string(file).ok()) {
            Some(text) => all.extend(text.lines().map(OsString::from)),
            None => all.push(argument.clone()),
        }
    }
    all
}

/// What is added to a call.
#[derive(Debug, Default)]
struct Extra {
    arguments: Vec<OsString>,
    /// What is instrumented.
    unit: Option<Unit>,
}

impl Extra {
    fn not_measured(arguments: Vec<OsString>) -> Extra {
        Extra {
            arguments,
            unit: None,
        }
    }
}

/// What is set for a crate. rustc says so, and does nothing else.
fn cfg(rustc: &Path, arguments: &[OsString], more: &[String]) -> Vec<String> {
    let mut command = Command::new(rustc);
    command.args(arguments).args(more).arg("--print=cfg");
    let output = command.output().ok().filter(|it| it.status.success());
    let text = output.map_or_else(String::new, |it| {
        String::from_utf8_lossy(&it.stdout).into_owned()
    });
    text.lines().map(str::to_owned).collect()
}

fn extra(
    directory: &Path,
    settings: Result<Settings>,
    (rustc, arguments): (&Path, &[OsString]),
    call: &Call,
) -> Result<Extra> {
    if !call.links {
        return Ok(Extra::default());
    }
    let settings = settings?;
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let is_measured = match &settings.measured {
        Some(directories) => directories.contains(&manifest),
        // What has no target is for build scripts and macros.
        None => call.target.is_some(),
    };
    let not_measured = call.is_instrumented.then(|| NOT_INSTRUMENTED.into());
    let not_measured: Vec<OsString> = not_measured.into_iter().collect();
    let link = |linked: Linked| {
        let arguments = linked.arguments(rustc, call, directory);
        arguments.context("cannot make the object that is linked into it")
    };
    if call.is_build_script() || call.is_of_type(&["proc-macro"]) {
        let mut arguments = if is_measured {
            not_measured
        } else {
            Vec::new()
        };
        if call.is_build_script() {
            arguments.extend(link(Linked::BuildScript)?);
        }
        return Ok(Extra::not_measured(arguments));
    }
    let has_counters = is_measured || settings.between.contains(&manifest);
    let is_elsewhere = !call.is_of(&settings.target);
    let is_of_a_suite = || call.is_of_a_suite(&settings.ordinary) && !is_in_a_build_script();
    if !has_counters || is_elsewhere && !is_of_a_suite() {
        return Ok(Extra::default());
    }
    // A suite may build for several targets, among them some of other systems.
    if !call.can_be_measured(rustc) {
        return Ok(Extra::default());
    }
    let is_test = call.is_test || call.is_test_without_harness();
    if is_test && settings.tests.is_none() {
        // It is not measured, though what it is linked with is.
        let arguments = [not_measured, link(Linked::Nothing)?].concat();
        return Ok(Extra::not_measured(arguments));
    }
    let is_program = call.is_program();
    let program = linked::Program {
        number: linked::number_of(&manifest, &call.name),
        package: env::var_os("CARGO_PKG_NAME").unwrap_or_default(),
        directory: manifest.clone(),
    };
    let notes = units::notes(directory);
    let stem = call
        .out_dir
        .join(format!("{}{}", call.name, call.extra_filename));
    let unit = Unit {
        name: call.name.clone(),
        copy: is_elsewhere.then(|| units::copy_of(&notes, &stem)),
        stem,
        kind: if is_test {
            Kind::Test
        } else if is_program {
            Kind::Program
        } else if call.is_of_type(&["lib", "rlib"]) {
            Kind::Archive
        } else {
            Kind::Shared
        },
        manifest,
        directory: env::current_dir()?,
        uses: call.uses.clone(),
        cfg: cfg(rustc, arguments, &settings.cfg),
        counts: is_measured,
    };
    unit.note(&notes).context("cannot note what is compiled")?;
    let mut extra: Vec<OsString> = FLAGS.iter().map(OsString::from).collect();
    if is_measured {
        extra.extend(settings.cfg.iter().map(OsString::from));
    }
    extra.extend(call.unmapped(&env::current_dir()?));
    if call.is_of_type(&["lib", "rlib"]) {
        // The report reads machine code, and for link-time optimisation cargo may ask for none.
        extra.push("-Clinker-plugin-lto=no".into());
    }
    if is_test || is_program || call.is_of_type(&["cdylib", "dylib"]) {
        let path = if is_test {
            settings.tests.map(|it| it.join(linked::PATTERN_OF_TESTS))
        } else {
            settings.profiles.map(|it| it.join(linked::PATTERN))
        };
        let path = path.unwrap_or_else(|| "/dev/null".into());
        extra.extend(link(if is_test {
            Linked::Test(path)
        } else if is_program {
            Linked::Program(path, program)
        } else {
            Linked::Library(path)
        })?);
    }
    Ok(Extra {
        arguments: extra,
        unit: Some(unit),
    })
}
