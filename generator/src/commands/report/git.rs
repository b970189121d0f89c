//! Questions to git about what has changed.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::verbosity;

/// A repository with a working tree.
pub struct Repository {
    /// The root of the working tree, without links.
    pub top: PathBuf,
    directory: PathBuf,
    is_submodule: bool,
    /// A copy of its index.
    index: Option<TempDir>,
}

/// A path that it tracks.
pub struct Entry {
    /// Relative to the root.
    pub path: PathBuf,
    /// Whether it is that of a submodule.
    pub is_submodule: bool,
    /// Whether git was told not to look whether the file has changed.
    is_hidden: bool,
}

/// Files that are of interest.
pub struct Paths<'a> {
    /// Their extensions; none for all files.
    pub kinds: Vec<&'a str>,
    /// Links that lead to them, in this or another repository.
    pub links: Vec<&'a Path>,
}

impl Repository {
    /// The one that `directory` is in.
    pub fn around(directory: &Path) -> Result<Self> {
        let directory = seat(directory);
        let mut asked = git(directory);
        asked.args(["rev-parse", "--show-toplevel"]);
        let answer = run(&mut asked)?;
        if !answer.status.success() {
            bail!("{}", said(&answer));
        }
        let top = Path::new(as_path(line(&answer.stdout)))
            .canonicalize()
            .context("cannot tell where git's working tree is")?;
        Ok(Self {
            top,
            directory: directory.to_owned(),
            is_submodule: false,
            index: None,
        })
    }

