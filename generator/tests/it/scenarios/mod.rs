//! Scenarios: named parts of a suite, and what each reaches.

mod apart;
mod changed;
mod cut;
mod doubts;
mod formats;
mod moved;
mod orders;
mod outside;
pub mod pages;
mod shared;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::time::Duration;

use serde_json::Value;

use crate::support::process::{is_alive, signal, wait_until};
use crate::support::{Running, TestCrate};

/// How many functions the program has that do something.
const FUNCTIONS: usize = 12;

/// A program that does what a file says, and then removes it.
pub fn program() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    let mut main = String::from(
        "fn main() {\n    loop {\n        std::thread::sleep(std::time::Duration::from_millis(2));\n        \
         let Ok(words) = std::fs::read_to_string(\"command\") else { continue };\n        \
         for word in words.split_whitespace() {\n            act(word.parse().unwrap());\n        }\n        \
         std::fs::remove_file(\"command\").unwrap();\n    }\n}\n\nfn act(number: usize) {\n    match number {\n",
    );
    for number in 0..FUNCTIONS {
        let _ = writeln!(main, "        {number} => act_{number}(number),");
    }
    main.push_str("        _ => {}\n    }\n}\n");
    for number in 0..FUNCTIONS {
        let _ = write!(
            main,
            "\nfn act_{number}(number: usize) {{\n    if number % 2 == 0 {{\n        println!(\"{number}\");\n    }} else {{\n        \
             shared();\n    }}\n}}\n"
        );
    }
    main.push_str("\nfn shared() {\n    println!(\"shared\");\n}\n");
    krate.write("src/main.rs", &main);
    // What the program does in one go.
    krate.write(
        "act.sh",
        "printf %s \"$*\" >command.new && mv command.new command\nwhile [ -e command ]; do sleep 0.01; done\n",
    );
    krate
}

fn suite(krate: &TestCrate, script: &str) {
    // Once it has done something, it has started.
    let script = format!("sh act.sh 99\n{script}");
    krate
        .itcov(&["suite", "--", "sh", "-ec", &script])
        .ends_with(0);
}

/// A scenario that does these.
fn scenario(name: &str, functions: &[usize]) -> String {
    let words: Vec<String> = functions.iter().map(ToString::to_string).collect();
    format!(
        "cargo-itcov scenario '{name}' -- sh act.sh {}\n",
        words.join(" ")
    )
}

fn of_scenario(krate: &TestCrate, name: &str) -> String {
    let report = ["report", "--scenario", name, "--lcov", "-"];
    let report = krate.itcov(&report).ends_with(0).stdout;
    // How often the loop went round is a matter of time.
    let lines = report.lines().filter_map(|line| {
        let (line, count) = line.strip_prefix("DA:")?.split_once(',')?;
        Some(format!("{line}:{} ", count != "0"))
    });
    lines.collect()
}

fn rows(krate: &TestCrate, options: &[&str]) -> Vec<(String, String, u64, u64, u64)> {
    let words = [&["scenarios", "--format", "json"], options].concat();
    let rows: Value = serde_json::from_str(&krate.itcov(&words).ends_with(0).stdout).unwrap();
    let rows = rows.as_array().unwrap().iter().map(|row| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let number = |key: &str| row[key].as_u64().unwrap();
        (
            text("name"),
            text("outcome"),
            number("lines"),
            number("alone"),
            number("adds"),
        )
    });
    rows.collect()
}

#[test]
fn a_scenario_reaches_what_it_reaches_alone_in_any_order() {
    let krate = program();
    let mut state = 7_usize;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    // As many as are asked for.
    let number = std::env::var("ITCOV_SCENARIOS").map_or(8, |it| it.parse().unwrap());
    let scenarios: Vec<(String, Vec<usize>)> = (0..number)
        .map(|number| {
            let functions = (0..=random(4)).map(|_| random(FUNCTIONS));
            (format!("scenario {number}"), functions.collect())
        })
        .collect();
    let alone: Vec<String> = scenarios
        .iter()
        .map(|(name, functions)| {
            suite(&krate, &scenario(name, functions));
            of_scenario(&krate, name)
        })
        .collect();
    assert!(alone.iter().any(|it| *it != alone[0]));
    for _ in 0..2 {
        let mut order: Vec<usize> = (0..scenarios.len()).collect();
        for place in (1..order.len()).rev() {
            order.swap(place, random(place + 1));
        }
        // What runs between them is nobody's.
        let script: String = order
            .iter()
            .map(|it| scenario(&scenarios[*it].0, &scenarios[*it].1) + "sh act.sh 11\n")
            .collect();
        suite(&krate, &script);
        for (it, (name, _)) in scenarios.iter().enumerate() {
            assert_eq!(of_scenario(&krate, name), alone[it], "{name} in {order:?}");
        }
    }
}

