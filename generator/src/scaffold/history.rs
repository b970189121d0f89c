//! What itcov had written before somebody edited it: the common ancestor for a merge.

use std::process::Command;

use cargo_metadata::camino::Utf8Path;

use super::{owned, stamp};
use crate::verbosity;

/// How many commits of a file are looked at.
const COMMITS: &str = "200";

/// The text that the stamp of an edited file tells of, if git remembers it. A commit that has the file as it was written
/// is there when the scaffold was committed before it was edited, as one does.
pub fn base(path: &Utf8Path, text: &str) -> Option<String> {
    let stamp = stamp::of(text)?;
    if stamp::digest(text) == stamp.digest {
        return None;
    }
    let directory = path.parent()?;
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .arg("--no-optional-locks")
            .args(arguments)
            .current_dir(directory);
        verbosity::running(&command);
        let output = command.output().ok()?;
        String::from_utf8(output.stdout)
            .ok()
            .filter(|_| output.status.success())
    };
    let name = path.file_name()?;
    let commits = git(&["log", "--format=%H", "-n", COMMITS, "--", name])?;
    commits.lines().find_map(|commit| {
        let earlier = git(&["show", &format!("{commit}:./{name}")])?;
        (owned::is_untouched(&earlier) && stamp::digest(&earlier) == stamp.digest)
            .then_some(earlier)
    })
}
