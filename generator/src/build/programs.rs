//! Which programs of a workspace are measured.

use anyhow::{Error, Result, anyhow, bail};
use cargo_metadata::{Package, Target};

use super::options::BuildOptions;
use crate::run::settings::variable;
use crate::scaffold::metadata::Workspace;
use crate::scaffold::selection::{bins, list, without_program};

/// A program to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program<'a> {
    /// Its package, a member of the workspace.
    pub package: &'a Package,
    /// Its binary target.
    pub bin: &'a Target,
}

/// The programs that the options choose. `of_harness` tells which program the harness of a package starts; `None` where
/// there is no harness.
///
/// Without a choice it is the program of the package in whose directory one is, or else the only one that has a harness,
/// or else the only one.
///
/// # Errors
///
/// If a name is unknown, if the choice is not clear, or if cargo would build two of them to one place.
pub fn choose<'a>(
    workspace: &'a Workspace,
    options: &BuildOptions,
    of_harness: &dyn Fn(&Package) -> Option<String>,
) -> Result<Vec<Program<'a>>> {
    let packages = packages(workspace, options, of_harness)?;
    let mut programs = Vec::new();
    for package in packages {
        for bin in binaries(workspace, package, options, of_harness)? {
            let is_same = |it: &Program| it.package.id == package.id && it.bin.name == bin.name;
            // It may be named twice.
            if !programs.iter().any(is_same) {
                programs.push(Program { package, bin });
            }
        }
    }
    for name in &options.bin {
        if !programs.iter().any(|program| program.bin.name == *name) {
            return Err(without_bin(name, &among(workspace, options)?));
        }
    }
    for (number, program) in programs.iter().enumerate() {
        let mut before = programs[..number].iter();
        if let Some(other) = before.find(|other| other.bin.name == program.bin.name) {
            bail!(
                "the packages `{}` and `{}` both have a binary `{}`, and cargo builds both to one place: \
                 choose one with -p",
                other.package.name,
                program.package.name,
                program.bin.name
            );
        }
    }
    for (number, program) in programs.iter().enumerate() {
        let name = variable("ITCOV_ARGS", &program.bin.name);
        let mut before = programs[..number].iter();
        if let Some(other) = before.find(|other| variable("ITCOV_ARGS", &other.bin.name) == name) {
            bail!(
                "`{}` and `{}` share the variable {name}: measure one at a time, with --bin",
                other.bin.name,
                program.bin.name
            );
        }
    }
    Ok(programs)
}

/// The packages that have these names, each once. An error says `how` they were named.
///
/// # Errors
///
/// If there is no such package in the workspace.
pub fn named<'a>(
    workspace: &'a Workspace,
    names: &[String],
    how: &str,
) -> Result<Vec<&'a Package>> {
    let members = workspace.members();
    let mut packages: Vec<&Package> = Vec::new();
    for name in names {
        let Some(package) = members.iter().find(|member| member.name.as_str() == name) else {
            let names = members.iter().map(|member| member.name.as_str());
            bail!(
                "the workspace has no package `{name}`{how}; it has:{}",
                list(names)
            );
        };
        if !packages.iter().any(|other| other.id == package.id) {
            packages.push(package);
        }
    }
    Ok(packages)
}

/// The packages among which the programs are: those that the options name, or else all.
///
/// # Errors
///
/// If there is no such package in the workspace.
pub fn among<'a>(workspace: &'a Workspace, options: &BuildOptions) -> Result<Vec<&'a Package>> {
    if options.package.is_empty() {
        return Ok(workspace.members().iter().collect());
    }
    named(workspace, &options.package, "")
}

/// Why a binary cannot be meant, which none of the packages has.
pub fn without_bin(name: &str, packages: &[&Package]) -> Error {
    let all = packages.iter().flat_map(|package| bins(package));
    anyhow!(
        "there is no binary `{name}`; there are:{}",
        list(all.map(|bin| bin.name.as_str()))
    )
}

fn packages<'a>(
    workspace: &'a Workspace,
    options: &BuildOptions,
    of_harness: &dyn Fn(&Package) -> Option<String>,
) -> Result<Vec<&'a Package>> {
    if !options.package.is_empty() {
        return named(workspace, &options.package, "");
    }
    let members = workspace.members();
    let with_bin: Vec<&Package> = members
        .iter()
        .filter(|member| bins(member).next().is_some())
        .collect();
    let has = |package: &Package| bins(package).any(|bin| options.bin.contains(&bin.name));
    let here = workspace
        .package()
        .filter(|package| bins(package).next().is_some());
    if !options.bin.is_empty() {
        let here = here.filter(|package| {
            let all = options.bin.iter();
            all.clone()
                .all(|name| bins(package).any(|bin| bin.name == *name))
        });
        if let Some(package) = here {
            return Ok(vec![package]);
        }
        return Ok(with_bin
            .into_iter()
            .filter(|package| has(package))
            .collect());
    }
    let with_harness: Vec<&Package> = with_bin
        .iter()
        .copied()
        .filter(|package| of_harness(package).is_some())
        .collect();
    if options.workspace {
        return Ok(if with_harness.is_empty() {
            with_bin
        } else {
            with_harness
        });
    }
    if let Some(package) = here {
        return Ok(vec![package]);
    }
    match (&with_harness[..], &with_bin[..]) {
        ([package], _) | ([], [package]) => Ok(vec![package]),
        (_, []) => bail!(
            "no package of the workspace {} has a binary: there is no program to run",
            workspace.metadata.workspace_root
        ),
        (several, all) => {
            let several = if several.is_empty() { all } else { several };
            let names = several.iter().map(|package| package.name.as_str());
            let options: Vec<String> = names.map(|name| format!("-p {name}")).collect();
            bail!(
                "there are several programs; choose one or more before the words of the program or the suite:{}\n\
                 with just in itcov_options: just itcov_options='{all}' RECIPE",
                list(options.iter().map(String::as_str)),
                all = options.join(" ")
            )
        }
    }
}

fn binaries<'a>(
    workspace: &Workspace,
    package: &'a Package,
    options: &BuildOptions,
    of_harness: &dyn Fn(&Package) -> Option<String>,
) -> Result<Vec<&'a Target>> {
    let all: Vec<&Target> = bins(package).collect();
    let called = |name: &str| all.iter().copied().find(|bin| bin.name == name);
    if !options.bin.is_empty() {
        let wanted = options.bin.iter().filter_map(|name| called(name));
        return Ok(wanted.collect());
    }
    let harness = of_harness(package);
    let default = harness.as_deref().or(package.default_run.as_deref());
    if let Some(bin) = default.and_then(called) {
        return Ok(vec![bin]);
    }
    match all[..] {
        [bin] => Ok(vec![bin]),
        [] => Err(without_program(package, workspace)),
        _ => bail!(
            "the package `{}` has several binaries; choose with --bin:{}",
            package.name,
            list(all.iter().map(|bin| bin.name.as_str()))
        ),
    }
}
