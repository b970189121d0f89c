//! What all pages have in common: head, path, foot, and the numbers at the top.

use std::fmt::Write;

use super::about::About;
use super::numbers::{bar, counted, date, level, number, percent};
use super::scenarios::{DATA, Scenarios};
use super::text::escaped;
use super::tree::{Entry, Tree};
use crate::count::Coverage;
use crate::count::ratio::Ratio;
use crate::count::summary::Summary;

/// Where the pages are, below the report's directory.
pub const PAGES: &str = "pages";

/// Nothing is loaded but the report's own style and script: no page talks to a network. `file:` is for browsers to
/// which a file has no origin.
const POLICY: &str = "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// What is allowed in addition to pages that follow programs: to ask where they come from.
const POLICY_TO_FOLLOW: &str = "; connect-src 'self'";

/// A bar that is filled for the larger part.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath \
                    fill='%230f7b4f' d='M2 1h12v4H2zm0 5h12v4H2z'/%3E%3Cpath fill='%23b4232f' d='M2 11h12v4H2z'/%3E%3C/svg%3E";

/// All that the pages show.
pub struct Site<'a> {
    /// The counts.
    pub coverage: &'a Coverage,
    /// What it is a report on.
    pub about: &'a About,
    /// The files, by directory.
    pub tree: Tree<'a>,
    /// The file names of the pages of the directories; that of the root is not used.
    pub directory_pages: Vec<String>,
    /// The file names of the pages of the files.
    pub file_pages: Vec<String>,
    /// The scenarios, if there are any.
    pub scenarios: Option<&'a Scenarios<'a>>,
    /// Whether they follow programs that still run.
    pub follows: bool,
}

/// Where a page is, and what is around its main part.
struct Frame<'a> {
    from: From,
    /// What the page is of, in its head.
    name: &'a str,
    title: String,
    /// The directories around it, from the outside to the inside.
    around: Vec<usize>,
    class: &'a str,
    head: &'a str,
    /// Addresses of scripts of its own.
    scripts: Vec<String>,
}

/// From where a link leads.
#[derive(Clone, Copy, PartialEq)]
pub enum From {
    /// The first page, in the report's directory.
    Index,
    /// Any other.
    Page,
}

