//! Many small tests at once: counts are the same as one after the other.

use super::{Counts, counts};
use crate::build::package;
use crate::support::TestCrate;

const TESTS: usize = 300;

/// Of its arguments, each goes another way; the last may be to wait until it is killed.
const PROGRAM: &str = r#"use std::time::Duration;

fn main() {
    for word in std::env::args().skip(1) {
        match word.parse::<u64>() {
            Ok(number) if number % 3 == 0 => thirds(number),
            Ok(number) => println!("{}", collatz(number)),
            Err(_) if word == "wait" => wait(),
            Err(_) => std::process::abort(),
        }
    }
}

fn thirds(number: u64) {
    let half = std::thread::spawn(move || number / 2);
    println!("{}", half.join().unwrap());
}

fn collatz(mut number: u64) -> u32 {
    let mut steps = 0;
    while number > 1 {
        if number % 2 == 0 {
            number /= 2;
        } else {
            number = 3 * number + 1;
        }
        steps += 1;
    }
    steps
}

fn wait() {
    println!("waits");
    std::thread::sleep(Duration::from_secs(60));
}
"#;

const STARTS: &str = r#"use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Starts it, and kills it if it says that it waits.
fn start(words: &[&str]) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_many"))
        .args(words)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    if lines.map(Result::unwrap).any(|line| line == "waits") {
        program.kill().unwrap();
    }
    program.wait().unwrap();
}
"#;

fn many() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("many", ""));
    krate.write("src/main.rs", PROGRAM);
    let test = |number| {
        let last = ["wait", "abort", "2", "1"][number % 4];
        let again = if number % 5 == 0 {
            r#"start(&["7"]);"#
        } else {
            ""
        };
        format!(
            "\n#[test]\nfn t{number}() {{\n    start(&[\"{number}\", \"{last}\"]);\n    {again}\n}}\n"
        )
    };
    let tests = STARTS.to_owned() + &(0..TESTS).map(test).collect::<String>();
    krate.write("tests/many.rs", &tests);
    krate
}

/// What a suite's lines count.
fn run(krate: &TestCrate, suite: &[&str]) -> Counts {
    let arguments = [&["exec", "--"], suite].concat();
    let output = krate.itcov(&arguments).ends_with(0);
    assert!(!output.stderr.contains("warning:"), "{}", output.stderr);
    counts(krate)
}

/// Compares, and looks at a line of which it is known how often it ran.
fn are_the_same(one_by_one: &Counts, at_once: &Counts) {
    assert_eq!(one_by_one, at_once);
    let main = PROGRAM.lines().position(|line| line == "fn main() {");
    let starts = u64::try_from(TESTS + TESTS / 5).unwrap();
    assert_eq!(at_once["src/main.rs"][&(main.unwrap() + 1)], starts);
    let wait = PROGRAM.lines().position(|line| line == "fn wait() {");
    let waits = u64::try_from(TESTS / 4).unwrap();
    assert_eq!(at_once["src/main.rs"][&(wait.unwrap() + 1)], waits);
}

#[test]
fn tests_that_run_at_once_count_as_one_by_one() {
    let krate = many();
    let [one, eight] = ["1", "8"].map(|threads| {
        let threads = format!("--test-threads={threads}");
        run(&krate, &["cargo", "test", "--quiet", "--", &threads])
    });
    are_the_same(&one, &eight);
}

#[test]
#[ignore = "needs cargo-nextest"]
fn tests_of_nextest_that_run_at_once_count_as_one_by_one() {
    let krate = many();
    let [one, eight] = ["1", "8"].map(|threads| {
        run(
            &krate,
            &["cargo", "nextest", "run", "--test-threads", threads],
        )
    });
    are_the_same(&one, &eight);
}
