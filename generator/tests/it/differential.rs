//! Every number beside that of `llvm-cov export`: the command that makes `docs/differential.md`, on fixtures.

// The command's own eyes.
#[path = "../../examples/differential/below_zero.rs"]
mod below_zero;
#[path = "../../examples/differential/compare.rs"]
mod compare;
#[path = "../../examples/differential/compared.rs"]
mod compared;
#[path = "../../examples/differential/json.rs"]
mod json;
#[path = "../../examples/differential/llvm.rs"]
mod llvm;
#[path = "../../examples/differential/trace.rs"]
mod trace;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use compare::{Side, compare};
use compared::Compared;

use crate::support::instrumented::{self, Instrumented};
use crate::support::llvm::Llvm;
use crate::support::{TestCrate, command, repository, stdout};

fn rarities() -> Instrumented {
    Instrumented::build("rarities", "app")
}

/// What is done to one side, and two parts of what is said then.
type Change = (fn(&mut Side), &'static str, &'static str);

fn tools(llvm: &Llvm) -> llvm::Llvm {
    llvm::Llvm {
        cov: llvm.cov.clone(),
        profdata: llvm.profdata.clone(),
    }
}

/// What itcov says of a fixture, and what llvm-cov does.
fn sides(of: &Instrumented, llvm: &Llvm) -> [Side; 2] {
    let work = tempfile::tempdir().unwrap();
    let [json, lcov] = ["itcov.json", "itcov.lcov"].map(|name| work.path().join(name));
    let mut report = of.report(&["--json", json.to_str().unwrap(), "--lcov"]);
    stdout(report.arg(&lcov).args(["--relative-to", "/"]));
    let ours = Side {
        json: json::read(&json).unwrap(),
        lcov: fs::read_to_string(lcov).unwrap(),
    };
    let (root, generated) = (of.root(), of.root().join("target"));
    let measured = llvm::Measured {
        objects: of.objects(),
        profiles: of.profiles(),
    };
    let theirs = tools(llvm).export(
        &measured,
        |file| file.starts_with(&root) && !file.starts_with(&generated),
        work.path(),
    );
    [ours, theirs.unwrap()]
}

/// Compares what has run, of which there must be this many lines of code.
fn compared(of: &Instrumented, least: usize) -> Compared {
    let [ours, theirs] = sides(of, &Llvm::find());
    let compared = compare(&ours, &theirs);
    assert_eq!(compared.differences, Vec::<String>::new());
    assert!(compared.lines >= least, "only {} lines", compared.lines);
    compared
}

#[test]
#[ignore = "needs LLVM's tools"]
fn nothing_differs_but_a_count_below_zero_which_is_zero() {
    let fixture = rarities();
    fixture.run(&["code", "1", "2", "5", "40"]).ends_with(0);
    fixture.run(&["fails"]).ends_with(101);
    let usual = compared(&fixture, 240);
    fixture.run(&["fork"]).ends_with(0);
    let forked = compared(&fixture, 240);
    assert_eq!(usual.below_zero, 0);
    assert!(forked.below_zero > 0);
}

#[test]
#[ignore = "needs LLVM's tools"]
fn nothing_differs_however_the_program_is_built() {
    let fixture = rarities();
    for profile in ["thin", "small"] {
        fixture.build_profile(profile);
        for profile in fixture.profiles() {
            fs::remove_file(profile).unwrap();
        }
        fixture.run(&["code", "3", "1"]);
        compared(&fixture, 100);
    }
}

