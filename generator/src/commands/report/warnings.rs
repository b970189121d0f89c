//! What is to be known about the numbers of a report.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Result, bail};
use llvm_coverage::Coverage;
use llvm_coverage::baseline::Comparison;
use llvm_coverage::formats::names;
use llvm_coverage::profiles::Merged;
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::terminal::harmless;

use super::unbuilt::Unbuilt;
use crate::measured::sources::Stale;
use crate::measured::{Follower, Measured};
use crate::output::{note, warn};

/// How many files are named.
const NAMED: usize = 3;

/// Tells what is to be known about the runs: whether they were made in this `checkout` and are the last ones, and whose profiles are
/// not known. Gives one that was made in another checkout.
///
/// # Errors
///
/// If profiles cannot be looked for.
pub fn of_runs<'a>(parts: &'a [Measured], checkout: &Path) -> Result<Option<&'a Measured>> {
    let when = |time: Option<SystemTime>| {
        time.map_or_else(
            || "some time ago".to_owned(),
            |time| format!("at {}", humantime::format_rfc3339_seconds(time)),
        )
    };
    let brought = parts.iter().find(|part| !part.is_of(checkout));
    if let Some(part) = brought {
        let built = part.part.programs.iter().map(|program| program.built).min();
        warn(&format!(
            "the last run was not made in this checkout, but brought here by a copy or a cache: it began {}, of what was built \
             {}; run the program again",
            when(part.began()),
            when(built)
        ));
    }
    for (part, follower) in followed(parts) {
        warn(&format!(
            "{follower}; this is the one before it, which began {}",
            when(part.began())
        ));
    }
    if let Some(part) = parts.first()
        && part.has_late()?
    {
        warn(
            "a measured program was started with the LLVM_PROFILE_FILE of a run that was over, so what it did does not count: something \
             has kept the environment of that run, such as a shell or a server",
        );
    }
    of_unknown(parts.iter().map(|part| part.unknown).sum());
    Ok(brought)
}

/// Tells how many profiles may be of another run.
pub fn of_unknown(number: usize) {
    if number > 0 {
        warn(&format!(
            "profiles that do not count: {number}; processes without LLVM_PROFILE_FILE left them while another run went on, so it is \
             not known which run they belong to"
        ));
    }
}

/// Whether what is reported on ran in this checkout, of which nothing was `brought`.
///
/// # Errors
///
/// If not: then no threshold is known to be met.
pub fn is_of_checkout(brought: Option<&Measured>) -> Result<()> {
    if let Some(directory) = brought.and_then(|part| part.directory.as_deref()) {
        bail!(
            "the last run was not made in this checkout, so whether enough ran cannot be told; run the program again, or say that \
             it is to count: --profiles {}",
            directory.harmless()
        );
    }
    Ok(())
}

/// Whether what is reported on is the last run that was wanted.
///
/// # Errors
///
/// If not: then no threshold is known to be met.
pub fn is_last(parts: &[Measured]) -> Result<()> {
    for (part, follower) in followed(parts) {
        if let Some(run) = part.directory.as_deref().and_then(Path::parent) {
            bail!(
                "{follower}, so whether enough ran cannot be told; {}, or say that the run \
                 before it is to count: --profiles {}",
                follower.what_to_do(),
                run.harmless()
            );
        }
    }
    Ok(())
}

fn followed(parts: &[Measured]) -> impl Iterator<Item = (&Measured, &Follower)> {
    parts
        .iter()
        .filter_map(|part| Some((part, part.follower.as_ref()?)))
}

/// Tells of which scenarios counts are missing. Their profiles were folded into files that are not whole.
pub fn of_scenarios(not_whole: &BTreeSet<PathBuf>) {
    for file in not_whole {
        let (state, remedy) = if file.exists() {
            (
                "is not whole, as after a copy that was cut off",
                "copy it again, or run the suite again",
            )
        } else {
            (
                "is missing",
                "copy the run's whole directory, with the files whose names begin with a dot",
            )
        };
        warn(&format!(
            "{} {state}, and has the counts of the run's scenarios, so some do not count: {remedy}",
            shown(file)
        ));
    }
}

