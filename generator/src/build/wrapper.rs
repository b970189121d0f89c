//! The compiler wrapper: this executable under another name, which cargo calls in place of rustc.
//!
//! cargo keeps apart what went through one wrapper and through another by the wrapper's path, so the directory that it is in
//! is named after its settings. What belongs to other workspaces is left alone, and so is what a cargo inside a build script
//! builds.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::call::{Call, is_in_a_build_script, is_test_without_harness};
use super::layout::{Layout, digest};
use super::linked::{self, Linked};
use super::options::Scope;
use super::runner;
use super::rustc::Rustc;
use super::units::{self, Kind, Unit};

/// The name of the executable that is the wrapper.
const NAME: &str = "itcov-rustc";

/// What rustc is told: counters, and that they can be in the mapped file of the profile, where they survive any death.
const FLAGS: [&str; 2] = [
    "-Cinstrument-coverage",
    "-Cllvm-args=-runtime-counter-relocation",
];

/// What the wrapper knows, in the file `settings` beside it.
#[derive(Debug, Serialize, Deserialize)]
struct Settings {
    /// cargo's target directory.
    target: PathBuf,
    /// The directories of the workspace's manifests; `None` where every crate is measured.
    members: Option<Vec<PathBuf>>,
    /// Where a process without `LLVM_PROFILE_FILE` puts its profile; `None` for none.
    profiles: Option<PathBuf>,
    /// What rustc is told beside the flags for coverage.
    cfg: Vec<String>,
}

/// A wrapper that is ready to be called.
pub struct Wrapper {
    /// The executable.
    pub path: PathBuf,
    /// The executable that cargo is told to run programs with.
    pub runner: PathBuf,
    /// Where it keeps its notes on what it has compiled.
    pub units: PathBuf,
}

impl Wrapper {
    /// Makes the wrapper's directory.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn prepare(
        layout: &Layout,
        scope: Scope,
        members: Vec<PathBuf>,
        profiles: &Path,
        cfg: Vec<String>,
    ) -> Result<Wrapper> {
        let profiles = linked::is_possible(profiles).then(|| profiles.to_owned());
        let settings = Settings {
            target: layout.target.clone(),
            members: (scope == Scope::Workspace).then_some(members),
            profiles,
            cfg,
        };
        let key = format!(
            "{} {FLAGS:?} {scope:?} {} {} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            settings.target.display(),
            layout.store.display(),
            settings.profiles,
            settings.cfg
        );
        let directory = layout.itcov.join(".wrapper").join(digest(key));
        let written = || -> io::Result<()> {
            fs::create_dir_all(&directory)?;
            let file = directory.join("settings");
            let text = serde_json::to_vec(&settings)?;
            if fs::read(&file).ok().as_ref() != Some(&text) {
                let half = directory.join(format!("settings.{}", std::process::id()));
                fs::write(&half, text)?;
                fs::rename(half, file)?;
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
            units: directory.join("units"),
        })
    }
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
    symlink(to, &half)?;
    fs::rename(half, at)
}

/// Whether this process was started as the wrapper.
pub fn is_meant(name: &OsStr) -> bool {
    Path::new(name).file_name() == Some(OsStr::new(NAME))
}

/// Runs rustc, with the flags for coverage where they belong.
pub fn main(arguments: &[OsString]) -> ExitCode {
    let [me, rustc, arguments @ ..] = arguments else {
        eprintln!("error: cargo calls this program, with rustc's path and arguments");
        return ExitCode::FAILURE;
    };
    let mut command = Command::new(rustc);
    command.args(arguments);
    let directory = Path::new(me).parent().unwrap_or(Path::new(""));
    let failed = |error: &dyn std::fmt::Display| {
        eprintln!("error: itcov cannot instrument this crate: {error:#}");
        ExitCode::FAILURE
    };
    let unit = match extra(directory, Path::new(rustc), &Call::parse(arguments)) {
        Ok(extra) => {
            command.args(extra.arguments);
            extra.unit
        }
        Err(error) => return failed(&error),
    };
    let Some(unit) = unit.filter(|unit| unit.copy.is_some()) else {
        let error = command.exec();
        eprintln!("error: cannot run {}: {error}", rustc.display());
        return ExitCode::FAILURE;
    };
    match command.status() {
        Ok(status) if status.success() => match unit.make_copy() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("cannot copy what was compiled: {error}")),
        },
        Ok(_) => ExitCode::FAILURE,
        Err(error) => failed(&format!("cannot run {}: {error}", rustc.display())),
    }
}

