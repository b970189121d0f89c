//! Scenarios that go on at the same time, each with profiles of its own.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::{of_scenario, rows};
use crate::build::package;
use crate::support::tools::pytest;
use crate::support::{Output, TestCrate};

/// How many tests there are, and functions of the program.
const TESTS: usize = 12;

/// A program that does what its arguments say: each is the number of a function; some words end it in another way.
fn program() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    let mut main = String::from(
        "fn main() {\n    for word in std::env::args().skip(1) {\n        match word.as_str() {\n            \
         \"wait\" => std::thread::sleep(std::time::Duration::from_secs(60)),\n            \
         \"abort\" => std::process::abort(),\n",
    );
    for number in 0..TESTS {
        let _ = writeln!(main, "            \"{number}\" => act_{number}(),");
    }
    main.push_str("            _ => {}\n        }\n    }\n}\n");
    for number in 0..TESTS {
        let _ = write!(
            main,
            "\nfn act_{number}() {{\n    println!(\"{number}\");\n}}\n"
        );
    }
    krate.write("src/main.rs", &main);
    krate
}

const STARTS: &str = r#"use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Starts it, and kills it when it has done `lines`.
fn start(words: &[&str], lines: usize) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_app"))
        .args(words)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(program.stdout.take().unwrap()).lines();
    for _ in 0..lines {
        said.next().unwrap().unwrap();
    }
    if words.contains(&"wait") {
        program.kill().unwrap();
    }
    program.wait().unwrap();
}
"#;

/// Each test starts the program twice: one is killed, or aborts.
fn with_tests() -> TestCrate {
    let krate = program();
    let mut tests = STARTS.to_owned();
    for number in 0..TESTS {
        let (next, last) = ((number * 5 + 1) % TESTS, ["wait", "abort"][number % 2]);
        let _ = write!(
            tests,
            "\n#[test]\nfn t{number}() {{\n    start(&[\"{number}\"], 1);\n    start(&[\"{number}\", \"{next}\", \"{last}\"], 2);\n}}\n"
        );
    }
    krate.write("tests/all.rs", &tests);
    krate
}

fn nextest(krate: &TestCrate, words: &[&str]) -> Output {
    let run = ["exec", "--scenarios", "--", "cargo", "nextest", "run"];
    krate.itcov(&[&run[..], words].concat())
}

/// What a test reaches.
fn of_test(krate: &TestCrate, number: usize) -> String {
    of_scenario(krate, &format!("app::all t{number}"))
}

#[test]
#[ignore = "needs cargo-nextest"]
fn tests_of_nextest_are_scenarios_and_reach_at_once_what_they_reach_alone() {
    let krate = with_tests();
    nextest(&krate, &["--test-threads", "8"]).ends_with(0);
    let all = rows(&krate, &[]);
    assert_eq!(all.len(), TESTS, "{all:?}");
    assert!(all.iter().all(|row| row.1 == "passed"), "{all:?}");
    let at_once: Vec<String> = (0..TESTS).map(|it| of_test(&krate, it)).collect();
    assert_ne!(at_once[0], at_once[1]);
    for (number, at_once) in at_once.iter().enumerate().step_by(3) {
        let filter = format!("test(=t{number})");
        nextest(&krate, &["-E", &filter]).ends_with(0);
        assert_eq!(of_test(&krate, number), *at_once, "t{number}");
    }
    // What is chosen can be run.
    nextest(&krate, &[]).ends_with(0);
    let filter = ["scenarios", "--reach", "act_3", "--format", "nextest"];
    let filter = krate.itcov(&filter).ends_with(0).stdout;
    let chosen = nextest(&krate, &["-E", filter.trim()]).ends_with(0);
    chosen.says("2 passed");
}

