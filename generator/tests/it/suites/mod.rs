//! `cargo itcov exec` with a suite of each kind, unedited. One program, `tests/fixtures/suites`, has a function for each way
//! in which a suite starts it, so it is known which lines count, and how often.

mod cargo;
mod commands;
mod elsewhere;
mod everything;
mod many;
mod page;
mod plugins;
mod published;
mod tools;
mod ways;

use std::collections::BTreeMap;
use std::path::Path;

use crate::build::strays;
use crate::support::instrumented::copy;
use crate::support::{Output, TestCrate};

/// By file and line: how often it ran.
type Counts = BTreeMap<String, BTreeMap<usize, u64>>;

/// The program and its suites, from directories of `tests/fixtures`.
fn crate_of(fixtures: &[&str]) -> TestCrate {
    let krate = TestCrate::empty();
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("generator/tests/fixtures");
    for fixture in fixtures {
        copy(&all.join(fixture), &krate.root);
    }
    krate
}

/// Runs the suite. The lines of these ways must have run, each as often as its way is named, and no other line.
#[track_caller]
fn reaches(krate: &TestCrate, options: &[&str], suite: &[&str], ways: &[&str]) -> Output {
    let arguments = [&["exec", "-p", "ways"], options, &["--"], suite].concat();
    let output = krate.itcov(&arguments).ends_with(0);
    let said = format!("{arguments:?}\n{}\n{}", output.stderr, output.stdout);
    assert!(!output.stderr.contains("warning:"), "{said}");
    let counts = counts(krate);
    assert!(counts.keys().all(|it| it.starts_with("src/")), "{said}");
    for (file, counts) in &counts {
        let text = krate.read(file);
        let expected = counts
            .keys()
            .map(|line| (*line, expected(&text, *line, ways)));
        assert_eq!(*counts, expected.collect(), "{file}\n{said}");
    }
    assert_eq!(strays(krate), [""; 0], "{said}");
    output
}

/// How often a line has to run: what is above its function says which way leads there, or that all do.
fn expected(text: &str, line: usize, ways: &[&str]) -> u64 {
    let above = text.lines().take(line);
    let way = above.filter_map(|line| line.strip_prefix("/// ")).last();
    let way = way.expect("a function with its way");
    let times = ways.iter().filter(|it| way == "all" || way == **it).count();
    times.try_into().unwrap()
}

/// What the trace file of the last run says of the crate's files.
fn counts(krate: &TestCrate) -> Counts {
    let report = ["report", "--relative-to", ".", "--lcov", "-"];
    let trace = krate.itcov(&report).ends_with(0).stdout;
    let mut counts = Counts::new();
    for record in trace.split("end_of_record\n") {
        let Some(file) = record.lines().find_map(|line| line.strip_prefix("SF:")) else {
            continue;
        };
        let lines = record.lines().filter_map(|line| {
            let (line, count) = line.strip_prefix("DA:")?.split_once(',')?;
            Some((line.parse().unwrap(), count.parse().unwrap()))
        });
        counts.insert(file.to_owned(), lines.collect());
    }
    counts
}
