//! Measured programs that go on after the run, as something from before the run has started them: a tmux that was there, or the user.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::measured::Recording;
use crate::output::warn;
use crate::run::ancestor::Stat;

/// A process that has profiles of a run mapped.
struct GoingOn {
    id: u32,
    name: String,
    profiles: BTreeSet<PathBuf>,
}

/// Names them, the programs of the directory `target` and others. The run gets copies of their profiles, so what they do from now on does not come to it.
///
/// # Errors
///
/// If profiles cannot be looked for.
pub fn part(recording: &Recording, target: &Path) -> Result<()> {
    // Those of processes without an environment come to the run first.
    recording.profiles()?;
    for it in going_on(recording.directory(), target) {
        let GoingOn { id, name, profiles } = it;
        let copied: io::Result<()> = profiles.iter().try_for_each(|profile| copy(profile));
        let does_not_count = match copied {
            Ok(()) => "does not count".to_owned(),
            Err(error) => format!("counts, as its profile cannot be copied ({error})"),
        };
        warn(&format!(
            "{name} goes on after the run as process {id}, as something else has started it, such as a tmux that was there before: what it \
             does from now on {does_not_count}; to end it, type `kill {id}`"
        ));
    }
    Ok(())
}

/// Puts a copy into the place of a file.
fn copy(file: &Path) -> io::Result<()> {
    let half = file.with_extension("half");
    fs::copy(file, &half)?;
    fs::rename(half, file)
}

/// The processes of this user that have mapped something below a directory. Not all are looked at, as some have thousands of mappings: those
/// that began after this one, and those that have become a program of the directory `target`.
fn going_on(directory: &Path, target: &Path) -> Vec<GoingOn> {
    let own = std::process::id();
    let (Some(this), Ok(user)) = (Stat::of(own), fs::metadata("/proc/self").map(|it| it.uid()))
    else {
        return Vec::new();
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|it| it.file_name().to_str()?.parse().ok());
    let others = ids.filter(|id| *id != own);
    let mapping = others.filter_map(|id: u32| {
        let (stat, place) = (Stat::of(id)?, format!("/proc/{id}"));
        let is_program =
            || fs::read_link(format!("{place}/exe")).is_ok_and(|it| it.starts_with(target));
        if stat.is_older_than(&this) && !is_program() {
            return None;
        }
        if fs::metadata(&place).ok()?.uid() != user {
            return None;
        }
        let maps = fs::read(format!("{place}/maps")).ok()?;
        let profiles = mapped(&String::from_utf8_lossy(&maps), directory);
        (!profiles.is_empty()).then_some(GoingOn {
            id,
            name: stat.name,
            profiles,
        })
    });
    mapping.collect()
}

/// The files below a directory among what `/proc/<id>/maps` lists: see proc(5).
fn mapped(maps: &str, directory: &Path) -> BTreeSet<PathBuf> {
    let paths = maps
        .lines()
        .filter_map(|line| Some(&line[line.find('/')?..]));
    let files = paths.map(Path::new);
    let below = files.filter(|it| it.starts_with(directory) && it.is_file());
    below.map(Path::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mapped_is_the_last_field() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("app/1 2.itcov");
        fs::create_dir(directory.path().join("app")).unwrap();
        fs::write(&file, "").unwrap();
        let maps = format!(
            "7f00-7f01 r-xp 00000000 fe:01 12    /usr/bin/app\n7f01-7f02 rw-s 00000000 fe:01 13    {}\n7f02-7f03 rw-p 00000000 00:00 0 \n\
             7f03-7f04 rw-s 00000000 fe:01 14    {}/gone.itcov (deleted)\n",
            file.to_string_lossy(),
            directory.path().to_string_lossy()
        );
        assert_eq!(mapped(&maps, directory.path()), BTreeSet::from([file]));
        assert_eq!(mapped(&maps, Path::new("/elsewhere")), BTreeSet::new());
    }
}