/// rustc makes regions of code alone; clang makes all kinds. The outcomes of conditions, which it always records, are left
/// out here.
#[test]
#[ignore = "needs LLVM's tools, and clang"]
fn nothing_differs_of_macros_and_gaps_and_skipped_lines_in_c() {
    let llvm = Llvm::find();
    let clang = llvm.cov.to_str().unwrap().replace("llvm-cov", "clang");
    // A build of a Rust program, in the place of which the one in C is put.
    let krate = TestCrate::new("c");
    krate.itcov(&["build"]).ends_with(0);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("generator/tests/fixtures/c-regions");
    for file in ["inner.h", "main.c", "table.c"] {
        krate.write(
            &format!("src/{file}"),
            &fs::read_to_string(fixture.join(file)).unwrap(),
        );
    }
    let program = krate.root.join("program");
    let mut build = command(&clang, &krate.root);
    build.args([
        "-fprofile-instr-generate",
        "-fcoverage-mapping",
        "src/main.c",
        "src/table.c",
        "-o",
    ]);
    stdout(build.arg(&program));
    let itcov = krate.root.join("target/itcov");
    let [object] = &instrumented::objects(&instrumented::kept(&itcov))[..] else {
        panic!("one object")
    };
    // As many bytes as there were.
    let mut content = fs::read(&program).unwrap();
    let length = usize::try_from(fs::metadata(object).unwrap().len()).unwrap();
    assert!(content.len() <= length);
    content.resize(length, 0);
    fs::write(object, content).unwrap();
    let collected = krate.root.join("target/collected");
    let mut run = command(&program, &krate.root);
    stdout(
        run.args(["1", "2", "7", "0"])
            .env("LLVM_PROFILE_FILE", collected.join("%m.profraw")),
    );

    let [json, lcov] = ["itcov.json", "itcov.lcov"].map(|name| krate.root.join(name));
    let mut report = command(env!("CARGO_BIN_EXE_cargo-itcov"), &krate.root);
    report
        .args(["itcov", "report", "--profiles"])
        .arg(&collected)
        .arg("--json")
        .arg(&json)
        .arg("--lcov")
        .arg(&lcov)
        .args(["--relative-to", "/"]);
    stdout(&mut report);
    let ours = Side {
        json: json::read(&json).unwrap(),
        lcov: fs::read_to_string(lcov).unwrap(),
    };
    let work = tempfile::tempdir().unwrap();
    let profiles = fs::read_dir(&collected).unwrap();
    let measured = llvm::Measured {
        objects: vec![program],
        profiles: profiles.map(|entry| entry.unwrap().path()).collect(),
    };
    let mut theirs = tools(&llvm)
        .export(&measured, |_| true, work.path())
        .unwrap();
    without_branches(&mut theirs, &ours);
    let kinds = theirs.json.data[0]
        .functions
        .iter()
        .flat_map(|it| &it.regions);
    let kinds: BTreeSet<u8> = kinds.map(|region| region.7).collect();
    assert_eq!(kinds, BTreeSet::from([0, 1, 2, 3]));
    assert_eq!(compare(&ours, &theirs).differences, Vec::<String>::new());
}

fn without_branches(side: &mut Side, other: &Side) {
    let data = &mut side.json.data[0];
    let summaries = data.files.iter_mut().map(|file| &mut file.summary);
    for summary in summaries.chain([&mut data.totals]) {
        let none = other.json.data[0].totals["branches"].clone();
        summary.insert("branches".into(), none);
    }
    for file in &mut data.files {
        file.branches.clear();
        for expansion in &mut file.expansions {
            expansion["branches"] = serde_json::json!([]);
        }
    }
    for function in &mut data.functions {
        function.branches.clear();
    }
    let records = side.lcov.lines().filter(|it| !it.starts_with("BRDA:"));
    let none = records.map(|record| match &record[..4] {
        "BRF:" | "BRH:" => format!("{}0\n", &record[..4]),
        _ => format!("{record}\n"),
    });
    side.lcov = none.collect();
}

