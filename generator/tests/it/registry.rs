//! Programs that nobody here wrote, from the registry: what a user's crate looks like when it is large.
//!
//! They download and build for minutes, so they wait to be asked for:
//! `cargo test -p cargo-itcov --test it -- --ignored registry`

// The corpus takes its crates in the same way.
#[path = "../../examples/corpus/download.rs"]
mod download;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::download::Source;
use crate::support::{Output, TestCrate, free_port, tools};

/// Asks the server at the address it is given for what is there and for what is not.
const CLIENT: &str = r#"
use std::io::{Read, Write};
use std::net::TcpStream;

fn main() {
    let address = std::env::args().nth(1).unwrap();
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let listing = ask("/");
    assert!(listing.starts_with("HTTP/1.1 200") && listing.contains("greeting.txt"), "{listing}");
    let file = ask("/greeting.txt");
    assert!(file.starts_with("HTTP/1.1 200") && file.ends_with("good morning"), "{file}");
    let missing = ask("/nowhere");
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");
}
"#;

const SUITE: &str = r#"#!/bin/sh
set -eu
printf 'good morning' | "$ITCOV_BIN" --plain | grep -q '67 6f 6f 64'
"$ITCOV_BIN" --length 32 Cargo.toml | grep -q 00000010
"$ITCOV_BIN" --version
if "$ITCOV_BIN" nowhere; then exit 1; fi
"#;

#[test]
#[ignore = "downloads miniserve and builds its nearly 300 dependencies: minutes, and 2 GB of temporary files"]
fn a_large_web_server_is_measured_without_building_its_dependencies_again() {
    let krate = from_registry("miniserve", "0.35.0");
    let dependencies = count_dependencies(&krate);
    assert!(dependencies > 200, "only {dependencies} dependencies");
    let lock = krate.read("Cargo.lock");
    krate.itcov(&["init"]).ends_with(0);
    for arguments in [&["test", "--no-run"][..], &["build"]] {
        cargo(&krate, arguments).ends_with(0);
    }
    let ordinary = fs::read(krate.root.join("target/debug/miniserve")).unwrap();

    krate.write("served/greeting.txt", "good morning");
    krate.write("client.rs", CLIENT);
    Output::of(krate.command("rustc").args(["client.rs", "-o", "client"])).ends_with(0);
    let address = format!("127.0.0.1:{}", free_port());
    let (host, port) = address.split_once(':').unwrap();
    let variables = [
        (
            "ITCOV_ARGS",
            format!("--interfaces {host} --port {port} served"),
        ),
        ("ITCOV_READY", format!("http://{address}/")),
    ];
    let run = just(&krate, &["itcov-suite", "./client", &address], &variables).ends_with(0);
    assert_eq!(compiled(&run), ["miniserve"], "{}", run.stderr);

    let program = fs::read(krate.root.join("target/debug/miniserve")).unwrap();
    assert!(program == ordinary, "the ordinary program changed");
    assert_eq!(krate.read("Cargo.lock"), lock);
    for arguments in [&["build"][..], &["test", "--no-run"]] {
        let output = cargo(&krate, arguments).ends_with(0);
        assert_eq!(compiled(&output), [""; 0], "{}", output.stderr);
    }

    let lines = lines_by_file(&krate);
    let used = [
        "src/main.rs",
        "src/args.rs",
        "src/config.rs",
        "src/listing.rs",
        "src/renderer.rs",
        "src/errors.rs",
    ];
    for file in used {
        is_covered_in_part(&lines, file);
    }
    // Nobody asked for an archive.
    assert_eq!(lines[Path::new("src/archive.rs")].0, 0);
    no_profile_is_astray(&krate);
    formats_agree(&krate, &run);
}

#[test]
#[ignore = "downloads hexyl and builds it and its dependencies: a minute"]
fn a_command_line_program_is_measured_by_a_suite_that_starts_it_several_times() {
    let krate = from_registry("hexyl", "0.17.0");
    krate.itcov(&["init"]).ends_with(0);
    krate.write("suite.sh", SUITE);
    let run = just(&krate, &["itcov-exec", "sh", "suite.sh"], &[])
        .ends_with(0)
        .prints("hexyl 0.17.0");
    let lines = lines_by_file(&krate);
    for file in ["src/main.rs", "src/lib.rs", "src/input.rs"] {
        is_covered_in_part(&lines, file);
    }
    no_profile_is_astray(&krate);
    formats_agree(&krate, &run);
}

