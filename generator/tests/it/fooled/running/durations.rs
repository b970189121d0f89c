//! The harness and the tool understand the same values, and give a program the same time.

use std::path::{Path, PathBuf};

use super::have_ended;
use crate::support::process::signal;
use crate::support::{Output, TestCrate, tools};

/// Values of a duration, and whether they are one. An empty one is not set.
const DURATIONS: [(&str, bool); 24] = [
    ("", true),
    ("0", true),
    ("90", true),
    ("007", true),
    ("90s", true),
    ("5m", true),
    ("1h30m", true),
    ("30m1h", true),
    ("1h1h", true),
    ("18446744073709551615", true),
    ("18446744073709551616", false),
    ("18446744073709551615m", false),
    ("18446744073709551615s1s", false),
    ("1h30", false),
    ("30 ", false),
    ("+1", false),
    ("-1", false),
    ("1.5", false),
    ("100ms", false),
    ("1d", false),
    ("1H", false),
    ("h", false),
    ("5µs", false),
    ("soon", false),
];

/// The harness, compiled by cargo.
fn harness(krate: &TestCrate) -> PathBuf {
    let features = ["--features", "manual-integration"];
    let test = ["test", "--no-run", "--test", "manual_integration"];
    let output = krate.cargo(&[&test[..], &features].concat()).ends_with(0);
    let (_, rest) = output.stderr.split_once("manual_integration.rs (").unwrap();
    let path = rest.split(')').next().unwrap();
    krate.root.join("../..").join(path)
}

/// What the harness and the tool say with a variable.
fn said(krate: &TestCrate, harness: &Path, name: &str, value: &str) -> [Output; 2] {
    let mut harness = krate.command(harness);
    let harness = harness.env(name, value);
    if name != "ITCOV_PROGRAM" {
        harness.env("ITCOV_PROGRAM", "/bin/true");
    }
    // It looks at its settings before it looks for the program, and other tests have runs of the crate.
    let mut tool = krate.command(tools::cargo_itcov());
    tool.args(["itcov", "run", "--bin", "gone"])
        .env(name, value)
        .env("CARGO_TARGET_DIR", krate.root.join("none"));
    [Output::of(harness), Output::of(&mut tool)]
}

#[test]
fn harness_and_tool_accept_and_refuse_the_same_values() {
    let krate = TestCrate::shared();
    let program = harness(&krate);
    let signals = [
        ("", true),
        ("SIGINT", true),
        ("SIGTERM", true),
        ("SIGKILL", false),
        ("INT", false),
        ("sigint", false),
    ];
    let timeouts = DURATIONS.map(|(value, is_one)| ("ITCOV_TIMEOUT", value, is_one));
    let graces = DURATIONS.map(|(value, is_one)| ("ITCOV_GRACE", value, is_one));
    let signals = signals.map(|(value, is_one)| ("ITCOV_STOP_SIGNAL", value, is_one));
    for (name, value, is_one) in [&timeouts[..], &graces[..4], &signals[..]].concat() {
        let [harness, tool] = said(&krate, &program, name, value);
        let refusal = format!("{name}={value} is n");
        for (who, output) in [("harness", &harness), ("tool", &tool)] {
            let is_refused = output.status == 2 && output.stderr.contains(&refusal);
            assert_eq!(is_refused, !is_one, "{who} {name}={value}: {output:?}");
        }
        assert_eq!(harness.status, if is_one { 0 } else { 2 }, "{harness:?}");
    }
    // An empty program is none.
    let [harness, _] = said(&krate, &program, "ITCOV_PROGRAM", "");
    harness.ends_with(0).says("shared runs as process");
}

#[test]
fn a_program_has_its_whole_grace_when_the_tool_is_killed() {
    let krate = TestCrate::shared();
    // Linux tells the harness once for each thread of the tool.
    for words in [
        &["itcov", "graceful"][..],
        &["itcov-suite", "sleep", "1000"],
    ]
    .repeat(3)
    {
        let variables = [
            ("ITCOV_TIMEOUT", "0"),
            ("ITCOV_ARGS", if words.len() > 2 { "graceful" } else { "" }),
        ];
        let mut run = krate.start_just(words, &variables);
        run.expect("waiting\n");
        if words.len() > 2 {
            run.expect("the suite runs as process");
        }
        let all = [run.program(), run.harness(), run.tool()];
        signal("KILL", all[2]);
        have_ended(std::time::Duration::from_secs(15), "the run", &all);
        let output = run.finish().prints("flushed\n");
        let told = output.stderr.matches(" goes to shared").count();
        assert_eq!(told, 1, "{}", output.stderr);
    }
}
