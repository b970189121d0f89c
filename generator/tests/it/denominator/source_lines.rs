//! Which lines of which files are in a report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::TestCrate;
use crate::support::instrumented::copy;

/// A fixture with the scaffold in place, for its program `app`.
pub fn scaffolded(fixture: &str) -> TestCrate {
    let krate = TestCrate::empty();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("generator/tests/fixtures");
    copy(&fixtures.join(fixture), &krate.root);
    krate.itcov(&["init", "--bin", "app"]).ends_with(0);
    krate
}

/// Of each file, by its name in the workspace, how often its lines of code ran.
#[derive(Debug, PartialEq)]
pub struct SourceLines(BTreeMap<String, BTreeMap<u32, u64>>);

impl SourceLines {
    /// What `cargo itcov report` says of what was collected, given these options.
    pub fn reported(krate: &TestCrate, options: &[&str]) -> Self {
        let arguments = [&["report", "--lcov", "-"], options].concat();
        let output = krate.itcov(&arguments).ends_with(0);
        Self::of(&output.stdout)
    }

    /// What an lcov file says.
    pub fn of(lcov: &str) -> Self {
        let mut files = BTreeMap::<String, BTreeMap<u32, u64>>::new();
        let mut file = "";
        for line in lcov.lines() {
            match line.split_once(':') {
                Some(("SF", path)) => file = path,
                Some(("DA", pair)) => {
                    let (line, count) = pair.split_once(',').unwrap();
                    let lines = files.entry(file.to_owned()).or_default();
                    lines.insert(line.parse().unwrap(), count.parse().unwrap());
                }
                _ => {}
            }
        }
        Self(files)
    }

    /// The names of the files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How often a line ran; `None` if it is no code.
    pub fn count(&self, file: &str, line: u32) -> Option<u64> {
        self.0.get(file)?.get(&line).copied()
    }

    /// Of a file, the lines that ran and those that did not, as in `1-3 7`.
    pub fn ran_and_not(&self, file: &str) -> (String, String) {
        let lines = |ran: bool| {
            let lines = self.0.get(file).into_iter().flatten();
            ranges(
                lines
                    .filter(|(_, count)| (**count > 0) == ran)
                    .map(|(line, _)| *line),
            )
        };
        (lines(true), lines(false))
    }

    /// Of a file, all lines that are code.
    pub fn code(&self, file: &str) -> String {
        ranges(
            self.0
                .get(file)
                .into_iter()
                .flatten()
                .map(|(line, _)| *line),
        )
    }
}

fn ranges(lines: impl Iterator<Item = u32>) -> String {
    let lines: Vec<u32> = lines.collect();
    let ranges = lines.chunk_by(|line, next| line + 1 == *next);
    let shown: Vec<String> = ranges
        .map(|range| match range {
            [first, .., last] => format!("{first}-{last}"),
            _ => range[0].to_string(),
        })
        .collect();
    shown.join(" ")
}

/// The lines that are written as in `1-3 7`.
pub fn numbers(ranges: &str) -> BTreeSet<u32> {
    let ranges = ranges.split_whitespace().map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        first.parse().unwrap()..=last.parse::<u32>().unwrap()
    });
    ranges.flatten().collect()
}