    /// What it tracks.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let listed = answer(
            self.git(&self.top)
                .args(["ls-files", "--stage", "-v", "-z"]),
        )?;
        let entries = listed.split(|byte| *byte == 0).filter_map(|entry| {
            let tag = *entry.first()?;
            let mut parts = entry.get(2..)?.splitn(2, |byte| *byte == b'\t');
            let is_submodule = parts.next()?.starts_with(GITLINK);
            Some(Entry {
                path: as_path(parts.next()?).into(),
                is_submodule,
                // `assume-unchanged`, and `skip-worktree`.
                is_hidden: tag.is_ascii_lowercase() || tag == b'S',
            })
        });
        Ok(entries.collect())
    }

    /// Has git look at files, too, that it was told to take for unchanged: in a copy of its index they have no such marks.
    pub fn look_at_all(&mut self, entries: &[Entry]) -> Result<()> {
        let hidden = entries.iter().filter(|entry| entry.is_hidden);
        let hidden = hidden.filter(|entry| self.top.join(&entry.path).exists());
        let hidden: Vec<&OsStr> = hidden.map(|entry| entry.path.as_os_str()).collect();
        if hidden.is_empty() {
            return Ok(());
        }
        self.index = Some(self.copy_of_index(None)?);
        for mark in ["--no-assume-unchanged", "--no-skip-worktree"] {
            for some in hidden.chunks(PATHS_AT_ONCE) {
                let mut asked = self.git(&self.top);
                answer(asked.args(["update-index", mark, "--"]).args(some))?;
            }
        }
        Ok(())
    }

    /// A copy of the index, which may have been written at another time.
    fn copy_of_index(&self, written: Option<SystemTime>) -> Result<TempDir> {
        // It tells the path of the copy, where there is one.
        let mut asked = self.git(&self.top);
        let index = answer(asked.args(["rev-parse", "--git-path", "index"]))?;
        let index = self.top.join(as_path(line(&index)));
        let copy = tempfile::tempdir().context("cannot make a temporary directory")?;
        copied(&index, &copy.path().join("index"), written)
            .with_context(|| format!("cannot copy {}", index.display()))?;
        Ok(copy)
    }

    /// The submodule at a path.
    pub fn submodule(&self, path: &Path) -> Self {
        let top = self.top.join(path);
        Self {
            directory: top.clone(),
            top,
            is_submodule: true,
            index: None,
        }
    }

    /// The commit that a commit or tree has of the submodule at a path.
    pub fn recorded(&self, tree: &str, path: &Path) -> Result<Option<String>> {
        let mut asked = self.git(&self.top);
        let entry = answer(asked.args(["ls-tree", tree, "--"]).arg(path))?;
        let entry = String::from_utf8_lossy(&entry);
        let is_submodule = entry.as_bytes().starts_with(GITLINK);
        let commit = entry.split_whitespace().nth(2).map(str::to_owned);
        Ok(commit.filter(|_| is_submodule))
    }

    /// The tree without a file.
    pub fn empty_tree(&self) -> Result<String> {
        let mut asked = self.git(&self.top);
        let tree = answer(asked.args(["hash-object", "-t", "tree", "/dev/null"]))?;
        Ok(String::from_utf8_lossy(line(&tree)).into_owned())
    }

    /// git in a directory of this repository.
    fn git(&self, directory: &Path) -> Command {
        let mut git = git(directory);
        if self.is_submodule {
            // In a hook they are those of the repository around it.
            for variable in [
                "DIR",
                "WORK_TREE",
                "INDEX_FILE",
                "OBJECT_DIRECTORY",
                "PREFIX",
            ] {
                git.env_remove(format!("GIT_{variable}"));
            }
        }
        if let Some(index) = &self.index {
            git.env("GIT_INDEX_FILE", index.path().join("index"));
        }
        git
    }

    /// The commit that is called `revision`.
    pub fn commit(&self, revision: &str) -> Result<String> {
        let commit = |name: &str| {
            let mut asked = self.git(&self.directory);
            asked.args(["-c", "core.warnAmbiguousRefs=true", "rev-parse", "--verify"]);
            run(asked.arg(format!("{name}^{{commit}}")))
        };
        if !commit("HEAD")?.status.success() {
            bail!("nothing is committed yet");
        }
        let found = commit(revision)?;
        if !found.status.success() && revision.contains("..") {
            bail!("give one revision, not a range");
        }
        if !found.status.success() {
            bail!(
                "git knows no revision {revision}: type `git fetch` to get those of others{}",
                if self.is_shallow()? { DEEPEN } else { "" }
            );
        }
        if String::from_utf8_lossy(&found.stderr).contains(" is ambiguous") {
            bail!(
                "git knows several revisions {revision}, such as a branch and a tag; say which: refs/heads/… is a branch, \
                 refs/tags/… a tag, refs/remotes/… a branch of a remote"
            );
        }
        Ok(String::from_utf8_lossy(line(&found.stdout)).into_owned())
    }

    /// The commit at which `revision` and what is checked out parted.
    pub fn merge_base(&self, revision: &str) -> Result<String> {
        let found = self.commit(revision)?;
        let mut asked = self.git(&self.directory);
        // Histories may be joined so.
        asked.env_remove(NO_REPLACEMENTS);
        let base = run(asked.args(["merge-base", &found, "HEAD"]))?;
        if base.status.success() {
            return Ok(String::from_utf8_lossy(line(&base.stdout)).into_owned());
        }
        if self.is_shallow()? {
            bail!("this clone does not go back to the merge base of {revision} and HEAD{DEEPEN}");
        }
        bail!("{revision} and HEAD have no commit in common");
    }

    fn is_shallow(&self) -> Result<bool> {
        let answer = run(self
            .git(&self.directory)
            .args(["rev-parse", "--is-shallow-repository"]))?;
        Ok(line(&answer.stdout) == b"true")
    }

    /// The files in the working tree that are not those of the commit, with those that are gone and submodules; relative to its
    /// root.
    pub fn changed(&self, commit: &str) -> Result<Vec<PathBuf>> {
        let mut asked = self.git(&self.top);
        asked.args(["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff"]);
        asked.args(["--ignore-submodules=none", commit, "--"]);
        Ok(paths(&answer(&mut asked)?).collect())
    }

    /// The sources of Rust among them that are others only without the filters of files, which may take lines out of them.
    pub fn changed_sources(&self, commit: &str) -> Result<Vec<PathBuf>> {
        let (mut asked, _index) = self.without_filters()?;
        asked.args(["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff"]);
        asked.args(["--ignore-submodules=all", commit, "--", ":(top)*.rs"]);
        Ok(paths(&answer(&mut asked)?).collect())
    }

    /// git, which does not change files before it compares them, and the index for that. By its own one, a file is what it was when it
    /// was added, which a filter has changed; by one that is older than all files, git looks at each.
    fn without_filters(&self) -> Result<(Command, Option<TempDir>)> {
        let mut asked = self.git(&self.top);
        let filters = self.filters()?;
        if filters.is_empty() {
            return Ok((asked, None));
        }
        for filter in filters {
            for without in ["clean=", "process=", "required=false"] {
                asked.args(["-c", &format!("{filter}.{without}")]);
            }
        }
        let index = self.copy_of_index(Some(UNIX_EPOCH + Duration::from_secs(1)))?;
        asked.env("GIT_INDEX_FILE", index.path().join("index"));
        Ok((asked, Some(index)))
    }

    /// The text of a file in a commit, as git would put it into the working tree.
    pub fn text(&self, commit: &str, path: &Path) -> Result<Vec<u8>> {
        let mut object = OsString::from(commit);
        object.push(":");
        object.push(path);
        let mut asked = self.git(&self.top);
        answer(asked.args(["cat-file", "--filters"]).arg(object))
    }

    /// How the files of these kinds and these links in the working tree differ from those of the commit, whatever the user has
    /// set for other purposes. Where there are no kinds, all files.
    pub fn diff(&self, commit: &str, paths: &Paths) -> Result<Vec<u8>> {
        // The lines are those of the files, and not of what a filter would make of them in a commit.
        let (mut asked, _index) = self.without_filters()?;
        asked.args([
            "diff",
            "--unified=0",
            "--inter-hunk-context=0",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--find-renames",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--text",
            "--ignore-submodules=all",
            commit,
            "--",
        ]);
        asked.args(paths.kinds.iter().map(|kind| format!(":(top)*.{kind}")));
        if !paths.kinds.is_empty() {
            let links = paths.links.iter();
            let links = links.filter_map(|link| link.strip_prefix(&self.top).ok());
            asked.args(links.map(|link| {
                let mut word = OsString::from(":(top,literal)");
                word.push(link);
                word
            }));
        }
        answer(&mut asked)
    }

    /// The sections of the configuration that have filters of files: <https://git-scm.com/docs/gitattributes#_filter>.
    fn filters(&self) -> Result<BTreeSet<String>> {
        let mut asked = self.git(&self.top);
        asked.args(["config", "--null", "--name-only", "--get-regexp"]);
        // It fails where there are none.
        let listed = run(asked.arg(r"^filter\..*\.(clean|process)$"))?.stdout;
        let names = listed.split(|byte| *byte == 0);
        let names = names.map(String::from_utf8_lossy);
        let sections = names.filter_map(|it| Some(it.rsplit_once('.')?.0.to_owned()));
        Ok(sections.collect())
    }

    /// The files in the working tree that git does not know, without those that it ignores; relative to its root.
    pub fn untracked(&self) -> Result<Vec<PathBuf>> {
        let mut asked = self.git(&self.top);
        let listed = answer(asked.args([
            "ls-files",
            "--others",
            "--exclude-standard",
            "--full-name",
            "-z",
        ]))?;
        Ok(paths(&listed).collect())
    }
}

