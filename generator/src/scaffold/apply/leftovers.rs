//! The names of the files that wait beside their targets, and what a killed run has left of them.
//!
//! A directory that is to be made or that may go has such a file beside it too, an empty one, for as long as it may be
//! empty: so the next run knows whose it is.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::lock::Lock;

/// What stands between the target's name and the number of the process. The digits are there so that nobody has a file with such a
/// name by chance: it would be removed.
const MARK: &str = ".itcov-3f9c1e7ab2d4-";

/// The name beside a file or directory. cargo takes only `*.rs` of `tests/` for a test; `cargo package` leaves hidden files
/// out, or, where there is a repository, says that they are not committed.
pub fn beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!("{MARK}{}", std::process::id()));
    target.with_file_name(name)
}

/// Removes what killed runs have left in these directories. While others are not kept out, only what has the number of
/// this process can be nobody's.
///
/// What cannot be removed stays: nothing can be written there then, and that is said. Gives whether there was anything.
pub fn clear(directories: &BTreeSet<PathBuf>, lock: &Lock) -> bool {
    let mut any = false;
    // Those further down first, which are empty then.
    for directory in directories.iter().rev() {
        let mut found = false;
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some((target, process)) = target_and_process(&name) else {
                continue;
            };
            let is_left = lock.is_held() || process == std::process::id();
            if is_left && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                let target = directory.join(target);
                clear(&BTreeSet::from([target.clone()]), lock);
                let _ = fs::remove_dir(target);
                let _ = fs::remove_file(entry.path());
                found = true;
            }
        }
        if found {
            let _ = fs::remove_dir(directory);
        }
        any |= found;
    }
    any
}

/// What the name of a file that waits beside its target says.
fn target_and_process(name: &OsStr) -> Option<(&str, u32)> {
    let (target, process) = name.to_str()?.strip_prefix('.')?.rsplit_once(MARK)?;
    let is_number = process.bytes().all(|byte| byte.is_ascii_digit());
    Some((target, process.parse().ok().filter(|_| is_number)?)).filter(|_| !target.is_empty())
}

#[cfg(test)]
mod tests {
    use super::target_and_process;

    #[test]
    fn only_the_names_of_waiting_files_are_taken_for_some() {
        let found = |name: &'static str| target_and_process(name.as_ref());
        assert_eq!(
            found(".justfile.itcov-3f9c1e7ab2d4-7"),
            Some(("justfile", 7))
        );
        assert_eq!(
            found("..justfile.itcov-3f9c1e7ab2d4-42"),
            Some((".justfile", 42))
        );
        for other in [
            "justfile.itcov-3f9c1e7ab2d4-7",
            ".justfile.itcov-3f9c1e7ab2d4-",
            ".justfile.itcov-3f9c1e7ab2d4-+7",
            ".justfile.itcov-3f9c1e7ab2d4-7~",
            ".justfile.itcov-3f9c1e7ab2d4",
            "..itcov-3f9c1e7ab2d4-7",
            ".itcov-3f9c1e7ab2d4-7",
            ".justfile.itcov-7",
            ".notes.itcov-2024",
        ] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
