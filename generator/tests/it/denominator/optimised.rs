//! Optimised builds have the same code as others.

use super::every_function::{ASYNCHRONOUS, EXPECTED};
use super::source_lines::{SourceLines, numbers, scaffolded};

/// What an optimised build may have of the file of which it does not have all: no body of a public asynchronous
/// function that nobody calls.
const OF_ASYNCHRONOUS: &str = "7 11-15 17-21";

/// The report of an optimised build that these variables steer, and what was said.
fn optimised(variables: &[(&str, &str)]) -> (SourceLines, String) {
    let krate = scaffolded("denominator");
    let output = krate
        .just_with(&["itcov_profile=release", "itcov"], variables)
        .ends_with(0)
        .prints("1 2\n3\n");
    (SourceLines::reported(&krate, &[]), output.stderr)
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
    let (lines, _) = optimised(&[("CARGO_PROFILE_RELEASE_INCREMENTAL", "true")]);
    assert_is_expected(&lines);
    let (_, _, all) = EXPECTED[14];
    let code = lines.code(ASYNCHRONOUS);
    assert!(
        [OF_ASYNCHRONOUS, "3 7 11-15 17-21", all].contains(&&*code),
        "{code}"
    );
}

#[test]
fn one_unit_link_time_optimisation_and_stripping_leave_the_same_code() {
    let (lines, _) = optimised(&[
        ("CARGO_PROFILE_RELEASE_LTO", "fat"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
        ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
        ("CARGO_PROFILE_RELEASE_STRIP", "true"),
    ]);
    assert_is_expected(&lines);
}

#[test]
fn what_thin_link_time_optimisation_loses_counts_as_not_run_and_is_no_less_code() {
    let (lines, said) = optimised(&[("CARGO_PROFILE_RELEASE_LTO", "thin")]);
    assert!(
        said.contains("shown as not run, because link-time optimisation lost"),
        "{said}"
    );
    for (file, ran, not) in EXPECTED {
        let (has_run, has_not) = lines.ran_and_not(file);
        let [ran, not, has_run, has_not] = [ran, not, &has_run, &has_not].map(numbers);
        if file != ASYNCHRONOUS {
            assert_eq!(&has_run | &has_not, &ran | &not, "{file}");
        }
        assert!(has_run.is_subset(&ran), "{file}");
    }
}
