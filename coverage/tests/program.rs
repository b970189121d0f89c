//! A program that rustc instruments, its run, and its lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use llvm_coverage::{Coverage, Error, Objects, SourceFilter, profiles};

const SOURCE: &str = "\
fn main() {
    for number in 0..3 {
        double(number);
    }
}

fn double(number: u64) -> u64 {
    if number > 9 {
        return 0;
    }
    2 * number
}

pub fn never() {
    println!();
}
";

/// Compiles the source in the directory, with these flags.
fn compile(directory: &Path, name: &str, source: &str, flags: &[&str]) -> PathBuf {
    let (file, program) = (directory.join(format!("{name}.rs")), directory.join(name));
    fs::write(&file, source).unwrap();
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--cap-lints", "allow"]);
    rustc.args(flags).arg(file).arg("-o").arg(&program);
    assert!(rustc.current_dir(directory).status().unwrap().success());
    program
}

/// Compiles the source instrumented, and runs it.
fn measured(directory: &Path, name: &str, source: &str) -> (PathBuf, PathBuf) {
    let program = compile(directory, name, source, &["-C", "instrument-coverage"]);
    let profile = directory.join(format!("{name}.profraw"));
    let mut run = Command::new(&program);
    run.env("LLVM_PROFILE_FILE", &profile);
    assert!(run.status().unwrap().success());
    (program, profile)
}

fn coverage(program: &Path, profile: &Path, sources: &SourceFilter) -> Result<Coverage, Error> {
    let objects = Objects::new([program]);
    let merged = profiles::merge(&[profile.to_owned()], &objects.functions(), &|| {})?;
    objects.coverage(&merged.profile, sources, &|| {})
}

#[test]
fn each_line_with_code_has_its_count() {
    let work = tempfile::tempdir().unwrap();
    let (program, profile) = measured(work.path(), "app", SOURCE);
    let coverage = coverage(&program, &profile, &SourceFilter::all()).unwrap();
    let [file] = &*coverage.files else {
        panic!("{:?}", coverage.files)
    };
    assert_eq!(Path::new(&*file.path), work.path().join("app.rs"));
    let lines: Vec<_> = file.lines.iter().map(|it| (it.number, it.count)).collect();
    let expected = [
        (1, 1),
        (2, 3),
        (3, 3),
        (4, 3),
        (5, 1),
        (7, 3),
        (8, 3),
        (9, 0),
        (10, 3),
        (11, 3),
        (12, 3),
        (14, 0),
        (15, 0),
        (16, 0),
    ];
    assert_eq!(lines, expected);
    let functions = coverage.total.functions;
    assert_eq!((functions.covered, functions.total), (2, 3));
}

#[test]
fn what_is_wrong_is_told_by_the_kind_of_the_error() {
    let work = tempfile::tempdir().unwrap();
    let (program, profile) = measured(work.path(), "app", SOURCE);
    let (_, other) = measured(work.path(), "other", "fn main() {}");
    let plain = compile(work.path(), "plain", "fn main() {}", &[]);
    let text = work.path().join("text");
    fs::write(&text, "text").unwrap();
    let empty = work.path().join("empty");
    fs::write(&empty, "").unwrap();
    let gone = work.path().join("gone");

    let all = &SourceFilter::all();
    let error = |program: &Path, profile: &Path| coverage(program, profile, all).unwrap_err();
    assert!(matches!(error(&program, &other), Error::OtherBuild { path } if path == other));
    assert!(matches!(error(&program, &empty), Error::EmptyProfiles));
    assert!(matches!(error(&program, &gone), Error::ReadProfile { path, .. } if path == gone));
    assert!(matches!(error(&program, &text), Error::MalformedProfile { path, .. } if path == text));
    assert!(matches!(error(&plain, &profile), Error::NoMapping { path } if path == plain));
    assert!(matches!(error(&gone, &profile), Error::ReadObject { path, .. } if path == gone));
    assert!(matches!(error(&text, &profile), Error::MalformedObject { path, .. } if path == text));

    let elsewhere = SourceFilter::below(["/elsewhere"]);
    let error = coverage(&program, &profile, &elsewhere).unwrap_err();
    assert!(matches!(error, Error::NoSources { path } if path == program));
}
