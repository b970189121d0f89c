//! The directories that the source files are in.

use std::collections::BTreeMap;
use std::path::Path;

use crate::count::summary::Summary;
use crate::count::{Coverage, FileCoverage};
use crate::formats::names;

/// The directories of what is not the workspace's: packages, and files in other places.
const OTHERS: [&str; 2] = ["Dependencies", "Elsewhere"];

/// Files and directories; the first directory is the root.
pub struct Tree<'a> {
    /// An outer one before those inside.
    pub directories: Vec<Directory>,
    /// From the top to the bottom, as the pages show them.
    pub files: Vec<File<'a>>,
    /// The directories of what is not the workspace's.
    others: Vec<usize>,
}

/// A directory of sources. One that has nothing but another directory is one with it: `crates/orders/src`.
#[derive(Debug)]
pub struct Directory {
    /// As its parent shows it.
    pub name: String,
    /// From the root on.
    pub path: String,
    /// `None` for the root.
    pub parent: Option<usize>,
    /// Its directories, then its files.
    pub entries: Vec<Entry>,
    /// The sum of what is in it.
    pub summary: Summary,
    /// How many files are in it, at any depth.
    pub size: usize,
}

/// A place in [`Tree::directories`] or [`Tree::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A directory.
    Directory(usize),
    /// A source file.
    File(usize),
}

/// A source file.
pub struct File<'a> {
    /// As its directory shows it.
    pub name: String,
    /// From the root on.
    pub path: String,
    /// The directory it is in.
    pub parent: usize,
    /// What ran of it.
    pub coverage: &'a FileCoverage,
}

#[derive(Default)]
struct Node<'a> {
    directories: BTreeMap<String, Node<'a>>,
    /// With their names.
    files: Vec<(String, &'a FileCoverage)>,
}

impl<'a> Tree<'a> {
    /// The files of the workspace at `root`, and behind them those of packages and directories elsewhere.
    pub fn new(coverage: &'a Coverage, root: &Path) -> Self {
        let [mut workspace, mut packages, mut elsewhere] = [(); 3].map(|()| Node::default());
        for (file, name) in names::in_order(coverage, root) {
            let top = if Path::new(&*file.path).starts_with(root) {
                &mut workspace
            } else if name.starts_with('/') {
                &mut elsewhere
            } else {
                &mut packages
            };
            top.add(&name, file);
        }
        let mut tree = Self {
            directories: vec![Directory::new(String::new(), String::new(), None)],
            files: vec![],
            others: vec![],
        };
        tree.fill(0, workspace);
        for (name, others) in OTHERS.into_iter().zip([packages, elsewhere]) {
            if !others.is_empty() {
                tree.others.push(tree.directories.len());
                tree.directory(0, name.into(), name.into(), others);
            }
        }
        tree.sum_up(0);
        tree
    }

    fn fill(&mut self, place: usize, node: Node<'a>) {
        let inside = |path: &str, name: &str| match path {
            "" => name.to_owned(),
            _ => format!("{path}/{name}"),
        };
        for (mut name, mut directory) in node.directories {
            while let (true, Some(only)) = (directory.files.is_empty(), directory.only_directory())
            {
                name = format!("{name}/{only}");
                directory = directory
                    .directories
                    .into_values()
                    .next()
                    .unwrap_or_default();
            }
            let path = inside(&self.directories[place].path, &name);
            self.directory(place, name, path, directory);
        }
        for (name, coverage) in node.files {
            self.directories[place]
                .entries
                .push(Entry::File(self.files.len()));
            self.files.push(File {
                path: inside(&self.directories[place].path, &name),
                name,
                parent: place,
                coverage,
            });
        }
    }

    fn directory(&mut self, parent: usize, name: String, path: String, node: Node<'a>) {
        let place = self.directories.len();
        self.directories[parent]
            .entries
            .push(Entry::Directory(place));
        self.directories
            .push(Directory::new(name, path, Some(parent)));
        self.fill(place, node);
    }

    fn sum_up(&mut self, place: usize) {
        let (mut summary, mut size) = (Summary::default(), 0);
        for entry in self.directories[place].entries.clone() {
            match entry {
                Entry::Directory(inside) => {
                    self.sum_up(inside);
                    summary += self.directories[inside].summary;
                    size += self.directories[inside].size;
                }
                Entry::File(file) => {
                    summary += self.files[file].coverage.summary;
                    size += 1;
                }
            }
        }
        let directory = &mut self.directories[place];
        (directory.summary, directory.size) = (summary, size);
    }