#[test]
#[ignore = "needs LLVM's tools"]
fn a_number_that_differs_is_seen_with_its_place_and_both_values() {
    let llvm = Llvm::find();
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    let root = format!("{}/", fixture.root().display());
    let [same, theirs] = sides(&fixture, &llvm);
    let changes: [Change; 10] = [
        (
            |side| side.json.data[0].files[0].segments[0].2 += 1,
            "src/lib.rs:2: segments: itcov [(2, 1, 2, true, ",
            "llvm-cov [(2, 1, 1, true, ",
        ),
        (
            |side| {
                side.json.data[0].files[2].segments.pop();
            },
            "src/unused.rs:6: segments: itcov [(6, 1, 0, true, true, false)]",
            "(6, 2, 0, false, false, false)]",
        ),
        (
            |side| drop(side.json.data[0].files.pop()),
            "src/unused.rs: the file: itcov \"none\"",
            "llvm-cov \"there\"",
        ),
        (
            |side| side.json.data[0].functions[0].regions[0].2 += 1,
            "itcov (1, 1, 2, ",
            "llvm-cov (1, 1, 1, ",
        ),
        (
            |side| side.json.data[0].functions[0].count = 7,
            "src/main.rs:1: the count of ",
            ": itcov 7, llvm-cov 1",
        ),
        (
            |side| drop(side.json.data[0].functions.pop()),
            ": itcov \"none\"",
            "llvm-cov \"there\"",
        ),
        (
            |side| side.json.data[0].functions.swap(0, 1),
            "the order of the functions: itcov ",
            "4main",
        ),
        (
            |side| drop(side.json.data[0].totals.remove("lines")),
            "total: lines: itcov None",
            "\"covered\": Number(2)",
        ),
        (
            |side| side.lcov = side.lcov.replace("DA:2,1\n", "DA:2,3\n"),
            "src/lib.rs:2: the line's count: itcov \"3\"",
            "llvm-cov \"1\"",
        ),
        (
            |side| side.lcov = side.lcov.replace("LF:6\n", "LF:5\n"),
            "src/unused.rs: a record of the trace: itcov \"LF:5\"",
            "llvm-cov \"LF:6\"",
        ),
    ];
    assert_eq!(compare(&same, &theirs).differences, Vec::<String>::new());
    for (change, place, other) in changes {
        let mut ours = same.clone();
        change(&mut ours);
        let found = compare(&ours, &theirs).differences;
        let seen = found.iter().map(|it| it.replace(&root, ""));
        let seen: Vec<_> = seen
            .filter(|it| it.contains(place) && it.contains(other))
            .collect();
        assert_eq!((seen.len(), found.len()), (1, 1), "{place}: {found:#?}");
    }
}

#[test]
fn only_what_llvm_cov_shows_for_a_count_below_zero_is_excused() {
    let theirs = (1, 2, 3, 4, i64::MAX, 0, 0, 0);
    assert!(below_zero::explains(&(1, 2, 3, 4, 0, 0, 0, 0), &theirs));
    for ours in [
        (1, 2, 3, 4, 1, 0, 0, 0),
        (1, 2, 3, 5, 0, 0, 0, 0),
        (1, 2, 3, 4, 0, 0, 0, 3),
    ] {
        assert!(!below_zero::explains(&ours, &theirs));
    }
    let never = (1, 2, 3, 4, i64::MAX - 1, 0, 0, 0);
    assert!(!below_zero::explains(&(1, 2, 3, 4, 0, 0, 0, 0), &never));
}

#[test]
fn the_page_has_every_entry_of_the_list_and_no_difference() {
    let list = repository().join("generator/examples/differential/crates.toml");
    let list = fs::read_to_string(list).unwrap();
    let page = fs::read_to_string(repository().join("docs/differential.md")).unwrap();
    let names: Vec<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .collect();
    assert!(names.len() >= 17, "{}", names.len());
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.ends_with(" | 0 |"))
        .collect();
    for name in &names {
        let row = format!("| {name} | ");
        assert!(
            rows.iter().any(|it| it.starts_with(&row)),
            "{name} is not in docs/differential.md"
        );
    }
    let sum = rows.iter().filter(|row| row.starts_with("| **all** | "));
    assert_eq!((sum.count(), rows.len()), (1, names.len() + 1));
}
