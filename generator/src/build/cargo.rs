//! cargo's part of a measured build, and what it says of it.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use cargo_config2::Config;
use cargo_metadata::{Package, PackageId, Target};

use super::again;
use super::also::{self, Also};
use super::artifacts::{self, Artifacts, name_and_version};
use super::layout::Layout;
use super::linked;
use super::options::{BuildOptions, Scope};
use super::programs::Program;
use super::runner::{self, Invocation};
use super::rustc::Rustc;
use super::seed::{Own, Seeded, seed};
use super::units::{self, Unit};
use super::wrapper::{Wrapper, cfg_coverage};
use crate::progress::during;
use crate::scaffold::metadata::Workspace;
use crate::verbosity;

/// The variables by which cargo is told of another wrapper of the compiler.
const WORKSPACE_WRAPPER: &str = "RUSTC_WORKSPACE_WRAPPER";
const WRAPPER: &str = "RUSTC_WRAPPER";

/// How often cargo is asked to compile what has changed while it compiled, or what it takes for fresh.
const TIMES_AGAIN: usize = 2;

/// A program that was built to be measured.
#[derive(Debug)]
pub struct BuiltProgram {
    /// The name of its package.
    pub package: String,
    /// The name of its binary target.
    pub bin: String,
    /// How cargo would run it.
    pub invocation: Invocation,
    /// The configuration's runner and its arguments, which is what cargo would start; empty where there is none.
    pub runner: Vec<OsString>,
    /// The program and the libraries that it is made of.
    pub units: Vec<Unit>,
    /// The other binaries of the package, each with what it is made of: the program may start them.
    pub others: Vec<(PathBuf, Vec<Unit>)>,
    /// The packages of the workspace that it is made of as well, and that are not measured.
    pub left_out: Vec<String>,
}

impl BuiltProgram {
    /// Whatever was instrumented.
    pub fn all_units(&self) -> impl Iterator<Item = &Unit> {
        let others = self.others.iter().flat_map(|(_, units)| units);
        self.units.iter().chain(others)
    }
}

