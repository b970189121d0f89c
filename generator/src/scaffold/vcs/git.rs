//! Questions to git.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use crate::git_dir::as_path;
use crate::{git_dir, output};

/// How many paths one `git status` is asked about: a command line has an end.
const AT_ONCE: usize = 500;

/// Why a file is uncommitted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is staged as it is.
    Staged,
    /// It differs from what is staged, or git does not know it.
    Dirty,
}

/// The directory to ask git in about a file, if there can be a repository. Submodules and worktrees have a file `.git`.
pub fn directory(path: &Path) -> Option<PathBuf> {
    let here = Path::new(".");
    let mut directories = path.ancestors().skip(1);
    let found = directories.find(|it| it.join(".git").exists());
    let asked = found.unwrap_or(here);
    (found.is_some() || git_dir::is_named(asked)).then(|| git_dir::seat(asked).to_owned())
}

/// The working tree of a repository.
pub struct WorkingTree {
    /// Where git is run.
    directory: PathBuf,
    /// The root of the working tree, without links.
    top: PathBuf,
}

impl WorkingTree {
    /// The one that the directory is in; `None` if there is none after all, or no git.
    pub fn at(directory: PathBuf) -> Result<Option<WorkingTree>> {
        let Some(answer) = answer(git(&directory).args(["rev-parse", "--show-toplevel"]))? else {
            return Ok(None);
        };
        let top = Path::new(as_path(answer.strip_suffix(b"\n").unwrap_or(&answer)));
        let top = top
            .canonicalize()
            .context("cannot tell where git's working tree is")?;
        Ok(Some(WorkingTree { directory, top }))
    }

    /// Those of the files that are uncommitted. The paths are absolute and without links.
    pub fn states(&self, paths: &[&Path]) -> Result<BTreeMap<PathBuf, State>> {
        let inside: Vec<&&Path> = paths
            .iter()
            .filter(|path| path.starts_with(&self.top))
            .collect();
        let mut states = BTreeMap::new();
        for paths in inside.chunks(AT_ONCE) {
            let options = "status --porcelain=v1 -z --no-renames --untracked-files=all --ignore-submodules=all --";
            let mut command = git(&self.directory);
            command.args(options.split(' ')).args(paths);
            let listed = answer(&mut command)?.unwrap_or_default();
            for (path, state) in entries(&listed) {
                let known = states.entry(self.top.join(path)).or_insert(state);
                *known = state.max(*known);
            }
        }
        Ok(states)
    }

    /// What is committed of each of the files, by one `git cat-file --batch` (git-cat-file(1), "Batch Output").
    pub fn committed<'a>(
        &self,
        paths: impl ExactSizeIterator<Item = &'a PathBuf>,
    ) -> Result<Vec<Option<Vec<u8>>>> {
        let count = paths.len();
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut wanted = Vec::new();
        for path in paths {
            let name = path
                .strip_prefix(&self.top)
                .unwrap_or(path)
                .as_os_str()
                .as_encoded_bytes();
            wanted.extend_from_slice(b"HEAD:");
            // What has a line end in its name cannot be asked for; without a name, it is a tree and no file.
            wanted.extend_from_slice(if name.contains(&b'\n') { b"" } else { name });
            wanted.push(b'\n');
        }
        let mut command = git(&self.directory);
        let mut child = command
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run git")?;
        let mut stdin = child.stdin.take().context("git has an input")?;
        let writer = std::thread::spawn(move || stdin.write_all(&wanted));
        let answer = child.wait_with_output().context("cannot run git")?.stdout;
        let _ = writer.join();
        let mut rest = answer.as_slice();
        Ok((0..count).map(|_| object(&mut rest)).collect())
    }
}

/// The entries of `git status --porcelain=v1 -z` (git-status(1), "Short Format"): `XY PATH`, X being the staged change,
/// Y the other one.
fn entries(status: &[u8]) -> impl Iterator<Item = (PathBuf, State)> {
    status.split(|byte| *byte == 0).filter_map(|entry| {
        let (code, path) = entry.split_at_checked(3)?;
        let state = if code[1] == b' ' {
            State::Staged
        } else {
            State::Dirty
        };
        Some((PathBuf::from(as_path(path)), state))
    })
}

/// Takes one object off the output: `OID TYPE SIZE`, a line end, the bytes, a line end; or a line that it is missing.
fn object(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(&rest[..end]).ok();
    *rest = &rest[end + 1..];
    let mut words = header?.rsplit(' ');
    let size: usize = words.next()?.parse().ok()?;
    let is_blob = words.next()? == "blob";
    let bytes = rest.get(..size)?.to_vec();
    *rest = rest.get(size + 1..)?;
    is_blob.then_some(bytes)
}

/// git, which is to read and nothing else: no refreshed index, no monitor, no pattern in a path.
fn git(repository: &Path) -> Command {
    let mut git = git_dir::git(repository);
    git.args([
        "--no-optional-locks",
        "--literal-pathspecs",
        "-c",
        "core.fsmonitor=false",
    ]);
    // Messages are read below.
    git.env("LC_ALL", "C").stdin(Stdio::null());
    git
}

/// What git prints; `None` where there is no git or no repository after all.
fn answer(command: &mut Command) -> Result<Option<Vec<u8>>> {
    output::running(command);
    let Output {
        status,
        stdout,
        stderr,
    } = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("cannot run git"),
    };
    let stderr = String::from_utf8_lossy(&stderr);
    if status.success() {
        Ok(Some(stdout))
    } else if stderr.contains("not a git repository")
        || stderr.contains("must be run in a work tree")
    {
        Ok(None)
    } else {
        bail!(
            "`git status` failed; pass --allow-dirty to skip the check\n{}",
            output::of_other(stderr.trim_start_matches("fatal: "))
        )
    }
}
