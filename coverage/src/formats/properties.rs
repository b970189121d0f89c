//! Whatever the names of files and functions are, a report has the records and the files of the coverage, and no others.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use proptest::collection::{btree_set, vec};
use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use serde_json::Value;

use super::order::Order;
use super::screen::Screen;
use super::subject::Subject;
use super::view::View;
use super::{cobertura, codecov, json, lcov, markdown, missing, table};
use crate::baseline::{Changes, Comparison};
use crate::count::functions::{CountedRegion, Function};
use crate::count::lines::Line;
use crate::count::ratio::Ratio;
use crate::count::summary::Summary;
use crate::count::{Coverage, FileCoverage};
use crate::parse::regions::{Kind, Position};
use crate::terminal::steers;

/// What a format, a terminal or a reader might take for something else than a part of a name.
const PIECES: [&str; 48] = [
    "\0",
    "\u{1}",
    "\n",
    "\r",
    "\t",
    "\u{b}",
    "\u{c}",
    "\u{1b}[31m",
    "\u{1e}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{fffd}",
    "\u{fffe}",
    ",",
    ":",
    "<",
    ">",
    "&",
    "\"",
    "'",
    "`",
    "|",
    "\\",
    "\\n",
    "\\u{a}",
    "u{",
    "}",
    "%0a",
    "#",
    "=",
    "]]>",
    "-->",
    "</code>",
    "SF:",
    "DA:1,1",
    "end_of_record",
    "*",
    "[x](y)",
    "$",
    "é",
    "a",
    " ",
];

fn name() -> impl Strategy<Value = String> {
    vec(select(&PIECES[..]), 1..6).prop_map(|pieces| pieces.concat())
}

/// Two regions of a line: the first ran, the second did not.
fn function(file: &str, name: String) -> Function {
    let region = |line, count| CountedRegion {
        kind: Kind::Code,
        file: 0,
        expanded_file: None,
        start: Position { line, column: 1 },
        end: Position { line, column: 9 },
        count,
    };
    Function {
        name: name.into(),
        files: vec![file.into()],
        regions: vec![region(1, 1), region(2, 0)],
    }
}

/// Files in `/app`, each with functions of these names.
fn coverage(files: BTreeSet<String>, functions: &BTreeSet<String>) -> Coverage {
    let mut coverage = Coverage::default();
    let ratio = Ratio {
        covered: 1,
        total: 2,
    };
    for file in files {
        let path = format!("/app/{file}");
        let first = coverage.functions.len();
        let those = functions.iter().map(|name| function(&path, name.clone()));
        coverage.functions.extend(those);
        coverage.files.push(FileCoverage {
            path: path.into(),
            summary: Summary {
                lines: ratio,
                functions: ratio,
                instantiations: ratio,
                regions: ratio,
            },
            functions: (first..coverage.functions.len()).collect(),
            segments: vec![],
            lines: vec![
                Line {
                    number: 1,
                    count: 1,
                },
                Line {
                    number: 2,
                    count: 0,
                },
            ],
        });
    }
    coverage
}

fn text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut bytes = vec![];
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What a name in a trace file stands for.
fn unescaped(name: &str) -> String {
    let mut parts = name.split("\\u{");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut whole, part| {
        let (number, rest) = part.split_once('}').unwrap();
        let number = u32::from_str_radix(number, 16).unwrap();
        whole.push(char::from_u32(number).unwrap());
        whole + rest
    })
}

fn values<'a>(lines: &[&'a str], key: &str) -> Vec<&'a str> {
    let values = lines.iter().filter_map(|line| line.strip_prefix(key));
    values.collect()
}

