//! Compares the trace files: what a file's lines and functions are there, and how often they ran.

use std::collections::{BTreeMap, BTreeSet};

use super::below_zero::{self, Concerned};
use super::compared::Compared;

/// The records of each source file.
type Files<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Compares line by line, itcov's text first.
pub fn compare(texts: [&str; 2], concerned: &Concerned, compared: &mut Compared) {
    let [ours, theirs] = texts.map(files);
    for path in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        match (ours.get(path), theirs.get(path)) {
            (Some(ours), Some(theirs)) => file(path, [ours, theirs], concerned, compared),
            (ours, _) => {
                let side = |there: bool| if there { "there" } else { "none" };
                compared.differ(
                    path,
                    "the file in the trace",
                    side(ours.is_some()),
                    side(ours.is_none()),
                );
            }
        }
    }
}

fn files(text: &str) -> Files<'_> {
    let mut files = Files::new();
    let mut path = "";
    for line in text.lines() {
        match line.strip_prefix("SF:") {
            Some(file) => path = file,
            None => files.entry(path).or_default().push(line),
        }
    }
    files
}

fn file(path: &str, sides: [&[&str]; 2], concerned: &Concerned, compared: &mut Compared) {
    let concerned_lines = |record: &str| {
        let (kind, value) = record.split_once(':').unwrap_or((record, ""));
        let number = value.split(',').next().unwrap_or("");
        match kind {
            "DA" => number.parse().is_ok_and(|line| concerned.line(path, line)),
            // How many lines and functions ran, and how often a function was entered.
            "LH" | "FNH" => true,
            "FNDA" => number.parse().is_ok_and(below_zero::is) || number == "0",
            _ => false,
        }
    };
    let excused = |record: &str| concerned.file(path) && concerned_lines(record);
    compared.lines += sides[1].iter().filter(|it| it.starts_with("DA:")).count();
    // Lines are told by their numbers, so that one more or less is one difference.
    let [mut ours, mut theirs] = [BTreeMap::new(), BTreeMap::new()];
    let [mut our_rest, mut their_rest] = [vec![], vec![]];
    for (records, lines, rest) in [
        (sides[0], &mut ours, &mut our_rest),
        (sides[1], &mut theirs, &mut their_rest),
    ] {
        for record in records.iter().filter(|record| !excused(record)) {
            match record.strip_prefix("DA:").and_then(|it| it.split_once(',')) {
                Some((line, count)) => drop(lines.insert(line, count)),
                None => rest.push(*record),
            }
        }
    }
    for line in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        let counts = [&ours, &theirs].map(|side| side.get(line).copied().unwrap_or("no code"));
        compared.expect(
            &format!("{path}:{line}"),
            "the line's count",
            counts[0],
            counts[1],
        );
    }
    compared.expect(
        path,
        "the number of records",
        our_rest.len(),
        their_rest.len(),
    );
    for (ours, theirs) in our_rest.iter().zip(&their_rest) {
        compared.expect(path, "a record of the trace", ours, theirs);
    }
}
