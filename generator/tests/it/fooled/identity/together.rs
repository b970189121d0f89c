//! Runs at the same time: each reports on what it has built and started, and says what it cannot know.

use std::path::Path;

use super::places::itcov;
use super::{LINES, app, change, entries_of_main};
use crate::build::package;
use crate::support::process::signal;
use crate::support::{Running, TestCrate, tools};

/// Starts `cargo itcov exec` with a script, which waits with `await FILE` and tells with `touch FILE`.
fn start(krate: &TestCrate, options: &[&str], script: &str) -> Running {
    start_in(&krate.root.join("target"), krate, options, script)
}

fn start_in(target: &Path, krate: &TestCrate, options: &[&str], script: &str) -> Running {
    let mut command = krate.command(tools::cargo_itcov());
    command.env("CARGO_TARGET_DIR", target);
    let script = format!(
        "await() {{ for i in $(seq 3000); do [ -e $1 ] && return; sleep 0.02; done; exit 9; }}\n{script}"
    );
    command.args(["itcov", "exec"]).args(options);
    Running::start(command.args(["--", "sh", "-c", &script]))
}

#[track_caller]
fn wait_for(krate: &TestCrate, file: &str) {
    crate::support::process::wait_until(file, || krate.has(file));
}

fn entries_of_last(krate: &TestCrate) -> u64 {
    let trace = krate.itcov(&["report", "--lcov", "-"]).ends_with(0);
    entries_of_main(&trace.stdout)
}

#[test]
fn what_does_not_know_its_run_counts_where_only_one_goes_on() {
    let krate = app();
    let cleared = "env -u LLVM_PROFILE_FILE \"$ITCOV_BIN\"";
    let script = format!(
        "{cleared}; touch one; await two; \"$ITCOV_BIN\"; {cleared} more; touch three; await four; {cleared}; {cleared}"
    );
    let first = start(&krate, &[], &script);
    wait_for(&krate, "one");
    let script = "touch two; await three; \"$ITCOV_BIN\"";
    let second = start(&krate, &[], script).finish().ends_with(0);
    let process = first.id();
    let second = second
        .says(&format!(
            "another run goes on in this checkout, as process {process}; each reports on what it has built and started"
        ))
        .says("profiles that do not count: 1; processes without LLVM_PROFILE_FILE");
    assert_eq!(second.lines_of("Total"), LINES);
    // That of a run that goes on, too.
    let trace = krate.itcov(&["report", "--lcov", "-"]).ends_with(0);
    assert_eq!(entries_of_main(&trace.stdout), 1);
    krate.write("four", "");
    let first = first.finish().ends_with(0);
    let first = first.says("profiles that do not count: 1; processes without LLVM_PROFILE_FILE");
    assert_eq!(first.lines_of("Total"), LINES);
    // Before the other one, with the variable, and twice after it.
    assert_eq!(entries_of_last(&krate), 4);
}

/// A build of one checkout takes the place of another one's: what a suite of that starts writes where the one has its profiles.
#[test]
fn what_does_not_know_its_run_counts_for_none_while_two_checkouts_of_a_target_directory_run() {
    let [one, other] = [app(), app()];
    change(&other, 2);
    let shared = tempfile::tempdir().unwrap();
    let shared = shared.path();
    let cleared = "env -u LLVM_PROFILE_FILE \"$ITCOV_BIN\" more";
    let script = format!(
        "\"$ITCOV_BIN\"; touch one; await built; {cleared}; touch begin; await two; {cleared}; touch three"
    );
    let first = start_in(shared, &one, &[], &script);
    wait_for(&one, "one");
    itcov(&other, shared, &["build"]).ends_with(0);
    one.write("built", "");
    wait_for(&one, "begin");
    let root = one.root.display();
    let script = format!("\"$ITCOV_BIN\"; touch {root}/two; await {root}/three");
    let process = first.id();
    let second = start_in(shared, &other, &[], &script);
    let second = second.finish().ends_with(0);
    let first = first.finish().ends_with(0).prints("1\n2\nmore\n2\nmore\n");

    let unknown = "profiles that do not count: 1; processes without LLVM_PROFILE_FILE";
    let second = second
        .says(&format!(
            "another run goes on in another checkout with this target directory, as process {process}; each reports on"
        ))
        .says(unknown);
    assert_eq!(second.lines_of("Total"), LINES);
    let first = first
        .says("another `cargo itcov` has built app anew meanwhile")
        .says(unknown)
        .says("is of another build, so it does not count");
    assert_eq!(first.lines_of("Total"), LINES);
    for krate in [&one, &other] {
        let report = itcov(krate, shared, &["report", "--fail-under-lines", "100"]);
        report.ends_with(1).says(unknown);
    }
}

