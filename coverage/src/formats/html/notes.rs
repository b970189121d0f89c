//! Notes below lines: how often a function was compiled, and what is expanded from other files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::iter::Peekable;
use std::vec::IntoIter;

use super::functions::ShownFunction;
use super::numbers::{compact, counted, exact, number};
use super::page::{From, Site};
use super::text::{escaped, name};
use super::tree::Entry;
use crate::count::segments::Segment;
use crate::parse::regions::Kind;

/// Notes, by their lines.
#[derive(Default)]
pub struct Notes(Option<Peekable<IntoIter<(u32, String)>>>);

impl Notes {
    /// The notes on the functions and expansions in a file.
    pub fn new(site: &Site<'_>, place: usize, functions: &[ShownFunction]) -> Self {
        let generic = functions.iter().filter(|it| it.instantiations.len() > 1);
        let mut notes: Vec<_> = generic.map(instantiations).collect();
        notes.extend(expansions(site, place));
        notes.sort_by_key(|(line, _)| *line);
        notes.dedup();
        Self(Some(notes.into_iter().peekable()))
    }

    /// Writes those of a line, if they were not written yet.
    pub fn write(&mut self, out: &mut String, line: u32) {
        let Some(notes) = &mut self.0 else { return };
        while let Some((_, note)) = notes.next_if(|(at, _)| *at <= line) {
            out.push_str(&note);
        }
    }
}

fn instantiations(function: &ShownFunction) -> (u32, String) {
    let all = &function.instantiations;
    let mut note = format!(
        "<details><summary>{}, {} ran</summary><ul>",
        counted(all.len(), "instantiation"),
        match function.ran() {
            ran if ran == all.len() => "all".into(),
            0 => "none".into(),
            ran => number(ran),
        }
    );
    let mut all: Vec<_> = all.iter().map(|one| (one, one.parts())).collect();
    let places: BTreeSet<_> = all
        .iter()
        .flat_map(|(_, parts)| parts)
        .map(|it| it.start)
        .collect();
    note.push_str("<li><span>at</span> <small>");
    for place in &places {
        let _ = write!(note, "{}:{} ", place.line, place.column);
    }
    note.push_str("</small>");
    let is_whole = |parts: &[Segment]| parts.iter().all(|part| part.count != Some(0));
    // What did not run comes first, then what ran in part.
    all.sort_by_key(|(one, parts)| (one.count > 0, is_whole(parts)));
    for (one, parts) in all {
        let class = match one.count {
            0 => "u",
            _ if is_whole(&parts) => "c",
            _ => "h",
        };
        let _ = write!(
            note,
            "<li class={class}><b title=\"{}\">{}</b> <code>{}</code> <small>",
            exact(one.count),
            compact(one.count),
            name(&one.name)
        );
        let counts: BTreeMap<_, _> = parts.iter().map(|it| (it.start, it.count)).collect();
        for place in &places {
            match counts.get(place) {
                Some(Some(count)) => {
                    let _ = write!(note, "{} ", compact(*count));
                }
                _ => note.push_str("– "),
            }
        }
        note.push_str("</small>");
    }
    (function.start.line, note + "</ul></details>")
}

/// Where something is used whose inside is in another place of the mapping, such as a macro.
fn expansions(site: &Site<'_>, place: usize) -> Vec<(u32, String)> {
    let file = site.tree.files[place].coverage;
    let mut notes = vec![];
    for function in site.coverage.functions_of(file) {
        let expansions = function.regions.iter().filter(|region| {
            region.kind == Kind::Expansion && function.files.get(region.file) == Some(&file.path)
        });
        for region in expansions {
            let Some(inside) = region.expanded_file else {
                continue;
            };
            let (Some(path), Some(first)) = (
                function.files.get(inside),
                function.regions_in(inside).next(),
            ) else {
                continue;
            };
            let line = first.start.line;
            let mut files = site.tree.files.iter();
            let source = match files.position(|it| it.coverage.path == *path) {
                Some(page) => format!(
                    "<a href=\"{}#L{line}\">{}</a>",
                    site.address(From::Page, Entry::File(page)),
                    escaped(&site.tree.files[page].path)
                ),
                None => escaped(path),
            };
            let note = format!("<div class=x>Expanded from {source}, line {line}</div>");
            notes.push((region.end.line, note));
        }
    }
    notes
}