#[test]
#[ignore = "needs cargo-nextest"]
fn names_of_tests_mean_themselves_in_a_filter() {
    let krate = program();
    let manifest = krate.read("Cargo.toml");
    let test = "\n[[test]]\nname = \"odd\"\nharness = false\n";
    krate.write("Cargo.toml", &(manifest + test));
    krate.write(
        "tests/odd.rs",
        r#"fn main() {
    let words: Vec<String> = std::env::args().collect();
    let has = |word: &str| words.iter().any(|it| it == word);
    if has("--list") {
        let names = ["a (b), c", r"back\slash", "with / slash", "plain"];
        names.iter().filter(|_| !has("--ignored")).for_each(|it| println!("{it}: test"));
        return;
    }
    let number = if has("plain") { "1" } else { "0" };
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_app"));
    assert!(program.arg(number).status().unwrap().success());
}
"#,
    );
    nextest(&krate, &[]).ends_with(0).says("4 passed");
    for (function, number) in [("act_0", 3), ("act_1", 1)] {
        let filter = ["scenarios", "--reach", function, "--format", "nextest"];
        let filter = krate.itcov(&filter).ends_with(0).stdout;
        let chosen = nextest(&krate, &["-E", filter.trim()]).ends_with(0);
        chosen.says(&format!("{number} passed"));
        nextest(&krate, &[]).ends_with(0);
    }
}

#[test]
#[ignore = "needs cargo-nextest"]
fn a_test_that_is_tried_again_counts_once_and_one_that_fails_or_is_killed_has_its_lines() {
    let krate = with_tests();
    let tests = krate.read("tests/all.rs")
        + r#"
#[test]
fn flaky() {
    if std::fs::create_dir("tried").is_ok() {
        start(&["1"], 1);
        panic!("the first time");
    }
    start(&["2"], 1);
}

#[test]
fn fails() {
    start(&["3"], 1);
    panic!();
}

#[test]
fn is_killed() {
    start(&["4"], 1);
    std::process::abort();
}
"#;
    krate.write("tests/all.rs", &tests);
    let filter = "test(flaky) | test(fails) | test(is_killed)";
    let words = ["--retries", "1", "--no-fail-fast", "-E", filter];
    let run = nextest(&krate, &words).ends_with(100);
    // As without the runner.
    run.says("SIGABRT");
    let mut all = rows(&krate, &[]);
    all.sort();
    let outcomes: Vec<(&str, &str)> = all.iter().map(|it| (&*it.0, &*it.1)).collect();
    let expected = [
        ("app::all fails", "failed"),
        ("app::all flaky", "passed"),
        ("app::all is_killed", "failed"),
    ];
    assert_eq!(outcomes, expected);
    let reach = |function: &str| {
        let reach = ["scenarios", "--reach", function];
        krate.itcov(&reach).ends_with(0).stdout
    };
    assert_eq!(reach("act_1"), "");
    assert_eq!(reach("act_2"), "app::all flaky\n");
    assert_eq!(reach("act_3"), "app::all fails\n");
    assert_eq!(reach("act_4"), "app::all is_killed\n");
    // It has run, and so it counts.
    let report = krate.itcov(&["report", "--lcov", "-"]).ends_with(0).stdout;
    assert!(
        report.contains("FNDA:1,_RNvCs") || report.contains("act_1"),
        "{report}"
    );
}

#[test]
fn what_is_started_for_a_scenario_is_its_own_also_at_once() {
    let krate = program();
    // Also by a link, and by what it has started.
    let script = r#"ln -s "$ITCOV_BIN" app
for n in 0 1 2 3 4 5; do
    ITCOV_SCENARIO="s $n" "$ITCOV_BIN" $n >/dev/null &
    (export ITCOV_SCENARIO="s $n"; sh -c "./app $((n + 1))" >/dev/null) &
done
wait
"$ITCOV_BIN" 9
"#;
    let run = ["exec", "--scenarios", "--", "sh", "-ec", script];
    krate.itcov(&run).ends_with(0);
    for function in 1..6 {
        let reach = ["scenarios", "--reach", &format!("act_{function}")];
        let reached = krate.itcov(&reach).ends_with(0).stdout;
        let mut reached: Vec<&str> = reached.lines().collect();
        reached.sort_unstable();
        let expected = [function - 1, function].map(|it| format!("s {it}"));
        assert_eq!(reached, expected);
    }
    let reach = krate.itcov(&["scenarios", "--reach", "act_9"]).ends_with(0);
    assert_eq!(reach.stdout, "");
    krate
        .itcov(&["scenarios", "--smallest", "--by-time"])
        .ends_with(1)
        .says("it is not known how long \"s ");
}

