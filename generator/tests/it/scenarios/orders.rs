//! The scenarios of `orders-api`, a service that goes on from one to the next.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::examples::{build_of_orders_api, without_scaffold};
use crate::support::{Output, TestCrate, free_port};

/// Runs the suite, or the named scenario of it.
fn suite(krate: &TestCrate, scenario: &[&str]) {
    let address = format!("127.0.0.1:{}", free_port());
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
        .env("CARGO_BUILD_BUILD_DIR", build_of_orders_api())
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
fn fewest(sets: &[(String, BTreeSet<String>)]) -> u32 {
    let all: BTreeSet<&String> = sets.iter().flat_map(|(_, set)| set).collect();
    // Which sets have a line. There are few such groups.
    let groups: BTreeSet<u32> = all
        .into_iter()
        .map(|line| {
            let having = sets
                .iter()
                .enumerate()
                .filter(|(_, (_, set))| set.contains(line));
            having.map(|(it, _)| 1 << it).sum()
        })
        .collect();
    let choices = 0..1_u32 << sets.len();
    let sizes = choices
        .filter(|choice| groups.iter().all(|group| choice & group != 0))
        .map(u32::count_ones);
    sizes.min().unwrap()
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
    assert!(
        smallest.lines().count() <= fewest(&together) as usize,
        "{smallest}"
    );
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
