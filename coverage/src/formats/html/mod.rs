//! Coverage as pages for a browser: one directory that needs no network, and no script to be complete.
//!
//! ```text
//! tree ── paths ── page ─┬─ directory ─── ranking ── functions, own_code, difference ─┬─ folder
//!                        └─ file ─┬─ functions ── notes ─────────────┬─ listing ──────┘
//!                                 └─ own_code, marks, pieces, source ┘
//! ```
//!
//! The pages are text made of values; `read` reads the sources, and `folder` writes. `follow` has the pages on programs that
//! still run.

mod about;
mod against;
mod closures;
mod difference;
mod directory;
mod error;
mod file;
mod folder;
mod folds;
mod follow;
pub(crate) mod functions;
mod highlight;
mod line_state;
mod listing;
mod mangled;
mod marks;
mod notes;
mod numbers;
pub(crate) mod own_code;
mod page;
mod paths;
mod pieces;
mod ranking;
mod read;
mod scenarios;
mod short_names;
mod source;
mod strip;
mod text;
mod tree;

use std::cmp::Reverse;
use std::fmt::Write;
use std::path::Path;

use crate::count::{Coverage, FileCoverage};
use crate::parallel;
use page::{PAGES, Site};
use read::Sources;
use tree::{Entry, Tree};

pub use about::{About, Revision};
pub use error::Error;
pub use folder::Folder;
pub use follow::{Followed, Reached, reached};
pub use scenarios::{Scenario, Scenarios};
#[cfg(test)]
pub(super) use text::escaped;

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = concat!(
    include_str!("assets/core.js"),
    include_str!("assets/tables.js"),
    include_str!("assets/copy.js"),
    include_str!("assets/lines.js"),
    include_str!("assets/source.js"),
    include_str!("assets/start.js"),
);

/// Writes the pages into the `folder`, the files by their names in the workspace at `root`. The first page is `index.html`.
/// Where there are scenarios, the pages tell which reach what.
///
/// # Errors
///
/// If it cannot be written to.
pub fn write(
    folder: Folder,
    coverage: &Coverage,
    root: &Path,
    about: &About,
    scenarios: Option<&Scenarios<'_>>,
) -> Result<(), Error> {
    let site = Site {
        scenarios,
        ..Site::new(coverage, root, about)
    };
    let sources = Sources::of(root);
    let next = site.next_uncovered();
    let directories = (0..site.tree.directories.len()).map(Entry::Directory);
    let files = (0..site.tree.files.len()).map(Entry::File);
    let entries: Vec<_> = directories.chain(files).collect();
    let written = parallel::map(&entries, 1, &|entry| match *entry {
        Entry::Directory(0) => {
            let functions = ranking::ranked(&site, &sources);
            let functions = ranking::in_order(functions.iter().flatten());
            if !functions.is_empty() {
                let name = format!("{PAGES}/{}", ranking::PAGE);
                folder.write(&name, &ranking::page(&site, &functions))?;
            }
            folder.write("index.html", &first_page(&site, &functions))
        }
        Entry::Directory(place) => {
            let name = format!("{PAGES}/{}", site.directory_pages[place]);
            folder.write(&name, &directory::page(&site, place, ""))
        }
        Entry::File(place) => {
            let name = format!("{PAGES}/{}", site.file_pages[place]);
            let path = Path::new(&*site.tree.files[place].coverage.path);
            let source = sources.read(path);
            if let Some(scenarios) = scenarios {
                let script = format!("{PAGES}/{}", site.script_of_file(place));
                folder.write(&script, &scenarios.of_file(path))?;
            }
            folder.write(&name, &file::page(&site, place, &source, next[place]))
        }
    });
    written.into_iter().collect::<Result<(), _>>()?;
    if let Some(scenarios) = scenarios {
        folder.write(
            &format!("{PAGES}/{}", scenarios::DATA),
            &scenarios.script(&site),
        )?;
        folder.write(
            &format!("{PAGES}/{}", scenarios::PAGE),
            &scenarios.page(&site),
        )?;
    }
    folder.write("style.css", &style(about))?;
    folder.write("report.js", SCRIPT)?;
    folder.complete()
}