#[test]
fn scenarios_are_listed_chosen_and_told_apart() {
    let krate = program();
    let script = [
        scenario("one", &[0, 2]),
        scenario("two", &[2]),
        scenario("three", &[4, 1]),
        // Once more: it is one scenario.
        scenario("two", &[2, 3]),
        "cargo-itcov scenario four -- sh -c 'sh act.sh 0; exit 3' || test $? = 3\n".to_owned(),
    ]
    .concat();
    suite(&krate, &script);

    let all = rows(&krate, &[]);
    let names: Vec<&str> = all.iter().map(|row| &*row.0).collect();
    assert_eq!(names, ["one", "two", "three", "four"]);
    let outcomes: Vec<&str> = all.iter().map(|row| &*row.1).collect();
    assert_eq!(outcomes, ["passed", "passed", "passed", "failed"]);
    // Of each of `three`'s own functions: its arm, and what it does; both shared it with `two`.
    assert!(all[2].3 > 8, "{all:?}");
    assert_eq!(all[3].4, 0, "{all:?}");

    let smallest = rows(&krate, &["--smallest"]);
    let smallest: Vec<&str> = smallest.iter().map(|row| &*row.0).collect();
    assert_eq!(smallest, ["one", "two", "three"]);
    let names = |options: &[&str]| {
        let words = [&["scenarios"], options].concat();
        let output = krate.itcov(&words).ends_with(0).stdout;
        output.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let main = krate.read("src/main.rs");
    let line = |text: &str| 1 + main.lines().position(|line| line == text).unwrap();
    let reach = format!("src/main.rs:{}", line("fn act_0(number: usize) {"));
    assert_eq!(names(&["--reach", &reach]), ["one", "four"]);
    let shared = line("fn shared() {");
    let reach = format!("src/main.rs:{shared}-{}", shared + 1);
    assert_eq!(names(&["--reach", &reach]), ["two", "three"]);
    assert_eq!(names(&["--reach", "src/main.rs"]).len(), 4);
    let only = krate.itcov(&["scenarios", "--only", "three"]).ends_with(0);
    let four = line("fn act_4(number: usize) {");
    let said = format!("{four}-{}", four + 3);
    assert!(only.stdout.contains(&said), "{}", only.stdout);
    let missing = krate.itcov(&["scenarios", "--missing"]).ends_with(0);
    let never = line("fn act_5(number: usize) {").to_string();
    assert!(missing.stdout.contains(&never), "{}", missing.stdout);
    // `main` has run, and is listed, as no scenario has reached its beginning.
    let title = "\nLines that no scenario reaches:\nsrc/main.rs: 1, ";
    assert!(missing.stdout.starts_with(title), "{}", missing.stdout);
    for (place, said) in [
        ("act_5", "no scenario reaches act_5\n"),
        ("src/main.rs:9999", "there is no code at src/main.rs:9999\n"),
        (
            "src/main.rs:1",
            "no scenario reaches src/main.rs:1, but what ran outside of them does\n",
        ),
    ] {
        let none = krate.itcov(&["scenarios", "--reach", place]).ends_with(0);
        assert_eq!(none.says(said).stdout, "");
    }
    let report = krate.itcov(&["report", "--scenario", "one", "--markdown", "-"]);
    let report = report.ends_with(0).stdout;
    assert!(report.contains("(scenario one)"), "{report}");
    // The start, which nothing checks: `act` is called in scenarios.
    let report = krate.itcov(&["report"]).ends_with(0).stdout;
    let (_, outside) = report
        .split_once("Lines that ran only outside of scenarios")
        .unwrap();
    assert!(outside.contains("src/main.rs: 1"), "{report}");

    krate
        .itcov(&["report", "--scenario", "none"])
        .ends_with(1)
        .says(
            "there is no scenario \"none\"; similar: \"one\"; `cargo itcov scenarios` lists them",
        );
    krate
        .itcov(&["scenarios", "--only", "thr"])
        .ends_with(1)
        .says("there is no scenario \"thr\"; similar: \"three\"; ");
    krate
        .itcov(&["scenarios", "--reach", "src/main.rs:x"])
        .ends_with(1)
        .says("is not a place such as");
    krate
        .itcov(&["scenarios", "--reach", "src/none.rs"])
        .ends_with(1)
        .says("src/none.rs is no source file that was measured");
    assert_eq!(names(&["--reach", "act_4"]), ["three"]);
    assert_eq!(names(&["--reach", "app::shared"]), ["two", "three"]);
    krate
        .itcov(&["scenarios", "--reach", "act"])
        .ends_with(0)
        .prints("one\ntwo\nthree\nfour\n");
    krate
        .itcov(&["scenarios", "--reach", "act_99"])
        .ends_with(1)
        .says("there is no function act_99");
}

#[test]
fn marks_may_come_from_any_language_and_a_run_may_have_none() {
    let krate = program();
    suite(&krate, "sh act.sh 1\n");
    krate
        .itcov(&["scenarios"])
        .ends_with(1)
        .says("the last run has no scenarios");
    krate
        .itcov(&["scenario", "a", "--", "true"])
        .ends_with(1)
        .says("ITCOV_CONTROL is not set");
    let refused = "cargo-itcov scenario '' -- true || test $? = 1\n";
    suite(&krate, refused);
    let gone = krate
        .command("cargo-itcov")
        .args(["scenario", "a", "--", "true"])
        .env("ITCOV_CONTROL", "127.0.0.1:9")
        .output()
        .unwrap();
    assert_eq!(gone.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("127.0.0.1:9"));
}

#[test]
fn what_was_finished_when_something_was_killed_is_whole_and_the_rest_is_cut() {
    let krate = program();
    let script = [
        "sh act.sh 99\n".to_owned(),
        scenario("first", &[0]),
        scenario("second", &[1]),
        "cargo-itcov scenario third -- sh -c 'sh act.sh 2; touch reached; while [ -e reached ]; do sleep 0.1; done'\n"
            .to_owned(),
    ]
    .concat();
    for victim in ["tool", "harness", "program", "suite"] {
        let mut command = krate.command("cargo-itcov");
        let mut run = Running::start(command.args(["suite", "--", "sh", "-ec", &script]));
        let (program, harness) = (run.program(), run.harness());
        wait_until("the third scenario", || krate.has("reached"));
        let said = run.stderr();
        let id = match victim {
            "tool" => run.tool(),
            "harness" => harness,
            "program" => program,
            _ => {
                let (_, suite) = said.split_once("the suite runs as process ").unwrap();
                suite.split(':').next().unwrap().parse().unwrap()
            }
        };
        signal("KILL", id);
        // Where the suite lives, it goes on, and says how the scenario has ended.
        let suite_goes_on = ["harness", "program"].contains(&victim);
        if suite_goes_on {
            std::fs::remove_file(krate.root.join("reached")).unwrap();
        }
        run.finish();
        wait_until("the end of the program", || !is_alive(program));
        let rows = rows(&krate, &[]);
        let outcomes: Vec<(&str, &str)> = rows.iter().map(|row| (&*row.0, &*row.1)).collect();
        let third = if suite_goes_on { "passed" } else { "cut" };
        let expected = [("first", "passed"), ("second", "passed"), ("third", third)];
        assert_eq!(outcomes, expected, "{victim}");
        assert!(rows[0].2 > 5 && rows[1].2 > 5, "{victim}: {rows:?}");
        // Whoever lives notes what the third has reached.
        assert_eq!(rows[2].2 > 5, victim != "tool", "{victim}: {rows:?}");
        let _ = std::fs::remove_file(krate.root.join("reached"));
    }
}

#[test]
fn a_signal_to_a_scenario_reaches_its_command() {
    let krate = program();
    for name in ["TERM", "HUP"] {
        let command = format!("trap \"exit 7\" {name}; touch begun; while :; do sleep 0.1; done");
        let script = format!(
            "cargo-itcov scenario one -- sh -c '{command}' & id=$!\nuntil [ -e begun ]; do sleep 0.1; done\nrm begun\n\
             kill -{name} $id\nwait $id && exit 9\ntest $? = 7\n"
        );
        suite(&krate, &script);
        assert_eq!(rows(&krate, &[])[0].1, "failed");
    }
}

#[test]
fn an_answer_that_does_not_end_keeps_no_scenario_from_its_end() {
    let krate = TestCrate::empty();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // The beginning is noted. That the end is, is said byte by byte.
    std::thread::spawn(move || {
        let mut drips = false;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while drips && stream.write_all(b"X").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
            let _ = stream.write_all(b"\r\n");
            drips = true;
        }
    });
    let script = format!(
        "ITCOV_CONTROL={address} cargo-itcov scenario a -- touch did & id=$!\nuntil [ -e did ]; do sleep 0.1; done\nsleep 1\n\
         kill -TERM $id\nsleep 3\nkill -KILL $id 2>/dev/null && exit 9\nwait $id\ntest $? = 143"
    );
    krate.sh(&script).ends_with(0);
}

