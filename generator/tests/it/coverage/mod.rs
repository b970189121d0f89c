//! The numbers of `cargo itcov report`: they are those of llvm-cov, and those of the source.

mod profiles;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::Value;

use profiles::of_another_build;

use crate::support::instrumented::Instrumented;
use crate::support::llvm::Llvm;
use crate::support::{Output, stdout};

/// A library module that the program does not reach is not linked. It counts all the same.
fn unlinked_module() -> Instrumented {
    Instrumented::build("unlinked-module", "unlinked-module")
}

fn kinds_of_code() -> Instrumented {
    Instrumented::build("kinds-of-code", "app")
}

/// A row of either table: of each kind how many ran, how many there are, and the percentage.
#[derive(Debug, PartialEq)]
pub struct Row {
    pub name: String,
    pub lines: Covered,
    pub functions: Covered,
    pub regions: Covered,
}

pub type Covered = (u32, u32, String);

pub fn rows(table: &str) -> Vec<Row> {
    let rows = table.lines().filter(|line| line.contains('%'));
    rows.map(|line| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let name = cells[0].to_owned();
        match cells.len() {
            7 => Row {
                name,
                lines: ours(&cells[1..]),
                functions: ours(&cells[3..]),
                regions: ours(&cells[5..]),
            },
            _ => Row {
                name,
                lines: theirs(&cells[7..]),
                functions: theirs(&cells[4..]),
                regions: theirs(&cells[1..]),
            },
        }
    })
    .collect()
}

fn ours(cells: &[&str]) -> Covered {
    let (covered, total) = cells[0].split_once('/').unwrap();
    (
        covered.parse().unwrap(),
        total.parse().unwrap(),
        cells[1].to_owned(),
    )
}

fn theirs(cells: &[&str]) -> Covered {
    let [total, missed] = [cells[0], cells[1]].map(|number| number.parse::<u32>().unwrap());
    (total - missed, total, cells[2].to_owned())
}

/// Compares everything that is printed with what LLVM's tools print.
fn assert_equals_llvm(of: &Instrumented) {
    let theirs = Llvm::find().reports(of);
    assert!(
        theirs.lcov.contains("\nDA:"),
        "llvm-cov has nothing to compare with"
    );
    // llvm-cov has absolute paths.
    let lcov = stdout(&mut of.report(&["--lcov", "-", "--relative-to", "/"]));
    for (number, (ours, theirs)) in lcov.lines().zip(theirs.lcov.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {} of the lcov file", number + 1);
    }
    assert_eq!(lcov.lines().count(), theirs.lcov.lines().count());

    assert_equal_exports(&stdout(&mut of.report(&["--json", "-"])), &theirs.json);

    let ours = rows(&stdout(&mut of.report(&[])));
    let mut theirs = rows(&theirs.table);
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&mut theirs) {
        // They leave out the directory that all files are in, not that of the workspace.
        if ours.name.ends_with(&theirs.name) || theirs.name == "TOTAL" {
            theirs.name.clone_from(&ours.name);
        }
        assert_eq!(ours, theirs);
    }
}

/// Compares two exports. llvm-cov leaves out the files that are not the workspace's, but not their functions.
fn assert_equal_exports(ours: &str, theirs: &str) {
    let [ours, mut theirs] =
        [ours, theirs].map(|text| serde_json::from_str::<Value>(text).unwrap());
    let files = |export: &Value| export["data"][0]["files"].as_array().unwrap().clone();
    let paths: Vec<_> = files(&theirs)
        .iter()
        .map(|it| it["filename"].clone())
        .collect();
    assert!(!paths.is_empty(), "llvm-cov has nothing to compare with");
    let theirs_of_workspace = theirs["data"][0]["functions"].as_array_mut().unwrap();
    theirs_of_workspace.retain(|function| {
        let mut of_it = function["filenames"].as_array().unwrap().iter();
        of_it.any(|path| paths.contains(path))
    });

    // A part at a time, as the whole is too long to be looked at.
    for (ours, theirs) in files(&ours).iter().zip(&files(&theirs)) {
        assert_eq!(ours, theirs);
    }
    let functions = |export: &Value| export["data"][0]["functions"].as_array().unwrap().clone();
    for (ours, theirs) in functions(&ours).iter().zip(&functions(&theirs)) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours["data"][0]["totals"], theirs["data"][0]["totals"]);
    // LLVM 21 and before have another version, of the same export.
    theirs["version"] = ours["version"].clone();
    assert!(ours == theirs, "the exports are not of the same length");
}