proptest! {
    #[test]
    fn a_trace_file_has_the_records_of_the_coverage(
        files in btree_set(name(), 1..4),
        functions in btree_set(name(), 1..4),
    ) {
        let coverage = coverage(files.clone(), &functions);
        let trace = text(|out| lcov::write(out, &coverage, Path::new("/app")));
        prop_assert!(!trace.contains(|it| steers(it) && it != '\n'), "{trace:?}");
        let lines: Vec<_> = trace.lines().collect();
        prop_assert_eq!(lines.len(), files.len() * (10 + 2 * functions.len()));
        let found: Vec<_> = values(&lines, "SF:").into_iter().map(unescaped).collect();
        prop_assert_eq!(found, files.into_iter().collect::<Vec<_>>());
        for key in ["FN:", "FNDA:"] {
            for file in values(&lines, key).chunks(functions.len()) {
                let found = file.iter().map(|it| it.split(',').collect::<Vec<_>>());
                for (fields, function) in found.zip(&functions) {
                    let [_, name] = fields[..] else { panic!("{fields:?}") };
                    prop_assert_eq!(&unescaped(name), function);
                }
            }
        }
    }

    #[test]
    fn json_has_the_names_as_they_are(
        files in btree_set(name(), 1..4),
        functions in btree_set(name(), 1..4),
    ) {
        let coverage = coverage(files.clone(), &functions);
        let report = text(|out| codecov::write(out, &coverage, Path::new("/app")));
        let report: Value = serde_json::from_str(&report).unwrap();
        let found: BTreeSet<_> = report["coverage"].as_object().unwrap().keys().cloned().collect();
        prop_assert_eq!(&found, &files);
        let export = text(|out| json::write(out, &coverage));
        prop_assert_eq!(export.lines().count(), 1);
        let export: Value = serde_json::from_str(&export).unwrap();
        let found = |list: &str, key: &str| -> BTreeSet<String> {
            let entries = export["data"][0][list].as_array().unwrap();
            entries.iter().map(|it| it[key].as_str().unwrap().to_owned()).collect()
        };
        prop_assert_eq!(found("files", "filename"), files.iter().map(|it| format!("/app/{it}")).collect());
        prop_assert_eq!(found("functions", "name"), functions);
    }

    #[test]
    fn xml_has_the_elements_of_the_coverage(
        files in btree_set(name(), 1..4),
        functions in btree_set(name(), 1..2),
    ) {
        let coverage = coverage(files.clone(), &functions);
        let xml = text(|out| cobertura::write(out, &coverage, Path::new("/app"), 1));
        for line in xml.lines() {
            let line = line.trim_start_matches(' ');
            prop_assert!(line.starts_with('<') && line.ends_with('>'), "{line:?}");
            prop_assert!(!line.contains(|it| it < ' ' || "\u{fffe}\u{ffff}".contains(it)), "{line:?}");
        }
        prop_assert_eq!(xml.matches("<class ").count(), files.len());
        prop_assert_eq!(xml.matches("<line ").count(), files.len() * 4);
        prop_assert_eq!(xml.matches('<').count(), xml.matches('>').count());
    }

    #[test]
    fn what_people_read_has_a_row_for_each_file(
        files in btree_set(name(), 1..4),
        functions in btree_set(name(), 1..2),
        earlier in name(),
    ) {
        let coverage = coverage(files.clone(), &functions);
        let changes = Changes { gained: vec![1], lost: vec![2] };
        let of_files = coverage.files.iter().map(|file| (file.path.clone(), changes.clone()));
        let against = Comparison { name: earlier, files: of_files.collect(), ..Comparison::default() };
        let subject = Subject { against: Some(against), ..Subject::default() };
        let root = Path::new("/app");
        let view = View {
            coverage: &coverage,
            root,
            order: Order::Name,
            screen: Screen::default(),
            subject: &subject,
        };
        let mut table = anstream::StripStream::new(vec![]);
        table::write(&mut table, &view).unwrap();
        let table = String::from_utf8(table.into_inner()).unwrap();
        let list = text(|out| missing::write(out, &view, "Lines that did not run"));
        let markdown = text(|out| markdown::write(out, &coverage, root, &subject, "mark"));
        for (text, lines, of_each) in [(table, 5, 1), (list, 2, 1), (markdown, 14, 2)] {
            prop_assert!(!text.contains(|it| steers(it) && it != '\n'), "{text:?}");
            prop_assert_eq!(text.lines().count(), lines + of_each * files.len(), "{}", text);
        }
    }

    #[test]
    fn a_page_has_no_markup_of_a_name(name in prop::collection::vec(name(), 1..3)) {
        let name = name.concat();
        let escaped = super::html::escaped(&name);
        prop_assert!(!escaped.contains(|it| "<>\"".contains(it) || steers(it) && it != '\t'), "{escaped:?}");
    }
}
