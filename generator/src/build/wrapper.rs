//! The compiler wrapper: this executable under another name, which cargo calls in place of rustc.
//!
//! cargo keeps apart what went through one wrapper and through another by the wrapper's path, so the directory that it is in
//! is named after its settings. What belongs to other workspaces, as of a cargo inside a build script, is left alone.

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

use super::call::Call;
use super::layout::{Layout, digest};
use super::linked::{self, Linked};
use super::options::Scope;
use super::runner;
use super::rustc::Rustc;
use super::units::{Kind, Unit};

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
    /// cargo's target directory.
    target: PathBuf,
    /// The directories of the workspace's manifests; `None` where every crate is measured.
    members: Option<Vec<PathBuf>>,
    /// Where a process without `LLVM_PROFILE_FILE` puts its profile; `None` for none.
    profiles: Option<PathBuf>,
    /// Where executables of tests put theirs; `None` if what they do is not measured.
    tests: Option<PathBuf>,
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
    /// Where a process without `LLVM_PROFILE_FILE` puts its profile; `None` for none.
    pub profiles: Option<PathBuf>,
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
        tests: Option<&Path>,
        cfg: Vec<String>,
    ) -> Result<Wrapper> {
        let profiles = linked::is_possible(profiles).then(|| profiles.to_owned());
        let settings = Settings {
            target: layout.target.clone(),
            members: (scope == Scope::Workspace).then_some(members),
            profiles,
            tests: tests.map(Path::to_owned),
            cfg,
        };
        let key = format!(
            "{} {FLAGS:?} {scope:?} {} {} {:?} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            settings.target.display(),
            layout.store.display(),
            settings.profiles,
            settings.tests,
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
            profiles: settings.profiles,
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
    match extra(directory, Path::new(rustc), &Call::parse(arguments)) {
        Ok(extra) => command.args(extra),
        Err(error) => {
            eprintln!("error: itcov cannot instrument this crate: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let error = command.exec();
    eprintln!("error: cannot run {}: {error}", rustc.display());
    ExitCode::FAILURE
}

fn extra(directory: &Path, rustc: &Path, call: &Call) -> Result<Vec<OsString>> {
    if !call.links {
        return Ok(Vec::new());
    }
    let settings = fs::read(directory.join("settings")).context("there are no settings")?;
    let settings: Settings = serde_json::from_slice(&settings)?;
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let is_measured = match &settings.members {
        Some(members) => members.contains(&manifest),
        // What has no target is for build scripts and macros.
        None => call.target.is_some(),
    };
    if !is_measured {
        return Ok(Vec::new());
    }
    let not_measured = call.is_instrumented.then(|| NOT_INSTRUMENTED.into());
    let not_measured: Vec<OsString> = not_measured.into_iter().collect();
    let is_build_script = call.name.starts_with("build_script_") && call.is_of_type(&["bin"]);
    if is_build_script || call.is_of_type(&["proc-macro"]) {
        return Ok(not_measured);
    }
    if !call.is_of(&settings.target) {
        return Ok(Vec::new());
    }
    let link = |linked: Linked| {
        let arguments = linked.arguments(rustc, call, directory);
        arguments.context("cannot make the object that says where the profile goes")
    };
    let is_program = call.is_of_type(&["bin"]) || call.types.is_empty();
    // cargo sets the variable for integration tests and benchmarks, which may have a harness of their own.
    let is_test = call.is_test || is_program && env::var_os("CARGO_TARGET_TMPDIR").is_some();
    if is_test && settings.tests.is_none() {
        // It is not measured, though what it is linked with is.
        return Ok([not_measured, link(Linked::Nothing)?].concat());
    }
    Unit {
        name: call.name.clone(),
        stem: call
            .out_dir
            .join(format!("{}{}", call.name, call.extra_filename)),
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
    }
    .note(&directory.join("units"))
    .context("cannot note what is compiled")?;
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
    if is_test || is_program || call.is_of_type(&["cdylib", "dylib"]) {
        let path = if is_test {
            settings.tests.map(|it| it.join(linked::PATTERN_OF_TESTS))
        } else {
            settings.profiles.map(|it| it.join(linked::PATTERN))
        };
        let path = path.unwrap_or_else(|| "/dev/null".into());
        extra.extend(link(Linked::Path(path))?);
    }
    Ok(extra)
}
