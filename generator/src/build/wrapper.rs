//! The compiler wrapper: this executable under another name, which cargo calls in place of rustc.
//!
//! cargo keeps apart what went through one wrapper and through another by the wrapper's path, so the directory that it is in
//! is named after its settings. What belongs to other workspaces is left alone, and so is what a cargo inside a build script
//! builds.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;
use serde::{Deserialize, Serialize};

use super::again;
use super::also::Also;
use super::layout::{Layout, digest};
use super::leftovers;
use super::linked::{self};
use super::options::Scope;
use super::own;
use super::runner;
use super::rustc::Rustc;
use super::units::{self};

/// The name of the executable that is the wrapper.
const NAME: &str = "itcov-rustc";

/// What rustc is told: counters, and that they can be in the mapped file of the profile, where they survive any death.
pub(super) const FLAGS: [&str; 2] = [
    "-Cinstrument-coverage",
    "-Cllvm-args=-runtime-counter-relocation",
];

/// What the wrapper knows, in the file `settings` beside it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Settings {
    /// The version that has written it.
    #[serde(default)]
    version: String,
    /// cargo's target directory.
    pub(super) target: PathBuf,
    /// That of ordinary builds.
    pub(super) ordinary: PathBuf,
    /// The directories of the manifests of what is measured; `None` where every crate is.
    pub(super) measured: Option<BTreeSet<PathBuf>>,
    /// Those of what has counters as well, and does not count: it may have instances of generic code that does.
    pub(super) between: BTreeSet<PathBuf>,
    /// The user's own wrapper, which runs rustc.
    pub(super) wrapped: Option<PathBuf>,
    /// Where a process without `LLVM_PROFILE_FILE` puts its profile; `None` for none.
    pub(super) profiles: Option<PathBuf>,
    /// Where executables of tests put theirs; `None` if what they do is not measured.
    pub(super) tests: Option<PathBuf>,
    /// What rustc is told beside the flags for coverage.
    pub(super) cfg: Vec<String>,
}

impl Settings {
    pub(super) fn read(directory: &Path) -> Result<Settings> {
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
            layout.store.to_string_lossy(),
        );
        // Of dependencies, cargo does not keep apart what went through one wrapper and another, and each has notes of its own.
        let target = match scope {
            Scope::All => layout.itcov.join(".all").join(digest(&kept_apart)),
            Scope::Workspace if also.specs.is_empty() => layout.itcov.clone(),
            Scope::Workspace => {
                let key = digest(format!("{kept_apart} {:?}", also.specs));
                layout.itcov.join(".also").join(key)
            }
        };
        let key = format!("{kept_apart} {scope:?} {}", target.to_string_lossy());
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
            again::forget_lost(&directory, &target)?;
            let file = directory.join("settings");
            let text = serde_json::to_vec(&settings)?;
            if files::read(&file, files::TEXT).ok().as_ref() != Some(&text) {
                own::write(&file, &text)?;
            }
            for name in [NAME, runner::NAME] {
                link(&directory, name)?;
            }
            Ok(())
        };
        written().with_context(|| format!("cannot write to {}", directory.harmless()))?;
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

    /// Another name of this executable, beside the wrapper.
    ///
    /// # Errors
    ///
    /// If the link cannot be made.
    pub fn link(&self, name: &str) -> io::Result<PathBuf> {
        link(&self.path.with_file_name(""), name)
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

/// Makes a link to this executable, or renews one that leads elsewhere.
fn link(directory: &Path, name: &str) -> io::Result<PathBuf> {
    let (to, at) = (env::current_exe()?, directory.join(name));
    if fs::read_link(&at).is_ok_and(|there| there == to) {
        return Ok(at);
    }
    let half = at.with_extension(std::process::id().to_string());
    // A process of the same number may have left it.
    let _ = fs::remove_file(&half);
    symlink(to, &half)?;
    fs::rename(half, &at)?;
    Ok(at)
}

/// Whether this process was started as the wrapper.
pub fn is_meant(name: &OsStr) -> bool {
    Path::new(name).file_name() == Some(OsStr::new(NAME))
}