#[test]
#[ignore = "needs LLVM's tools"]
fn an_export_is_that_of_llvm_cov_to_the_byte() {
    let llvm = Llvm::find();
    let fixture = unlinked_module();
    fixture.run(&[]);
    let theirs = llvm.reports(&fixture).json;
    let version = |text: &str| text.rsplit_once("\"version\"").unwrap().0.to_owned();
    assert_eq!(
        version(&stdout(&mut fixture.report(&["--json", "-"]))),
        version(&theirs)
    );
}

fn not_linked() -> Instrumented {
    let fixture = unlinked_module();
    fixture.run(&[]).ends_with(0);
    let lines = |row: Row| {
        format!(
            "{} {} of {}, {}",
            row.name, row.lines.0, row.lines.1, row.lines.2
        )
    };
    let table = stdout(&mut fixture.report(&[]));
    assert_eq!(
        rows(&table).into_iter().map(lines).collect::<Vec<_>>(),
        [
            "src/lib.rs 1 of 2, 50.00%",
            "src/main.rs 1 of 1, 100.00%",
            "src/unused.rs 0 of 6, 0.00%",
            "Total 2 of 9, 22.22%",
        ]
    );
    fixture
}

#[test]
fn a_module_that_is_not_linked_counts_as_not_covered() {
    not_linked();
}

#[test]
#[ignore = "needs LLVM's tools"]
fn every_number_is_that_of_llvm_cov() {
    for fixture in [
        not_linked(),
        several_programs(),
        aborted(),
        killed(),
        of_another_build(),
    ] {
        assert_equals_llvm(&fixture);
    }
    let fixture = kinds_of_code();
    fixture.run(&["flow", "1", "2", "5", "40"]);
    assert_equals_llvm(&fixture);
    fixture.run(&["shapes"]);
    fixture.run(&["waiting"]);
    fixture.run(&["flow", "x"]);
    assert_equals_llvm(&fixture);
}

fn several_programs() -> Instrumented {
    let fixture = kinds_of_code();
    fixture.run(&["flow", "1"]);
    fs::rename(
        &fixture.profiles()[0],
        fixture.collected().join("first.profraw"),
    )
    .unwrap();
    fixture.run(&["flow", "1"]);
    fixture.run(&["shapes"]);
    assert_eq!(fixture.profiles().len(), 2);
    let lcov = stdout(&mut fixture.report(&["--lcov", "-"]));
    let entered = |count: u32| {
        lcov.lines()
            .any(|line| line.starts_with(&format!("FNDA:{count},")) && line.ends_with("3app4main"))
    };
    assert!(entered(3), "main was entered three times:\n{lcov}");
    fixture
}

#[test]
fn profiles_of_several_programs_add_up() {
    several_programs();
}

fn aborted() -> Instrumented {
    let fixture = kinds_of_code();
    fixture.run(&["abort"]).ends_with(-1);
    let rows = rows(&stdout(&mut fixture.report(&[])));
    let flow = rows
        .iter()
        .find(|row| row.name == "app/src/flow.rs")
        .unwrap();
    assert!(flow.lines.0 > 30, "only {} lines ran", flow.lines.0);
    fixture
}

#[test]
fn a_program_that_aborts_leaves_its_counts() {
    aborted();
}

