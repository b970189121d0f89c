//! The page of a directory: its totals, where most is missing, and all files below it.

use std::cmp::Reverse;
use std::collections::{HashSet, VecDeque};
use std::fmt::Write;

use super::against;
use super::numbers::{level, number, percent};
use super::page::{From, PAGES, Site, bar_of, cards, code, files};
use super::scenarios;
use super::text::{escaped, path};
use super::tree::Entry;
use crate::count::ratio::Ratio;
use crate::count::summary::Summary;

/// So many rows are shown at first, if the directories below can be closed so far.
const ROWS: usize = 40;

/// So many of the files that most is missing of are named.
const WORST: usize = 5;

/// What the colours of the bars and numbers stand for; the limits are those of [`level`].
const LIMITS: &str = "<ul class=limits aria-label=Colours><li class=g>all ran<li class=y>80% or more ran\
                      <li class=r>less than 80% ran</ul>";

/// The page of a directory. On the first one are the `functions` of which most is missing.
pub fn page(site: &Site<'_>, place: usize, functions: &str) -> String {
    let directory = &site.tree.directories[place];
    let heading = match place {
        0 => escaped(&site.about.title),
        _ => escaped(&directory.path),
    };
    let what = match site.about.subject.nothing(code) {
        Some(nothing) if directory.size == 0 => format!("{nothing} "),
        _ => format!("What ran of {}, and what did not. ", files(directory.size)),
    };
    let mut main = format!(
        "<h1>{heading}</h1>{}{}",
        site.subtitle(&what),
        cards(&directory.summary)
    );
    if let Some(scenarios) = site.scenarios.filter(|_| place == 0) {
        let _ = write!(
            main,
            "<p class=more><a href=\"{PAGES}/{}\">{}</a>: which part of a suite reaches what</p>",
            scenarios::PAGE,
            scenarios.title()
        );
    }
    let _ = write!(
        main,
        "<div class=where>{}{}{functions}</div>",
        since(site, place),
        worst(site, place)
    );
    main.push_str(&table(site, place));
    site.page(Entry::Directory(place), "dir", "", &main)
}

/// The files below a directory, and the directories with them, in order; each with its depth.
fn below(site: &Site<'_>, place: usize) -> Vec<(usize, Entry)> {
    let mut below = vec![];
    let entries = |place: usize, depth: usize| {
        let entries = site.tree.directories[place].entries.iter().rev();
        entries.map(move |entry| (depth, *entry))
    };
    let mut rest: Vec<_> = entries(place, 0).collect();
    while let Some((depth, entry)) = rest.pop() {
        below.push((depth, entry));
        if let Entry::Directory(inside) = entry {
            rest.extend(entries(inside, depth + 1));
        }
    }
    below
}

/// The directories below one that are open at first: from the outside to the inside, as long as there is room.
fn open(site: &Site<'_>, place: usize) -> HashSet<usize> {
    let entries = |place: usize| &site.tree.directories[place].entries;
    let mut open = HashSet::new();
    let mut rows = entries(place).len();
    let mut waiting = VecDeque::from([place]);
    while let Some(around) = waiting.pop_front() {
        for entry in entries(around) {
            if let Entry::Directory(inside) = *entry
                && rows + entries(inside).len() <= ROWS
            {
                rows += entries(inside).len();
                open.insert(inside);
                waiting.push_back(inside);
            }
        }
    }
    open
}

/// What has changed below a directory since an earlier report, if there is one.
fn since(site: &Site<'_>, place: usize) -> String {
    let Some(against) = &site.about.subject.against else {
        return String::new();
    };
    let from = From::of(Entry::Directory(place));
    against::section(site, from, against, &files_below(site, place))
}

/// What has changed in a file, or below a directory, since an earlier report.
fn note(site: &Site<'_>, entry: Entry) -> String {
    let Some(against) = &site.about.subject.against else {
        return String::new();
    };
    let files = match entry {
        Entry::File(file) => vec![file],
        Entry::Directory(place) => files_below(site, place),
    };
    let files = files.into_iter().map(|file| site.tree.files[file].coverage);
    let changes: Vec<_> = files.map(|file| against.of(file)).collect();
    against::note(&changes)
}

fn files_below(site: &Site<'_>, place: usize) -> Vec<usize> {
    let entries = below(site, place).into_iter();
    let files = entries.filter_map(|(_, entry)| match entry {
        Entry::File(file) => Some(file),
        Entry::Directory(_) => None,
    });
    files.collect()
}

