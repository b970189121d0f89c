//! Compares what itcov says with what llvm-cov says: every number of the JSON and every line of the trace files.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::below_zero::{self, Concerned};
use super::compared::Compared;
use super::json::{Data, Export, File, Function, Summary};
use super::trace;

/// One side: its JSON and its trace file.
#[derive(Clone)]
pub struct Side {
    /// The JSON.
    pub json: Export,
    /// The trace file, as lcov reads it.
    pub lcov: String,
}

/// Compares both. llvm-cov lists the functions of all files: those without code in one of its files do not count.
pub fn compare(ours: &Side, theirs: &Side) -> Compared {
    let [our_data, their_data] = [&ours.json.data[0], &theirs.json.data[0]];
    let concerned = Concerned::of(their_data);
    let mut compared = Compared {
        below_zero: concerned.regions,
        ..Compared::default()
    };
    for (what, values) in [
        ("type", [&ours.json.r#type, &theirs.json.r#type]),
        ("version", [&ours.json.version, &theirs.json.version]),
    ] {
        compared.expect("the export", what, values[0], values[1]);
    }
    files(our_data, their_data, &concerned, &mut compared);
    functions(our_data, their_data, &mut compared);
    summaries(
        "total",
        [&our_data.totals, &their_data.totals],
        concerned.any(),
        &mut compared,
    );
    trace::compare([&ours.lcov, &theirs.lcov], &concerned, &mut compared);
    compared
}

fn files(ours: &Data, theirs: &Data, concerned: &Concerned, compared: &mut Compared) {
    let by_path = |data: &'_ Data| {
        let files = data.files.iter();
        files
            .map(|file| file.filename.clone())
            .collect::<Vec<String>>()
    };
    let [our_paths, their_paths] = [ours, theirs].map(by_path);
    let known: HashMap<&str, &File> = ours
        .files
        .iter()
        .map(|file| (&*file.filename, file))
        .collect();
    for file in &theirs.files {
        match known.get(&*file.filename) {
            Some(ours) => self::file(ours, file, concerned, compared),
            None => compared.differ(&file.filename, "the file", "none", "there"),
        }
    }
    let theirs: HashSet<&String> = their_paths.iter().collect();
    for path in our_paths.iter().filter(|path| !theirs.contains(path)) {
        compared.differ(path, "the file", "there", "none");
    }
    if our_paths.len() == their_paths.len() {
        compared.expect("all files", "their order", &our_paths, &their_paths);
    }
}

fn file(ours: &File, theirs: &File, concerned: &Concerned, compared: &mut Compared) {
    let path = &ours.filename;
    compared.files += 1;
    compared.segments += theirs.segments.len();
    let is_excused = |line: u32| concerned.line(path, line);
    let [left, right] = [ours, theirs].map(|file| {
        let segments = file.segments.iter().copied();
        segments
            .filter(|segment| !is_excused(segment.0))
            .collect::<Vec<_>>()
    });
    // One segment more or less would make every later one a difference: those of a line are compared with each other.
    let mut lines: BTreeMap<u32, [Vec<_>; 2]> = BTreeMap::new();
    for (side, segments) in [left, right].into_iter().enumerate() {
        for segment in segments {
            lines.entry(segment.0).or_default()[side].push(segment);
        }
    }
    for (line, [ours, theirs]) in lines {
        compared.expect(&format!("{path}:{line}"), "segments", ours, theirs);
    }
    compared.expect(path, "branches", &ours.branches, &theirs.branches);
    let records = [&ours.mcdc_records, &theirs.mcdc_records];
    compared.expect(path, "mcdc_records", records[0], records[1]);
    compared.expect(path, "expansions", &ours.expansions, &theirs.expansions);
    summaries(
        path,
        [&ours.summary, &theirs.summary],
        concerned.file(path),
        compared,
    );
    let functions = theirs.summary.get("functions");
    let number = functions.and_then(|it| it.get("count")?.as_u64());
    compared.functions += number.map_or(0, |number| usize::try_from(number).unwrap_or(0));
}

/// Where a count is below zero, llvm-cov takes the code to have run.
fn summaries(place: &str, [ours, theirs]: [&Summary; 2], concerned: bool, compared: &mut Compared) {
    let keys: HashSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for key in keys {
        let [ours, theirs] = [ours, theirs].map(|summary| summary.get(key));
        let covered = |side: Option<&BTreeMap<_, serde_json::Number>>| side?["covered"].as_u64();
        if concerned && covered(ours) < covered(theirs) {
            let count = |side: Option<&BTreeMap<_, serde_json::Number>>| side?["count"].as_u64();
            compared.expect(place, key, count(ours), count(theirs));
        } else {
            compared.expect(place, key, ours, theirs);
        }
    }
}

/// What tells a function: llvm-cov has each once.
type Key<'a> = (&'a str, &'a [String]);

fn key(function: &Function) -> Key<'_> {
    (&function.name, &function.filenames)
}

fn functions(ours: &Data, theirs: &Data, compared: &mut Compared) {
    let paths: HashSet<&str> = theirs.files.iter().map(|file| &*file.filename).collect();
    let theirs: Vec<&Function> = theirs
        .functions
        .iter()
        .filter(|function| {
            function
                .filenames
                .iter()
                .any(|path| paths.contains(&**path))
        })
        .collect();
    let place = |function: &Function| {
        let line = function.regions.first().map_or(0, |region| region.0);
        let file = function.filenames.first().map_or("", |path| path);
        format!("{file}:{line}")
    };
    let known: HashMap<Key, &Function> = ours.functions.iter().map(|it| (key(it), it)).collect();
    let mut seen = HashSet::new();
    for theirs in &theirs {
        seen.insert(key(theirs));
        match known.get(&key(theirs)) {
            Some(ours) => function(&place(theirs), ours, theirs, compared),
            None => compared.differ(&place(theirs), &theirs.name, "none", "there"),
        }
    }
    for ours in ours.functions.iter().filter(|it| !seen.contains(&key(it))) {
        compared.differ(&place(ours), &ours.name, "there", "none");
    }
    if ours.functions.len() == theirs.len() {
        let pairs = ours.functions.iter().zip(&theirs);
        if let Some((ours, theirs)) = pairs.into_iter().find(|(a, b)| key(a) != key(b)) {
            let what = "the order of the functions";
            compared.differ(&place(theirs), what, &ours.name, &theirs.name);
        }
    }
}

fn function(place: &str, ours: &Function, theirs: &Function, compared: &mut Compared) {
    compared.instantiations += 1;
    compared.regions += theirs.regions.len();
    let name = &theirs.name;
    let of = |what: &str| format!("{what} of {name}");
    if !(u64::try_from(theirs.count).is_ok_and(below_zero::is) && ours.count == 0) {
        compared.expect(place, &of("the count"), ours.count, theirs.count);
    }
    let lengths = [ours, theirs].map(|function| function.regions.len());
    compared.expect(place, &of("the number of regions"), lengths[0], lengths[1]);
    for (ours, theirs) in ours.regions.iter().zip(&theirs.regions) {
        if !below_zero::explains(ours, theirs) {
            compared.expect(place, &of("a region"), ours, theirs);
        }
    }
    compared.expect(place, &of("branches"), &ours.branches, &theirs.branches);
    let records = [&ours.mcdc_records, &theirs.mcdc_records];
    compared.expect(place, &of("mcdc_records"), records[0], records[1]);
}
