//! A run that has measured nothing is not what a threshold is met by, nor is the one before it.

use super::{LINES, app};
use crate::support::process::wait_until;
use crate::support::{Output, Running, tools};

#[test]
fn no_threshold_is_met_by_the_run_before_one_that_has_measured_nothing() {
    let krate = app();
    let gate = ["report", "--fail-under-lines", "50"];
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&gate).ends_with(0);
    let is_lost = || {
        let refused = krate.itcov(&gate).ends_with(1);
        assert_eq!(refused.lines_of("Total"), LINES);
        refused
            .says("warning: the last run has measured nothing; this is the one before it, which began at 20")
            .says("error: the last run has measured nothing, so whether enough ran cannot be told")
    };
    krate.itcov(&["exec", "--", "false"]).ends_with(1);
    let refused = is_lost();
    // What is to count can be named.
    let (_, named) = refused.stderr.split_once("--profiles ").unwrap();
    krate
        .itcov(&[&gate[..], &["--profiles", named.trim()]].concat())
        .ends_with(0);

    // What is added does not make it the last one.
    let add = |words: &[&str]| krate.itcov(&[&["exec", "--add", "--"], words].concat());
    let with_program = ["sh", "-c", "\"$ITCOV_BIN\""];
    let added = || {
        add(&with_program)
            .ends_with(0)
            .says("the last run has measured nothing; what is added is added to the one before it");
    };
    added();
    is_lost();
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&gate).ends_with(0);

    // What was to be added is made up for by what is added next, and the run stays.
    for (words, status) in [(&["false"][..], 1), (&["./gone"], 127)] {
        add(words).ends_with(status);
        is_lost();
        added();
        krate.itcov(&gate).ends_with(0);
    }
    krate.itcov(&["exec", "--", "false"]).ends_with(1);
    add(&["false"]).ends_with(1);
    added();
    is_lost();
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&gate).ends_with(0);

    // Whatever a run is lost by: its suite is not there, or the program cannot be built.
    krate.itcov(&["exec", "--", "./gone"]).ends_with(127);
    is_lost();
    krate.itcov(&["clean"]).ends_with(0);
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&gate).ends_with(0);
    let main = krate.read("src/main.rs");
    krate.write("src/main.rs", "fn");
    krate.itcov(&["run"]).ends_with(1);
    krate.write("src/main.rs", &main);
    is_lost();
}

#[test]
fn no_threshold_is_met_by_the_run_before_one_that_was_refused() {
    let krate = app();
    let gate = ["report", "--fail-under-lines", "50"];
    for (variable, words) in [
        (("ITCOV_GRACE", "soon"), &["suite", "true"][..]),
        (("ITCOV_READY", "localhost:8080"), &["suite", "true"]),
        (("ITCOV_TIMEOUT", "soon"), &["run"]),
        (("ITCOV_TIMEOUT", "soon"), &["run", "--add"]),
        (("ITCOV_CONTROL", "1.2.3.4:5"), &["exec", "true"]),
    ] {
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&gate).ends_with(0);
        let mut command = krate.command(tools::cargo_itcov());
        command.arg("itcov").args(words).env(variable.0, variable.1);
        Output::of(&mut command).ends_with(2).says(variable.0);
        krate
            .itcov(&gate)
            .ends_with(1)
            .says("error: the last run has measured nothing");
    }
}

/// Waits, with a feature, until somebody lets it go on.
const BUILD: &str = r#"use std::{env, fs, thread, time::Duration};

fn main() {
    if env::var_os("CARGO_FEATURE_SLOW").is_some() {
        fs::write("../building", "").unwrap();
        while !fs::exists("../go").unwrap() {
            thread::sleep(Duration::from_millis(20));
        }
    }
}
"#;

#[test]
fn no_threshold_is_met_by_the_run_before_one_that_is_still_built() {
    let krate = app();
    krate.write("build.rs", BUILD);
    let manifest = krate.read("Cargo.toml");
    krate.write(
        "Cargo.toml",
        &format!("{manifest}\n[features]\nslow = []\n"),
    );
    let gate = ["report", "--fail-under-lines", "50"];
    for adds in [&[][..], &["--add"]] {
        // For cargo this is another package.
        krate.write("again", "");
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&gate).ends_with(0);
        let mut command = krate.command(tools::cargo_itcov());
        command.args(["itcov", "run", "--features", "slow"]);
        let later = Running::start(command.args(adds));
        wait_until("a build", || krate.has("../building"));
        let report = krate.itcov(&gate).ends_with(1);
        let report = report
            .says("warning: a run has begun and has measured nothing yet; this is the one before it, which began at 20")
            .says("error: a run has begun and has measured nothing yet, so whether enough ran cannot be told; wait until it is over");
        assert_eq!(report.lines_of("Total"), LINES);
        krate.write("../go", "");
        later.finish().ends_with(0);
        krate.itcov(&gate).ends_with(0);
        krate.sh("rm ../go ../building").ends_with(0);
    }
}

#[test]
fn a_run_of_a_program_that_is_not_measured_leaves_the_run_before_it() {
    let krate = app();
    let before = krate.itcov(&["run"]).ends_with(0).lines_of("Total");
    for words in [&["run"][..], &["suite", "sleep", "0.2"]] {
        let mut command = krate.command(tools::cargo_itcov());
        command.arg("itcov").args(words);
        Output::of(command.env("ITCOV_PROGRAM", "/bin/true"))
            .ends_with(1)
            .says(
                "error: no measured program has run: there is no profile; this run does not count",
            );
        let report = krate.itcov(&["report"]).ends_with(0);
        let report = report.says("the last run has measured nothing; this is the one before it");
        assert_eq!(report.lines_of("Total"), before);
    }
}

/// Whoever may bring files or a cache can bring those: none of them is of a run.
#[test]
fn what_was_brought_among_the_files_of_runs_comes_to_none() {
    let krate = super::app();
    let more = ["exec", "--", "sh", "-c", "\"$ITCOV_BIN\" more"];
    krate.itcov(&more).ends_with(0);
    let plant = "set -e
        mkdir -p target/itcov/.checkouts/other/linked/below
        cp target/itcov/.checkouts/*/runs/*/*/.suite/*.itcov target/itcov/.checkouts/other/linked/below/1_0.itcov";
    krate.sh(plant).ends_with(0);
    let one = ["exec", "--", "sh", "-c", "\"$ITCOV_BIN\""];
    let run = krate.itcov(&one).ends_with(0);
    assert_eq!(run.lines_of("Total"), super::LINES);
    // Behind the last number there is none for a run.
    krate
        .sh("cd target/itcov/.checkouts/*/wanted && touch 18446744073709551615")
        .ends_with(0);
    krate.itcov(&more).ends_with(0);
    krate
        .itcov(&one)
        .ends_with(1)
        .says("type `cargo itcov clean`");
    let gate = ["report", "--fail-under-lines", "100"];
    krate
        .itcov(&gate)
        .ends_with(1)
        .says("error: the last run has measured nothing");
    krate.itcov(&["clean"]).ends_with(0);
    let run = krate.itcov(&one).ends_with(0);
    assert_eq!(run.lines_of("Total"), super::LINES);
}