/// The source of a published crate in a directory of its own, as a user of the registry has it.
fn from_registry(name: &str, version: &str) -> TestCrate {
    let source = Source {
        name: name.to_owned(),
        version: version.to_owned(),
    };
    let krate = TestCrate::empty();
    download::copy(&source, &krate.root).unwrap();
    krate
}

/// How many packages the program is built from, itself aside.
fn count_dependencies(krate: &TestCrate) -> usize {
    let arguments = [
        "tree",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--no-dedupe",
    ];
    let tree = krate.cargo(&arguments).ends_with(0).stdout;
    let mut packages: Vec<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    packages.sort_unstable();
    packages.dedup();
    packages.len() - 1
}

fn cargo(krate: &TestCrate, arguments: &[&str]) -> Output {
    Output::of(as_users_have_it(&mut krate.command("cargo")).args(arguments))
}

fn just(krate: &TestCrate, arguments: &[&str], variables: &[(&str, String)]) -> Output {
    let variables = variables.iter().map(|(name, value)| (name, value));
    let mut just = krate.command(tools::just());
    Output::of(as_users_have_it(&mut just).args(arguments).envs(variables))
}

/// With the build directory in the target directory; the other tests share one.
fn as_users_have_it(command: &mut Command) -> &mut Command {
    // Debug information would double the space that all this takes.
    command.env("CARGO_PROFILE_DEV_DEBUG", "none")
}

/// The names of the packages that cargo says it has compiled.
fn compiled(output: &Output) -> Vec<&str> {
    let lines = output
        .stderr
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("Compiling "));
    lines
        .map(|package| package.split(' ').next().unwrap())
        .collect()
}

/// By file: how many lines ran, and how many there are.
type Lines = BTreeMap<PathBuf, (usize, usize)>;

/// What the trace file says of the crate's files; one of another crate fails the test.
fn lines_by_file(krate: &TestCrate) -> Lines {
    let mut report = krate.command(tools::cargo_itcov());
    let trace = Output::of(as_users_have_it(&mut report).args(["itcov", "report", "--lcov", "-"]))
        .ends_with(0)
        .stdout;
    let record = |record: &str| {
        let field = |key: &str| {
            record
                .lines()
                .find_map(|line| line.strip_prefix(key))
                .unwrap()
        };
        let file = Path::new(field("SF:"));
        assert!(file.is_relative(), "{} is of another crate", file.display());
        (
            file.to_owned(),
            (field("LH:").parse().unwrap(), field("LF:").parse().unwrap()),
        )
    };
    trace
        .split("end_of_record\n")
        .filter(|text| !text.is_empty())
        .map(record)
        .collect()
}

/// Fails the test unless some of the file's lines ran and some did not.
#[track_caller]
fn is_covered_in_part(lines: &Lines, file: &str) {
    let (covered, total) = lines[Path::new(file)];
    assert!(
        0 < covered && covered < total,
        "{file}: {covered} of {total}"
    );
}

/// Fails the test unless the run's report and the trace file have the same total.
fn formats_agree(krate: &TestCrate, run: &Output) {
    let table: Vec<(usize, usize)> = last_line(&run.stdout, "Total ")
        .filter_map(|cell| cell.split_once('/'))
        .map(|(covered, total)| (covered.parse().unwrap(), total.parse().unwrap()))
        .collect();
    let files = lines_by_file(krate);
    let sum = files
        .values()
        .fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1));
    assert_eq!(sum, table[0], "{files:?}");
}

/// Fails the test if a raw profile lies anywhere but where runs collect them.
fn no_profile_is_astray(krate: &TestCrate) {
    let collected = krate.root.join("target/itcov");
    let (collected, stray): (Vec<_>, Vec<_>) = profiles(&krate.root)
        .into_iter()
        .partition(|profile| profile.starts_with(&collected));
    assert!(!collected.is_empty());
    assert_eq!(stray, Vec::<PathBuf>::new());
}

/// The cells of the last line that begins so.
fn last_line<'a>(text: &'a str, start: &str) -> impl Iterator<Item = &'a str> {
    let line = text.lines().rfind(|line| line.starts_with(start));
    line.unwrap_or_else(|| panic!("no {start:?} in\n{text}"))
        .split_whitespace()
}

/// Every raw profile below the directory.
fn profiles(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(profiles(&path));
        } else if path
            .extension()
            .is_some_and(|it| it == "profraw" || it == "itcov")
        {
            found.push(path);
        }
    }
    found
}
