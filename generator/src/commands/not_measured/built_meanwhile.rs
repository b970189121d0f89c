//! What has been built while a suite ran: by its own cargo, or by another `cargo itcov`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::build::linked::{loaded_by, number_of};
use crate::build::units::{self, Kind, Unit};
use crate::commands::measure::{Built, Measure};
use crate::measured::origin::of_others;
use crate::measured::{Kept, Recording, is_same_file};
use crate::run::say_loss;
use llvm_coverage::terminal::Harmless as _;

/// The profiles without those of programs and shared libraries that are not measured, which are removed: a task of the workspace,
/// for example, or a plugin, that the suite's cargo has built like all of the workspace. So are those of measured libraries that such
/// a program has loaded.
///
/// # Errors
///
/// If an executable cannot be read, or a profile not be removed.
pub fn leave_out_others(
    measure: &Measure,
    built: &Built,
    recording: &Recording,
) -> Result<Vec<PathBuf>> {
    let profiles = recording.profiles()?;
    // As they were kept: a suite may clean up where they were built.
    let kept = built.part.programs.iter();
    let kept = kept.flat_map(|it| it.others.iter().chain([&it.objects]));
    let mut measured: Vec<PathBuf> = kept.map(|it| it.files[0].clone()).collect();
    let units: Vec<&Unit> = built
        .programs
        .iter()
        .flat_map(|(_, it)| it.all_units())
        .collect();
    // A package may have a library in a measured program, and another program.
    let is_own = |unit: &Unit| {
        let mut units = units.iter().filter(|it| it.manifest == unit.manifest);
        units.any(|it| unit.kind != Kind::Program || it.kind == Kind::Program)
    };
    // A program has the code of archives as well, so it comes first.
    let now = [Kind::Program, Kind::Shared, Kind::Archive].into_iter();
    let now = now.flat_map(|kind| units::of_kind(&built.wrapper.units, kind));
    let (own, others): (Vec<Unit>, Vec<Unit>) = now.partition(is_own);
    let programs = own.iter().filter(|unit| unit.kind == Kind::Program);
    measured.extend(programs.map(Unit::object));
    let files = || others.iter().map(Unit::object).collect();
    let foreign = of_others(&profiles, &measured, &files)?;
    let mut notes = BTreeSet::new();
    for (profile, other) in &foreign {
        fs::remove_file(profile)
            .with_context(|| format!("cannot remove {}", profile.harmless()))?;
        let (unit, members) = (&others[*other], measure.workspace.members());
        let manifest = unit.manifest.join("Cargo.toml");
        let package = members.iter().find(|it| it.manifest_path == manifest);
        notes.extend(package.map(|it| (&it.name, unit.kind)));
    }
    for (name, kind) in notes {
        let what = match kind {
            Kind::Program | Kind::Test => "program",
            Kind::Archive | Kind::Shared => "shared library",
        };
        let what = format!("a {what} of {name} has run, which is not measured");
        say_loss(&format!("{what}; `--with {name}` measures it along"));
        recording.note_missing(&what)?;
    }
    let foreign: BTreeSet<PathBuf> = foreign.iter().map(|(path, _)| path.to_path_buf()).collect();
    let mut rest: Vec<PathBuf> = profiles
        .into_iter()
        .filter(|it| !foreign.contains(it))
        .collect();
    let own = numbers(own.iter().chain(units));
    let others = &numbers(&others) - &own;
    for profile in rest.extract_if(.., |it| {
        loaded_by(it).is_some_and(|it| others.contains(&it))
    }) {
        fs::remove_file(&profile)
            .with_context(|| format!("cannot remove {}", profile.harmless()))?;
    }
    Ok(rest)
}

/// The numbers of the programs among these, which are in the names of the profiles of libraries that they have loaded.
fn numbers<'a>(units: impl IntoIterator<Item = &'a Unit>) -> BTreeSet<u32> {
    let programs = units.into_iter().filter(|it| it.kind == Kind::Program);
    let numbers = programs.map(|unit| number_of(&unit.manifest, &unit.name));
    numbers.collect()
}

/// The programs of another `cargo itcov` that has built while the suite ran. What the suite has started since is of that build.
///
/// # Errors
///
/// If the checkouts cannot be listed.
pub fn by_other_runs(measure: &Measure, built: &Built) -> Result<Vec<PathBuf>> {
    let mut last = measure.store.last_builds()?;
    last.retain(|last| *last != built.part);
    let programs = last.iter().flat_map(|last| &last.programs);
    let others = programs.clone().flat_map(|program| &program.others);
    let objects = programs.map(|program| &program.objects).chain(others);
    let mut files: Vec<PathBuf> = objects.map(|it| it.files[0].clone()).collect();
    // Most have not changed.
    let own = built.part.programs.iter().map(|it| &it.objects.files[0]);
    files.retain(|file| !own.clone().any(|own| is_same_file(own, file)));
    for program in &built.part.programs {
        if files.iter().any(|it| is_same_file(it, &program.executable)) {
            say_loss(&format!(
                "another `cargo itcov` has built {} anew meanwhile: where the suite has started that, it does not count",
                program.bin
            ));
        }
    }
    Ok(files)
}

/// The programs of a package that are not as they were built before the suite, nor built `by_others`: the suite's cargo has
/// built them, with other features or another profile.
pub fn by_the_suite(built: &Built, kept: &Kept, by_others: &[PathBuf]) -> Vec<Vec<Unit>> {
    let programs = built.programs.iter();
    let Some((_, program)) = programs
        .clone()
        .find(|(_, program)| program.package == kept.package && program.bin == kept.bin)
    else {
        return Vec::new();
    };
    let all = std::iter::once(&program.units).chain(program.others.iter().map(|(_, units)| units));
    let before: Vec<&Unit> = all.filter_map(|units| units.first()).collect();
    let notes = &built.wrapper.units;
    let Some(manifest) = before.first().map(|unit| &unit.manifest) else {
        return Vec::new();
    };
    let now = units::of_kind(notes, Kind::Program).filter(|unit| unit.manifest == *manifest);
    let is_new = |unit: &Unit| {
        !before.iter().any(|other| other.stem == unit.stem) || has_changed(kept, unit)
    };
    let is_others = |unit: &Unit| {
        let object = unit.object();
        by_others.iter().any(|it| is_same_file(it, &object))
    };
    now.filter(|unit| is_new(unit) && !is_others(unit))
        .map(|unit| units::closure(notes, unit))
        .collect()
}

/// Whether the executable was written after the build.
fn has_changed(kept: &Kept, unit: &Unit) -> bool {
    let modified = fs::metadata(unit.object()).and_then(|file| file.modified());
    modified.is_ok_and(|modified| modified > kept.built)
}
