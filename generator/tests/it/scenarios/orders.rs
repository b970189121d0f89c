//! The scenarios of `orders-api`, a service that goes on from one to the next.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use crate::examples::without_scaffold;
use crate::support::{Output, TestCrate, free_port};

/// Runs the suite, or the named scenario of it.
fn suite(krate: &TestCrate, scenario: &[&str]) {
    let address = format!("127.0.0.1:{}", free_port());
    // What the demonstration has built.
    let build = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../demo/target");
    let run = [
        "suite",
        "-p",
        "orders-api",
        "--",
        "cargo",
        "run",
        "--quiet",
        "-p",
        "orders-suite",
        "--",
    ];
    let mut command = krate.command("cargo-itcov");
    command
        .args(run)
        .args(scenario)
        .env("CARGO_BUILD_BUILD_DIR", build)
        .env("ITCOV_ARGS", format!("--listen {address} --db orders.db"))
        .env("ITCOV_READY", format!("http://{address}/health"))
        .env("ORDERS_URL", format!("http://{address}"));
    Output::of(&mut command).ends_with(0);
}

/// The lines that each scenario reaches.
fn reached(krate: &TestCrate) -> Vec<(String, BTreeSet<String>)> {
    let report = ["scenarios", "--format", "testwise"];
    let report = krate.itcov(&report).ends_with(0).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    let tests = report["tests"].as_array().unwrap().iter().map(|test| {
        let mut lines = BTreeSet::new();
        for (file, ranges) in test["coverage"].as_object().unwrap() {
            let file = &report["files"][file.parse::<usize>().unwrap()]["path"];
            for range in ranges.as_str().unwrap().split(',') {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                let [first, last] = [first, last].map(|it| it.parse::<u32>().unwrap());
                lines.extend((first..=last).map(|line| format!("{file}:{line}")));
            }
        }
        (test["uniformPath"].as_str().unwrap().to_owned(), lines)
    });
    tests.collect()
}

/// The fewest sets that have what all have: tries every choice.
fn fewest(sets: &[(String, BTreeSet<String>)]) -> usize {
    let all: BTreeSet<&String> = sets.iter().flat_map(|(_, set)| set).collect();
    let choices = 0..1_u32 << sets.len();
    let has_all = |choice: &u32| {
        let chosen = sets
            .iter()
            .enumerate()
            .filter(|(it, _)| choice >> it & 1 == 1);
        let have: BTreeSet<&String> = chosen.flat_map(|(_, (_, set))| set).collect();
        have.len() == all.len()
    };
    let sizes = choices.map(|choice| (choice.count_ones(), choice));
    let mut sizes: Vec<(u32, u32)> = sizes.collect();
    sizes.sort_unstable();
    let best = sizes.iter().find(|(_, choice)| has_all(choice)).unwrap();
    best.0 as usize
}

#[test]
fn each_reaches_within_the_suite_what_it_reaches_alone() {
    let krate = without_scaffold("orders-api");
    suite(&krate, &[]);
    let together = reached(&krate);
    assert_eq!(together.len(), 14);
    let smallest = krate
        .itcov(&["scenarios", "--smallest"])
        .ends_with(0)
        .stdout;
    assert!(smallest.lines().count() <= fewest(&together), "{smallest}");
    // All of them, if that is asked for.
    let step = if std::env::var_os("ITCOV_SCENARIOS").is_some() {
        1
    } else {
        7
    };
    for (name, lines) in together.iter().step_by(step) {
        suite(&krate, &[name]);
        let alone = reached(&krate);
        let difference: Vec<&String> = alone[0].1.symmetric_difference(lines).collect();
        assert!(
            alone.len() == 1 && difference.is_empty(),
            "{name}: {difference:?}"
        );
    }
}
