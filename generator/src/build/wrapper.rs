//! The compiler wrapper: this executable under another name, which cargo calls in place of rustc.
//!
//! cargo keeps apart what went through one wrapper and through another by the wrapper's path, so the directory that it is in
//! is named after its settings. What belongs to other workspaces is left alone, and so is what a cargo inside a build script
//! builds.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result};
use llvm_coverage::files;
use llvm_coverage::terminal::harmless_text;
use serde::{Deserialize, Serialize};

use super::also::Also;
use super::call::{Call, is_in_a_build_script};
use super::layout::{Layout, digest};
use super::leftovers;
use super::linked::{self, Linked};
use super::options::Scope;
use super::own;
use super::runner;
use super::rustc::Rustc;
use super::texts;
use super::units::{self, Kind, Unit};

/// The name of the executable that is the wrapper.
const NAME: &str = "itcov-rustc";

/// What rustc is told: counters, and that they can be in the mapped file of the profile, where they survive any death.
const FLAGS: [&str; 2] = [
    "-Cinstrument-coverage",
    "-Cllvm-args=-runtime-counter-relocation",
];

/// Where flags of the user's instrument what is not measured. The last one counts.
const NOT_INSTRUMENTED: &str = "-Cinstrument-coverage=off";

/// What the wrapper knows, in the file `settings` beside it.
#[derive(Debug, Serialize, Deserialize)]
struct Settings {
    /// The version that has written it.
    #[serde(default)]
    version: String,
    /// cargo's target directory.
    target: PathBuf,
    /// That of ordinary builds.
    ordinary: PathBuf,
    /// The directories of the manifests of what is measured; `None` where every crate is.
    measured: Option<BTreeSet<PathBuf>>,
    /// Those of what has counters as well, and does not count: it may have instances of generic code that does.
    between: BTreeSet<PathBuf>,
    /// The user's own wrapper, which runs rustc.
    wrapped: Option<PathBuf>,
    /// Where a process without `LLVM_PROFILE_FILE` puts its profile; `None` for none.
    profiles: Option<PathBuf>,
    /// Where executables of tests put theirs; `None` if what they do is not measured.
    tests: Option<PathBuf>,
    /// What rustc is told beside the flags for coverage.
    cfg: Vec<String>,
}

impl Settings {
    fn read(directory: &Path) -> Result<Settings> {
        let settings = files::read(&directory.join("settings"), files::TEXT)
            .context("there are no settings")?;
        Ok(serde_json::from_slice(&settings)?)
    }
}

/// A wrapper that is ready to be called.
pub struct Wrapper {
    /// The executable.
    pub path: PathBuf,
    /// The executable that cargo is told to run programs with.
    pub runner: PathBuf,
    /// Where it keeps its notes on what it has compiled.
    pub units: PathBuf,
    /// Where a process without `LLVM_PROFILE_FILE` puts its profile; `None` for none.
    pub profiles: Option<PathBuf>,
    /// cargo's target directory for what it compiles.
    pub target: PathBuf,
    /// The variables by which cargo is told to call it.
    pub variables: &'static [&'static str],
}

impl Wrapper {
    /// Makes the wrapper's directory. It calls the user's own wrapper, `wrapped`, where it takes the place of that.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn prepare(
        layout: &Layout,
        scope: Scope,
        members: impl Iterator<Item = PathBuf>,
        also: &Also,
        wrapped: Option<PathBuf>,
        profiles: &linked::Directories,
        cfg: Vec<String>,
    ) -> Result<Wrapper> {
        let linked::Directories { programs, tests } = profiles;
        let profiles = linked::is_possible(programs).then(|| programs.clone());
        let kept_apart = format!(
            "{} {} {FLAGS:?} {} {profiles:?} {tests:?} {cfg:?}",
            env!("CARGO_PKG_VERSION"),
            linked::version(),
            layout.store.display(),
        );
        let target = match scope {
            Scope::All => layout.itcov.join(".all"),
            Scope::Workspace if also.specs.is_empty() => layout.itcov.clone(),
            // Of dependencies, cargo does not keep apart what went through one wrapper and another.
            Scope::Workspace => {
                let key = digest(format!("{kept_apart} {:?}", also.specs));
                layout.itcov.join(".also").join(key)
            }
        };
        let key = format!("{kept_apart} {scope:?} {}", target.display());
        let is_for_members = target == layout.itcov;
        let measured = members.chain(also.directories.keys().cloned());
        let settings = Settings {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: target.clone(),
            ordinary: layout.ordinary.clone(),
            measured: (scope == Scope::Workspace).then(|| measured.collect()),
            between: match scope {
                Scope::Workspace => also.between.clone(),
                Scope::All => BTreeSet::new(),
            },
            wrapped: wrapped.filter(|it| !is_for_members && !is_meant(it.as_os_str())),
            profiles,
            tests: tests.clone(),
            cfg,
        };
        let directory = layout.itcov.join(".wrapper").join(digest(key));
        let written = || -> io::Result<()> {
            layout.prepare()?;
            own::private_directory(&directory)?;
            leftovers::remove(&directory);
            leftovers::remove(&units::notes(&directory));
            let file = directory.join("settings");
            let text = serde_json::to_vec(&settings)?;
            if files::read(&file, files::TEXT).ok().as_ref() != Some(&text) {
                own::write(&file, &text)?;
            }
            let me = env::current_exe()?;
            for name in [NAME, runner::NAME] {
                link(&me, &directory.join(name))?;
            }
            Ok(())
        };
        written().with_context(|| format!("cannot write to {}", directory.display()))?;
        Ok(Wrapper {
            path: directory.join(NAME),
            runner: directory.join(runner::NAME),
            units: units::notes(&directory),
            profiles: settings.profiles,
            target,
            variables: if is_for_members {
                &["RUSTC_WORKSPACE_WRAPPER"]
            } else {
                &["RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER"]
            },
        })
    }
}