impl Site<'_> {
    /// The address of the page of a directory or file.
    pub fn address(&self, from: From, of: Entry) -> String {
        let inside = match from {
            From::Index => format!("{PAGES}/"),
            From::Page => String::new(),
        };
        match of {
            Entry::Directory(0) => format!("{}index.html", from.up()),
            Entry::Directory(place) => format!("{inside}{}", self.directory_pages[place]),
            Entry::File(place) => format!("{inside}{}", self.file_pages[place]),
        }
    }

    /// What is said below the heading: what the report is of, of which commit, and when it was made.
    pub fn subtitle(&self, what: &str) -> String {
        let mut out = String::new();
        let phrase = self.about.subject.phrase(code);
        if !phrase.is_empty() {
            let _ = write!(out, "<p class=part>Coverage{phrase}</p>");
        }
        let _ = write!(out, "<p class=sub>{what}");
        if let Some(revision) = &self.about.revision {
            let revision = revision.to_string();
            let _ = write!(out, "<span>{}</span> ", escaped(&revision));
        }
        let _ = write!(out, "<time>{}</time></p>", date(self.about.made));
        out
    }

    /// The page of a directory or file. `class` tells the style what kind of page it is, and `head` is what comes beside the
    /// path.
    pub fn page(&self, of: Entry, class: &str, head: &str, main: &str) -> String {
        let (name, parent) = match of {
            Entry::Directory(0) => (self.about.title.as_str(), None),
            Entry::Directory(place) => {
                let directory = &self.tree.directories[place];
                (directory.name.as_str(), directory.parent)
            }
            Entry::File(place) => {
                let file = &self.tree.files[place];
                (file.name.as_str(), Some(file.parent))
            }
        };
        let title = match of {
            Entry::Directory(0) => format!("{name} · coverage"),
            _ => format!("{name} · {} · coverage", self.about.title),
        };
        let around = parent.map(|parent| {
            let mut around = self.tree.around(parent);
            around.push(parent);
            around
        });
        let scripts = match of {
            Entry::File(place) if self.scenarios.is_some() => {
                vec![DATA.to_owned(), self.script_of_file(place)]
            }
            _ => Vec::new(),
        };
        let frame = Frame {
            from: From::of(of),
            name,
            title,
            around: around.unwrap_or_default(),
            class,
            head,
            scripts,
        };
        self.framed(&frame, main)
    }

    /// The name of the script beside the page of a file.
    pub fn script_of_file(&self, place: usize) -> String {
        format!("{}.js", self.file_pages[place])
    }

    /// A page of something else, right below the first one.
    pub fn plain_page(&self, name: &str, main: &str) -> String {
        self.page_beside(name, "dir", main, Vec::new())
    }

    /// The same, of a class and with scripts of its own.
    pub fn page_beside(&self, name: &str, class: &str, main: &str, scripts: Vec<String>) -> String {
        let frame = Frame {
            from: From::Page,
            name,
            title: format!("{name} · {} · coverage", self.about.title),
            around: vec![0],
            class,
            head: "",
            scripts,
        };
        self.framed(&frame, main)
    }

    fn framed(&self, frame: &Frame<'_>, main: &str) -> String {
        let Frame {
            from, class, head, ..
        } = frame;
        let mut scripts = String::new();
        for address in &frame.scripts {
            let _ = write!(scripts, "<script src=\"{address}\"></script>");
        }
        let mut path = String::new();
        for place in &frame.around {
            let name = match place {
                0 => &self.about.title,
                _ => &self.tree.directories[*place].name,
            };
            let address = self.address(*from, Entry::Directory(*place));
            let _ = write!(path, "<li><a href=\"{address}\">{}</a>", escaped(name));
        }
        format!(
            "<!doctype html>\n<html lang=en><head><meta charset=utf-8>\
             <meta http-equiv=Content-Security-Policy content=\"{POLICY}{more}\">\
             <meta name=viewport content=\"width=device-width,initial-scale=1\">\
             <meta name=color-scheme content=\"light dark\"><meta name=referrer content=no-referrer>\
             <title>{title}</title><link rel=icon href=\"{ICON}\">\
             <link rel=stylesheet href=\"{up}style.css\"><script src=\"{up}report.js\"></script>{scripts}</head>\n\
             <body class={class}><a class=skip href=#main>Skip to the report</a>\n\
             <header><nav aria-label=Path><ol>{path}<li aria-current=page>{here}</ol></nav>{head}</header>\n\
             <main id=main>{main}</main>\n\
             <footer>Made by {tool}, {date}.</footer></body></html>\n",
            title = escaped(&frame.title),
            here = escaped(frame.name),
            more = if self.follows { POLICY_TO_FOLLOW } else { "" },
            scripts = scripts,
            up = from.up(),
            tool = escaped(&self.about.tool),
            date = date(self.about.made),
        )
    }
}

impl From {
    /// Where the page of a directory or file is.
    pub fn of(entry: Entry) -> Self {
        match entry {
            Entry::Directory(0) => Self::Index,
            _ => Self::Page,
        }
    }

    fn up(self) -> &'static str {
        match self {
            Self::Index => "",
            Self::Page => "../",
        }
    }
}

/// What somebody has typed.
pub fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// The three numbers of a summary, large.
pub fn cards(summary: &Summary) -> String {
    let mut out = String::from("<section class=cards aria-label=Totals>");
    for (name, ratio) in kinds(summary) {
        let _ = write!(
            out,
            "<div class={level}><h2>{name}</h2><p class=v>{percent}</p>{bar}<p>{covered} of {total} ran{missing}</p></div>",
            level = level(ratio),
            percent = percent(ratio),
            bar = bar_of(ratio),
            covered = number(ratio.covered),
            total = number(ratio.total),
            missing = match ratio.total - ratio.covered {
                0 => String::new(),
                missing => format!(", <b>{} did not</b>", number(missing)),
            },
        );
    }
    out + "</section>"
}

/// What a summary counts, with the names for it.
pub fn kinds(summary: &Summary) -> [(&'static str, Ratio); 3] {
    [
        ("Lines", summary.lines),
        ("Functions", summary.functions),
        ("Regions", summary.regions),
    ]
}

/// A bar, which says nothing that is not beside it in words.
pub fn bar_of(ratio: Ratio) -> String {
    format!("<i class=\"b p{}\"></i>", bar(ratio))
}

/// `3 files`, as a heading says it.
pub fn files(number: usize) -> String {
    counted(number, "file")
}
