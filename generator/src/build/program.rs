//! A program that is built to be measured, and what it is made of.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use cargo_metadata::{Package, PackageId, Target};

use super::again::{self, Product};
use super::also;
use super::artifacts::{self, Artifacts, name_and_version};
use super::cargo::{Builder, WORKSPACE_WRAPPER, WRAPPER};
use super::early;
use super::noted;
use super::options::Scope;
use super::programs::Program;
use super::remarks;
use super::runner::{self, Invocation};
use super::texts::Text;
use super::units::{self, Unit};
use llvm_coverage::terminal::Harmless as _;

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
    /// Those of the others that are asked for by `--with`.
    pub along: Vec<PathBuf>,
    /// The packages of the workspace that it is made of as well, and that are not measured.
    pub left_out: Vec<String>,
    /// The names of the crates at paths outside of the workspace that it is made of as well, and that are not measured, by their
    /// directories.
    pub outside: BTreeMap<PathBuf, String>,
    /// The texts that decided how it was made.
    pub made_by: BTreeSet<Text>,
}

impl BuiltProgram {
    /// Whatever was instrumented.
    pub fn all_units(&self) -> impl Iterator<Item = &Unit> {
        let others = self.others.iter().flat_map(|(_, units)| units);
        self.units.iter().chain(others)
    }
}

