//! Which repository git is asked about: the one that the environment names, as it does in hooks and aliases of git
//! (<https://git-scm.com/docs/githooks>), or another one that a directory is in, where a hook has gone into that.

use std::collections::HashMap;
use std::env::var_os;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The variable that names it. Without `GIT_WORK_TREE`, the current directory is then the root of the working tree.
const VARIABLE: &str = "GIT_DIR";
const WORK_TREE: &str = "GIT_WORK_TREE";
const INDEX: &str = "GIT_INDEX_FILE";

/// What the environment tells git of that repository alone, without settings: `git rev-parse --local-env-vars`.
const OF_REPOSITORY: [&str; 12] = [
    VARIABLE,
    WORK_TREE,
    INDEX,
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    /// The repository that the environment names.
    Named,
    /// The one that git finds in the directory, which may be the same: a hook may have gone into another directory of the working tree.
    Found,
    /// The one that git finds, though the environment is about another one.
    Other,
}

/// git in a directory, of which it is asked.
pub fn git(directory: &Path) -> Command {
    let mut git = called_in(directory);
    match meant(directory) {
        Meant::Named => {
            let named = var_os(VARIABLE).and_then(|it| Path::new(&it).canonicalize().ok());
            git.envs(named.map(|it| (VARIABLE, it)));
        }
        Meant::Found => {
            git.env_remove(VARIABLE);
        }
        Meant::Other => remove_all(&mut git),
    }
    git
}

/// Whether git is told which repository is meant, whatever directory it is asked about.
pub fn is_named(directory: &Path) -> bool {
    var_os(VARIABLE).is_some() && meant(directory) == Meant::Named
}

/// Where git is asked about a directory. What it is told may be relative to the current one.
pub fn seat(directory: &Path) -> &Path {
    let has_root = || var_os(WORK_TREE).is_some_and(|it| Path::new(&it).is_absolute());
    if is_named(directory) && !has_root() {
        Path::new(".")
    } else {
        directory
    }
}

/// git, which takes no directory for a repository that is there among the files of a working tree, and calls no hooks.
fn called_in(directory: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(directory);
    git.args(["-c", "safe.bareRepository=explicit"]);
    git.args(["-c", "core.hooksPath=/dev/null"]);
    git
}

fn meant(directory: &Path) -> Meant {
    static KNOWN: Mutex<Option<HashMap<PathBuf, Meant>>> = Mutex::new(None);
    if var_os(VARIABLE).is_none() && var_os(INDEX).is_none() {
        return Meant::Found;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    *known
        .entry(directory.to_owned())
        .or_insert_with(|| decided(directory))
}

fn decided(directory: &Path) -> Meant {
    let Some(found) = found(directory, "--absolute-git-dir") else {
        return Meant::Named;
    };
    let top = self::found(directory, "--show-toplevel");
    if let Some(named) = var_os(VARIABLE) {
        let is_found = Path::new(&named).canonicalize().is_ok_and(|it| it == found);
        match var_os(WORK_TREE) {
            Some(_) if is_found => return Meant::Named,
            Some(tree) if is_in_tree(directory, Path::new(&tree), top.as_deref()) => {
                return Meant::Named;
            }
            _ if !is_found => return Meant::Other,
            _ => {}
        }
    }
    let is_of_other = var_os(INDEX).is_some_and(|index| {
        let index = top.unwrap_or_default().join(index);
        !is_index_of(&index, &found)
    });
    if is_of_other {
        Meant::Other
    } else {
        Meant::Found
    }
}

/// What git says that it finds in a directory.
fn found(directory: &Path, question: &str) -> Option<PathBuf> {
    let mut git = called_in(directory);
    git.args(["rev-parse", question]);
    remove_all(&mut git);
    let answer = git.stdin(Stdio::null()).stderr(Stdio::null()).output();
    let answer = answer.ok().filter(|it| it.status.success())?.stdout;
    let path = answer.strip_suffix(b"\n")?;
    Path::new(as_path(path)).canonicalize().ok()
}

/// Whether a directory belongs to a working tree that somebody has named, with no other repository, that of `top`, in between. In a
/// hook, git names the current directory as `.`, wherever that is.
fn is_in_tree(directory: &Path, tree: &Path, top: Option<&Path>) -> bool {
    let Ok(directory) = directory.canonicalize() else {
        return false;
    };
    let root = tree.canonicalize().ok().filter(|_| tree.is_absolute());
    root.is_some_and(|root| {
        let is_between = |top: &Path| top != root && top.starts_with(&root);
        directory.starts_with(&root) && !top.is_some_and(is_between)
    })
}

/// Whether an index may be that of a repository: it is there, and not in another repository's directory.
fn is_index_of(index: &Path, repository: &Path) -> bool {
    let directory = index.parent().and_then(|it| it.canonicalize().ok());
    let is_elsewhere = |it: &Path| it != repository && it.join("HEAD").is_file();
    index.is_file() && !directory.is_some_and(|it| is_elsewhere(&it))
}

fn remove_all(git: &mut Command) {
    for variable in OF_REPOSITORY {
        git.env_remove(variable);
    }
}

/// Bytes of a path, as git has them.
#[cfg(unix)]
pub fn as_path(bytes: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}

#[cfg(not(unix))]
pub fn as_path(bytes: &[u8]) -> &std::ffi::OsStr {
    std::ffi::OsStr::new(std::str::from_utf8(bytes).unwrap_or_default())
}