    /// Whether a directory is in the workspace.
    pub fn is_own(&self, place: usize) -> bool {
        let top = self.around(place).get(1).copied().unwrap_or(place);
        !self.others.contains(&top)
    }

    /// The directories around one, from the root on, without itself.
    pub fn around(&self, place: usize) -> Vec<usize> {
        let mut around: Vec<_> = std::iter::successors(self.directories[place].parent, |place| {
            self.directories[*place].parent
        })
        .collect();
        around.reverse();
        around
    }
}

impl<'a> Node<'a> {
    fn add(&mut self, name: &str, file: &'a FileCoverage) {
        let mut node = self;
        let mut rest = name.trim_start_matches('/');
        while let Some((directory, inside)) = rest.split_once('/') {
            node = node.directories.entry(directory.to_owned()).or_default();
            rest = inside;
        }
        node.files.push((rest.to_owned(), file));
    }

    fn is_empty(&self) -> bool {
        self.directories.is_empty() && self.files.is_empty()
    }

    fn only_directory(&self) -> Option<&str> {
        let mut names = self.directories.keys();
        names
            .next()
            .filter(|_| self.directories.len() == 1)
            .map(String::as_str)
    }
}

impl Directory {
    fn new(name: String, path: String, parent: Option<usize>) -> Self {
        Self {
            name,
            path,
            parent,
            entries: vec![],
            summary: Summary::default(),
            size: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::ratio::Ratio;

    fn coverage(paths: &[&str]) -> Coverage {
        let summary = Summary {
            lines: Ratio {
                covered: 1,
                total: 2,
            },
            ..Summary::default()
        };
        let file = |path: &&str| FileCoverage {
            path: (*path).into(),
            summary,
            functions: vec![],
            segments: vec![],
            lines: vec![],
        };
        Coverage {
            files: paths.iter().map(file).collect(),
            ..Coverage::default()
        }
    }

    fn show(tree: &Tree, place: usize, depth: usize, out: &mut Vec<String>) {
        for entry in &tree.directories[place].entries {
            let space = " ".repeat(depth);
            match *entry {
                Entry::Directory(inside) => {
                    let directory = &tree.directories[inside];
                    out.push(format!(
                        "{space}{}/ {} {}",
                        directory.name, directory.size, directory.summary.lines
                    ));
                    show(tree, inside, depth + 1, out);
                }
                Entry::File(file) => out.push(format!("{space}{}", tree.files[file].name)),
            }
        }
    }

    #[test]
    fn directories_come_first_and_one_that_has_nothing_else_is_one_with_it() {
        let coverage = coverage(&[
            "/app/crates/orders/src/lib.rs",
            "/app/crates/orders/src/store/read.rs",
            "/app/src/main.rs",
            "/app/build.rs",
        ]);
        let tree = Tree::new(&coverage, Path::new("/app"));
        let mut shown = vec![];
        show(&tree, 0, 0, &mut shown);
        assert_eq!(
            shown,
            [
                "crates/orders/src/ 2 2/4",
                " store/ 1 1/2",
                "  read.rs",
                " lib.rs",
                "src/ 1 1/2",
                " main.rs",
                "build.rs",
            ]
        );
        assert_eq!(tree.files[0].path, "crates/orders/src/store/read.rs");
        assert_eq!(tree.around(tree.files[0].parent), [0, 1]);
    }

    #[test]
    fn what_is_not_the_workspaces_has_directories_of_its_own_at_the_end() {
        let coverage = coverage(&[
            "/cargo/registry/src/index/serde-1.0.0/src/lib.rs",
            "/cargo/registry/src/index/bytes-1.0.0/src/lib.rs",
            "/shared/lib.rs",
            "/app/src/main.rs",
        ]);
        let tree = Tree::new(&coverage, Path::new("/app"));
        let mut shown = vec![];
        show(&tree, 0, 0, &mut shown);
        assert_eq!(
            shown,
            [
                "src/ 1 1/2",
                " main.rs",
                "Dependencies/ 2 2/4",
                " bytes-1.0.0/src/ 1 1/2",
                "  lib.rs",
                " serde-1.0.0/src/ 1 1/2",
                "  lib.rs",
                "Elsewhere/ 1 1/2",
                " shared/ 1 1/2",
                "  lib.rs",
            ]
        );
        let own = tree.files.iter().map(|file| tree.is_own(file.parent));
        assert_eq!(own.collect::<Vec<_>>(), [true, false, false, false]);
    }
}
