//! A directory as a value: every file's bytes and mode.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

/// What is at a path.
#[derive(PartialEq)]
pub struct Node {
    mode: u32,
    kind: Kind,
}

#[derive(PartialEq)]
enum Kind {
    Directory,
    Link(PathBuf),
    File(Vec<u8>),
}

/// Everything below a directory but the repository in it.
pub type Tree = BTreeMap<PathBuf, Node>;

/// Reads a directory.
pub fn read(root: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    let entries = WalkDir::new(root).min_depth(1).into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() > 1 || entry.file_name() != ".git") {
        let entry = entry?;
        let path = entry.path();
        let file_type = entry.file_type();
        let kind = if file_type.is_dir() {
            Kind::Directory
        } else if file_type.is_symlink() {
            Kind::Link(fs::read_link(path)?)
        } else {
            Kind::File(fs::read(path).with_context(|| format!("cannot read {}", path.display()))?)
        };
        let mode = entry.metadata()?.permissions().mode();
        tree.insert(path.strip_prefix(root)?.to_owned(), Node { mode, kind });
    }
    Ok(tree)
}

/// An error that names the first difference, unless there is none.
pub fn same(before: &Tree, after: &Tree) -> Result<()> {
    for (path, node) in before {
        let now = after.get(path);
        let path = path.display();
        match now {
            None => bail!("{path} is gone"),
            Some(now) if now.mode != node.mode => bail!("{path} has another mode"),
            Some(now) if now.kind != node.kind => bail!("{path} is not as before"),
            Some(_) => {}
        }
    }
    match after.keys().find(|path| !before.contains_key(*path)) {
        Some(path) => bail!("{} is left over", path.display()),
        None => Ok(()),
    }
}

/// An error unless what was there is there still, with nothing but more lines. Gives the number of paths that differ.
pub fn only_adds(before: &Tree, after: &Tree) -> Result<usize> {
    let mut differing = after
        .keys()
        .filter(|path| !before.contains_key(*path))
        .count();
    for (path, node) in before {
        let now = after.get(path);
        let path = path.display();
        let now = now.with_context(|| format!("{path} is gone"))?;
        if now == node {
            continue;
        }
        differing += 1;
        match (&node.kind, &now.kind) {
            (Kind::File(before), Kind::File(after)) if now.mode == node.mode => {
                if let Some(line) = missing_line(before, after) {
                    bail!("{path} has lost a line: {}", String::from_utf8_lossy(line));
                }
            }
            _ => bail!("{path} is something else"),
        }
    }
    Ok(differing)
}

/// The first line that does not come again in the same order.
fn missing_line<'a>(before: &'a [u8], after: &'a [u8]) -> Option<&'a [u8]> {
    let mut rest = after.split_inclusive(|byte| *byte == b'\n');
    before.split_inclusive(|byte| *byte == b'\n').find(|line| {
        // The last line of the file may have got an end.
        let open = !line.ends_with(b"\n");
        !rest.any(|other| other == *line || open && ended(other) == *line)
    })
}

fn ended(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
