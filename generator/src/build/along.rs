//! Packages that are built along: the programs start their programs, or load their shared libraries.

use anyhow::{Result, bail};
use cargo_metadata::{CrateType, Package, Target};

use super::programs::{self, Program};
use super::units::Unit;
use crate::scaffold::metadata::Workspace;

/// The members of these names, to be built along.
///
/// # Errors
///
/// If one is unknown, or cargo would build something of it to the place of one of the `programs` or of another one's.
pub fn packages<'a>(
    workspace: &'a Workspace,
    names: &[String],
    programs: &[Program],
) -> Result<Vec<&'a Package>> {
    let packages = named(workspace, names)?;
    let mut built: Vec<(&Package, &Target)> = programs
        .iter()
        .map(|program| (program.package, program.bin))
        .collect();
    for package in &packages {
        for target in package.targets.iter().filter(|it| has_counters(it)) {
            let is_there = |(other, its): &&(&Package, &Target)| {
                other.id != package.id && its.name == target.name && its.is_bin() == target.is_bin()
            };
            if let Some((other, _)) = built.iter().find(is_there) {
                bail!(
                    "the packages `{}` and `{}` both have a {} `{}`, and cargo builds both to one place: measure one at a time",
                    other.name,
                    package.name,
                    if target.is_bin() {
                        "binary"
                    } else {
                        "shared library"
                    },
                    target.name
                );
            }
            built.push((package, target));
        }
    }
    Ok(packages)
}

/// The members of these names.
///
/// # Errors
///
/// If one is unknown.
pub fn named<'a>(workspace: &'a Workspace, names: &[String]) -> Result<Vec<&'a Package>> {
    programs::named(workspace, names, ", as --with names it")
}

/// Whether it is something that has counters of its own when it runs.
fn has_counters(target: &Target) -> bool {
    target.is_bin() || target.is_cdylib() || target.is_dylib()
}

/// What to say of each shared library of the workspace that was not built along: a program that loads one of an ordinary
/// build is not measured there.
pub fn not_built(workspace: &Workspace, units: &[&Unit]) -> Vec<String> {
    let members = workspace.members().iter();
    let libraries = members.filter_map(|package| {
        let library = package.targets.iter().find(|target| target.is_cdylib())?;
        let is_plugin = !library.crate_types.iter().any(|kind| matches!(kind, CrateType::Lib | CrateType::RLib));
        let directory = package.manifest_path.parent()?.as_std_path();
        let is_built = units.iter().any(|unit| unit.manifest == directory);
        let source = library.src_path.strip_prefix(&workspace.metadata.workspace_root);
        let source = source.unwrap_or(&library.src_path);
        (is_plugin && !is_built).then(|| {
            format!("not measured, as no program is linked with it: {source}; --with {} builds it along", package.name)
        })
    });
    libraries.collect()
}
