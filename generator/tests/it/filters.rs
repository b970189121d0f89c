//! Filters of the report: which files are in it.

use crate::support::instrumented::Instrumented;
use crate::support::{Output, TestCrate};

fn fixture() -> Instrumented {
    let fixture = Instrumented::build("kinds-of-code", "app");
    fixture.run(&["shapes"]).ends_with(0);
    fixture
}

/// The files in the table, and what is said.
fn files(fixture: &Instrumented, arguments: &[&str]) -> (Vec<String>, String) {
    let output = Output::of(&mut fixture.report(arguments)).ends_with(0);
    let rows = output.stdout.lines().filter(|line| line.contains(".rs "));
    let names = rows.map(|row| row.split_whitespace().next().unwrap().to_owned());
    (names.collect(), output.stderr)
}

#[test]
fn globs_choose_files_in_every_format() {
    let fixture = fixture();
    let (all, _) = files(&fixture, &[]);
    assert!(
        all.len() > 5 && all.contains(&"helper/src/lib.rs".to_owned()),
        "{all:?}"
    );
    let of = |arguments: &[&str]| {
        let (names, said) = files(&fixture, arguments);
        assert_eq!(said, "");
        names
    };
    let only = |kept: &dyn Fn(&str) -> bool| {
        let kept: Vec<String> = all.iter().filter(|name| kept(name)).cloned().collect();
        assert!(!kept.is_empty() && kept.len() < all.len());
        kept
    };
    assert_eq!(of(&["--include", "*.rs"]), all);
    assert_eq!(of(&["--include", "helper"]), ["helper/src/lib.rs"]);
    let absolute = fixture.root().join("helper/**");
    let absolute = absolute.to_str().unwrap();
    assert_eq!(of(&["--include", absolute]), ["helper/src/lib.rs"]);
    assert_eq!(
        of(&["--exclude", "app/src/t*.rs", "--exclude=main.rs"]),
        only(&|name| !name.starts_with("app/src/t") && !name.ends_with("main.rs"))
    );
    // What is left out is left out, however it is named otherwise.
    assert_eq!(
        of(&[
            "--include",
            "app/src/main.rs",
            "--include=helper",
            "--exclude",
            "helper/"
        ]),
        ["app/src/main.rs"]
    );

    let lcov = Output::of(&mut fixture.report(&["--lcov", "-", "--include", "helper"]));
    let sources = lcov.stdout.lines().filter(|line| line.starts_with("SF:"));
    assert_eq!(sources.count(), 1, "{}", lcov.stdout);
}

#[test]
fn the_totals_are_those_of_the_files_that_are_left() {
    let fixture = fixture();
    let output = Output::of(&mut fixture.report(&["--include", "flow.rs"])).ends_with(0);
    let lines = output.lines_of("Total");
    assert_eq!(lines, output.lines_of("app/src/flow.rs"));
    assert!(lines.1 > 0);
}

#[test]
fn a_glob_without_a_file_is_said_and_no_file_is_an_error() {
    let fixture = fixture();
    let (names, said) = files(&fixture, &["--exclude", "srcs/**", "--include", "helper"]);
    assert_eq!(names, ["helper/src/lib.rs"]);
    assert_eq!(said, "warning: no file matches --exclude 'srcs/**'\n");

    let nothing = ["--include", "helper", "--exclude", "*.rs"];
    let output = Output::of(&mut fixture.report(&nothing)).ends_with(1);
    assert_eq!(output.stdout, "");
    assert_eq!(
        output.stderr,
        "error: no file is left to report on with --include 'helper' --exclude '*.rs'; \
         `cargo itcov report` lists the files\n"
    );
    for (nothing, said) in [
        (
            ["--include", "nosuch"],
            "no file matches --include 'nosuch'; `cargo itcov report` lists",
        ),
        (
            ["--exclude", "*.rs"],
            "no file is left to report on with --exclude '*.rs'; `cargo itcov report`",
        ),
    ] {
        let output = Output::of(&mut fixture.report(&nothing)).ends_with(1);
        assert!(
            output.stderr.starts_with(&format!("error: {said}")),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn a_malformed_glob_is_wrong_usage_that_is_pointed_at() {
    let krate = TestCrate::empty();
    krate
        .itcov(&["report", "--include", "*.rs", "--exclude", "src/[a-"])
        .ends_with(2)
        .says("invalid value 'src/[a-' for '--exclude <GLOB>': it has a `[` without a `]`");
}
