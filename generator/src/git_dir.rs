//! The repository that the environment names, as it does in hooks and aliases of git: <https://git-scm.com/docs/githooks>.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// The variable that names it. Without `GIT_WORK_TREE`, the current directory is then the root of the working tree.
const VARIABLE: &str = "GIT_DIR";

/// Whether git is to be asked in the current directory, as it is told which repository is meant.
pub fn is_named() -> bool {
    std::env::var_os(VARIABLE).is_some() && !*IS_FOUND
}

/// Does not name it to `git` where that finds it by itself: a hook may have gone into another directory of the working tree.
pub fn find(git: &mut Command) {
    if *IS_FOUND {
        git.env_remove(VARIABLE);
    }
}

static IS_FOUND: LazyLock<bool> = LazyLock::new(|| {
    let Some(named) = std::env::var_os(VARIABLE).map(|it| Path::new(&it).canonicalize()) else {
        return false;
    };
    if std::env::var_os("GIT_WORK_TREE").is_some() {
        return false;
    }
    let mut git = Command::new("git");
    git.args(["rev-parse", "--absolute-git-dir"])
        .env_remove(VARIABLE);
    let Ok(found) = git.stdin(Stdio::null()).stderr(Stdio::null()).output() else {
        return false;
    };
    let found = found.stdout.trim_ascii_end();
    let found = String::from_utf8_lossy(found);
    let found = Path::new(&*found).canonicalize();
    named.is_ok_and(|named| found.is_ok_and(|found| found == named))
});
