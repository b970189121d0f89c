//! Sources that are not those of the build: said, not silently misreported.

use std::fs;

use crate::support::instrumented::copy;
use crate::support::{Output, TestCrate};

/// A copy of a fixture, built and run.
fn measured(fixture: &str, arguments: &[&str]) -> TestCrate {
    let krate = TestCrate::empty();
    let fixtures =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("generator/tests/fixtures");
    copy(&fixtures.join(fixture), &krate.root);
    krate
        .itcov(&[&["run", "--"], arguments].concat())
        .ends_with(0);
    krate
}

fn report(krate: &TestCrate, arguments: &[&str]) -> Output {
    krate.itcov(&[&["report"], arguments].concat())
}

fn said(krate: &TestCrate, arguments: &[&str]) -> String {
    let output = report(krate, arguments).ends_with(0);
    assert!(output.stdout.contains("Total"));
    output.stderr
}

#[test]
fn a_source_that_changed_after_the_build_is_named_until_it_is_built() {
    let krate = measured("unlinked-module", &[]);
    assert_eq!(said(&krate, &[]), "");

    let text = krate.read("src/lib.rs");
    krate.write("src/lib.rs", &format!("//! New.\n{text}"));
    fs::remove_file(krate.root.join("src/unused.rs")).unwrap();
    assert_eq!(
        said(&krate, &[]),
        "warning: changed since the program was built: src/lib.rs; the lines may be off; run the program again\n\
         warning: gone since the program was built: src/unused.rs; run the program again\n"
    );
    // Nor does whoever reads the file alone take it for current.
    let stale = "## Coverage (sources have changed since the build): ";
    let comment = report(&krate, &["--markdown", "-"]).ends_with(0);
    comment.prints(stale);
    // The same text again is no change, whenever it was written.
    krate.write("src/lib.rs", &text);
    assert!(!said(&krate, &[]).contains("lib.rs"));
    krate.write("src/lib.rs", &format!("//! New.\n{text}"));
    assert!(said(&krate, &[]).contains("lib.rs"));
    // Only files that are reported on are of interest.
    assert_eq!(said(&krate, &["--include", "main.rs"]), "");

    krate.write("src/lib.rs", &text.replace("pub mod unused;", ""));
    krate.itcov(&["run"]).ends_with(0);
    assert_eq!(said(&krate, &[]), "");
}

#[test]
fn no_threshold_is_met_by_the_numbers_of_an_older_build() {
    let krate = measured("unlinked-module", &[]);
    let gate = ["--fail-under-lines", "1", "--lcov", "lcov.info"];
    report(&krate, &gate).ends_with(0);
    fs::remove_file(krate.root.join("lcov.info")).unwrap();

    let text = krate.read("src/lib.rs");
    krate.write("src/lib.rs", &format!("//! New.\n{text}"));
    let output = report(&krate, &gate).ends_with(1);
    assert!(output.stdout.contains("Total"));
    assert!(krate.has("lcov.info"));
    let (_, error) = output.stderr.split_once("error: ").unwrap();
    assert_eq!(
        error,
        "src/lib.rs has changed since the program was built, so whether enough ran cannot be told; \
         run the program again\n"
    );
    // What is not reported on does not matter.
    let others = [&gate[..], &["--exclude", "src/lib.rs"]].concat();
    report(&krate, &others).ends_with(0);
}

#[test]
fn a_few_are_named_and_the_others_are_counted() {
    let krate = measured("kinds-of-code", &["shapes"]);
    for entry in fs::read_dir(krate.root.join("app/src")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, text + "// The end.\n").unwrap();
    }
    let said = said(&krate, &[]);
    let (_, names) = said.split_once("was built: ").unwrap();
    let names: Vec<&str> = names.split(';').next().unwrap().split(", ").collect();
    assert_eq!(names.len(), 3, "{said}");
    assert!(
        names[2].contains(" and ") && names[2].ends_with(" more"),
        "{said}"
    );
}

#[test]
fn what_the_recipe_has_looked_at_has_not_changed() {
    let krate = TestCrate::unlinked();
    krate.just(&["itcov"]).ends_with(0);
    let text = krate.read("src/lib.rs");
    krate.write(
        "src/lib.rs",
        &format!("{text}\n// A comment, which is no code.\n"),
    );
    krate
        .just(&["itcov-report"])
        .ends_with(0)
        .says("changed since the program was built: src/lib.rs");
    let again = krate.just(&["itcov"]).ends_with(0);
    assert!(!again.stderr.contains("changed since"), "{}", again.stderr);
}