/// Paths, each with a zero byte behind it.
fn paths(listed: &[u8]) -> impl Iterator<Item = PathBuf> {
    let paths = listed.split(|byte| *byte == 0);
    let paths = paths.filter(|path| !path.is_empty());
    paths.map(|path| as_path(path).into())
}

/// How git lists a submodule: its mode, where a file has its own.
const GITLINK: &[u8] = b"160000 ";

/// How many paths are named on one command line.
const PATHS_AT_ONCE: usize = 500;

/// What to do about a shallow clone.
const DEEPEN: &str = ", and it is a shallow clone: type `git fetch --unshallow`, or have the pipeline fetch \
                      everything (for actions/checkout: `fetch-depth: 0`)";

/// Copies an index with its time, or another one: git looks again at files that are as new as that.
fn copied(index: &Path, to: &Path, written: Option<SystemTime>) -> io::Result<()> {
    let written = written.map_or_else(|| fs::metadata(index)?.modified(), Ok)?;
    fs::copy(index, to)?;
    fs::File::options()
        .append(true)
        .open(to)?
        .set_modified(written)
}

/// With this, git reads what a commit has, and not what it was told to read instead: <https://git-scm.com/docs/git-replace>.
const NO_REPLACEMENTS: &str = "GIT_NO_REPLACE_OBJECTS";

/// git, which is to read and nothing else: no refreshed index, no monitor.
fn git(directory: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(directory);
    git.args([
        "--no-pager",
        "--no-optional-locks",
        "-c",
        "core.fsmonitor=false",
        // Whether a file is as it was, git also sees by the times that nobody can set.
        "-c",
        "core.trustctime=true",
        "-c",
        "core.checkStat=default",
    ]);
    git.env("LC_ALL", "C").stdin(std::process::Stdio::null());
    git.env(NO_REPLACEMENTS, "1");
    // With these, the extensions would match no file.
    for kind in ["LITERAL", "GLOB", "NOGLOB", "ICASE"] {
        git.env_remove(format!("GIT_{kind}_PATHSPECS"));
    }
    git
}

/// Where git is asked about a directory. In a hook, what it is told is relative to the current directory.
fn seat(directory: &Path) -> &Path {
    match std::env::var_os("GIT_DIR") {
        Some(_) => Path::new("."),
        None => directory,
    }
}

/// What git says of a directory.
pub fn asked(directory: &Path, question: &[&str]) -> Result<Vec<u8>> {
    answer(git(seat(directory)).args(question))
}

fn run(command: &mut Command) -> Result<Output> {
    verbosity::running(command);
    match command.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("git is not installed, or not on the PATH")
        }
        output => output.context("cannot run git"),
    }
}

/// What git prints when it succeeds.
fn answer(command: &mut Command) -> Result<Vec<u8>> {
    let output = run(command)?;
    if !output.status.success() {
        let words: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
        bail!("git {} failed\n{}", words.join(" "), said(&output));
    }
    Ok(output.stdout)
}

/// What git says is wrong.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.trim_end().trim_start_matches("fatal: ").to_owned()
}

fn line(output: &[u8]) -> &[u8] {
    output.strip_suffix(b"\n").unwrap_or(output)
}

/// Bytes of a path, as git has them.
#[cfg(unix)]
pub fn as_path(bytes: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}

#[cfg(not(unix))]
pub fn as_path(bytes: &[u8]) -> &OsStr {
    OsStr::new(std::str::from_utf8(bytes).unwrap_or_default())
}