fn killed() -> Instrumented {
    let fixture = kinds_of_code();
    let mut program = fixture
        .program(&["wait"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The last line that it prints before it waits.
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let waits = lines.map_while(Result::ok).any(|line| line == "2 0");
    let running = Output::of(&mut fixture.report(&[]));
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(waits, "it ended before it waited");
    let running = running.stdout;
    let rows = rows(&running);
    let flow = rows
        .iter()
        .find(|row| row.name == "app/src/flow.rs")
        .unwrap();
    assert!(flow.lines.0 > 30, "only {} lines ran", flow.lines.0);
    assert_eq!(stdout(&mut fixture.report(&[])), running);
    fixture
}

#[test]
fn a_program_is_reported_on_while_it_runs_and_when_it_was_killed() {
    killed();
}

#[test]
fn generated_code_is_left_out() {
    let fixture = kinds_of_code();
    fixture.run(&["shapes"]);
    let lcov = stdout(&mut fixture.report(&["--lcov", "-"]));
    assert!(lcov.contains("SF:app/src/main.rs\n"), "{lcov}");
    assert!(!lcov.contains("generated.rs"), "{lcov}");
}

#[test]
fn the_table_is_printed_beside_the_lcov_file() {
    let fixture = unlinked_module();
    fixture.run(&[]);
    let table = stdout(&mut fixture.report(&["--lcov", "lcov.info"]));
    assert!(table.contains("22.22%"), "{table}");
    let file = fs::read_to_string(fixture.root().join("lcov.info")).unwrap();
    assert_eq!(file, stdout(&mut fixture.report(&["--lcov", "-"])));
    assert!(
        file.starts_with("SF:src/") && file.ends_with("end_of_record\n"),
        "{file}"
    );
}

#[test]
fn the_lines_that_did_not_run_are_listed() {
    let fixture = unlinked_module();
    fixture.run(&[]);
    let listed = stdout(&mut fixture.report(&["--show-missing-lines"]));
    let (table, missing) = listed.split_once("\nLines that did not run:\n").unwrap();
    assert!(table.ends_with("%\n"), "{table}");
    let lcov = stdout(&mut fixture.report(&["--lcov", "-"]));
    for line in lcov
        .lines()
        .filter(|line| line.starts_with("DA:") && line.ends_with(",0"))
    {
        let number: u32 = line[3..line.len() - 2].parse().unwrap();
        let in_range = |range: &str| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            (first.parse().unwrap()..=last.parse().unwrap()).contains(&number)
        };
        let rows = missing.lines().filter_map(|row| row.split_once(": "));
        assert!(
            rows.flat_map(|(_, ranges)| ranges.split(", "))
                .any(in_range),
            "{number} is not in {missing}"
        );
    }
    assert!(!missing.contains("main.rs"), "{missing}");
}

#[test]
fn the_crate_may_be_named_by_its_manifest() {
    let fixture = unlinked_module();
    fixture.run(&[]);
    let mut report = fixture.report(&[
        "--manifest-path",
        fixture.root().join("Cargo.toml").to_str().unwrap(),
    ]);
    assert!(stdout(report.current_dir("/")).contains("\nsrc/unused.rs "));
}

#[test]
fn a_reader_that_stops_early_is_no_failure() {
    let fixture = unlinked_module();
    fixture.run(&[]);
    for arguments in [&["--lcov", "-"][..], &[]] {
        let mut report = fixture.report(arguments);
        let mut child = report
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut errors = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut errors)
            .unwrap();
        assert_eq!((child.wait().unwrap().code(), &*errors), (Some(0), ""));
    }
}

#[test]
fn there_are_no_colours_where_there_is_no_terminal() {
    let fixture = unlinked_module();
    fixture.run(&[]);
    assert!(!stdout(&mut fixture.report(&[])).contains('\x1b'));
    let forced = || {
        let mut report = fixture.report(&[]);
        report
            .env_remove("CARGO_TERM_COLOR")
            .env("CLICOLOR_FORCE", "1");
        report
    };
    let coloured = stdout(&mut forced());
    assert!(coloured.contains("\x1b[31m0.00%"), "{coloured:?}");
    assert!(!stdout(forced().env("NO_COLOR", "1")).contains('\x1b'));
}