/// If all that was started may be of another run, the suite has started something all the same.
#[test]
fn a_run_of_which_nothing_is_known_says_so() {
    let krate = app();
    let first = start(&krate, &[], "touch one; await two; \"$ITCOV_BIN\"");
    wait_for(&krate, "one");
    let script = "env -u LLVM_PROFILE_FILE \"$ITCOV_BIN\"";
    let second = start(&krate, &[], script).finish().ends_with(1);
    second
        .says("warning: profiles that do not count: 1; processes without LLVM_PROFILE_FILE")
        .says("error: nothing that has run counts, as the warning says");
    krate.write("two", "");
    first.finish().ends_with(0);
}

#[test]
fn a_second_run_that_builds_another_program_does_not_change_the_report_of_the_first() {
    let krate = app();
    let script = "\"$ITCOV_BIN\"; touch one; await two; \"$ITCOV_BIN\" more";
    let first = start(&krate, &[], script);
    wait_for(&krate, "one");
    change(&krate, 2);
    let second = krate.itcov(&["run"]).ends_with(0).prints("2\n");
    assert_eq!(second.lines_of("Total"), LINES);
    second.says("another run goes on in this checkout");
    krate.write("two", "");
    // The suite has started the other program under the same name, and is told so.
    let first = first.finish().ends_with(0).prints("1\n2\nmore\n");
    let first = first
        .says("another `cargo itcov` has built app anew meanwhile")
        .says("is of another build, so it does not count");
    assert_eq!(first.lines_of("Total"), LINES);
    assert_eq!(entries_of_last(&krate), 1);
}

#[test]
fn a_program_that_runs_is_measured_though_another_one_is_built_and_run_meanwhile() {
    let krate = app();
    krate.write(
        "src/main.rs",
        &format!(
            "{}\npub fn wait() {{\n    std::thread::sleep(std::time::Duration::from_secs(600));\n}}\n",
            super::MAIN.replace("println!(\"more\");", "println!(\"more\");\n    wait();")
        ),
    );
    let mut command = krate.command(tools::cargo_itcov());
    let mut first = Running::start(command.args(["itcov", "run", "--", "more"]));
    first.expect("more\n");
    let text = krate.read("src/main.rs");
    krate.write("src/main.rs", &text.replace("black_box(1)", "black_box(2)"));
    krate.itcov(&["run"]).ends_with(0).prints("2\n");
    krate
        .itcov(&["clean"])
        .ends_with(0)
        .says("runs that still go on and were kept: 1");
    signal("INT", first.id());
    let first = first.finish().ends_with(0);
    assert_eq!(first.lines_of("Total"), (16, 16), "{}", first.stdout);
}

#[test]
fn of_two_runs_the_report_is_about_the_one_that_ended_last_which_is_said() {
    let krate = app();
    let first = start(&krate, &[], "touch one; await two; \"$ITCOV_BIN\"");
    wait_for(&krate, "one");
    let script = "\"$ITCOV_BIN\" && \"$ITCOV_BIN\" more";
    let second = start(&krate, &[], script).finish().ends_with(0);
    assert!(!second.stderr.contains("forgotten"), "{second:?}");
    assert_eq!(krate.itcov(&["report"]).lines_of("Total"), (12, 12));
    krate.write("two", "");
    let first = first.finish().ends_with(0);
    first.says("a run that began after this one has ended before it, and is forgotten");
    assert_eq!(krate.itcov(&["report"]).lines_of("Total"), LINES);
}

/// What was wanted last is not what the other one has measured.
#[test]
fn no_threshold_is_met_by_a_run_after_a_later_one_that_has_measured_nothing() {
    let krate = app();
    let gate = ["report", "--fail-under-lines", "50"];
    for second in [
        &["exec", "--", "false"][..],
        &["exec", "--tests", "--", "true"],
    ] {
        let first = start(&krate, &[], "\"$ITCOV_BIN\"; touch one; await two");
        wait_for(&krate, "one");
        krate.itcov(&gate).ends_with(0);
        krate.itcov(second).ends_with(1);
        let is_lost = || {
            let report = krate.itcov(&gate).ends_with(1);
            let report =
                report.says("error: the last run has measured nothing, so whether enough ran");
            assert_eq!(report.lines_of("Total"), LINES);
        };
        is_lost();
        krate.write("two", "");
        first.finish().ends_with(0);
        is_lost();
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&gate).ends_with(0);
        krate.sh("rm one two").ends_with(0);
    }
}

#[test]
fn each_of_two_runs_is_told_of_its_processes_that_could_not_write_their_profiles() {
    let krate = app();
    let lost = "a measured program could not write its profile";
    let limited = "(ulimit -f 0; exec \"$ITCOV_BIN\" more >/dev/null); \"$ITCOV_BIN\"";
    let first = start(&krate, &[], "\"$ITCOV_BIN\"; touch one; await two");
    wait_for(&krate, "one");
    let second = start(&krate, &[], limited).finish().ends_with(0);
    assert_eq!(second.says(lost).lines_of("Total"), LINES);
    // It is told also when the other one is over.
    let script = format!("touch three; await four; {limited}");
    let third = start(&krate, &[], &script);
    wait_for(&krate, "three");
    krate.write("two", "");
    let first = first.finish().ends_with(0);
    assert!(!first.stderr.contains(lost), "{first:?}");
    krate.write("four", "");
    let third = third.finish().ends_with(0);
    assert_eq!(third.says(lost).lines_of("Total"), LINES);
}

