//! Thresholds of the report: whether enough ran.

use std::fs;

use crate::support::instrumented::Instrumented;
use crate::support::{Output, TestCrate};

/// 2 of 9 lines, 2 of 4 functions, and 7 of 16 regions ran.
fn fixture() -> Instrumented {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    fixture
}

fn report(fixture: &Instrumented, arguments: &[&str]) -> Output {
    Output::of(&mut fixture.report(arguments))
}

#[test]
fn a_threshold_that_is_met_says_so_and_changes_nothing() {
    let fixture = fixture();
    let plain = report(&fixture, &[]).ends_with(0);
    for (met, said) in [
        (
            &["--fail-under-lines", "22.22"][..],
            "note: 22.22% of the lines ran, 22.22% are wanted\n",
        ),
        (
            &["--fail-under-functions=50", "--fail-under-regions", "43.75"],
            "note: 50.00% of the functions ran, 50% are wanted\n\
             note: 43.75% of the regions ran, 43.75% are wanted\n",
        ),
        (
            &["--fail-under-file-lines", "0"],
            "note: 0% of the lines or more ran in each file, as is wanted\n",
        ),
        (&["--fail-under-file-lines", "0", "--quiet"], ""),
        // Nothing to run in what is left is no failure.
        (
            &["--fail-under-file-lines=100", "--include", "main.rs"],
            "note: 100% of the lines or more ran in each file, as is wanted\n",
        ),
    ] {
        let output = report(&fixture, met).ends_with(0);
        assert_eq!(output.stderr, said, "{met:?}");
        assert!(met.contains(&"--include") || output.stdout == plain.stdout);
    }
}

#[test]
fn a_threshold_that_is_missed_is_named_below_the_whole_report() {
    let fixture = fixture();
    let plain = report(&fixture, &[]).ends_with(0);
    let missed = [
        "--fail-under-lines",
        "22.23",
        "--fail-under-functions=50",
        "--fail-under-regions",
        "80",
        "--fail-under-file-lines=50",
        "--fail-under-file-functions",
        "100.0",
        "--lcov",
        "lcov.info",
    ];
    let output = report(&fixture, &missed).ends_with(1);
    assert_eq!(output.stdout, plain.stdout);
    assert_eq!(
        output.stderr,
        "error: below the threshold\n  \
         2 of 9 lines ran, 22.22%: 1 more to go (--fail-under-lines 22.23)\n  \
         7 of 16 regions ran, 43.75%: 6 more to go (--fail-under-regions 80)\n  \
         src/unused.rs: 0 of 6 lines ran, 0.00%: 3 more to go (--fail-under-file-lines 50)\n  \
         src/lib.rs: 1 of 2 functions ran, 50.00%: 1 more to go (--fail-under-file-functions 100.0)\n  \
         src/unused.rs: 0 of 1 functions ran, 0.00%: 1 more to go (--fail-under-file-functions 100.0)\n"
    );
    let lcov = fs::read_to_string(fixture.root().join("lcov.info")).unwrap();
    assert!(lcov.ends_with("end_of_record\n"), "{lcov}");
    // Also where there is no table.
    report(&fixture, &["--lcov", "-", "--fail-under-file-regions", "1"])
        .ends_with(1)
        .prints("end_of_record")
        .says("src/unused.rs: 0 of 6 regions ran");
}

#[test]
fn a_number_that_is_no_percentage_is_wrong_usage() {
    let krate = TestCrate::empty();
    for (wrong, why) in [
        ("80%", "it takes a number from 0 to 100"),
        ("-1", "it takes a number from 0 to 100"),
        ("100.5", "there are no more than 100 percent"),
        ("1.0000000001", "it takes 9 decimals at most"),
    ] {
        let option = "--fail-under-file-functions";
        let argument = format!("{option}={wrong}");
        let says = format!("invalid value '{wrong}' for '{option} <N>': {why}");
        krate.itcov(&["report", &argument]).ends_with(2).says(&says);
    }
}

#[test]
fn the_recipe_passes_thresholds_on_and_ends_with_1() {
    let krate = TestCrate::unlinked();
    krate.just(&["itcov"]).ends_with(0);
    krate
        .just(&["itcov-report", "--fail-under-lines", "80"])
        .ends_with(1)
        .says("2 of 9 lines ran, 22.22%: 6 more to go (--fail-under-lines 80)");
    krate
        .just(&[
            "itcov-report",
            "--exclude",
            "src/un*",
            "--fail-under-lines",
            "60",
        ])
        .ends_with(0)
        .prints("66.67%");
}
