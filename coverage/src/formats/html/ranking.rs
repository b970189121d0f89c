//! The functions of the workspace, by how many of their lines did not run: where the next test should go.

use std::cmp::Reverse;
use std::fmt::Write;
use std::path::Path;

use super::closures;
use super::difference::{Listed, difference};
use super::functions;
use super::numbers::{compact, counted, exact, level, number, percent};
use super::own_code;
use super::page::{From, PAGES, Site, bar_of};
use super::read::Sources;
use super::text::{name, path};
use super::tree::Entry;
use crate::count::lines::Line;
use crate::count::ratio::Ratio;
use crate::parallel;

/// The page of all functions. No source has a page of this name.
pub const PAGE: &str = "~functions.html";

/// So many of them are on the first page.
const TOP: usize = 10;

/// A browser lays out as many rows at once, and those out of sight later.
const ROWS_TOGETHER: usize = 100;

/// A function with its closures, and with the body that it has if it is async.
pub struct Ranked {
    /// Its file, in the tree.
    file: usize,
    line: u32,
    name: String,
    /// How often it was called.
    count: u64,
    /// The lines of the listing that have code of it.
    lines: Ratio,
    /// How many functions it is for llvm-cov: itself, its closures and its async body.
    parts: usize,
    /// One of them was compiled several times, as a generic one is.
    is_compiled_again: bool,
}

/// The functions of the files of the workspace.
pub fn ranked(site: &Site<'_>, sources: &Sources) -> Vec<Vec<Ranked>> {
    let files: Vec<usize> = files(site).collect();
    parallel::map(&files, 1, &|file| of_file(site, sources, *file))
}

/// The files of the workspace, in the tree.
pub fn files(site: &Site<'_>) -> impl Iterator<Item = usize> {
    (0..site.tree.files.len()).filter(|file| site.tree.is_own(site.tree.files[*file].parent))
}

/// Those first of which most lines did not run.
pub fn in_order<'a>(functions: impl Iterator<Item = &'a Ranked>) -> Vec<&'a Ranked> {
    let mut ranked: Vec<_> = functions.collect();
    ranked.sort_by_key(|it| (Reverse(it.lines.missing()), it.file, it.line));
    ranked
}

/// The functions of a file.
pub fn of_file(site: &Site<'_>, sources: &Sources, file: usize) -> Vec<Ranked> {
    let coverage = site.tree.files[file].coverage;
    let mut functions = functions::written(site.coverage, coverage);
    let owners = closures::owners(&functions);
    closures::name(&mut functions);
    let source = sources.read(Path::new(&*coverage.path));
    let text: Vec<_> = source.text().unwrap_or_default().lines().collect();
    let mut parts = vec![vec![]; functions.len()];
    for (part, owner) in functions.iter().zip(owners) {
        parts[owner].push(part);
    }
    let is_known = |line: &Line| {
        let known = &coverage.lines;
        known
            .binary_search_by_key(&line.number, |it| it.number)
            .is_ok()
    };
    let whole = functions
        .iter()
        .zip(parts)
        .filter(|(_, parts)| !parts.is_empty());
    let whole = whole.map(|(function, parts)| {
        let lines = own_code::lines_of(&parts, &text);
        // Of a file of which some lines alone are reported on there are no others.
        let lines = lines.iter().filter(|line| is_known(line));
        Ranked {
            file,
            line: function.start.line,
            name: function.name.clone(),
            count: function.count,
            lines: Ratio::of(lines.map(|line| line.count > 0)),
            parts: parts.len(),
            is_compiled_again: parts.iter().any(|it| it.instantiations.len() > 1),
        }
    });
    whole.collect()
}

impl Ranked {
    /// The path of its file.
    pub fn path<'a>(&self, site: &'a Site<'_>) -> &'a str {
        &site.tree.files[self.file].coverage.path
    }

    /// Its row on the page of all.
    pub fn row(&self, site: &Site<'_>) -> String {
        let calls = match self.count {
            count if count < 1000 => format!("<td>{count}"),
            count => format!(
                "<td data-n={count} title=\"{}\">{}",
                exact(count),
                compact(count)
            ),
        };
        format!(
            "<tr><th scope=row>{link}<td>{path}<td class=u>{missing}<td class={level}>{bar}<b>{percent}</b> \
             <small>{covered}/{total}</small>{calls}\n",
            link = self.link(site, From::Page),
            path = path(&site.tree.files[self.file].path),
            missing = number(self.lines.missing()),
            level = level(self.lines),
            bar = bar_of(self.lines),
            percent = percent(self.lines),
            covered = self.lines.covered,
            total = self.lines.total,
        )
    }

    fn link(&self, site: &Site<'_>, from: From) -> String {
        format!(
            "<a href=\"{}#L{}\">{}</a>",
            site.address(from, Entry::File(self.file)),
            self.line,
            name(&self.name)
        )
    }
}

/// The part of the first page that names the functions of which most is missing.
pub fn top(site: &Site<'_>, ranked: &[&Ranked]) -> String {
    if ranked.is_empty() {
        return String::new();
    }
    let mut out =
        String::from("<section class=worst><h2>Functions with the most lines not run</h2><ol>");
    let worst = ranked.iter().filter(|it| it.lines.missing() > 0);
    for function in worst.take(TOP) {
        let not_run = Ratio {
            covered: function.lines.missing(),
            total: function.lines.total,
        };
        let _ = write!(
            out,
            "<li><span class=n>{link} <small>{path}</small></span>{bar}<span><b>{missing}</b> of {total} lines</span>",
            link = function.link(site, From::Index),
            path = path(&site.tree.files[function.file].path),
            bar = bar_of(not_run),
            missing = number(not_run.covered),
            total = number(not_run.total),
        );
    }
    let _ = write!(
        out,
        "</ol><p><a id=allfunctions href=\"{PAGES}/{PAGE}\">All {} →</a></p>",
        counted(ranked.len(), "function")
    );
    if let Some(difference) = difference(&site.tree.directories[0].summary, &listed(site, ranked)) {
        let _ = write!(out, "<p class=why>{difference}</p>");
    }
    out + "</section>"
}

/// What the list of these functions says.
fn listed(site: &Site<'_>, ranked: &[&Ranked]) -> Listed {
    let summaries = files(site).map(|file| &site.tree.files[file].coverage.summary);
    Listed {
        functions: ranked.len(),
        missing: ranked.iter().map(|it| it.lines.missing()).sum(),
        parts: ranked.iter().map(|it| it.parts).sum(),
        counted: summaries.map(|it| it.functions.total).sum(),
        is_compiled_again: ranked.iter().any(|it| it.is_compiled_again),
    }
}

/// The page of all functions.
pub fn page(site: &Site<'_>, ranked: &[&Ranked]) -> String {
    let mut main = format!(
        "<h1>Functions</h1>{}<section class=files><div id=bar></div><table id=functions>\
         <caption class=o>Functions, with how much of each ran</caption>\
         <thead><tr><th scope=col>Name<th scope=col>File<th scope=col aria-sort=descending>Lines not run\
         <th scope=col>Lines<th scope=col>Calls</thead><tbody>\n",
        site.subtitle("Each with its closures and its async body. ")
    );
    for (place, function) in ranked.iter().enumerate() {
        if place > 0 && place % ROWS_TOGETHER == 0 {
            main.push_str("</tbody><tbody>\n");
        }
        main.push_str(&function.row(site));
    }
    main.push_str("</tbody></table></section>");
    site.plain_page("Functions", &main)
}