/// What is added to a call.
#[derive(Debug, Default)]
struct Extra {
    arguments: Vec<OsString>,
    /// What is instrumented.
    unit: Option<Unit>,
}

fn extra(directory: &Path, rustc: &Path, call: &Call) -> Result<Extra> {
    if !call.links || call.is_build_script() || call.is_of_type(&["proc-macro"]) {
        return Ok(Extra::default());
    }
    let settings = fs::read(directory.join("settings")).context("there are no settings")?;
    let settings: Settings = serde_json::from_slice(&settings)?;
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let is_measured = match &settings.members {
        Some(members) => members.contains(&manifest),
        // What has no target is for build scripts and macros.
        None => call.target.is_some(),
    };
    let is_elsewhere = !call.is_of(&settings.target);
    let is_of_a_suite = || {
        let ordinary = settings.target.parent().unwrap_or(&settings.target);
        settings.members.is_some() && call.is_of_a_suite(ordinary) && !is_in_a_build_script()
    };
    if !is_measured || is_elsewhere && !is_of_a_suite() {
        return Ok(Extra::default());
    }
    // A suite may build for several targets, among them some of other systems.
    if settings.members.is_some() && !call.can_be_measured(rustc) {
        return Ok(Extra::default());
    }
    let link = |linked: Linked| {
        let arguments = linked.arguments(rustc, call.target.as_deref(), directory);
        arguments.context("cannot make the object that says where the profile goes")
    };
    if call.is_test || is_test_without_harness() {
        // It is not measured, though what it is linked with is.
        return Ok(Extra {
            arguments: link(Linked::Nothing)?,
            unit: None,
        });
    }
    let is_program = call.is_of_type(&["bin"]) || call.types.is_empty();
    let notes = directory.join("units");
    let stem = call
        .out_dir
        .join(format!("{}{}", call.name, call.extra_filename));
    let unit = Unit {
        name: call.name.clone(),
        copy: is_elsewhere.then(|| units::copy_of(&notes, &stem)),
        stem,
        kind: if is_program {
            Kind::Program
        } else if call.is_of_type(&["lib", "rlib"]) {
            Kind::Archive
        } else {
            Kind::Shared
        },
        manifest,
        directory: env::current_dir()?,
        uses: call.uses.clone(),
    };
    unit.note(&notes).context("cannot note what is compiled")?;
    let mut extra: Vec<OsString> = FLAGS.iter().map(OsString::from).collect();
    extra.extend(settings.cfg.iter().map(OsString::from));
    if call.remaps {
        // The last one that fits counts: the report looks for the sources where they are.
        extra.push("--remap-path-prefix=/=/".into());
    }
    if call.is_of_type(&["lib", "rlib"]) {
        // The report reads machine code, and for link-time optimisation cargo may ask for none.
        extra.push("-Clinker-plugin-lto=no".into());
    }
    if is_program || call.is_of_type(&["cdylib", "dylib"]) {
        let profiles = settings
            .profiles
            .map(|profiles| profiles.join(linked::PATTERN));
        let path = profiles.unwrap_or_else(|| "/dev/null".into());
        extra.extend(link(Linked::Path(path))?);
    }
    Ok(Extra {
        arguments: extra,
        unit: Some(unit),
    })
}