/// What may change on the page of a directory when something has run in files: the numbers, what most is missing of, and the rows
/// of the files and of the directories around them.
pub fn parts(site: &Site<'_>, place: usize, functions: &str, files: &[usize]) -> String {
    let around = |file: &usize| {
        let parent = site.tree.files[*file].parent;
        site.tree.around(parent).into_iter().chain([parent])
    };
    let around: HashSet<usize> = files.iter().flat_map(around).collect();
    let entries = below(site, place).into_iter().map(|(_, entry)| entry);
    let entries = entries.filter(|entry| match entry {
        Entry::File(file) => files.contains(file),
        Entry::Directory(directory) => around.contains(directory),
    });
    let mut out = format!(
        "{}{}{functions}<table id=tree><tbody>",
        cards(&site.tree.directories[place].summary),
        worst(site, place)
    );
    let from = From::of(Entry::Directory(place));
    for entry in entries {
        let (_, summary) = named(site, entry);
        let address = site.address(from, entry);
        let _ = writeln!(out, "<tr><th><a href=\"{address}\"></a>{}", cells(summary));
    }
    out + "</tbody></table>"
}

fn named<'a>(site: &'a Site<'_>, entry: Entry) -> (&'a str, &'a Summary) {
    match entry {
        Entry::Directory(inside) => {
            let directory = &site.tree.directories[inside];
            (&directory.name, &directory.summary)
        }
        Entry::File(file) => {
            let file = &site.tree.files[file];
            (&file.name, &file.coverage.summary)
        }
    }
}

fn worst(site: &Site<'_>, place: usize) -> String {
    let missing = |file: usize| {
        let lines = site.tree.files[file].coverage.summary.lines;
        lines.total - lines.covered
    };
    let mut found = files_below(site, place);
    found.retain(|file| missing(*file) > 0);
    // A reader's own files come before those of others, which are rarely theirs to test.
    let is_own = |file: &usize| site.tree.is_own(site.tree.files[*file].parent);
    if found.iter().any(is_own) {
        found.retain(is_own);
    }
    if site.tree.directories[place].size <= WORST || found.is_empty() {
        return String::new();
    }
    found.sort_by_key(|file| Reverse(missing(*file)));
    let mut out =
        String::from("<section class=worst><h2>Files with the most lines not run</h2><ol>");
    let outside = match site.tree.directories[place].path.as_str() {
        "" => 0,
        path => path.len() + 1,
    };
    for file in found.into_iter().take(WORST) {
        let lines = site.tree.files[file].coverage.summary.lines;
        // What is missing is what the bar is filled with.
        let not_run = Ratio {
            covered: missing(file),
            total: lines.total,
        };
        let _ = write!(
            out,
            "<li><a href=\"{address}#U1\">{path}</a>{bar}<span><b>{missing}</b> of {total} lines</span>",
            address = site.address(From::of(Entry::Directory(place)), Entry::File(file)),
            path = path(&site.tree.files[file].path[outside..]),
            missing = number(not_run.covered),
            total = number(lines.total),
            bar = bar_of(not_run),
        );
    }
    out + "</ol></section>"
}

fn table(site: &Site<'_>, place: usize) -> String {
    let (open, from) = (open(site, place), From::of(Entry::Directory(place)));
    let mut out = String::from(
        "<section class=files><div id=bar><h2>Files</h2></div><table id=tree>\
         <caption class=o>Files and directories, with how much of each ran</caption>\
         <thead><tr><th scope=col aria-sort=ascending>Name<th scope=col>Lines<th scope=col>Lines not run\
         <th scope=col>Functions<th scope=col>Regions</thead><tbody>\n",
    );
    // The rows that a closed directory hides, until a script opens it. Without scripts all are there.
    let mut hidden_below: Option<usize> = None;
    for (depth, entry) in below(site, place) {
        if hidden_below.is_some_and(|closed| depth <= closed) {
            hidden_below = None;
        }
        let is_hidden = hidden_below.is_some();
        let (name, summary) = named(site, entry);
        let mut classes = format!("d{}", depth.min(9));
        if let Entry::Directory(inside) = entry {
            classes.push_str(" d");
            if !open.contains(&inside) {
                classes.push_str(" c");
                if !is_hidden {
                    hidden_below = Some(depth);
                }
            }
        }
        if is_hidden {
            classes.push_str(" x");
        }
        let _ = writeln!(
            out,
            "<tr class=\"{classes}\" data-d={depth}><th scope=row><a href=\"{address}\">{name}{slash}</a>{note}{cells}",
            address = site.address(from, entry),
            name = path(name),
            slash = if matches!(entry, Entry::Directory(_)) {
                "/"
            } else {
                ""
            },
            note = note(site, entry),
            cells = cells(summary),
        );
    }
    out + "</tbody></table>" + LIMITS + "</section>"
}

fn cells(summary: &Summary) -> String {
    let missing = summary.lines.total - summary.lines.covered;
    let cell = |ratio: Ratio, bar: &str| {
        format!(
            "<td class={}>{bar}<b>{}</b> <small>{}/{}</small>",
            level(ratio),
            percent(ratio),
            ratio.covered,
            ratio.total
        )
    };
    format!(
        "{}<td class=u>{}{}{}",
        cell(summary.lines, &bar_of(summary.lines)),
        number(missing),
        cell(summary.functions, ""),
        cell(summary.regions, ""),
    )
}
