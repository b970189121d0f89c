//! A process that is killed while it makes its profile costs its own counts, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{LINES, app, entries_of_main};
use crate::support::{Output, TestCrate};

#[test]
fn a_profile_that_was_cut_off_is_made_anew_by_the_next_process() {
    let krate = app();
    // The first profile is the measure; the others are cut off, and two processes follow each. One of the patterns is for
    // programs that write when they end.
    let suite = r#"set -e
        whole=$(dirname "$LLVM_PROFILE_FILE")/whole
        LLVM_PROFILE_FILE=$whole/%m%c.profraw "$ITCOV_BIN"
        name=$(basename "$whole"/*)
        number=0
        for length in 1 7 8 15 16 100 151 200 $(($(wc -c <"$whole/$name") - 8)); do
            for pattern in %m%c.profraw %m.profraw; do
                number=$((number + 1))
                here=$(dirname "$LLVM_PROFILE_FILE")/$number
                mkdir "$here"
                head -c $length "$whole/$name" >"$here/${name%_*}_0.profraw"
                (export LLVM_PROFILE_FILE=$here/$pattern; "$ITCOV_BIN"; "$ITCOV_BIN") 2>>errors
            done
        done
        echo "processes=$((1 + 2 * number))=""#;
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    assert_eq!(krate.read("errors"), "");
    assert_eq!(output.lines_of("Total"), LINES);
    assert!(!output.stderr.contains("warning:"), "{}", output.stderr);
    let processes = output.stdout.split('=').nth(1).unwrap();
    let trace = krate.itcov(&["report", "--lcov", "-"]).ends_with(0);
    assert_eq!(entries_of_main(&trace.stdout).to_string(), processes);
}

#[test]
fn what_is_no_profile_is_left_as_it_is() {
    let krate = app();
    let program = built(&krate);
    let directory = krate.root.join("profiles");
    fs::create_dir(&directory).unwrap();
    let name = |program: &Path| {
        Output::of(run(program, &directory).current_dir(&krate.root)).ends_with(0);
        fs::read_dir(&directory)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path()
    };
    let profile = name(&program);
    let whole = fs::read(&profile).unwrap();
    // A file of the user's, and a profile of a program that is smaller or of a version that is not known.
    let mut newer = whole[..100].to_vec();
    newer[8] = 99;
    for content in [&b"a text"[..], &[0; 50], &newer] {
        fs::write(&profile, content).unwrap();
        Output::of(&mut run(&program, &directory)).ends_with(0);
        assert_eq!(fs::read(&profile).unwrap(), content);
    }
}

#[test]
fn a_profile_that_stays_cut_off_is_named_and_the_others_count() {
    let krate = app();
    let suite = r#""$ITCOV_BIN"
        here=$(dirname "$LLVM_PROFILE_FILE")
        mkdir "$here/killed"
        head -c 100 "$here"/*.itcov >"$here/killed/1_0.profraw""#;
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    assert_eq!(output.lines_of("Total"), LINES);
    let said = "killed/1_0.profraw does not count: the process that was to write it was killed";
    output.says(said);
    let report = krate.itcov(&["report"]).ends_with(0).says(said);
    assert_eq!(report.lines_of("Total"), LINES);

    // If there is nothing else, nothing has run.
    let suite = r#""$ITCOV_BIN"; cd "$(dirname "$LLVM_PROFILE_FILE")"
        for file in *.itcov; do head -c 100 "$file" >half; mv half "$file"; done"#;
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]);
    assert!(output.status != 0, "{output:?}");
    assert!(!output.stdout.contains("Total"), "{output:?}");
}

#[test]
#[ignore = "needs strace"]
fn at_whatever_system_call_a_process_is_killed_the_counts_of_the_others_are_exact() {
    let krate = app();
    let program = built(&krate);
    // The first one notes that this is no run's place.
    Output::of(&mut run(&program, &krate.root.join("noted"))).ends_with(0);
    let calls = calls_of_making(&krate, &program);
    assert!(calls.len() > 8, "{calls:?}");
    let mut killed = 0;
    for (name, number) in &calls {
        let directory = krate.root.join(format!("{name}-{number}"));
        let mut strace = krate.command("strace");
        strace.args(["-o", "/dev/null", "-e"]);
        strace.arg(format!("inject={name}:signal=KILL:when={number}"));
        strace.arg(&program);
        let pattern = directory.join("%m%c.profraw");
        let output = Output::of(strace.env("LLVM_PROFILE_FILE", &pattern));
        killed += u32::from(output.signal == Some(9));
        // The one that comes next, and two at once.
        let script = r#""$1" && { "$1" & "$1"; wait; }"#;
        let mut shell = krate.command("sh");
        shell.args(["-c", script, "sh"]).arg(&program);
        let output = Output::of(shell.env("LLVM_PROFILE_FILE", &pattern)).ends_with(0);
        assert_eq!(output.stderr, "", "{name} {number}");
        let report = ["report", "--lcov", "-", "--profiles"];
        let report = krate.itcov(&[&report[..], &[directory.to_str().unwrap()]].concat());
        let count = entries_of_main(&report.ends_with(0).stdout);
        assert_eq!(count, 3, "{name} {number}");
    }
    assert!(killed > 8, "{killed} of {calls:?}");
}

fn built(krate: &TestCrate) -> PathBuf {
    let output = krate.itcov(&["build"]).ends_with(0);
    output.stdout.trim().into()
}

fn run(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("LLVM_PROFILE_FILE", directory.join("%m%c.profraw"));
    command
}

/// The system calls between the opening of the profile and the end of its making: their names, and which of that name each is.
fn calls_of_making(krate: &TestCrate, program: &Path) -> Vec<(String, usize)> {
    let log = krate.root.join("calls");
    let mut strace = krate.command("strace");
    strace.arg("-o").arg(&log).arg(program);
    strace.env("LLVM_PROFILE_FILE", krate.root.join("first/%m%c.profraw"));
    Output::of(&mut strace).ends_with(0);
    let mut numbers = std::collections::HashMap::new();
    let (mut calls, mut has_begun) = (Vec::new(), false);
    for line in krate.read("calls").lines() {
        let Some((name, rest)) = line.split_once('(') else {
            continue;
        };
        let number: &mut usize = numbers.entry(name.to_owned()).or_default();
        *number += 1;
        has_begun |= name.starts_with("open") && rest.contains(".profraw");
        if has_begun {
            calls.push((name.to_owned(), *number));
        }
        if has_begun && name == "close" {
            break;
        }
    }
    calls
}