/// Tells which profiles do not count.
pub fn of_profiles(merged: &Merged, what_to_do: &str) {
    for path in &merged.empty {
        warn(&format!(
            "the profile {} is empty, as on a full disk; it is left out",
            shown(path)
        ));
    }
    for path in &merged.cut_off {
        warn(&format!(
            "the profile {} does not count: the process that was to write it was killed before it was whole",
            shown(path)
        ));
    }
    for path in &merged.of_other_builds {
        warn(&format!(
            "the profile {} is of another build, so it does not count: counts belong to the build that \
             made them; {what_to_do}",
            shown(path)
        ));
    }
}

/// Tells which profiles were named though what they have is not the program's work.
pub fn of_other_loaders(profiles: &[PathBuf]) {
    for path in profiles {
        warn(&format!(
            "the profile {} does not count: only a test or build script had loaded the shared library that it is of; leave it out",
            shown(path)
        ));
    }
}

fn shown(path: &Path) -> Cow<'_, str> {
    harmless(path.to_string_lossy())
}

/// Tells which functions do not count as they ought to.
pub fn of_functions(coverage: &Coverage, what_to_do: &str) {
    if coverage.functions_of_other_builds > 0 {
        warn(&format!(
            "functions with a profile of another build, which does not count: {}; {what_to_do}",
            coverage.functions_of_other_builds
        ));
    }
    if coverage.functions_without_mapping > 0 {
        warn(&format!(
            "functions that ran and are shown as not run, because link-time optimisation lost their \
             mapping: {}; build without it, for example with CARGO_PROFILE_RELEASE_LTO=off",
            coverage.functions_without_mapping
        ));
    }
}

/// Tells of which functions, by their files and lines, only the heads are reported on.
pub fn of_bodies(functions: &[(PathBuf, u32)], root: &Path) {
    if !functions.is_empty() {
        let place = |(path, line): &(PathBuf, u32)| format!("{}:{line}", names::name(path, root));
        let places: Vec<String> = functions.iter().map(place).collect();
        note(&format!(
            "functions whose bodies are not in the report, because the compiler has no mapping of them: {}; of what an attribute such as \
             #[async_trait] makes a body of it has none, and an optimised build has none of asynchronous functions that nothing calls",
            some(&places)
        ));
    }
}

/// Tells which packages of the workspace are not measured.
pub fn of_left_out(packages: &BTreeSet<&str>) {
    if !packages.is_empty() {
        let packages: Vec<&str> = packages.iter().copied().collect();
        warn(&format!(
            "members of the workspace that are not measured, though the program uses them: {}; no threshold is met; delete \
             `itcov` in the target directory, and run the program again",
            packages.join(", ")
        ));
    }
}

/// Tells which sources are not those of the build: they are returned.
pub fn of_sources(stale: Stale, root: &Path) -> Vec<PathBuf> {
    let what_to_do = "run the program again";
    if !stale.changed.is_empty() {
        warn(&format!(
            "changed since the program was built: {}; the lines may be off; {what_to_do}",
            list(&stale.changed, root)
        ));
    }
    if !stale.gone.is_empty() {
        warn(&format!(
            "gone since the program was built: {}; {what_to_do}",
            list(&stale.gone, root)
        ));
    }
    stale.changed.into_iter().chain(stale.gone).collect()
}

/// Tells which files that have changed since `revision` are no part of what was measured.
pub fn of_unbuilt(unbuilt: &[Unbuilt], revision: &str, root: &Path) {
    if !unbuilt.is_empty() {
        warn(&format!(
            "changed since {revision} and not measured: {}",
            reasons(unbuilt, root)
        ));
    }
}

/// Tells which files git does not track here.
pub fn of_untracked(untracked: &BTreeSet<PathBuf>, root: &Path) {
    if !untracked.is_empty() {
        warn(&format!(
            "the repository does not track {}, so all lines of {} count as changed",
            list(untracked, root),
            if untracked.len() == 1 { "it" } else { "them" }
        ));
    }
}

/// Whether all crates of the workspace that the programs are made of are measured.
///
/// # Errors
///
/// If one is not.
pub fn is_whole(left_out: &BTreeSet<&str>) -> Result<()> {
    if left_out.is_empty() {
        return Ok(());
    }
    bail!(
        "a member of the workspace is not measured, so whether enough ran cannot be told: see the warning"
    );
}

