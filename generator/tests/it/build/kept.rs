//! What is kept of builds and runs in a checkout, and for how long.

use std::fs;

use crate::support::process::signal;
use crate::support::{TestCrate, checkout};

/// The names in a directory of the checkout's data.
fn names(krate: &TestCrate, directory: &str) -> Vec<String> {
    let checkout = checkout(&krate.root.join("target"));
    let entries = fs::read_dir(checkout.join(directory)).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn change(krate: &TestCrate, text: &str) {
    let source = krate.read("src/main.rs");
    krate.write(
        "src/main.rs",
        &format!("{source}// {text}\n\npub fn {text}() {{\n}}\n"),
    );
}

#[test]
fn builds_that_no_run_refers_to_are_not_kept() {
    let krate = TestCrate::unlinked();
    krate.just(&["itcov"]).ends_with(0);
    let first = names(&krate, "builds");
    assert_eq!((first.len(), names(&krate, "runs").len()), (1, 1));

    // The last run is reported on as it was, whatever is built since.
    let report = krate.just(&["itcov-report"]).ends_with(0).stdout;
    let library = krate.read("src/lib.rs");
    krate.write("src/lib.rs", &format!("{library}pub fn four() {{\n}}\n"));
    krate.just(&["itcov-build"]).ends_with(0);
    assert_eq!(names(&krate, "builds").len(), 2);
    krate.write("src/lib.rs", &library);
    assert_eq!(krate.just(&["itcov-report"]).ends_with(0).stdout, report);

    change(&krate, "second");
    krate.just(&["itcov"]).ends_with(0);
    let second = names(&krate, "builds");
    assert!(second.len() == 1 && second != first, "{second:?}");
    assert_eq!(names(&krate, "runs").len(), 1);

    // Of several that are added, each is there.
    krate
        .just(&["itcov_options=--release --add", "itcov"])
        .ends_with(0);
    assert_eq!(names(&krate, "builds").len(), 2);

    krate.just(&["itcov-clean"]).ends_with(0);
    assert_eq!(names(&krate, "builds"), [""; 0]);
    assert_eq!(names(&krate, "runs"), [""; 0]);
    krate
        .just(&["itcov-report"])
        .ends_with(1)
        .says("nothing has been measured yet");
    // What was built stays.
    let again = krate.just(&["itcov"]).ends_with(0);
    assert!(!again.stderr.contains("Compiling"), "{}", again.stderr);
}

#[test]
fn a_run_that_goes_on_stays_whatever_is_forgotten() {
    let krate = TestCrate::scaffolded("goes-on");
    let mut run = krate.start_just(&["itcov", "wait"], &[]);
    run.expect("waiting\n");
    krate
        .just(&["itcov-clean"])
        .ends_with(0)
        .says("runs that still go on and were kept: 1");
    let live = krate.just(&["itcov-report"]).ends_with(0).lines_of("Total");
    krate
        .just(&["itcov_options=--add", "itcov"])
        .ends_with(1)
        .says("the last run still goes on, so --add cannot add to it");

    // Another one of another build comes and goes meanwhile.
    change(&krate, "meanwhile");
    let other = krate.just(&["itcov", "hello"]).ends_with(0);
    assert_eq!(names(&krate, "runs").len(), 2);
    assert_eq!(names(&krate, "builds").len(), 2);
    assert!(other.lines_of("Total").1 > live.1);

    signal("TERM", run.program());
    let ended = run.finish().ends_with(143);
    assert_eq!(ended.lines_of("Total"), live);
    assert_eq!(names(&krate, "runs").len(), 1);
    assert_eq!(
        names(&krate, "builds").len(),
        2,
        "the last build, and that of the run"
    );
}

#[test]
fn a_run_that_was_killed_is_forgotten_by_the_next() {
    let krate = TestCrate::scaffolded("killed");
    let mut command = krate.command(crate::support::tools::cargo_itcov());
    let mut run = crate::support::Running::start(command.args(["itcov", "run", "--", "wait"]));
    run.expect("waiting\n");
    signal("KILL", run.id());
    run.finish();
    krate.just(&["itcov", "hello"]).ends_with(0);
    assert_eq!(names(&krate, "runs").len(), 1);
    assert_eq!(names(&krate, "builds").len(), 1);
}

#[test]
fn notes_of_another_version_keep_nobody_from_a_new_run_or_from_forgetting() {
    let krate = TestCrate::scaffolded("another-version");
    krate.just(&["itcov"]).ends_with(0);
    let own = checkout(&krate.root.join("target"));
    let other = own.with_file_name("other-0123456789abcdef");
    fs::create_dir(&other).unwrap();
    for command in ["itcov", "itcov-clean"] {
        let files = walkdir::WalkDir::new(own.join("runs"));
        let mut files = files.into_iter().map(|it| it.unwrap().into_path());
        let part = files.find(|it| it.ends_with("part.json")).unwrap();
        for note in [own.join("build.json"), part, other.join("build.json")] {
            fs::write(note, "{\"programs\":[{}]}").unwrap();
        }
        let report = krate.just(&["itcov-report"]).ends_with(1);
        report.says("is damaged, or of another version; type `cargo itcov clean`");
        krate.just(&[command]).ends_with(0);
    }
    krate.just(&["itcov"]).ends_with(0);
    krate.just(&["itcov-report"]).ends_with(0);
}
