//! Scenarios for other tools.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::{of_scenario, program, scenario, suite};
use crate::support::TestCrate;

fn recorded() -> TestCrate {
    let krate = program();
    let script = [
        scenario("one: a", &[0, 2]),
        scenario("one/a", &[2]),
        "cargo-itcov scenario fails -- sh -c 'sh act.sh 4 1; exit 3' || true\n".to_owned(),
    ]
    .concat();
    suite(&krate, &script);
    krate
}

/// The lines that a report says a scenario reaches.
fn reached(krate: &TestCrate, name: &str) -> BTreeSet<String> {
    let lines = of_scenario(krate, name);
    let lines = lines
        .split_whitespace()
        .filter_map(|it| it.strip_suffix(":true"));
    lines.map(str::to_owned).collect()
}

#[test]
fn each_is_a_test_of_testwise_coverage() {
    let krate = recorded();
    let report = krate
        .itcov(&["scenarios", "--format", "testwise"])
        .ends_with(0);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(
        (&report["version"], &report["partial"]),
        (&2.into(), &false.into())
    );
    assert_eq!(report["files"][0]["path"], "src/main.rs");
    let tests = report["tests"].as_array().unwrap();
    let results: Vec<(&str, &str)> = tests
        .iter()
        .map(|test| {
            (
                test["uniformPath"].as_str().unwrap(),
                test["result"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("one: a", "PASSED"),
        ("one/a", "PASSED"),
        ("fails", "FAILURE"),
    ];
    assert_eq!(results, expected);
    for test in tests {
        assert!(test["duration"].as_f64().unwrap() > 0.0);
        let ranges = test["coverage"]["0"].as_str().unwrap();
        let lines = ranges.split(',').flat_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let [first, last] = [first, last].map(|it| it.parse::<u32>().unwrap());
            first..=last
        });
        let lines: BTreeSet<String> = lines.map(|it| it.to_string()).collect();
        assert_eq!(
            lines,
            reached(&krate, test["uniformPath"].as_str().unwrap())
        );
    }
    let some = ["scenarios", "--reach", "act_0", "--format", "testwise"];
    let some: Value = serde_json::from_str(&krate.itcov(&some).ends_with(0).stdout).unwrap();
    assert_eq!(some["partial"], true);
    krate
        .itcov(&["scenarios", "--format", "nextest"])
        .ends_with(1)
        .says("is no test of nextest");
}

#[test]
#[ignore = "needs lcov (Debian: apt-get install lcov)"]
fn lcov_reads_each_as_a_test() {
    let krate = recorded();
    let trace = krate
        .itcov(&["scenarios", "--format", "lcov"])
        .ends_with(0)
        .stdout;
    let names: BTreeSet<&str> = trace
        .lines()
        .filter_map(|it| it.strip_prefix("TN:"))
        .collect();
    assert_eq!(names, ["fails", "one__a", "one_a"].into());
    krate.write("all.info", &trace);
    // It merges, and keeps the tests apart.
    let merged = Command::new("lcov")
        .args([
            "--add-tracefile",
            "all.info",
            "--output-file",
            "merged.info",
        ])
        .current_dir(&krate.root)
        .output()
        .unwrap();
    assert!(
        merged.status.success(),
        "{}",
        String::from_utf8_lossy(&merged.stderr)
    );
    let merged = krate.read("merged.info");
    for (test, scenario) in [("one__a", "one: a"), ("one_a", "one/a"), ("fails", "fails")] {
        let record = merged
            .split("end_of_record")
            .find(|it| it.contains(&format!("TN:{test}\n")));
        let lines = record.unwrap().lines().filter_map(|line| {
            let (line, count) = line.strip_prefix("DA:")?.split_once(',')?;
            (!count.starts_with('0')).then(|| line.to_owned())
        });
        assert_eq!(
            lines.collect::<BTreeSet<_>>(),
            reached(&krate, scenario),
            "{test}"
        );
    }
}
