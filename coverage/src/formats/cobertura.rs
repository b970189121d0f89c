//! Coverage as Cobertura's XML, which continuous integration reads.
//!
//! The elements are those of its `coverage-04.dtd`: a package is a directory, a class is a file, a method is a
//! function as it is written. Each line counts once, as in the lines that are listed: a reader that adds them up
//! finds the sums. Branches are not measured.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use super::{functions, names};
use crate::count::lines::Line;
use crate::count::ratio::Ratio;
use crate::count::{Coverage, FileCoverage};

const DTD: &str = "http://cobertura.sourceforge.net/xml/coverage-04.dtd";

/// Writes the report. The files are relative to the workspace at `root` or to another of the sources that it
/// lists; `made` is when it is written, in seconds since 1970.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, coverage: &Coverage, root: &Path, made: u64) -> io::Result<()> {
    let workspace = root.to_string_lossy();
    let mut sources = BTreeSet::new();
    let mut packages: BTreeMap<_, Vec<Class>> = BTreeMap::new();
    for (file, name) in names::in_order(coverage, root) {
        let (source, name) = match file.path.strip_suffix(&*name) {
            Some(source) if !source.is_empty() => (source, name.into_owned()),
            _ => ("", file.path.to_string()),
        };
        let source = source.strip_suffix('/').unwrap_or(source);
        if !source.is_empty() && source != workspace {
            sources.insert(source);
        }
        let directory = name
            .rsplit_once('/')
            .map_or(".", |(directory, _)| directory);
        let class = Class {
            file,
            name: name.clone(),
        };
        let is_other = source != workspace;
        packages
            .entry((is_other, directory.to_owned()))
            .or_default()
            .push(class);
    }

    let all = coverage.files.iter().flat_map(|file| &file.lines);
    let total = ran(all);
    writeln!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE coverage SYSTEM \"{DTD}\">\n\
         <coverage {} lines-covered=\"{}\" lines-valid=\"{}\" branches-covered=\"0\" branches-valid=\"0\" \
         version=\"{}\" timestamp=\"{}000\">\n  <sources>",
        Rates(total),
        total.covered,
        total.total,
        env!("CARGO_PKG_VERSION"),
        made
    )?;
    for source in [&*workspace].into_iter().chain(sources) {
        writeln!(out, "    <source>{}</source>", Escaped(source))?;
    }
    writeln!(out, "  </sources>\n  <packages>")?;
    for ((_, directory), classes) in &packages {
        let lines = classes.iter().flat_map(|class| &class.file.lines);
        writeln!(
            out,
            "    <package name=\"{}\" {}>\n      <classes>",
            Escaped(directory),
            Rates(ran(lines))
        )?;
        for class in classes {
            class.write(out, coverage)?;
        }
        writeln!(out, "      </classes>\n    </package>")?;
    }
    writeln!(out, "  </packages>\n</coverage>")
}

struct Class<'a> {
    file: &'a FileCoverage,
    name: String,
}

impl Class<'_> {
    fn write(&self, out: &mut dyn Write, coverage: &Coverage) -> io::Result<()> {
        let short = self.name.rsplit('/').next().unwrap_or_default();
        writeln!(
            out,
            "        <class name=\"{}\" filename=\"{}\" {}>\n          <methods>",
            Escaped(short),
            Escaped(&self.name),
            Rates(ran(&self.file.lines))
        )?;
        for function in functions::written(coverage, self.file) {
            writeln!(
                out,
                "            <method name=\"{}\" signature=\"\" {}>\n              <lines>",
                Escaped(&function.name),
                Rates(ran(&function.lines))
            )?;
            write_lines(out, 16, &function.lines)?;
            writeln!(out, "              </lines>\n            </method>")?;
        }
        writeln!(out, "          </methods>\n          <lines>")?;
        write_lines(out, 12, &self.file.lines)?;
        writeln!(out, "          </lines>\n        </class>")
    }
}

fn write_lines(out: &mut dyn Write, indent: usize, lines: &[Line]) -> io::Result<()> {
    lines.iter().try_for_each(|line| {
        // Readers have signed numbers of 64 bits.
        let hits = line.count.min(i64::MAX.unsigned_abs());
        let number = line.number;
        writeln!(
            out,
            "{:indent$}<line number=\"{number}\" hits=\"{hits}\"/>",
            ""
        )
    })
}

fn ran<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Ratio {
    Ratio::of(lines.into_iter().map(|line| line.count > 0))
}

/// The attributes that every element but a line has.
struct Rates(Ratio);

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not rounded, so that readers show what they would make of the lines.
        let rate = self.0.share().unwrap_or(0.0);
        write!(f, "line-rate=\"{rate}\" branch-rate=\"0\" complexity=\"0\"")
    }
}

/// Text as it stands in an attribute or between tags.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            // An attribute would have a space in their place.
            '\t' | '\n' | '\r' => write!(f, "&#{};", u32::from(character)),
            // XML 1.0 has no way to say them.
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => f.write_str("\u{fffd}"),
            _ => write!(f, "{character}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::summary::Summary;

    fn file(path: &str, lines: &[(u32, u64)]) -> FileCoverage {
        FileCoverage {
            path: path.into(),
            summary: Summary::default(),
            functions: vec![],
            segments: vec![],
            lines: lines
                .iter()
                .map(|(number, count)| Line {
                    number: *number,
                    count: *count,
                })
                .collect(),
        }
    }

    fn written(files: Vec<FileCoverage>) -> String {
        let coverage = Coverage {
            files,
            ..Coverage::default()
        };
        let mut text = vec![];
        write(&mut text, &coverage, Path::new("/my <app>"), 12).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_file_is_relative_to_one_of_the_sources_or_absolute() {
        let registry = "/cargo/registry/src/index";
        let text = written(vec![
            file(&format!("{registry}/serde-1.0.0/src/lib.rs"), &[(1, 1)]),
            file("/elsewhere/lib.rs", &[(1, 0)]),
            file("/my <app>/build.rs", &[(1, u64::MAX), (2, 0), (3, 7)]),
        ]);
        let attributes = |element: &str| {
            let parts: Vec<_> = text.split(element).skip(1).collect();
            let value = |part: &&str| part.split(['"', '<']).next().unwrap().to_owned();
            parts.iter().map(value).collect::<Vec<_>>()
        };
        assert_eq!(attributes("<source>"), ["/my &lt;app&gt;", registry]);
        assert_eq!(
            attributes(" filename=\""),
            ["build.rs", "/elsewhere/lib.rs", "serde-1.0.0/src/lib.rs"]
        );
        assert_eq!(
            attributes("<package name=\""),
            [".", "/elsewhere", "serde-1.0.0/src"]
        );
        assert_eq!(
            attributes("line-rate=\""),
            [
                "0.6",
                "0.6666666666666666",
                "0.6666666666666666",
                "0",
                "0",
                "1",
                "1"
            ]
        );
        assert!(
            text.contains(" lines-covered=\"3\" lines-valid=\"5\" "),
            "{text}"
        );
        assert!(text.contains("<line number=\"1\" hits=\"9223372036854775807\"/>"));
        assert!(text.contains(" timestamp=\"12000\">"));
    }

    #[test]
    fn nothing_is_zero_of_zero() {
        assert!(written(vec![]).contains("line-rate=\"0\""));
    }

    #[test]
    fn what_xml_cannot_say_is_replaced() {
        let text = Escaped("a&b<c>\"'\n\u{1}\u{e9}\u{1f600}").to_string();
        assert_eq!(text, "a&amp;b&lt;c&gt;&quot;'&#10;\u{fffd}\u{e9}\u{1f600}");
    }
}