fn first_page(site: &Site<'_>, functions: &[&ranking::Ranked]) -> String {
    directory::page(site, 0, &ranking::top(site, functions))
}

impl<'a> Site<'a> {
    fn new(coverage: &'a Coverage, root: &Path, about: &'a About) -> Self {
        let tree = Tree::new(coverage, root);
        // The workspace may have a directory that is called as one of those beside it.
        let key = |place: usize, path: &str| {
            let beside = if tree.is_own(place) { "" } else { "/" };
            format!("{beside}{path}")
        };
        let directories = tree.directories.iter().enumerate();
        let directories = directories.map(|(place, it)| (it.path.clone(), key(place, &it.path)));
        let files = tree.files.iter();
        let files = files.map(|it| (it.path.clone(), it.coverage.path.to_string()));
        let (names, keys): (Vec<_>, Vec<_>) = directories.chain(files).unzip();
        let mut directory_pages = paths::pages(&names, &keys);
        let file_pages = directory_pages.split_off(tree.directories.len());
        Self {
            coverage,
            about,
            tree,
            directory_pages,
            file_pages,
            scenarios: None,
            follows: false,
        }
    }

    /// For each file the next one, by how many lines are missing, in which something did not run. Behind the last comes
    /// the first.
    fn next_uncovered(&self) -> Vec<Option<usize>> {
        let files = &self.tree.files;
        let mut order: Vec<_> = (0..files.len())
            .filter(|place| has_uncovered(files[*place].coverage))
            .collect();
        order.sort_by_key(|place| Reverse(files[*place].coverage.summary.lines.missing()));
        let mut next = vec![order.first().copied(); files.len()];
        for (index, place) in order.iter().enumerate() {
            let after = order[(index + 1) % order.len()];
            next[*place] = Some(after).filter(|after| after != place);
        }
        next
    }
}

fn has_uncovered(file: &FileCoverage) -> bool {
    file.segments
        .iter()
        .any(|segment| segment.count == Some(0) && !segment.is_gap)
}

/// The style, with a class for the length of each bar: the policy of the pages allows no style of an element's own.
fn style(about: &About) -> String {
    let mut style = STYLE.to_owned();
    for length in 0..=100 {
        let _ = write!(style, ".p{length}{{--p:{length}%}}");
    }
    if about.subject.against.is_some() {
        style.push_str(against::STYLE);
    }
    style
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::count::summary::Summary;
    use crate::formats::subject::Subject;

    /// A browser asks again with each change of a page, and looks through all of it.
    #[test]
    fn no_style_depends_on_what_is_inside_of_an_element() {
        assert!(STYLE.contains("#code") && !STYLE.contains(":has("));
        assert!(!against::STYLE.contains(":has("));
    }

    #[test]
    fn a_directory_of_the_workspace_may_be_called_as_that_of_the_dependencies() {
        let file = |path: &str| FileCoverage {
            path: path.into(),
            summary: Summary::default(),
            functions: vec![],
            segments: vec![],
            lines: vec![],
        };
        let registry = "/cargo/registry/src/index";
        let coverage = Coverage {
            files: vec![
                file("/app/Dependencies/b-1.0.0/src/lib.rs"),
                file("/app/Dependencies/b-1.0.0/main.rs"),
                file(&format!("{registry}/b-1.0.0/src/lib.rs")),
                file(&format!("{registry}/b-1.0.0/main.rs")),
            ],
            ..Coverage::default()
        };
        let about = About {
            title: "app".into(),
            made: 0,
            subject: Subject::default(),
            revision: None,
            tool: "tool 1.0".into(),
        };
        let site = Site::new(&coverage, Path::new("/app"), &about);
        let pages = site.directory_pages[1..].iter().chain(&site.file_pages);
        let different: HashSet<_> = pages.clone().collect();
        assert_eq!(different.len(), pages.count(), "{:?}", site.directory_pages);
    }
}
