//! Sources that are not those of the build: said, not silently misreported.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use crate::support::instrumented::Instrumented;
use crate::support::{Output, TestCrate};

fn said(fixture: &Instrumented, arguments: &[&str]) -> String {
    let output = Output::of(&mut fixture.report(arguments)).ends_with(0);
    assert!(output.stdout.contains("Total"));
    output.stderr
}

#[test]
fn a_source_that_changed_after_the_build_is_named_until_it_is_built() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module", &["unlinked_module"]);
    fixture.run(&[]);
    assert_eq!(said(&fixture, &[]), "");

    let source = fixture.root().join("src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, format!("//! New.\n{text}")).unwrap();
    fs::remove_file(fixture.root().join("src/unused.rs")).unwrap();
    assert_eq!(
        said(&fixture, &[]),
        "warning: changed since the program was built: src/lib.rs; the lines may be off; \
         type `just itcov-build`, then run the program again\n\
         warning: gone since the program was built: src/unused.rs; \
         type `just itcov-build`, then run the program again\n"
    );
    // The same text again is no change, whenever it was written.
    fs::write(&source, &text).unwrap();
    assert!(!said(&fixture, &[]).contains("lib.rs"));
    fs::write(&source, format!("//! New.\n{text}")).unwrap();
    assert!(said(&fixture, &[]).contains("lib.rs"));
    // Only files that are reported on are of interest.
    assert_eq!(said(&fixture, &["--include", "main.rs"]), "");

    fs::write(&source, text.replace("pub mod unused;", "")).unwrap();
    fixture.rebuild();
    fs::remove_file(&fixture.profiles()[0]).unwrap();
    fixture.run(&[]);
    assert_eq!(said(&fixture, &[]), "");
}

#[test]
fn no_threshold_is_met_by_the_numbers_of_an_older_build() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module", &["unlinked_module"]);
    fixture.run(&[]);
    let gate = ["--fail-under-lines", "1", "--lcov", "lcov.info"];
    Output::of(&mut fixture.report(&gate)).ends_with(0);
    fs::remove_file(fixture.root().join("lcov.info")).unwrap();

    let source = fixture.root().join("src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, format!("//! New.\n{text}")).unwrap();
    let output = Output::of(&mut fixture.report(&gate)).ends_with(1);
    assert!(output.stdout.contains("Total"));
    assert!(fixture.root().join("lcov.info").is_file());
    let (_, error) = output.stderr.split_once("error: ").unwrap();
    assert_eq!(
        error,
        "src/lib.rs has changed since the program was built, so whether enough ran cannot be told; \
         type `just itcov-build`, then run the program again\n"
    );
    // What is not reported on does not matter.
    let others = [&gate[..], &["--exclude", "src/lib.rs"]].concat();
    Output::of(&mut fixture.report(&others)).ends_with(0);
}

#[test]
fn a_few_are_named_and_the_others_are_counted() {
    let fixture = Instrumented::build("kinds-of-code", "app", &["app", "helper"]);
    fixture.run(&["shapes"]);
    let later = SystemTime::now() + Duration::from_mins(1);
    let sources = fixture.root().join("app/src");
    for entry in fs::read_dir(sources).unwrap() {
        let file = File::options().write(true).open(entry.unwrap().path());
        file.unwrap().set_modified(later).unwrap();
    }
    let said = said(&fixture, &[]);
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
