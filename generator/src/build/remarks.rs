//! What is said of a program that was built.

use std::collections::BTreeSet;
use std::path::Path;

use cargo_metadata::PackageId;

use super::artifacts::{Artifacts, name_and_version};
use super::linked;
use super::units::Unit;
use crate::output::warn;
use crate::run::say;
use llvm_coverage::terminal::Harmless as _;

/// Warns if the linker has not led the runtime to the path of the profile.
pub fn of_linker(linker: Option<&Path>, executable: &Path, profiles: &Path) {
    if linked::is_in(executable, profiles).unwrap_or(true) {
        return;
    }
    let linker = linker.map_or_else(String::new, |it| format!(" ({})", it.harmless()));
    warn(&format!(
        "the linker{linker} has ignored {}: a process of {} that is started without LLVM_PROFILE_FILE, as with a cleared \
         environment, does not count, and leaves default_*.profraw where it runs; ld, lld and mold know the option",
        linked::WRAP,
        executable.harmless()
    ));
}

/// Says which libraries of the program are at a path outside of the workspace: the wrapper is not called for them.
pub fn of_outside(units: &[Unit], artifacts: &Artifacts, is_member: impl Fn(&PackageId) -> bool) {
    let units = || units.iter().filter(|unit| unit.counts);
    let measured: BTreeSet<&Path> = units().map(|unit| unit.stem.as_path()).collect();
    let uses = units().flat_map(|unit| &unit.uses);
    let outside: BTreeSet<(String, String)> = uses
        .filter(|stem| !measured.contains(stem.as_path()))
        .filter_map(|stem| artifacts.by_stem.get(stem))
        .filter(|id| !is_member(id))
        .filter(|id| id.repr.starts_with("path+") || id.repr.contains("(path+"))
        .map(name_and_version)
        .collect();
    if !outside.is_empty() {
        let (names, versions): (Vec<&str>, Vec<String>) = outside
            .iter()
            .map(|(name, version)| (name.as_str(), format!("{name}@{version}")))
            .unzip();
        say(&format!(
            "not of the workspace, so not measured: {}; make it a member, or measure with --also {}",
            versions.join(", "),
            names.join(",")
        ));
    }
}
