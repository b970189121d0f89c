//! What a process has left that was killed before it could give a file its name.
//!
//! Each file is written under another name first, with the number of the process, and then renamed. So nothing half-written is
//! ever read; what was left is removed by a later build, once nobody can be writing it any more.

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Nobody writes a file for longer.
const OLD: Duration = Duration::from_hours(1);

/// No process has a longer number. A digest, which may have no letter either, is longer.
const DIGITS: usize = 10;

/// Removes what was left in a directory of this program's own an hour ago or earlier.
pub fn remove(directory: &Path) {
    remove_old(directory, OLD, &|path| is_half(&name(path)));
}

/// The same for a directory of cargo's, where other files may have numbers in their names.
pub fn remove_seeds(directory: &Path) {
    remove_old(directory, OLD, &|path| {
        is_half(&name(path)) && name(path).contains(".half-")
    });
}

/// Removes files and directories that were written so long ago. What cannot be removed stays until the next time.
pub fn remove_old(directory: &Path, age: Duration, is_meant: &dyn Fn(&Path) -> bool) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if is_meant(&path) && is_older(&path, age) {
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
        }
    }
}

fn name(path: &Path) -> Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

/// Whether the number of a process is the last part of a name, or the last but its ending: `settings.17`, `17.o`,
/// `serde-0123456789abcdef.half-17`.
fn is_half(name: &str) -> bool {
    let name = name
        .strip_suffix(".o")
        .or(name.strip_suffix(".rs"))
        .unwrap_or(name);
    let part = name.rsplit(['.', '-']).next().unwrap_or_default();
    (1..=DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_older(path: &Path, than: Duration) -> bool {
    let modified = fs::symlink_metadata(path).and_then(|file| file.modified());
    let age = modified.map(|modified| SystemTime::now().duration_since(modified));
    age.is_ok_and(|age| age.is_ok_and(|age| age >= than))
}

#[cfg(test)]
mod tests {
    use super::is_half;

    #[test]
    fn a_half_written_file_has_the_number_of_a_process_in_its_name() {
        for half in [
            "settings.17",
            "17.o",
            "invocation-4194304",
            "0123456789012345.17",
            "manual_integration.17.rs",
            "serde-0123456789abcdef.half-17",
        ] {
            assert!(is_half(half), "{half}");
        }
        for whole in [
            "settings",
            "0123456789012345",
            "profile-0123456789012345.o",
            "libserde-0123456789012345.rlib",
            "build.json",
            "manual_integration-0123456789012345",
        ] {
            assert!(!is_half(whole), "{whole}");
        }
    }
}
