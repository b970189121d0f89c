//! Programs and libraries that look like the measured ones and are not instrumented: those to watch, and those that were made meanwhile.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::build::ordinary;
use crate::commands::measure::{Built, Measure};
use crate::measured::origin::functions;
use crate::run::watch::Watch;

/// Begins to watch what looks like the programs and libraries of the workspace, and is not measured.
pub fn watch(measure: &Measure, built: &Built) -> Watch {
    let [programs, libraries] = look_alike(measure, built).map(not_measured);
    Watch::begin(programs, libraries)
}

/// The programs that look like those of the workspace or are made of its packages, and the libraries.
fn look_alike(measure: &Measure, built: &Built) -> [Vec<PathBuf>; 2] {
    let layout = &measure.layout;
    let members = measure.workspace.members();
    let names = members.iter().flat_map(ordinary::programs_of);
    let mut programs = ordinary::built(layout, &names.collect::<Vec<_>>());
    // The shell finds programs of the name of another member by accident.
    let own = built.programs.iter();
    let own = own.flat_map(|(program, _)| ordinary::programs_of(program.package));
    programs.extend(ordinary::installed(layout, &own.collect::<Vec<_>>()));
    let names = members
        .iter()
        .filter_map(|it| ordinary::library_of(it, members));
    let mut libraries = ordinary::built(layout, &names.collect::<Vec<_>>());
    let units = built.programs.iter().flat_map(|(_, it)| it.all_units());
    let measured = units.map(|it| it.manifest.as_path()).collect();
    let target = &built.wrapper.target;
    let [others, loaded] = ordinary::of_other_workspaces(target, &measured, members);
    programs.extend(others);
    libraries.extend(loaded);
    let mut known = BTreeSet::new();
    [programs, libraries].map(|mut files| {
        files.retain(|file| {
            let file = file.metadata();
            file.is_ok_and(|file| known.insert((file.dev(), file.ino())))
        });
        files
    })
}

/// Those that are not instrumented, as whatever is measured is. They are read.
fn not_measured(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.retain(|file| !functions(file).is_ok_and(|it| !it.is_empty()));
    files
}

/// Those that were made since the watch began, and read since they were made. A suite's cargo may have made them: one without the
/// environment, or one that was told the ordinary directory.
pub fn made_meanwhile(watch: &Watch, measure: &Measure, built: &Built) -> Vec<PathBuf> {
    let mut made = look_alike(measure, built).concat();
    made.retain(|file| is_read_since_made(file, watch.began()));
    not_measured(made)
}

/// Whether it was made since then, and read afterwards. cargo links it to its place when it is made, which is a change, and the system
/// notes when a file is first read after a change, if it does so at all.
fn is_read_since_made(file: &Path, then: SystemTime) -> bool {
    file.metadata().is_ok_and(|file| {
        let nanoseconds =
            |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        let then = then.duration_since(UNIX_EPOCH).unwrap_or_default();
        let changed = nanoseconds(file.ctime(), file.ctime_nsec());
        let read = nanoseconds(file.atime(), file.atime_nsec());
        i128::try_from(then.as_nanos()).is_ok_and(|then| changed >= then) && read >= changed
    })
}