impl Builder<'_> {
    /// Builds a program, with the other targets that `cargo build` makes of its package.
    ///
    /// # Errors
    ///
    /// If cargo fails, or has not built the program.
    pub fn build(&self, program: &Program) -> Result<BuiltProgram> {
        let (built, artifacts, _) = self.until_present(
            || self.build_once(program),
            |(built, _, early)| {
                let units = built.all_units().filter(|unit| unit.counts);
                (units.map(Product::of).collect(), early)
            },
        )?;
        if self.options.scope == Scope::Workspace {
            remarks::of_outside(&built.units, &artifacts, |id| self.is_member(id));
        }
        if let Some(profiles) = &self.wrapper.profiles {
            let linker = self.config.linker(self.target()).ok().flatten();
            remarks::of_linker(linker.as_deref(), &built.invocation.executable, profiles);
        }
        Ok(built)
    }

    fn build_once(&self, program: &Program) -> Result<(BuiltProgram, Artifacts, Vec<Product>)> {
        let began = SystemTime::now();
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
                invocation.executable.harmless(),
                self.wrapper.path.harmless()
            )
        })?;
        let left_out = self.add_the_rest(program, &artifacts, &mut units)?;
        let mut others = self.others(package, &artifacts);
        others.retain(|(file, _)| *file != invocation.executable);
        let early = &artifacts.early[..];
        let made_by = early::manifests(&units, early, self.layout, began);
        let mut built = BuiltProgram {
            package: package.name.to_string(),
            bin: program.bin.name.clone(),
            others,
            runner: self.runner()?,
            invocation,
            units,
            along: Vec::new(),
            left_out,
            outside: self.outside(program, &artifacts)?,
            made_by,
        };
        let measured: Vec<&Unit> = built.all_units().collect();
        let notes = noted::notes(&self.wrapper.path.with_file_name(""));
        let said = (early, &artifacts.said[..]);
        let mut early = early::products(&measured, said, self.layout, &notes, began);
        let texts = early.iter().flat_map(|it| &it.texts);
        built.made_by.extend(texts.cloned());
        let members = artifacts.by_stem.values().filter(|id| self.is_member(id));
        let stems = members.flat_map(|id| artifacts.stems_of(id));
        early.extend(
            stems.filter_map(|stem| Product::of_other_settings(&self.wrapper.units, &stem)),
        );
        Ok((built, artifacts, early))
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
        let linked = self.linked(program)?;
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

    /// The libraries at paths outside of the workspace that are linked into a program and not measured.
    fn outside(
        &self,
        program: &Program,
        artifacts: &Artifacts,
    ) -> Result<BTreeMap<PathBuf, String>> {
        let is_measured = |id: &PackageId, directory: &Path| {
            self.is_member(id) || self.also().directories.contains_key(directory)
        };
        let all = artifacts.directories.iter();
        let mut outside: Vec<(&PackageId, &PathBuf)> =
            all.filter(|(id, it)| !is_measured(id, it)).collect();
        if outside.is_empty() || self.options.scope == Scope::All {
            return Ok(BTreeMap::new());
        }
        let linked = self.linked(program)?;
        outside.retain(|(id, _)| linked.contains(id));
        let named = outside.into_iter();
        Ok(named
            .map(|(id, directory)| (directory.clone(), name_and_version(id).0))
            .collect())
    }

    /// The packages that a program is made of.
    fn linked(&self, program: &Program) -> Result<HashSet<PackageId>> {
        let platforms = [self.target(), self.rustc.says("host")];
        let required = &program.bin.required_features[..];
        also::linked(self.options, (program.package, required), &platforms)
    }

    fn is_member(&self, id: &PackageId) -> bool {
        let mut members = self.workspace.members().iter();
        members.any(|member| member.id == *id)
    }

    /// Whether cargo has taken something for fresh, or has compiled what has changed meanwhile: it is to be built again.
    fn has_to_build_again<'p>(&self, products: impl Iterator<Item = &'p Product>) -> Result<bool> {
        let products: Vec<&Product> = products.collect();
        let changed = again::forget(products.iter().copied());
        let changed = changed.context("cannot have cargo build anew")?;
        let Some(first) = changed.first() else {
            return Ok(false);
        };
        let root = self.workspace.metadata.workspace_root.as_std_path();
        let is_library = first.extension().is_some_and(|it| it == "so");
        let is_product = products.iter().any(|it| it.files.contains(first));
        let first = first.strip_prefix(root).unwrap_or(first).harmless();
        let more = match changed.len() {
            1 => String::new(),
            number => format!(" and {} more", number - 1),
        };
        let why = if is_library {
            format!("cargo takes {first}{more} for fresh, which was built with other settings")
        } else if is_product {
            format!("cargo takes {first}{more} for fresh, which is not as it was built")
        } else {
            format!("cargo has not compiled the present text of {first}{more}")
        };
        crate::run::say(&format!("building again, as {why}"));
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
        self.until_present(once, |built: &Vec<(PathBuf, Vec<Unit>)>| {
            let units = built.iter().flat_map(|(_, units)| units);
            let units = units.filter(|unit| unit.counts);
            (units.map(Product::of).collect(), &[])
        })
    }

    /// Builds, and again while what was built is not of the present texts.
    fn until_present<T>(
        &self,
        build: impl Fn() -> Result<T>,
        products: impl Fn(&T) -> (Vec<Product>, &[Product]),
    ) -> Result<T> {
        let mut made = build()?;
        for _ in 0..TIMES_AGAIN {
            let (measured, early) = products(&made);
            if !self.has_to_build_again(measured.iter().chain(early))? {
                break;
            }
            made = build()?;
        }
        Ok(made)
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
        let directory = self.wrapper.path.with_file_name("");
        let file = directory.join(format!("invocation-{}", std::process::id()));
        let open = fs::File::open(&directory)?;
        let runner = if runner::is_split(self.wrapper.runner.as_os_str()) {
            let place = format!("/proc/{}/fd/{}", std::process::id(), open.as_raw_fd());
            Path::new(&place).join(runner::NAME)
        } else {
            self.wrapper.runner.clone()
        };
        let variable = runner::variable(self.target());
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
}

/// Whether `cargo build` makes of the package what `cargo run` makes of the program.
fn builds_nothing_else(program: &Program) -> bool {
    let targets = &program.package.targets;
    let is_other = |it: &&Target| it.is_bin() || it.is_cdylib() || it.is_dylib();
    targets.iter().filter(is_other).count() == 1
}
