//! Questions to git about what has changed.

mod command;
mod index;
mod revisions;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use command::{answer, git, line, run, said, seat};
pub use command::{as_path, asked};

/// A repository with a working tree.
pub struct Repository {
    /// The root of the working tree, without links.
    pub top: PathBuf,
    directory: PathBuf,
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

    /// The submodule at a path.
    pub fn submodule(&self, path: &Path) -> Self {
        let top = self.top.join(path);
        Self {
            directory: top.clone(),
            top,
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

    /// git in a directory of this repository.
    fn git(&self, directory: &Path) -> Command {
        let mut git = git(directory);
        if let Some(index) = &self.index {
            git.env("GIT_INDEX_FILE", index.path().join("index"));
        }
        git
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

    /// Whether a commit has a file at a path, and no link, which would have its target for a text.
    pub fn has_file(&self, commit: &str, path: &Path) -> Result<bool> {
        let mut asked = self.git(&self.top);
        let entry = answer(asked.args(["ls-tree", commit, "--"]).arg(path))?;
        Ok(entry.starts_with(FILE))
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

    /// The files that git has in another encoding, in which their lines may be others; relative to its root:
    /// <https://git-scm.com/docs/gitattributes#_working_tree_encoding>.
    pub fn encoded(&self) -> Result<Vec<PathBuf>> {
        let mut asked = self.git(&self.top);
        let plain = ":(exclude,attr:!working-tree-encoding)";
        let listed = answer(asked.args(["ls-files", "-z", "--", ".", plain]))?;
        Ok(paths(&listed).collect())
    }
}

/// Paths, each with a zero byte behind it.
fn paths(listed: &[u8]) -> impl Iterator<Item = PathBuf> {
    let paths = listed.split(|byte| *byte == 0);
    let paths = paths.filter(|path| !path.is_empty());
    paths.map(|path| as_path(path).into())
}

/// How git lists a file, executable or not.
const FILE: &[u8] = b"100";

/// How git lists a submodule: its mode, where a file has its own.
const GITLINK: &[u8] = b"160000 ";