/// Builds measured programs of a workspace.
pub struct Builder<'a> {
    workspace: &'a Workspace,
    options: &'a BuildOptions,
    layout: &'a Layout,
    also: Also,
    wrapper: Wrapper,
    rustc: Rustc,
    config: Config,
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
        let config = Config::load().context("cannot read cargo's configuration")?;
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

    /// The compiler wrappers of environment and configuration that this build's own takes the place of.
    pub fn replaced_wrapper(&self) -> Option<String> {
        let wrapper = self.config.build.rustc_workspace_wrapper.as_ref();
        // An empty one is none.
        let wrapper = wrapper.filter(|path| !path.as_os_str().is_empty())?;
        Some(format!("{WORKSPACE_WRAPPER} ({})", wrapper.display()))
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
                Ok(seeded) => verbosity::did(
                    "Seeded",
                    &format!(
                        "{} with what is built of the dependencies: {} units, {} links, {} bytes copied, {:.2} s",
                        to.display(),
                        seeded.units,
                        seeded.links,
                        seeded.copied_bytes,
                        started.elapsed().as_secs_f64()
                    ),
                ),
                // Without it cargo builds everything, which takes longer.
                Err(error) => crate::commands::output::note(&format!(
                    "cannot take over what is built of the dependencies: {error}"
                )),
            }
        }
    }

    /// Builds a program, with the other targets that `cargo build` makes of its package.
    ///
    /// # Errors
    ///
    /// If cargo fails, or has not built the program.
    pub fn build(&self, program: &Program) -> Result<BuiltProgram> {
        let (mut built, mut artifacts) = self.build_once(program)?;
        for _ in 0..TIMES_AGAIN {
            if !self.has_to_build_again(built.all_units())? {
                break;
            }
            (built, artifacts) = self.build_once(program)?;
        }
        self.tell_outside(&built.units, &artifacts);
        self.tell_of_linker(&built.invocation.executable);
        Ok(built)
    }

    fn build_once(&self, program: &Program) -> Result<(BuiltProgram, Artifacts)> {
        let package = &program.package;
        let (artifacts, invocation) = if builds_nothing_else(program) {
            self.build_and_ask(program, false)?
        } else {
            let required = &program.bin.required_features;
            let mut cargo = self.cargo("build", package, required);
            let artifacts = artifacts::build(&mut cargo, &program.bin.name)?;
            (artifacts, self.build_and_ask(program, true)?.1)
        };
        let notes = &self.wrapper.units;
        let of = |executable: &Path| {
            units::of_program(notes, executable).map(|unit| units::closure(notes, unit))
        };
        let mut units = of(&invocation.executable).with_context(|| {
            format!(
                "{} was not built with coverage instrumentation: cargo did not call {}, or rustc has no runtime for \
                 counters on this target",
                invocation.executable.display(),
                self.wrapper.path.display()
            )
        })?;
        let left_out = self.add_the_rest(program, &artifacts, &mut units)?;
        let mut others = self.others(package, &artifacts);
        others.retain(|(file, _)| *file != invocation.executable);
        let built = BuiltProgram {
            package: package.name.to_string(),
            bin: program.bin.name.clone(),
            others,
            runner: self.runner()?,
            invocation,
            units,
            left_out,
        };
        Ok((built, artifacts))
    }

    /// Adds the libraries of the workspace to which no measured crate leads, but only others, such as one that is excluded from
    /// the workspace and depends on a member. Gives the names of those that the wrapper has not instrumented.
    fn add_the_rest(
        &self,
        program: &Program,
        artifacts: &Artifacts,
        units: &mut Vec<Unit>,
    ) -> Result<Vec<String>> {
        let known: BTreeSet<PathBuf> = units.iter().map(|unit| unit.stem.clone()).collect();
        let is_known = |id| artifacts.stems_of(id).any(|stem| known.contains(&stem));
        let all: BTreeSet<&PackageId> = artifacts.by_stem.values().collect();
        // What a member's libraries are used for is not known yet: it may be for build scripts and macros alone.
        let rest = all.into_iter().filter(|id| self.is_member(id));
        let mut rest = rest
            .filter(|id| **id != program.package.id && !is_known(id))
            .peekable();
        if rest.peek().is_none() {
            return Ok(Vec::new());
        }
        let platforms = [self.target(), self.rustc.says("host")];
        let required = &program.bin.required_features[..];
        let linked = also::linked(self.options, (program.package, required), &platforms)?;
        let notes = &self.wrapper.units;
        let mut left_out = Vec::new();
        for id in rest.filter(|id| linked.contains(id)) {
            let stems = artifacts.stems_of(id);
            let found: Vec<Unit> = stems.filter_map(|it| units::read(notes, &it)).collect();
            if found.is_empty() {
                left_out.push(name_and_version(id).0);
            }
            for unit in found
                .into_iter()
                .flat_map(|unit| units::closure(notes, unit))
            {
                if !units.iter().any(|known| known.stem == unit.stem) {
                    units.push(unit);
                }
            }
        }
        Ok(left_out)
    }

    fn is_member(&self, id: &PackageId) -> bool {
        let mut members = self.workspace.members().iter();
        members.any(|member| member.id == *id)
    }

    /// Whether cargo has taken something for fresh, or has compiled what has changed meanwhile: it is to be built again.
    fn has_to_build_again<'u>(&self, units: impl Iterator<Item = &'u Unit>) -> Result<bool> {
        let changed = again::forget(units).context("cannot have cargo build anew")?;
        let Some(first) = changed.first() else {
            return Ok(false);
        };
        let root = self.workspace.metadata.workspace_root.as_std_path();
        let first = first.strip_prefix(root).unwrap_or(first).display();
        let more = match changed.len() {
            1 => String::new(),
            number => format!(" and {} more", number - 1),
        };
        crate::run::say(&format!(
            "building again, as cargo has not compiled the present text of {first}{more}"
        ));
        Ok(true)
    }

    /// Builds a package that programs start programs of, or load shared libraries of.
    ///
    /// # Errors
    ///
    /// If cargo fails.
    pub fn build_along(&self, package: &Package) -> Result<Vec<(PathBuf, Vec<Unit>)>> {
        let once = || -> Result<_> {
            let artifacts =
                artifacts::build(&mut self.cargo("build", package, &[]), &package.name)?;
            Ok(self.others(package, &artifacts))
        };
        let mut built = once()?;
        for _ in 0..TIMES_AGAIN {
            if !self.has_to_build_again(built.iter().flat_map(|(_, units)| units))? {
                break;
            }
            built = once()?;
        }
        Ok(built)
    }

    /// The programs and shared libraries of a package, each with what it is made of.
    fn others(&self, package: &Package, artifacts: &Artifacts) -> Vec<(PathBuf, Vec<Unit>)> {
        let notes = &self.wrapper.units;
        let of_package = artifacts.files.iter().filter(|(id, ..)| *id == package.id);
        let with_unit = of_package.filter_map(|(_, file, is_program)| {
            let unit = if *is_program {
                units::of_program(notes, file)
            } else {
                units::of_shared(notes, file)
            };
            Some((file.clone(), units::closure(notes, unit?)))
        });
        with_unit.collect()
    }

    /// Builds the program and nothing else, and asks how cargo would run it. cargo is told by the environment to do so with
    /// another runner: a runner on its command line would be merged with that of the configuration.
    fn build_and_ask(&self, program: &Program, quietly: bool) -> Result<(Artifacts, Invocation)> {
        let target = self.target();
        let directory = self.wrapper.path.with_file_name("");
        let file = directory.join(format!("invocation-{}", std::process::id()));
        // cargo splits the variable at each space.
        let open = fs::File::open(&directory)?;
        let is_plain = |path: &Path| !path.to_string_lossy().contains(char::is_whitespace);
        let runner = if is_plain(&self.wrapper.runner) {
            self.wrapper.runner.clone()
        } else {
            let place = format!("/proc/{}/fd/{}", std::process::id(), open.as_raw_fd());
            Path::new(&place).join(runner::NAME)
        };
        let name = Path::new(target).file_stem().unwrap_or_default();
        let name = name.to_string_lossy().replace('-', "_").to_uppercase();
        let variable = format!("CARGO_TARGET_{name}_RUNNER");
        let mut cargo = self.cargo("run", program.package, &program.bin.required_features);
        cargo.args(["--bin", &program.bin.name]);
        if quietly {
            cargo.arg("--quiet");
        }
        cargo.env(&variable, runner).env(runner::FILE, &file);
        let _ = fs::remove_file(&file);
        let artifacts = artifacts::build(&mut cargo, &program.bin.name)?;
        let invocation = Invocation::read(&file);
        let _ = fs::remove_file(&file);
        let mut invocation = invocation?;
        invocation.environment.remove(OsStr::new(runner::FILE));
        // What is for this build alone is as it was.
        for variable in [&variable, WORKSPACE_WRAPPER, WRAPPER] {
            match std::env::var_os(variable) {
                Some(own) => invocation.environment.insert(variable.into(), own),
                None => invocation.environment.remove(OsStr::new(variable)),
            };
        }
        Ok((artifacts, invocation))
    }

    /// What the program is built for.
    fn target(&self) -> &str {
        self.target
            .as_deref()
            .unwrap_or_else(|| self.rustc.says("host"))
    }

    /// The runner of the configuration, with its arguments.
    fn runner(&self) -> Result<Vec<OsString>> {
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
    fn cargo(&self, command: &str, package: &Package, features: &[String]) -> Command {
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
        cargo.env("LLVM_PROFILE_FILE", "/dev/null");
        cargo
    }

    /// Warns if the linker has not led the runtime to the path of the profile.
    fn tell_of_linker(&self, executable: &Path) {
        let Some(profiles) = &self.wrapper.profiles else {
            return;
        };
        if linked::is_in(executable, profiles).unwrap_or(true) {
            return;
        }
        let linker = self.config.linker(self.target()).ok().flatten();
        let linker = linker.map_or_else(String::new, |it| format!(" ({})", it.display()));
        crate::commands::output::warn(&format!(
            "the linker{linker} has ignored {}: a process of {} that is started without LLVM_PROFILE_FILE, as with a cleared \
             environment, does not count, and leaves default_*.profraw where it runs",
            linked::WRAP,
            executable.display()
        ));
    }

    /// Says which libraries of the program are at a path outside of the workspace: the wrapper is not called for them.
    fn tell_outside(&self, units: &[Unit], artifacts: &Artifacts) {
        if self.options.scope == Scope::All {
            return;
        }
        let units = || units.iter().filter(|unit| unit.counts);
        let measured: BTreeSet<&Path> = units().map(|unit| unit.stem.as_path()).collect();
        let uses = units().flat_map(|unit| &unit.uses);
        let outside: BTreeSet<(String, String)> = uses
            .filter(|stem| !measured.contains(stem.as_path()))
            .filter_map(|stem| artifacts.by_stem.get(stem))
            .filter(|id| !self.is_member(id))
            .filter(|id| id.repr.starts_with("path+") || id.repr.contains("(path+"))
            .map(name_and_version)
            .collect();
        if !outside.is_empty() {
            let (names, versions): (Vec<&str>, Vec<String>) = outside
                .iter()
                .map(|(name, version)| (name.as_str(), format!("{name}@{version}")))
                .unzip();
            crate::run::say(&format!(
                "not of the workspace, so not measured: {}; make it a member, or measure with --also {}",
                versions.join(", "),
                names.join(",")
            ));
        }
    }
}

/// Whether `cargo build` makes of the package what `cargo run` makes of the program.
fn builds_nothing_else(program: &Program) -> bool {
    let targets = &program.package.targets;
    let is_other = |it: &&Target| it.is_bin() || it.is_cdylib() || it.is_dylib();
    targets.iter().filter(is_other).count() == 1
}

/// A path as TOML has it on cargo's command line.
fn toml(path: &Path) -> Result<String> {
    let text = path
        .to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))?;
    Ok(toml_edit::Value::from(text).to_string())
}
