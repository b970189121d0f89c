//! The page of a source file: numbers, functions, and the listing.

use std::fmt::Write;

use super::against;
use super::closures;
use super::functions::{self, ShownFunction};
use super::listing::{Kind, listing, numbers};
use super::marks::Marks;
use super::notes::Notes;
use super::numbers::{compact, counted, exact, level, number, percent};
use super::own_code::OwnCode;
use super::page::{From, Site, bar_of, kinds};
use super::source::Source;
use super::strip::strip;
use super::text::{escaped, name};
use super::tree::Entry;
use crate::baseline::Changes;
use crate::count::summary::Summary;

/// The page of a file; `next` is the next one in which something did not run.
pub fn page(site: &Site<'_>, place: usize, source: &Source, next: Option<usize>) -> String {
    let file = &site.tree.files[place];
    let coverage = file.coverage;
    let is_of_changes = site.about.subject.since.is_some();
    let against = site.about.subject.against.as_ref();
    let changes = against.map_or(Changes::NONE, |it| it.of(coverage));
    let mut functions = functions::written(site.coverage, coverage);
    closures::name(&mut functions);
    let own_code = OwnCode::of(site.coverage, coverage, source.text());
    let (listing, mut remark) = match source {
        Source::Text { text, .. } => {
            let is_rust = file.name.to_lowercase().ends_with(".rs");
            let own = functions.iter().filter(|it| !it.is_closure);
            let starts: Vec<_> = own.map(|function| function.start).collect();
            let marks = Marks::new(&own_code.segments, &starts);
            let mut notes = Notes::new(site, place, &functions);
            let kind = Kind {
                is_rust,
                is_of_changes,
                changes,
            };
            let listing = listing(text, kind, &own_code.lines, marks, &mut notes);
            (listing, String::new())
        }
        Source::Missing(why) => {
            let remark = format!("The source cannot be shown: {why}. These are its numbers.");
            (numbers(&own_code.lines, changes), remark)
        }
    };
    if let Some(last) = coverage
        .lines
        .last()
        .filter(|last| last.number > listing.length)
    {
        remark = format!(
            "The file has changed since it was built: it ends at line {}, and line {} was measured. The counts may \
             stand at the wrong lines.",
            listing.length, last.number
        );
    }

    let mut main = format!(
        "<h1>{}</h1>{}<ul class=sums>",
        escaped(&file.path),
        site.subtitle("")
    );
    for (name, ratio) in kinds(&coverage.summary) {
        let _ = write!(
            main,
            "<li class={}>{name} <b>{}</b> <small>{} of {}</small>{}",
            level(ratio),
            percent(ratio),
            number(ratio.covered),
            number(ratio.total),
            bar_of(ratio)
        );
    }
    main.push_str("</ul>");
    if let Some(difference) = difference(&coverage.summary, &own_code, &functions) {
        let _ = write!(main, "<p class=why>{difference}</p>");
    }
    if let Some(against) = against {
        main.push_str(&against::paragraph(against, &coverage.path, changes));
    }
    if !remark.is_empty() {
        let _ = write!(main, "<p class=remark role=note>{}</p>", escaped(&remark));
    }
    main.push_str(LEGEND);
    if let Some(first) = coverage.lines.first().filter(|_| is_of_changes) {
        let _ = write!(
            main,
            "<li class=v><a href=#L{}>changed line</a>",
            first.number
        );
    }
    main.push_str(&against::legend(changes));
    main.push_str("</ul>");
    main.push_str(&outline(&functions));
    let class = if listing.length > 400 {
        " class=long"
    } else {
        ""
    };
    // Without functions there is nothing beside it.
    let alone = if functions.is_empty() {
        " class=alone"
    } else {
        ""
    };
    let ends = match source {
        Source::Text {
            has_returns: true, ..
        } => " data-ends=crlf",
        _ => "",
    };
    let _ = write!(
        main,
        "<div id=source{alone}><div id=code{class}{ends} tabindex=-1 role=region aria-label=Source>{}</div>{}</div>",
        listing.html,
        strip(&listing)
    );
    let head = tools(site, listing.places, next);
    site.page(Entry::File(place), "src", &head, &main)
}

/// Why the numbers, which are llvm-cov's, are not those of the listing and of the functions beside it.
fn difference(
    summary: &Summary,
    own_code: &OwnCode,
    functions: &[ShownFunction],
) -> Option<String> {
    let (missing, listed) = (summary.lines.missing(), own_code.missing());
    let idle = functions.iter().filter(|it| it.count == 0).count();
    let mut parts = vec![];
    if missing > listed {
        parts.push(format!(
            "{} did not run, and {} so below: a line counts for each function that it is part of, such as a closure and what \
             is around it, and a generic function as its instantiation that ran most.",
            counted(missing, "line"),
            if listed == 1 { "1 looks".into() } else { format!("{} look", number(listed)) },
        ));
    } else if missing < listed {
        parts.push(format!(
            "{} below look as if they did not run, and {} counted: the code of a macro counts where it is used.",
            counted(listed, "line"),
            if missing == 1 { "1 is".into() } else { format!("{} are", number(missing)) },
        ));
    }
    if functions.len() != summary.functions.total || idle != summary.functions.missing() {
        parts.push(format!(
            "{} in {}: those that a macro makes, or a file that is in several modules, are in one place, and count once.",
            counted(functions.len(), "function"),
            counted(summary.functions.total, "place")
        ));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

const LEGEND: &str = "<ul class=legend aria-label=Legend><li class=c>ran<li class=h>ran in part: \
                      <u>this</u> did not<li class=u>did not run";

/// The way through what did not run; a script makes it count.
fn tools(site: &Site<'_>, places: usize, next: Option<usize>) -> String {
    let mut out = String::from("<div id=jump>");
    if places == 0 {
        out.push_str("<span id=at>everything ran</span>");
    } else {
        let _ = write!(
            out,
            "<a id=prev href=#U{places} title=\"Previous place that did not run (p)\">↑<span class=o> previous</span></a>\
             <span id=at aria-live=polite>{}</span>\
             <a id=next href=#U1 title=\"Next place that did not run (n)\">↓<span class=o> next</span></a>",
            counted(places, "place").replace("place", "uncovered place")
        );
    }
    if let Some(next) = next {
        let _ = write!(
            out,
            "<a id=nextfile rel=next href=\"{}#U1\" title=\"{} (N)\">next file →</a>",
            site.address(From::Page, Entry::File(next)),
            escaped(&site.tree.files[next].path)
        );
    }
    out + "</div>"
}

fn outline(functions: &[ShownFunction]) -> String {
    if functions.is_empty() {
        return String::new();
    }
    let ran = functions.iter().filter(|it| it.count > 0).count();
    let mut out = format!(
        "<details id=outline><summary>Functions <small>{} of {} ran</small></summary><ol>",
        number(ran),
        number(functions.len())
    );
    for function in functions {
        let class = match function.regions {
            _ if function.count == 0 => "u",
            regions if regions.covered < regions.total => "h",
            _ => "c",
        };
        let full = &function.instantiations[0].name;
        let _ = write!(
            out,
            "<li class={class}><a href=#L{} title=\"{}\">{}</a> <b title=\"{}\">{}</b>",
            function.start.line,
            escaped(full),
            name(&function.name),
            exact(function.count),
            compact(function.count),
        );
    }
    out + "</ol></details>"
}
