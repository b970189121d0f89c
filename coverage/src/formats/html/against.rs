//! What has changed since an earlier report: beside each file, above the files of a directory, and above a source.

use std::cmp::Reverse;
use std::fmt::Write;

use super::numbers::number;
use super::page::{From, Site, code};
use super::text::path;
use super::tree::Entry;
use crate::baseline::{Changes, Comparison, sentence};
use crate::formats::missing::runs;

/// The style of what pages have for it.
pub const STYLE: &str = include_str!("assets/against.css");

/// So many of the files with lost lines are named.
const FILES: usize = 5;
/// So many stretches of lines are linked; all of them are marked.
const STRETCHES: usize = 8;

/// What has changed in a file, or below a directory: `+12 −3`.
pub fn note(changes: &[&Changes]) -> String {
    let (gained, lost) = sums(changes);
    if (gained, lost) == (0, 0) {
        return String::new();
    }
    let sign = |sign: &str, count: usize| match count {
        0 => String::new(),
        _ => format!(" {sign}{}", number(count)),
    };
    let words = sentence(gained, lost);
    format!(
        " <small class=since title=\"{words}\"><span class=o>{words}</span><span aria-hidden=true>{}{}</span></small>",
        sign("+", gained),
        sign("−", lost)
    )
}

fn sums(changes: &[&Changes]) -> (usize, usize) {
    let of = |count: fn(&Changes) -> usize| changes.iter().map(|it| count(it)).sum();
    (of(|it| it.gained.len()), of(|it| it.lost.len()))
}

/// The section of the page of a directory that has these files.
pub fn section(site: &Site<'_>, from: From, against: &Comparison, files: &[usize]) -> String {
    let of = |file: &usize| against.of(site.tree.files[*file].coverage);
    let changes: Vec<_> = files.iter().map(of).collect();
    let (gained, lost) = sums(&changes);
    let mut out = format!(
        "<section class=\"worst against\"><h2>Against {}</h2><p>{}</p>",
        code(&against.name),
        sentence(gained, lost)
    );
    let mut losing: Vec<_> = files.iter().filter(|it| !of(it).lost.is_empty()).collect();
    losing.sort_by_key(|file| Reverse(of(file).lost.len()));
    if !losing.is_empty() {
        out.push_str("<ol>");
    }
    for file in losing.iter().take(FILES) {
        let lost = &of(file).lost;
        let _ = write!(
            out,
            "<li><a href=\"{}#L{}\">{}</a><span><b>{}</b> lost</span>",
            site.address(from, Entry::File(**file)),
            lost[0],
            path(&site.tree.files[**file].path),
            number(lost.len())
        );
    }
    if !losing.is_empty() {
        out.push_str("</ol>");
    }
    if losing.len() > FILES {
        let more = losing.len() - FILES;
        let _ = write!(out, "<p>and {} more, marked below</p>", number(more));
    }
    out + "</section>"
}

/// What is said above the source of a file.
pub fn paragraph(against: &Comparison, path: &str, changes: &Changes) -> String {
    let name = code(&against.name);
    if against.new.iter().any(|new| **new == *path) {
        return format!("<p class=against>{name} does not have this file.</p>");
    }
    let mut out = format!("<p class=against>Against {name}: {}", changes.sentence());
    for (what, lines) in [("Lost", &changes.lost), ("Newly run", &changes.gained)] {
        let stretches = runs(lines.iter().copied());
        let links = stretches.iter().take(STRETCHES).map(|(first, last)| {
            let lines = if first == last {
                format!("{first}")
            } else {
                format!("{first}–{last}")
            };
            format!("<a href=#L{first}>{lines}</a>")
        });
        let links: Vec<_> = links.collect();
        if links.is_empty() {
            continue;
        }
        let _ = write!(out, ". {what}: {}", links.join(", "));
        if stretches.len() > STRETCHES {
            let _ = write!(out, " and {} more", stretches.len() - STRETCHES);
        }
    }
    out + ".</p>"
}

/// What the marks of lines stand for; each leads to the first one.
pub fn legend(changes: &Changes) -> String {
    let mut out = String::new();
    for (class, what, lines) in [
        ("ga", "newly run", &changes.gained),
        ("lo", "lost", &changes.lost),
    ] {
        if let Some(first) = lines.first() {
            let _ = write!(out, "<li class={class}><a href=#L{first}>{what}</a>");
        }
    }
    out
}

/// The class of a line; none if it is as before.
pub fn class(changes: &Changes, number: u32) -> &'static str {
    let is_in = |lines: &[u32]| lines.binary_search(&number).is_ok();
    match changes {
        _ if is_in(&changes.lost) => "lo",
        _ if is_in(&changes.gained) => "ga",
        _ => "",
    }
}
