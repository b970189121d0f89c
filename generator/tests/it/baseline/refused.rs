//! Files that are no earlier report.

use std::fs;

use super::{report, run, write_json};
use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;
use crate::support::{TestCrate, command, stdout};

#[test]
fn what_is_no_earlier_report_is_named_with_what_to_do_and_nothing_is_written() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    run(&fixture, &[&[]]);
    write_json(&fixture, "target/whole.json");
    let target = fixture.root().join("target");
    let whole = fs::read_to_string(target.join("whole.json")).unwrap();
    let other = whole
        .replace(fixture.root().to_str().unwrap(), "/x")
        .replace("/src/", "/lib/");
    stdout(command("mkfifo", &target).arg("pipe.json"));
    for (name, text, why) in [
        (
            "lcov.info",
            "SF:src/lib.rs\nend_of_record\n",
            "it is no JSON of `llvm-cov export`: expected value at line 1 column 1",
        ),
        (
            "empty.json",
            "",
            "it is no JSON of `llvm-cov export`: EOF while parsing a value at line 1 column 0",
        ),
        (
            "codecov.json",
            "{\"coverage\":{}}",
            "it is no JSON of `llvm-cov export`: missing field `type` at line 1 column 15",
        ),
        (
            "cut.json",
            &whole[..whole.len() / 2],
            "it is no JSON of `llvm-cov export`: EOF while parsing",
        ),
    ] {
        fs::write(target.join(name), text).unwrap();
        let path = format!("target/{name}");
        let output = report(&fixture, &["--baseline", &path, "--lcov", "no.info"]).ends_with(1);
        assert_eq!(output.stdout, "");
        let error = format!(
            "error: the baseline {path} cannot be used; name a file that `cargo itcov report --json FILE` has written: {why}"
        );
        assert!(output.stderr.starts_with(&error), "{}", output.stderr);
    }
    fs::write(target.join("other.json"), other).unwrap();
    for (path, why) in [
        (
            "target/none.json",
            "cannot read the baseline target/none.json; name a file",
        ),
        ("target", "cannot read the baseline target; name a file"),
        (
            "target/pipe.json",
            "cannot read the baseline target/pipe.json; name a file that `cargo itcov report --json FILE` has written: it is a FIFO",
        ),
        (
            "target/other.json",
            "the baseline target/other.json has no file of this report, but /x/lib/",
        ),
    ] {
        let output = report(&fixture, &["--baseline", path, "--lcov", "no.info"]).ends_with(1);
        assert_eq!(output.stdout, "");
        assert!(
            output.stderr.starts_with(&format!("error: {why}")),
            "{}",
            output.stderr
        );
    }
    assert!(!fixture.root().join("no.info").exists());
}

#[test]
fn a_report_on_what_a_branch_changed_is_no_earlier_report() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let library = |number: u32| {
        let text = format!("pub mod unused;\npub fn used() -> u8 {{\n    {number}\n}}\n");
        fs::write(fixture.root().join("src/lib.rs"), text).unwrap();
    };
    library(7);
    let git = Git::init(&fixture.root());
    git.commit("one");
    library(8);
    fixture.rebuild();
    run(&fixture, &[&[]]);
    stdout(&mut fixture.report(&["--changed-since", "main", "--json", "target/some.json"]));
    report(&fixture, &["--baseline", "target/some.json"])
        .ends_with(1)
        .says("it is a report on some of the lines alone, as with --changed-since");
}

#[test]
fn what_is_of_no_use_without_an_earlier_report_is_wrong_usage() {
    let krate = TestCrate::empty();
    for option in ["--fail-on-lost", "--baseline-revision=main"] {
        krate
            .itcov(&["report", option])
            .ends_with(2)
            .says("--baseline <FILE>");
    }
}

#[test]
fn a_report_that_no_line_may_be_lost_of_is_not_replaced_by_the_next_one() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    run(&fixture, &[&[]]);
    write_json(&fixture, "target/main.json");
    let before = fs::read(fixture.root().join("target/main.json")).unwrap();
    let words = ["--baseline", "target/main.json", "--fail-on-lost"];
    for (option, file) in [
        ("--json", "target/main.json"),
        ("--lcov", "target/../target/main.json"),
    ] {
        report(&fixture, &[&words[..], &[option, file]].concat())
            .ends_with(2)
            .says(&format!(
                "{option} would replace the baseline target/main.json"
            ));
    }
    let after = fs::read(fixture.root().join("target/main.json")).unwrap();
    assert_eq!(after, before);
    // Without the threshold it is the user's affair.
    report(
        &fixture,
        &[
            "--baseline",
            "target/main.json",
            "--json",
            "target/main.json",
        ],
    )
    .ends_with(0);
}
