//! A cargo that instruments: its command line, and what it finds there already.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use cargo_config2::Config;
use cargo_metadata::Package;

use super::also::Also;
use super::configuration;
use super::layout::Layout;
use super::linked;
use super::options::{BuildOptions, Scope};
use super::programs::Program;
use super::rustc::Rustc;
use super::seed::{Own, Seeded, seed};
use super::wrapper::{Wrapper, cfg_coverage};
use crate::output;
use crate::progress::during;
use crate::scaffold::metadata::Workspace;
use llvm_coverage::terminal::Harmless as _;

/// The variables by which cargo is told of another wrapper of the compiler.
pub(super) const WORKSPACE_WRAPPER: &str = "RUSTC_WORKSPACE_WRAPPER";
pub(super) const WRAPPER: &str = "RUSTC_WRAPPER";

/// The variable that says where a profile goes, and what it says during a build.
pub const PROFILE: &str = "LLVM_PROFILE_FILE";
pub const NOWHERE: &str = "/dev/null";

/// Builds measured programs of a workspace.
pub struct Builder<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) options: &'a BuildOptions,
    pub(super) layout: &'a Layout,
    also: Also,
    pub(super) wrapper: Wrapper,
    pub(super) rustc: Rustc,
    pub(super) config: Config,
    /// What cargo builds for; `None` for the host, in its own directory.
    target: Option<String>,
}

impl<'a> Builder<'a> {
    /// Gets ready to build programs, and packages `along` with them.
    ///
    /// # Errors
    ///
    /// If the configuration cannot be read, the directories cannot be written, or the choice of dependencies is wrong.
    pub fn new(
        workspace: &'a Workspace,
        options: &'a BuildOptions,
        layout: &'a Layout,
        profiles: &linked::Directories,
        programs: &[Program],
        along: &[&Package],
    ) -> Result<Builder<'a>> {
        let config = configuration::load()?;
        // Not `config.rustc()`, which is the wrapper where there is one.
        let rustc = config.build.rustc.clone();
        let rustc = Rustc::ask(rustc.unwrap_or_else(|| "rustc".into()))?;
        let configured = config
            .build
            .target
            .as_ref()
            .and_then(|targets| targets.first());
        let configured = configured.map(|target| target.triple().to_owned());
        let target = options.target.clone().or(configured);
        // With a target, cargo keeps what is for build scripts and macros apart from what is for the program.
        let target =
            target.or_else(|| (options.scope == Scope::All).then(|| rustc.says("host").to_owned()));
        let roots = programs
            .iter()
            .map(|it| (it.package, &it.bin.required_features[..]));
        let roots: Vec<_> = roots.chain(along.iter().map(|it| (*it, &[][..]))).collect();
        let host = rustc.says("host");
        let also = Also::find(options, &roots, &[target.as_deref().unwrap_or(host), host])?;
        let members = workspace.members().iter();
        let members =
            members.filter_map(|it| Some(it.manifest_path.parent()?.as_std_path().to_owned()));
        let wrapped = config.build.rustc_wrapper.clone();
        let cfg = if options.no_cfg_coverage {
            Vec::new()
        } else {
            cfg_coverage(&rustc)
        };
        Ok(Builder {
            wrapper: Wrapper::prepare(
                layout,
                options.scope,
                members,
                &also,
                wrapped,
                profiles,
                cfg,
            )?,
            also,
            workspace,
            options,
            layout,
            rustc,
            config,
            target,
        })
    }

    /// The compiler that builds.
    pub fn rustc(&self) -> &Rustc {
        &self.rustc
    }

    /// The dependencies that were chosen.
    pub fn also(&self) -> &Also {
        &self.also
    }

    /// The wrapper that instruments.
    pub fn into_wrapper(self) -> Wrapper {
        self.wrapper
    }

    /// The compiler wrapper of environment or configuration that this build's own takes the place of.
    pub fn replaced_wrapper(&self) -> Option<String> {
        let wrapper = self.config.build.rustc_workspace_wrapper.as_ref();
        // An empty one is none.
        let wrapper = wrapper.filter(|path| !path.as_os_str().is_empty())?;
        Some(format!("{WORKSPACE_WRAPPER} ({})", wrapper.harmless()))
    }

    /// Puts what an ordinary build has made of the dependencies into the directory of the measured one.
    pub fn seed(&self) {
        if self.options.scope == Scope::All {
            return;
        }
        let own = Own::of(self.workspace.members(), &self.also.dependents);
        let profile = Path::new(self.options.profile_directory());
        let for_target = self.target.as_ref().map(|target| {
            let name = Path::new(target).file_stem().unwrap_or(OsStr::new(target));
            Path::new(name).join(profile)
        });
        for below in for_target.iter().map(PathBuf::as_path).chain([profile]) {
            let started = Instant::now();
            let (from, to) = (
                self.layout.ordinary_build.join(below),
                self.wrapper.target.join(below),
            );
            let seeded = during("taking over what is built of the dependencies", || {
                seed(&from, &to, &own)
            });
            match seeded {
                Ok(Seeded { units: 0, .. }) => {}
                Ok(seeded) => output::did(
                    "Seeded",
                    &format!(
                        "{} with what is built of the dependencies: {} units, {} links, {} bytes copied, {:.2} s",
                        to.harmless(),
                        seeded.units,
                        seeded.links,
                        seeded.copied_bytes,
                        started.elapsed().as_secs_f64()
                    ),
                ),
                // Without it cargo builds everything, which takes longer.
                Err(error) => crate::output::note(&format!(
                    "cannot reuse what is built of the dependencies, so they are built again: {error}"
                )),
            }
        }
    }

    /// What the programs are built for.
    pub fn target(&self) -> &str {
        self.target
            .as_deref()
            .unwrap_or_else(|| self.rustc.says("host"))
    }

    /// The runner of the configuration, with its arguments.
    pub(super) fn runner(&self) -> Result<Vec<OsString>> {
        let runner = self
            .config
            .runner(self.target())
            .context("cannot read cargo's configuration")?;
        Ok(runner.map_or_else(Vec::new, |runner| {
            let path = std::iter::once(runner.path.into_os_string());
            path.chain(runner.args).collect()
        }))
    }

    /// A cargo that instruments. What steers it is on its command line, so no other cargo sees it.
    pub(super) fn cargo(&self, command: &str, package: &Package, features: &[String]) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.arg(command);
        cargo.arg("--manifest-path").arg(&package.manifest_path);
        cargo.args(self.options.for_cargo());
        if self.options.target.is_none()
            && let Some(target) = &self.target
        {
            cargo.args(["--target", target]);
        }
        if !features.is_empty() {
            cargo.args(["--features", &features.join(",")]);
        }
        cargo.arg("--target-dir").arg(&self.wrapper.target);
        for variable in self.wrapper.variables {
            cargo.env_remove(variable);
            let key = variable.to_lowercase().replace('_', "-");
            if let Ok(path) = toml(&self.wrapper.path) {
                cargo.arg("--config").arg(format!("build.{key}={path}"));
            }
        }
        if self.layout.has_build_directory()
            && let Ok(path) = toml(&self.wrapper.target)
        {
            cargo.arg("--config").arg(format!("build.build-dir={path}"));
        }
        // A build script or macro that uses a measured library would leave a profile in the source tree.
        cargo.env(PROFILE, NOWHERE);
        cargo
    }
}

/// A path as TOML has it on cargo's command line.
fn toml(path: &Path) -> Result<String> {
    let text = path
        .to_str()
        .with_context(|| format!("{} is not UTF-8", path.harmless()))?;
    Ok(toml_edit::Value::from(text).to_string())
}
