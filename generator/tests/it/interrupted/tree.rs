//! A crate's files and directories, to be compared and put back.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Everything below a directory but `target`, by its path.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tree(BTreeMap<PathBuf, Node>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Directory { mode: u32 },
    File { mode: u32, bytes: Vec<u8> },
    Link(PathBuf),
}

impl std::fmt::Debug for Node {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Node::Directory { mode } => write!(out, "directory {mode:o}"),
            Node::File { mode, bytes } => {
                let start: String = String::from_utf8_lossy(bytes).chars().take(300).collect();
                write!(out, "file {mode:o}, {} bytes, {start:?}", bytes.len())
            }
            Node::Link(goal) => write!(out, "link {}", goal.display()),
        }
    }
}

impl Tree {
    pub fn of(root: &Path) -> Tree {
        let mut tree = Tree::default();
        tree.read(root, root);
        tree
    }

    fn read(&mut self, root: &Path, directory: &Path) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let mode = metadata.mode() & 0o7777;
            let name = path.strip_prefix(root).unwrap().to_owned();
            let node = if metadata.is_symlink() {
                Node::Link(fs::read_link(&path).unwrap())
            } else if metadata.is_dir() {
                if name == Path::new("target") || name == Path::new(".git") {
                    continue;
                }
                self.read(root, &path);
                Node::Directory { mode }
            } else {
                let bytes = fs::read(&path).unwrap();
                Node::File { mode, bytes }
            };
            self.0.insert(name, node);
        }
    }

    /// Makes the directory have this and nothing else.
    pub fn restore(&self, root: &Path) {
        for entry in fs::read_dir(root).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                fs::remove_dir_all(path).unwrap();
            } else {
                fs::remove_file(path).unwrap();
            }
        }
        for (name, node) in &self.0 {
            let path = root.join(name);
            let mode = match node {
                Node::Directory { mode } => {
                    fs::create_dir(&path).unwrap();
                    *mode
                }
                Node::File { mode, bytes } => {
                    fs::write(&path, bytes).unwrap();
                    *mode
                }
                Node::Link(goal) => {
                    std::os::unix::fs::symlink(goal, path).unwrap();
                    continue;
                }
            };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    /// What is waiting beside its target, or was left there: the names, with the number of the process taken off.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let names = self.0.keys().filter_map(|path| without_process(path));
        names.collect()
    }

    /// The same with no number of a process in it, so that two runs can be compared.
    pub fn anonymous(&self) -> Tree {
        let nodes = self.0.iter().map(|(path, node)| {
            let path = without_process(path).unwrap_or_else(|| path.clone());
            (path, node.clone())
        });
        Tree(nodes.collect())
    }

    /// The same without what is left over.
    pub fn settled(&self) -> Tree {
        let nodes = self
            .0
            .iter()
            .filter(|(path, _)| without_process(path).is_none());
        Tree(
            nodes
                .map(|(path, node)| (path.clone(), node.clone()))
                .collect(),
        )
    }

    /// The same without this directory, if there is nothing in it.
    pub fn without_empty(&self, directory: &str) -> Tree {
        let mut tree = self.clone();
        if tree
            .0
            .keys()
            .filter(|path| path.starts_with(directory))
            .count()
            == 1
        {
            tree.0.remove(Path::new(directory));
        }
        tree
    }

    /// Whether every file is as it is in one of the two.
    pub fn is_between(&self, start: &Tree, end: &Tree) -> bool {
        let mut names = self.0.keys().chain(start.0.keys()).chain(end.0.keys());
        names.all(|name| {
            let node = self.0.get(name);
            node == start.0.get(name) || node == end.0.get(name)
        })
    }
}

fn without_process(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let (name, _) = name
        .split_once(".itcov-3f9c1e7ab2d4-")
        .filter(|_| name.starts_with('.'))?;
    Some(path.with_file_name(format!("{name}.itcov-3f9c1e7ab2d4-")))
}