/// Tells which files cannot be compared with an earlier report: those that it does not have, and the `unmeasured` ones, which this
/// report does not have.
pub fn of_comparison(against: &Comparison, unmeasured: &[String], root: &Path) {
    let name = harmless(&against.name);
    if !against.new.is_empty() {
        let new: Vec<PathBuf> = against
            .new
            .iter()
            .map(|path| PathBuf::from(&**path))
            .collect();
        note(&format!(
            "not in {name}, so none of their lines is newly run or lost: {}",
            list(&new, root)
        ));
    }
    if let Some(roots) = &against.roots {
        warn(&format!(
            "{}, so files may be compared with others",
            doubt(&against.name, roots)
        ));
    }
    if !unmeasured.is_empty() {
        warn(&format!(
            "ran in {name} and not measured now: {}; whether lines of them were lost cannot be told",
            some(unmeasured)
        ));
    }
}

/// What is said of an earlier report of which it is not sure where its workspace was.
fn doubt(name: &str, [one, other]: &[PathBuf; 2]) -> String {
    format!(
        "{} may be of a workspace at {} or at {}",
        harmless(name),
        shown(one),
        shown(other)
    )
}

/// Whether all that ran in an earlier report was measured again, and is compared with what it is.
///
/// # Errors
///
/// If not: then lines may have been lost.
pub fn is_compared(against: Option<&Comparison>, unmeasured: &[String]) -> Result<()> {
    let doubtful = against.and_then(|it| Some((&it.name, it.roots.as_ref()?)));
    if let Some((name, roots)) = doubtful {
        bail!(
            "{}, so whether lines were lost cannot be told; make it in a checkout at this path, or of more of the workspace",
            doubt(name, roots)
        );
    }
    if unmeasured.is_empty() {
        return Ok(());
    }
    bail!(
        "not everything that ran in the baseline was measured, so whether lines were lost cannot be told: {}; measure the same \
         programs with the same features, or leave out with --exclude what is not meant",
        some(unmeasured)
    );
}

/// Whether something is known of what has changed: code that ran or did not, or that nothing with code has changed.
///
/// # Errors
///
/// If there is no line with code, and files that were not built have changed.
pub fn is_known(coverage: &Coverage, unbuilt: &[Unbuilt], root: &Path) -> Result<()> {
    if unbuilt.is_empty() || coverage.total.lines.total > 0 {
        return Ok(());
    }
    bail!(
        "nothing that has changed was measured, so whether enough ran cannot be told: {}; leave out with --exclude what need \
         not run",
        reasons(unbuilt, root)
    );
}

fn reasons(unbuilt: &[Unbuilt], root: &Path) -> String {
    let file = |it: &Unbuilt| format!("{} ({})", harmless(names::name(&it.path, root)), it.why);
    let mut all: Vec<String> = unbuilt.iter().take(NAMED).map(file).collect();
    let more = unbuilt.len().saturating_sub(NAMED);
    if more > 0 {
        all.push(format!("and {more} more"));
    }
    all.join(", ")
}

/// Whether what is reported on is of the build, and not of sources that have changed since.
///
/// # Errors
///
/// If one of these `stale` ones is reported on: then no threshold is known to be met.
pub fn is_current(stale: &[PathBuf], root: &Path) -> Result<()> {
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "{} {} changed since the program was built, so whether enough ran cannot be told; \
         run the program again",
        list(stale, root),
        if stale.len() == 1 { "has" } else { "have" }
    );
}

/// The names of some of the files, and how many more there are.
fn list<'a>(paths: impl IntoIterator<Item = &'a PathBuf>, root: &Path) -> String {
    let name = |path: &PathBuf| names::name(path, root).into_owned();
    let names: Vec<_> = paths.into_iter().map(name).collect();
    some(&names)
}

/// Some of the names, and how many more there are.
fn some(names: &[impl AsRef<str>]) -> String {
    let mut names: Vec<_> = names.iter().map(|name| harmless(name.as_ref())).collect();
    names.sort();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    if more > 0 {
        format!("{names} and {more} more")
    } else {
        names
    }
}