/// An ordinary program has nothing to note, so such a limit does not end it.
#[test]
fn where_no_file_may_be_larger_what_is_started_for_a_scenario_runs() {
    let krate = program();
    let limited = r#"(ulimit -f 0; ITCOV_SCENARIO=a "$ITCOV_BIN" 1 >/dev/null)"#;
    let script = format!(r#"{limited} && ITCOV_SCENARIO=b "$ITCOV_BIN" 2"#);
    let run = ["exec", "--scenarios", "--", "sh", "-c", &script];
    krate
        .itcov(&run)
        .ends_with(0)
        .says("warning: a measured program could not write its profile");
    let reach = krate.itcov(&["scenarios", "--reach", "act_2"]).ends_with(0);
    assert_eq!(reach.stdout, "b\n");
}

/// What counts: as a report on what there is says it, and on profiles that were brought here.
fn counts(krate: &TestCrate) -> [String; 2] {
    let run = krate.sh("ls -d target/itcov/.checkouts/*/runs/* | tail -n 1");
    let report = |words: &[&str]| {
        let report = [&["report", "--lcov", "-"], words].concat();
        krate.itcov(&report).ends_with(0).stdout
    };
    [report(&[]), report(&["--profiles", run.stdout.trim()])]
}

#[test]
fn counts_of_scenarios_that_do_not_come_along_are_missed() {
    let krate = program();
    let script = r#"ITCOV_SCENARIO=a "$ITCOV_BIN" 1; ITCOV_SCENARIO=b "$ITCOV_BIN" 2"#;
    let run = ["exec", "--scenarios", "--", "sh", "-ec", script];
    let whole = krate.itcov(&run).ends_with(0);
    assert!(!whole.stderr.contains("warning"), "{}", whole.stderr);
    krate.sh("cp -r target/itcov/.checkouts/*/runs/*/[0-9]* copy");
    let report = || krate.itcov(&["report", "--profiles", "copy"]).ends_with(0);
    assert_eq!(report().stderr, "");
    krate.sh("truncate -s -100 copy/.scenarios");
    assert_eq!(
        report().stderr,
        "warning: copy/.scenarios is not whole, as after a copy that was cut off, and has the counts of the run's scenarios, so some \
         do not count: copy it again, or run the suite again\n"
    );
    krate.sh("rm copy/.scenarios");
    assert_eq!(
        report().stderr,
        "warning: copy/.scenarios is missing, and has the counts of the run's scenarios, so some do not count: copy the run's whole \
         directory, with the files whose names begin with a dot\n"
    );

    let all = ["scenarios", "--reach", "act_1"];
    assert_eq!(krate.itcov(&all).ends_with(0).stdout, "a\n");
    krate.sh("truncate -s -100 target/itcov/.checkouts/*/runs/*/[0-9]*/.scenarios");
    krate.itcov(&all).ends_with(0).says(" is not whole, ");
}

#[test]
fn what_is_apart_counts_as_often_as_else_and_takes_no_room() {
    let krate = program();
    let each = r#"for n in 0 1 2 3 4 5 6 7 8 9; do ITCOV_SCENARIO="s $n" "$ITCOV_BIN" $n 0 0 >/dev/null; done"#;
    let exec = |options: &[&str], script: &str| {
        let words = [&["exec"], options, &["--", "sh", "-ec", script]].concat();
        krate.itcov(&words)
    };
    exec(&[], each).ends_with(0);
    let expected = counts(&krate);
    assert!(expected[0].contains(",30\n"), "{}", expected[0]);
    let rows = |krate: &TestCrate| {
        krate
            .itcov(&["scenarios", "--format", "json"])
            .ends_with(0)
            .stdout
    };

    exec(&["--scenarios"], each).ends_with(0);
    assert_eq!(counts(&krate), expected);
    let of_scenarios = rows(&krate);
    let profiles = krate.sh("find target/itcov/.checkouts -name '*.itcov' | wc -l");
    assert_eq!(profiles.stdout, "1\n");

    // Killed before anything is put together.
    let killed = format!("{each}; kill -KILL $PPID");
    exec(&["--scenarios"], &killed);
    assert_eq!(counts(&krate), expected);
    assert_eq!(rows(&krate), of_scenarios);
    let profiles = krate.sh(
        "find \"$(ls -d target/itcov/.checkouts/*/runs/* | tail -n 1)\" -name '*.itcov' | wc -l",
    );
    assert_eq!(profiles.stdout, "10\n");

    // And between: what was put together is there once more.
    let part = "$(ls -d target/itcov/.checkouts/*/runs/*/[0-9]* | tail -n 1)";
    exec(&["--scenarios"], &format!("{each}; cp -R {part} ../saved")).ends_with(0);
    krate.sh(&format!(
        "cp -R ../saved/.suite/.apart/* {part}/.suite/.apart"
    ));
    assert_eq!(counts(&krate), expected);
    assert_eq!(rows(&krate), of_scenarios);

    // Another one that adds to it.
    exec(
        &["--scenarios", "--add"],
        "ITCOV_SCENARIO='s 3' \"$ITCOV_BIN\" 3",
    )
    .ends_with(0);
    let [added, _] = counts(&krate);
    assert_ne!(added, expected[0]);
    assert!(added.contains(",31\n"), "{added}");
}

#[test]
#[ignore = "needs pytest: python3 -m venv target/readers && target/readers/bin/pip install pytest"]
fn tests_of_pytest_are_scenarios() {
    let krate = program();
    let suite = r#"import os, subprocess, pytest

@pytest.fixture
def started():
    subprocess.run([os.environ["ITCOV_BIN"], "7"])

@pytest.mark.parametrize("number", [1, 2])
def test_numbers(number):
    subprocess.run([os.environ["ITCOV_BIN"], str(number)])

def test_fixture(started):
    subprocess.run([os.environ["ITCOV_BIN"], "3"])
"#;
    krate.write("test_app.py", suite);
    let pytest = pytest();
    let run = [
        "exec",
        "--scenarios",
        "--",
        &pytest,
        "-q",
        "-p",
        "no:cacheprovider",
    ];
    krate.itcov(&run).ends_with(0);
    let reach = |function: &str| {
        let reach = ["scenarios", "--reach", function];
        krate.itcov(&reach).ends_with(0).stdout
    };
    assert_eq!(reach("act_1"), "test_app.py::test_numbers[1]\n");
    assert_eq!(reach("act_2"), "test_app.py::test_numbers[2]\n");
    for function in ["act_3", "act_7"] {
        assert_eq!(reach(function), "test_app.py::test_fixture\n");
    }
}

#[test]
fn a_suite_that_names_no_scenario_is_told_and_a_runner_of_the_user_is_run() {
    let krate = with_tests();
    krate.write(
        "runner.sh",
        "#!/bin/sh\necho ran >>\"$(dirname \"$0\")/ran\"\nexec \"$@\"\n",
    );
    let executable = Permissions::from_mode(0o755);
    fs::set_permissions(krate.root.join("runner.sh"), executable).unwrap();
    krate.write(
        ".cargo/config.toml",
        "[target.'cfg(unix)']\nrunner = [\"./runner.sh\"]\n",
    );
    let test = ["exec", "--scenarios", "--", "cargo", "test", "t3"];
    let said = krate.itcov(&test).ends_with(0);
    said.says("no scenario was named")
        .says("`cargo nextest run`");
    assert!(krate.has("ran"));
    krate
        .itcov(&["scenarios"])
        .ends_with(1)
        .says("the last run has no scenarios");
}
