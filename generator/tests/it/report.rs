//! The report on a run: on everything that ran in it, and on a part of that.

use crate::support::{TestCrate, tools};

#[test]
fn code_that_is_not_linked_counts_as_not_covered() {
    let krate = TestCrate::unlinked();
    let output = krate.just(&["itcov"]).ends_with(0).prints("22.22%");
    assert_eq!(output.lines_of("Total"), (2, 9));
    assert_eq!(output.lines_of("src/unused.rs"), (0, 6));
    let linked = krate.just(&["itcov-report", "--linked"]).ends_with(0);
    assert_eq!(linked.lines_of("Total"), (2, 3));
}

/// A package with a library and two programs, the first of which starts the second if it is told to.
fn with_a_second_program() -> TestCrate {
    let krate = TestCrate::new("first");
    krate.write(
        "src/lib.rs",
        "pub fn one() -> i32 {\n    1\n}\npub fn two() -> i32 {\n    2\n}\n",
    );
    krate.write(
        "src/main.rs",
        r#"fn main() {
    println!("{}", first::one());
    if std::env::args().len() > 1 {
        let second = std::env::current_exe().unwrap().with_file_name("second");
        let mut command = std::process::Command::new(second);
        command.env_clear();
        assert!(command.status().unwrap().success());
    }
}
"#,
    );
    krate.write(
        "src/bin/second.rs",
        "fn main() {\n    println!(\"{}\", first::two());\n}\n",
    );
    krate
}

#[test]
fn another_program_of_the_package_is_reported_on_if_it_ran() {
    let krate = with_a_second_program();
    let alone = krate.itcov(&["run", "--bin", "first"]).ends_with(0);
    assert!(!alone.stdout.contains("second.rs"), "{}", alone.stdout);
    assert_eq!(alone.lines_of("src/lib.rs"), (3, 6));
    // Also if its environment is empty.
    let both = krate
        .itcov(&["run", "--bin", "first", "--", "both"])
        .ends_with(0);
    assert_eq!(both.lines_of("src/bin/second.rs"), (3, 3));
    assert_eq!(both.lines_of("src/lib.rs"), (6, 6));
    assert!(!both.stderr.contains("warning"), "{}", both.stderr);
}

#[test]
fn of_several_programs_one_can_be_looked_at_alone() {
    let krate = with_a_second_program();
    let programs = ["--bin", "first,second"];
    let lines = |arguments: &[&str], file: &str| {
        let output = krate.itcov(&[&["report"], arguments].concat()).ends_with(0);
        assert!(!output.stderr.contains("warning"), "{}", output.stderr);
        output.lines_of(file)
    };
    // A suite runs both, once with the variable and once without it.
    for suite in [
        "\"$ITCOV_BIN_first\"; \"$ITCOV_BIN_second\"",
        "env -i \"$ITCOV_BIN_first\"; env -i \"$ITCOV_BIN_second\"",
    ] {
        let arguments = [&["exec"], &programs[..], &["--", "sh", "-c", suite]].concat();
        krate.itcov(&arguments).ends_with(0);
        assert_eq!(lines(&[], "src/lib.rs"), (6, 6));
        for program in ["first", "second"] {
            assert_eq!(lines(&["--bin", program], "src/lib.rs"), (3, 6), "{suite}");
        }
        assert_eq!(lines(&["--bin", "second"], "Total"), (6, 9));
    }
    // Run by the tool, each has profiles of its own.
    krate
        .itcov(&[&["run"], &programs[..]].concat())
        .ends_with(0);
    assert_eq!(lines(&[], "src/lib.rs"), (6, 6));
    assert_eq!(lines(&["--bin", "second"], "Total"), (6, 9));
    // As elsewhere.
    let profiles = [
        krate.root.join("target/itcov").to_str().unwrap().to_owned(),
        "--bin".to_owned(),
        "first".to_owned(),
    ];
    let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
    let named = [&["--profiles"], &profiles[..]].concat();
    assert_eq!(lines(&named, "src/lib.rs"), (3, 6));
    krate
        .itcov(&["report", "--bin", "third"])
        .ends_with(1)
        .says("--bin third was not measured; the last run measured: first, second");
}

#[test]
fn what_is_added_after_a_change_replaces_what_has_changed() {
    let krate = with_a_second_program();
    krate.itcov(&["run", "--bin", "first"]).ends_with(0);
    let added = krate
        .itcov(&["run", "--bin", "second", "--add"])
        .ends_with(0);
    assert_eq!(added.lines_of("src/lib.rs"), (6, 6));
    // The library of both has another body now, so what the first has run of it is of no worth.
    let text = krate.read("src/lib.rs");
    krate.write(
        "src/lib.rs",
        &text.replace(
            "    2\n",
            "    if false {\n        3\n    } else {\n        2\n    }\n",
        ),
    );
    let again = krate
        .itcov(&["run", "--bin", "second", "--add"])
        .ends_with(0)
        .says("first has changed, so what was measured of it before is forgotten");
    assert!(!again.stderr.contains("warning"), "{}", again.stderr);
    assert_eq!(again.lines_of("src/lib.rs"), (4, 8));
}

#[test]
fn a_report_needs_no_just() {
    let krate = TestCrate::new("no-just");
    let programs = ["cargo", "rustc", "cargo-itcov", "cc", "ld", "as"];
    let path = tools::path_of(krate.root.join("../bin"), &programs);
    let run = |arguments: &[&str]| {
        let mut itcov = krate.command(tools::cargo_itcov());
        crate::support::Output::of(itcov.args(arguments).env("PATH", &path)).ends_with(0)
    };
    assert!(run(&["run"]).lines_of("Total").0 > 0);
    assert!(run(&["report"]).lines_of("Total").0 > 0);
}
