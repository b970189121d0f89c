//! Optimised builds have the same code as others.

use super::every_function::{ASYNCHRONOUS, EXPECTED};
use super::source_lines::{SourceLines, numbers, scaffolded};
use crate::support::{Output, TestCrate, tools};

/// What an optimised build may have of the file of which it does not have all: no body of a public asynchronous
/// function that nobody calls.
const OF_ASYNCHRONOUS: &str = "7 11-15 17-21";

/// Runs an optimised build that these variables steer.
fn run(krate: &TestCrate, variables: &[(&str, &str)]) -> Output {
    let mut run = krate.command(tools::cargo_itcov());
    run.args(["run", "--release"])
        .envs(variables.iter().copied());
    Output::of(&mut run).ends_with(0).prints("1 2\n3\n")
}

/// Compares with what the source says.
#[track_caller]
fn assert_is_expected(lines: &SourceLines) {
    for (file, ran, not) in EXPECTED {
        if file != ASYNCHRONOUS {
            let expected = (ran.to_owned(), not.to_owned());
            assert_eq!(lines.ran_and_not(file), expected, "{file}");
        }
    }
    assert_eq!(lines.files().count(), EXPECTED.len());
}

#[test]
fn an_optimised_build_lacks_at_most_asynchronous_functions_that_nobody_calls() {
    let krate = scaffolded("denominator");
    run(&krate, &[("CARGO_PROFILE_RELEASE_INCREMENTAL", "true")]);
    let lines = SourceLines::reported(&krate, &[]);
    assert_is_expected(&lines);
    let (_, _, all) = EXPECTED[14];
    let code = lines.code(ASYNCHRONOUS);
    assert!(
        [OF_ASYNCHRONOUS, "3 7 11-15 17-21", all].contains(&&*code),
        "{code}"
    );
}

#[test]
fn codegen_units_link_time_optimisation_and_stripping_change_nothing() {
    let krate = scaffolded("denominator");
    let variables = [
        ("CARGO_PROFILE_RELEASE_LTO", "fat"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
        ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
        ("CARGO_PROFILE_RELEASE_STRIP", "true"),
        // Optimising the standard library is most of the time.
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ];
    run(&krate, &variables);
    assert_is_expected(&SourceLines::reported(&krate, &[]));
}

#[test]
fn what_thin_link_time_optimisation_loses_counts_as_not_run_and_is_no_less_code() {
    let krate = scaffolded("denominator");
    run(&krate, &[("CARGO_PROFILE_RELEASE_LTO", "thin")])
        .says("functions that ran and are shown as not run, because link-time optimisation lost")
        .says("CARGO_PROFILE_RELEASE_LTO=off");
    let lines = SourceLines::reported(&krate, &[]);
    for (file, ran, not) in EXPECTED {
        let (has_run, has_not) = lines.ran_and_not(file);
        let [ran, not, has_run, has_not] = [ran, not, &has_run, &has_not].map(numbers);
        if file != ASYNCHRONOUS {
            assert_eq!(&has_run | &has_not, &ran | &not, "{file}");
        }
        assert!(has_run.is_subset(&ran), "{file}");
    }

    // As advised.
    let without = run(&krate, &[("CARGO_PROFILE_RELEASE_LTO", "off")]);
    assert!(!without.stderr.contains("warning"), "{}", without.stderr);
    assert_is_expected(&SourceLines::reported(&krate, &[]));
}
