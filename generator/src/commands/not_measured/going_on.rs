//! Measured programs that go on after the run, as something from before the run has started them: a tmux that was there, or the user.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Result;

use crate::measured::Recording;
use crate::measured::copied::put_copies;
use crate::output::warn;
use crate::run::ancestor::Stat;

/// A process that has profiles of a run mapped.
struct GoingOn {
    id: u32,
    name: String,
}

/// Names them, the programs of the directory `target` and others. The run gets copies of all its profiles, so that what goes on does not add
/// to them: another user's process, or one that nobody may look into, cannot be seen.
///
/// # Errors
///
/// If profiles cannot be looked for.
pub fn part(recording: &Recording, target: &Path) -> Result<()> {
    // Those of processes without an environment come to the run first.
    recording.profiles()?;
    let found = going_on(recording.directory(), target);
    let copied = put_copies(recording.directory());
    let does_not_count = match &copied {
        Ok(()) => "does not count".to_owned(),
        Err(error) => format!("counts, as its profile cannot be copied ({error})"),
    };
    if copied.is_err() && found.is_empty() {
        warn(&format!("what goes on after the run {does_not_count}"));
    }
    for GoingOn { id, name } in found {
        warn(&format!(
            "{name} goes on after the run as process {id}, as something else has started it, such as a tmux that was there before: what it \
             does from now on {does_not_count}; to end it, type `kill {id}`"
        ));
    }
    Ok(())
}

/// The processes of this user that have mapped something below a directory. Not all are looked at, as some have thousands of mappings: those
/// that began after this one, and those that have become a program of the directory `target`.
fn going_on(directory: &Path, target: &Path) -> Vec<GoingOn> {
    // The kernel says paths without links.
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (directory, target) = (real(directory), real(target));
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
            || fs::read_link(format!("{place}/exe")).is_ok_and(|it| it.starts_with(&target));
        if stat.is_older_than(&this) && !is_program() {
            return None;
        }
        if fs::metadata(&place).ok()?.uid() != user {
            return None;
        }
        let maps = fs::read(format!("{place}/maps")).ok()?;
        let name = stat.name;
        has_mapped(&String::from_utf8_lossy(&maps), &directory).then_some(GoingOn { id, name })
    });
    mapping.collect()
}

/// Whether a file below a directory is among what `/proc/<id>/maps` lists: see proc(5).
fn has_mapped(maps: &str, directory: &Path) -> bool {
    let mut paths = maps.lines().filter_map(|line| line.get(line.find('/')?..));
    paths.any(|it| Path::new(it).starts_with(directory) && Path::new(it).is_file())
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
        assert!(has_mapped(&maps, directory.path()));
        assert!(!has_mapped(&maps, Path::new("/elsewhere")));
        fs::remove_file(file).unwrap();
        assert!(!has_mapped(&maps, directory.path()));
    }
}