#[test]
fn a_source_that_has_changed_since_is_named() {
    let krate = program();
    suite(&krate, &scenario("one", &[0]));
    let main = krate.read("src/main.rs");
    krate.write("src/main.rs", &format!("// Another line.\n{main}"));
    let said = krate.itcov(&["scenarios"]).ends_with(0);
    said.says("changed since the program was built: src/main.rs");
}

#[test]
fn a_scenario_that_another_one_cuts_is_no_success_and_has_no_end() {
    let krate = program();
    let script = "cargo-itcov scenario outer -- sh -c 'cargo-itcov scenario inner -- sh act.sh 0; sh act.sh 2' 2>said && exit 9\n\
                  cargo-itcov scenario whole -- sh act.sh 4\n";
    suite(&krate, script);
    let said = krate.read("said");
    assert!(
        said.contains("\"outer\" is cut, as another scenario began"),
        "{said}"
    );
    let outcomes = rows(&krate, &[]).into_iter();
    let outcomes: Vec<(String, String)> = outcomes.map(|row| (row.0, row.1)).collect();
    let expected = [("outer", "cut"), ("inner", "passed"), ("whole", "passed")];
    let expected = expected.map(|(name, outcome)| (name.to_owned(), outcome.to_owned()));
    assert_eq!(outcomes, expected);
}
