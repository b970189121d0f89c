//! The pages on programs that still run: what a browser asks for, and what has changed of a page since.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::about::About;
use super::functions::ShownFunction;
use super::page::{PAGES, Site};
use super::ranking::{self, Ranked};
use super::read::Sources;
use super::{SCRIPT, closures, directory, file, first_page, functions, style};
use crate::count::{Coverage, FileCoverage};
use crate::formats::demangled;

/// What the pages on programs that still run have in addition.
const FOLLOW: &str = concat!(
    include_str!("assets/parts.js"),
    include_str!("assets/follow.js")
);

/// A report on programs that still run. Its pages follow what runs, by the events that come from the address `events` beside the
/// first page.
pub struct Followed {
    root: PathBuf,
    about: About,
    /// The functions of files, by their paths, until something runs in them.
    ranked: HashMap<Box<str>, Vec<Ranked>>,
}

/// A function that has run, as a reader knows it: its closures and its async body are it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reached {
    /// Without the modules that it is in.
    pub name: String,
    /// With them.
    pub full: String,
    /// Its file.
    pub path: Arc<str>,
    /// Its first line.
    pub line: u32,
}

/// The functions that those at these places are, or are parts of.
pub fn reached(coverage: &Coverage, places: &[usize]) -> Vec<Reached> {
    let mut names: HashMap<&Arc<str>, HashSet<String>> = HashMap::new();
    for place in places {
        let function = &coverage.functions[*place];
        if let Some(path) = function.own_file().map(|own| &function.files[own]) {
            let of_file = names.entry(path).or_default();
            of_file.insert(demangled(&function.name));
        }
    }
    let files = coverage.files.iter();
    let files = files.filter_map(|file| Some((file, names.get(&file.path)?)));
    files
        .flat_map(|(file, names)| reached_in(coverage, file, names))
        .collect()
}

fn reached_in(coverage: &Coverage, file: &FileCoverage, names: &HashSet<String>) -> Vec<Reached> {
    let functions = functions::written(coverage, file);
    let owners = closures::owners(&functions);
    let is_one = |function: &ShownFunction| {
        function
            .instantiations
            .iter()
            .any(|it| names.contains(&it.name))
    };
    let mut places: Vec<usize> = (0..functions.len())
        .filter(|place| is_one(&functions[*place]))
        .map(|place| owners[place])
        .collect();
    places.dedup();
    let reached = places.into_iter().map(|place| Reached {
        name: functions[place].name.clone(),
        full: functions[place].instantiations[0].name.clone(),
        path: file.path.clone(),
        line: functions[place].start.line,
    });
    reached.collect()
}

/// A page of the report.
enum Page {
    First,
    Functions,
    Directory(usize),
    File(usize),
}

impl Followed {
    /// A report on the workspace at `root`.
    pub fn new(root: &Path, about: About) -> Self {
        Self {
            root: root.to_owned(),
            about,
            ranked: HashMap::new(),
        }
    }

    /// The root of the workspace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The names of the pages of files, by the files' paths.
    pub fn pages_of_files(&self, coverage: &Coverage) -> HashMap<String, String> {
        let site = site(&self.root, &self.about, coverage);
        let files = site.tree.files.iter().zip(&site.file_pages);
        let pages =
            files.map(|(file, page)| (file.coverage.path.to_string(), format!("{PAGES}/{page}")));
        pages.collect()
    }

    /// Something has run in the file of a path.
    pub fn has_changed(&mut self, path: &str) {
        self.ranked.remove(path);
    }

    /// A file of the report, by its name in the directory. `None` if the report has no such file.
    pub fn file(&mut self, coverage: &Coverage, name: &str) -> Option<String> {
        match name {
            "style.css" => return Some(style(&self.about)),
            "report.js" => return Some(SCRIPT.to_owned() + FOLLOW),
            _ => {}
        }
        self.with(coverage, name, |page, site, functions, root| match page {
            Page::First => first_page(site, functions),
            Page::Functions => ranking::page(site, functions),
            Page::Directory(place) => directory::page(site, place, ""),
            Page::File(place) => page_of_file(site, root, place),
        })
    }

    /// The parts of a page that may be other ones because something has run in the files of these paths. `None` if the report has
    /// no such page.
    pub fn parts(
        &mut self,
        coverage: &Coverage,
        name: &str,
        paths: &HashSet<&str>,
    ) -> Option<String> {
        self.with(coverage, name, |page, site, functions, root| {
            let places = || {
                let files = site.tree.files.iter().enumerate();
                let files = files.filter(|(_, file)| paths.contains(&*file.coverage.path));
                files.map(|(place, _)| place).collect::<Vec<_>>()
            };
            match page {
                Page::First => directory::parts(site, 0, &ranking::top(site, functions), &places()),
                Page::Functions => {
                    let is_changed = |function: &&&Ranked| paths.contains(function.path(site));
                    let changed = functions.iter().filter(is_changed);
                    let rows: String = changed.map(|function| function.row(site)).collect();
                    format!("<table id=functions><tbody>{rows}</table>")
                }
                Page::Directory(place) => directory::parts(site, place, "", &places()),
                Page::File(place) if paths.contains(&*site.tree.files[place].coverage.path) => {
                    page_of_file(site, root, place)
                }
                Page::File(_) => String::new(),
            }
        })
    }

    /// What is made of the page of a name, with the functions that it has, if the report has such a page.
    fn with<T>(
        &mut self,
        coverage: &Coverage,
        name: &str,
        make: impl FnOnce(Page, &Site<'_>, &[&Ranked], &Path) -> T,
    ) -> Option<T> {
        let Self {
            root,
            about,
            ranked,
        } = self;
        let site = site(root, about, coverage);
        let page = Page::of(&site, name)?;
        let functions = ranked_for(&page, &site, root, ranked);
        Some(make(page, &site, &functions, root))
    }
}

fn site<'a>(root: &Path, about: &'a About, coverage: &'a Coverage) -> Site<'a> {
    Site {
        follows: true,
        ..Site::new(coverage, root, about)
    }
}

/// The functions that a page has, in order. Those of files in which something has run are counted anew.
fn ranked_for<'a>(
    page: &Page,
    site: &Site<'_>,
    root: &Path,
    ranked: &'a mut HashMap<Box<str>, Vec<Ranked>>,
) -> Vec<&'a Ranked> {
    if !matches!(page, Page::First | Page::Functions) {
        return Vec::new();
    }
    let sources = Sources::of(root);
    for place in ranking::files(site) {
        let path = &*site.tree.files[place].coverage.path;
        if !ranked.contains_key(path) {
            ranked.insert(path.into(), ranking::of_file(site, &sources, place));
        }
    }
    ranking::in_order(ranked.values().flatten())
}

fn page_of_file(site: &Site<'_>, root: &Path, place: usize) -> String {
    let path = Path::new(&*site.tree.files[place].coverage.path);
    let source = Sources::of(root).read(path);
    file::page(site, place, &source, site.next_uncovered()[place])
}

impl Page {
    fn of(site: &Site<'_>, name: &str) -> Option<Page> {
        if name == "index.html" {
            return Some(Page::First);
        }
        let name = name.strip_prefix(PAGES)?.strip_prefix('/')?;
        if name == ranking::PAGE {
            return Some(Page::Functions);
        }
        let place = |pages: &[String]| pages.iter().position(|it| it == name);
        if let Some(place) = place(&site.file_pages) {
            return Some(Page::File(place));
        }
        // The first one is the first page.
        let place = place(&site.directory_pages).filter(|place| *place > 0)?;
        Some(Page::Directory(place))
    }
}