/// The target directory for which a wrapper in this directory works; none if it is one of another version of this program.
pub fn target_of(directory: &Path) -> Option<PathBuf> {
    let settings = Settings::read(directory).ok()?;
    (settings.version == env!("CARGO_PKG_VERSION")).then_some(settings.target)
}

/// What marks code for coverage, as cargo-llvm-cov sets it: `coverage`, and for a nightly compiler `coverage_nightly`, under
/// which `#[coverage(off)]` can be used.
pub fn cfg_coverage(rustc: &Rustc) -> Vec<String> {
    let release = rustc.says("release");
    let is_nightly = release.contains("nightly")
        || release.contains("dev")
        || env::var_os("RUSTC_BOOTSTRAP").is_some_and(|value| value == "1");
    let minor = release
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse::<u32>().ok());
    let mut cfg = vec!["--cfg=coverage".to_owned()];
    if is_nightly {
        cfg.push("--cfg=coverage_nightly".to_owned());
    }
    // Since then the compiler warns of names that it has not been told of.
    if minor.is_some_and(|minor| minor >= 80) {
        cfg.push("--check-cfg=cfg(coverage,coverage_nightly)".to_owned());
    }
    cfg
}

/// Makes a link, or renews one that leads elsewhere.
fn link(to: &Path, at: &Path) -> io::Result<()> {
    if fs::read_link(at).is_ok_and(|there| there == to) {
        return Ok(());
    }
    let half = at.with_extension(std::process::id().to_string());
    // A process of the same number may have left it.
    let _ = fs::remove_file(&half);
    symlink(to, &half)?;
    fs::rename(half, at)
}

/// Whether this process was started as the wrapper.
pub fn is_meant(name: &OsStr) -> bool {
    Path::new(name).file_name() == Some(OsStr::new(NAME))
}

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
    let unit = match extra(directory, settings, Path::new(rustc), &call) {
        Ok(extra) => {
            command.args(extra.arguments);
            extra.unit
        }
        Err(error) => return failed(&error),
    };
    let Some(unit) = unit else {
        let error = command.exec();
        eprintln!("error: cannot run {}: {error}", program.display());
        return ExitCode::FAILURE;
    };
    let before = texts::Before::look(&unit);
    match command.status() {
        Ok(status) if status.success() => {
            let out_dir = env::var_os("OUT_DIR").map(PathBuf::from);
            let generated: Vec<&Path> = out_dir
                .iter()
                .chain([&target])
                .map(PathBuf::as_path)
                .collect();
            let noted = texts::record(&unit, &before, &generated);
            match noted.and_then(|()| unit.make_copy()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&format!("cannot keep what was compiled: {error}")),
            }
        }
        Ok(status) => ExitCode::from(exit_code(status)),
        Err(error) => failed(&format!("cannot run {}: {error}", program.display())),
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

fn extra(directory: &Path, settings: Result<Settings>, rustc: &Path, call: &Call) -> Result<Extra> {
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
    let not_measured = Extra {
        arguments: not_measured.into_iter().collect(),
        unit: None,
    };
    if call.is_build_script() || call.is_of_type(&["proc-macro"]) {
        return Ok(if is_measured {
            not_measured
        } else {
            Extra::default()
        });
    }
    let has_counters = is_measured || settings.between.contains(&manifest);
    let is_elsewhere = !call.is_of(&settings.target);
    let is_of_a_suite = || {
        settings.measured.is_some()
            && call.is_of_a_suite(&settings.ordinary)
            && !is_in_a_build_script()
    };
    if !has_counters || is_elsewhere && !is_of_a_suite() {
        return Ok(Extra::default());
    }
    // A suite may build for several targets, among them some of other systems.
    if settings.measured.is_some() && !call.can_be_measured(rustc) {
        return Ok(Extra::default());
    }
    let link = |linked: Linked| {
        let arguments = linked.arguments(rustc, call, directory);
        arguments.context("cannot make the object that says where the profile goes")
    };
    let is_test = call.is_test || call.is_test_without_harness();
    if is_test && settings.tests.is_none() {
        // It is not measured, though what it is linked with is.
        return Ok(Extra {
            arguments: [not_measured.arguments, link(Linked::Nothing)?].concat(),
            unit: None,
        });
    }
    let is_program = call.is_program();
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
        let name = || call.name.clone();
        extra.extend(link(if is_test {
            Linked::Test(path, name())
        } else if is_program {
            Linked::Program(path, name())
        } else {
            Linked::Library(path)
        })?);
    }
    Ok(Extra {
        arguments: extra,
        unit: Some(unit),
    })
}