#[test]
fn a_run_of_tests_is_alone() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", super::MAIN);
    let refused = "another run goes on in this checkout, as process ";
    let exec = |options: &[&str]| {
        let exec = [&["exec"], options, &["--", "sh", "-c", "\"$ITCOV_BIN\""]].concat();
        krate.itcov(&exec)
    };
    // In another checkout, too.
    let running = start(&krate, &["--tests"], "\"$ITCOV_BIN\"; touch one; await two");
    wait_for(&krate, "one");
    itcov(&app(), &krate.root.join("target"), &["run"])
        .ends_with(1)
        .says("another run goes on in another checkout with this target directory, as process ")
        .says("and --tests cannot tell apart what the two start");
    krate.write("two", "");
    running.finish().ends_with(0);
    krate.sh("rm one two").ends_with(0);
    for (first, second) in [
        (&["--tests"][..], &[][..]),
        (&[], &["--tests"]),
        (&["--tests"], &["--tests"]),
    ] {
        let script = "\"$ITCOV_BIN\"; touch one; await two";
        let running = start(&krate, first, script);
        wait_for(&krate, "one");
        exec(second)
            .ends_with(1)
            .says(refused)
            .says("and --tests cannot tell apart what the two start");
        krate.write("two", "");
        let output = running.finish().ends_with(0);
        assert_eq!(output.lines_of("Total"), LINES);
        exec(second).ends_with(0);
        krate.sh("rm one two").ends_with(0);
    }
}

#[test]
fn a_program_may_have_the_name_of_what_is_noted_of_a_run() {
    let krate = app();
    let manifest = krate.read("Cargo.toml");
    krate.write("Cargo.toml", &manifest.replace("\"app\"", "\"unknown\""));
    let first = start(&krate, &[], "touch one; await two; \"$ITCOV_BIN\"");
    wait_for(&krate, "one");
    let script = "\"$ITCOV_BIN\"; env -u LLVM_PROFILE_FILE \"$ITCOV_BIN\"";
    let second = start(&krate, &[], script).finish().ends_with(0);
    second.says("profiles that do not count: 1; processes without LLVM_PROFILE_FILE");
    krate.write("two", "");
    let first = first.finish().ends_with(0);
    assert_eq!(first.lines_of("Total"), LINES);
}

#[test]
fn a_suite_can_have_its_own_run_reported_and_does_not_forget_it() {
    let krate = super::app();
    let suite = "\"$ITCOV_BIN\" && cargo itcov report --fail-under-lines 60 >reported && cargo itcov clean && cargo run --quiet -- more";
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    let output = output.says("note: runs that still go on and were kept: 1");
    assert!(krate.read("reported").contains("8/12"), "{output:?}");
    assert_eq!(output.lines_of("Total"), (12, 12));
    // What the suite has set itself is meant.
    let suite = "\"$ITCOV_BIN\" && CARGO_TARGET_DIR=own cargo itcov report";
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(1);
    output.says("nothing has been measured yet");
}

#[test]
fn a_suite_that_measures_another_checkout_has_that_run_reported() {
    let [one, other] = [super::app(), super::app()];
    let target = tempfile::tempdir().unwrap();
    let itcov = |krate: &TestCrate, words: &[&str]| itcov(krate, target.path(), words);
    let gate = ["report", "--fail-under-lines", "100"];
    let all = "\"$ITCOV_BIN\"; \"$ITCOV_BIN\" more";
    itcov(&other, &["exec", "sh", "-c", all]).ends_with(0);
    itcov(&other, &gate).ends_with(0);
    let suite = "\"$ITCOV_BIN\" && cd \"$0\" && cargo itcov exec sh -c '\"$ITCOV_BIN\"' && \
                 ! cargo itcov report --fail-under-lines 100 >reported && \"$ITCOV_BIN\" more";
    let words = ["exec", "sh", "-c", suite, other.root.to_str().unwrap()];
    let outer = itcov(&one, &words).ends_with(0);
    assert!(other.read("reported").contains("8/12"), "{outer:?}");
    // The program of the same name that the outer suite starts then is the other one.
    itcov(&other, &gate).ends_with(1);
}

#[test]
fn a_suite_can_measure_its_own_checkout_once_more() {
    let krate = super::app();
    let suite = "cargo itcov exec sh -c '\"$ITCOV_BIN\"' && cargo run --quiet -- more";
    krate
        .itcov(&["exec", "--", "sh", "-c", suite])
        .ends_with(0)
        .says("a run that began after this one has ended before it, and is forgotten");
    let more = krate.itcov(&["report"]).ends_with(0).stdout;
    assert!(more.contains("12/12"), "{more}");
}
