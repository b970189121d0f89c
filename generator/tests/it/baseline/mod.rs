//! `--baseline`: what has changed since an earlier report, in real builds and runs.

mod cfg;
mod elsewhere;
mod refused;
mod revision;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::instrumented::Instrumented;
use crate::support::llvm::Llvm;
use crate::support::{Output, stdout};

const ALL: [&[&str]; 3] = [&["flow", "1", "2", "40"], &["shapes"], &["waiting"]];
const WITHOUT_SHAPES: [&[&str]; 2] = [ALL[0], ALL[2]];

/// Runs the program so often, and no more than that counts.
pub fn run(fixture: &Instrumented, runs: &[&[&str]]) {
    for profile in fixture.profiles() {
        fs::remove_file(profile).unwrap();
    }
    for arguments in runs {
        fixture.run(arguments).ends_with(0);
    }
}

pub fn report(fixture: &Instrumented, arguments: &[&str]) -> Output {
    Output::of(&mut fixture.report(arguments))
}

pub fn write_json(fixture: &Instrumented, name: &str) {
    stdout(&mut fixture.report(&["--json", name]));
}

/// The lines that ran, by their files' names.
fn ran(fixture: &Instrumented) -> BTreeSet<(String, u32)> {
    let lcov = stdout(&mut fixture.report(&["--lcov", "-", "--relative-to", "."]));
    let mut ran = BTreeSet::new();
    for record in lcov.split_terminator("end_of_record\n") {
        let name = record.lines().next().unwrap().strip_prefix("SF:").unwrap();
        for line in record.lines().filter_map(|line| line.strip_prefix("DA:")) {
            let (number, count) = line.split_once(',').unwrap();
            if count != "0" {
                ran.insert((name.to_owned(), number.parse().unwrap()));
            }
        }
    }
    ran
}

/// The lines that a threshold says were lost, by their files' names.
fn lost(error: &str) -> BTreeSet<(String, u32)> {
    let files = error
        .lines()
        .filter(|line| line.ends_with("(--fail-on-lost)"));
    let lines = files.flat_map(|line| {
        let (name, said) = line.trim().split_once(": ").unwrap();
        let (number, stretches) = said.split_once(" lost: ").unwrap();
        let stretches = stretches.trim_end_matches(" (--fail-on-lost)").split(", ");
        let ends = stretches.map(|it| it.split_once('-').unwrap_or((it, it)));
        let number_of = |text: &str| text.parse::<u32>().unwrap();
        let lines: Vec<_> = ends
            .flat_map(|(a, b)| number_of(a)..=number_of(b))
            .collect();
        let noun = if lines.len() == 1 { "line" } else { "lines" };
        assert_eq!(number, format!("{} {noun}", lines.len()));
        lines.into_iter().map(|number| (name.to_owned(), number))
    });
    lines.collect()
}

/// Moves all code: comments above, and the functions of a file in another order.
fn move_code(root: &Path) {
    for directory in ["app/src", "helper/src"] {
        for entry in fs::read_dir(root.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("// One.\n// Two.\n\n{text}")).unwrap();
        }
    }
    let flow = root.join("app/src/flow.rs");
    let text = fs::read_to_string(&flow).unwrap();
    let mut parts: Vec<&str> = text.trim_end().split("\n\n").collect();
    let last = parts.len() - 1;
    assert!(
        last > 8 && parts[3].starts_with("pub fn parse"),
        "{parts:?}"
    );
    parts[3..last].reverse();
    fs::write(&flow, parts.join("\n\n// Another comment.\n\n") + "\n").unwrap();
}

#[test]
fn code_that_was_moved_is_the_same_and_what_did_not_run_again_is_lost() {
    let fixture = Instrumented::build("kinds-of-code", "app");
    run(&fixture, &ALL);
    write_json(&fixture, "target/before.json");
    let against = ["--baseline", "target/before.json", "--fail-on-lost"];
    let same = "\nAgainst before.json: 0 lines newly run, 0 lost.\n";
    report(&fixture, &against).ends_with(0).prints(same);

    move_code(&fixture.root());
    fixture.rebuild();
    run(&fixture, &ALL);
    let whole = ran(&fixture);
    report(&fixture, &against)
        .ends_with(0)
        .prints(same)
        .says("note: no line was lost since before.json, as is wanted\n");

    run(&fixture, &WITHOUT_SHAPES);
    let rest = ran(&fixture);
    let expected: BTreeSet<_> = whole.difference(&rest).cloned().collect();
    let output = report(&fixture, &against).ends_with(1);
    assert!(expected.len() > 40, "{expected:?}");
    assert_eq!(lost(&output.stderr), expected);
    let total = format!(
        "Against before.json: 0 lines newly run, {} lost.",
        expected.len()
    );
    let (first, _) = expected.first().unwrap();
    output
        .prints(&total)
        .prints("\nLost: helper/src/lib.rs: ")
        .says(&format!(
            "error: lines were lost since before.json\n  {first}: "
        ));

    let listed = report(
        &fixture,
        &[&against[..2], &["--show-missing-lines"]].concat(),
    );
    let (_, listed) = listed.stdout.split_once("\nLines lost:\n").unwrap();
    assert!(listed.contains(first) && !listed.contains("more"));

    // The other way round they are newly run, and of some files alone only those count.
    write_json(&fixture, "target/less.json");
    run(&fixture, &ALL);
    let gained = format!(
        "Against less.json: {} lines newly run, 0 lost.",
        expected.len()
    );
    let against = ["--baseline", "target/less.json", "--fail-on-lost"];
    report(&fixture, &against).ends_with(0).prints(&gained);
    let of_file = expected
        .iter()
        .filter(|(name, _)| name == "app/src/traits.rs")
        .count();
    let gained = format!("Against less.json: {of_file} lines newly run, 0 lost.");
    report(
        &fixture,
        &[&against[..], &["--include", "traits.rs"]].concat(),
    )
    .ends_with(0)
    .prints(&gained);
}

#[test]
fn an_earlier_report_may_be_of_another_checkout() {
    let fixture = Instrumented::build("kinds-of-code", "app");
    run(&fixture, &ALL);
    let json = stdout(&mut fixture.report(&["--json", "-"]));
    let elsewhere = json.replace(fixture.root().to_str().unwrap(), "/builds/group/project");
    assert_ne!(json, elsewhere);
    fs::write(fixture.root().join("target/before.json"), elsewhere).unwrap();
    let against = ["--baseline", "target/before.json"];
    let output = report(&fixture, &against).ends_with(0);
    assert_eq!(output.stderr, "");
    output.prints("Against before.json: 0 lines newly run, 0 lost.");
    run(&fixture, &WITHOUT_SHAPES);
    report(&fixture, &[&against[..], &["--fail-on-lost"]].concat())
        .ends_with(1)
        .says("app/src/traits.rs: ");
}

#[test]
#[ignore = "needs LLVM's tools"]
fn an_export_of_llvm_cov_is_as_good() {
    let fixture = Instrumented::build("kinds-of-code", "app");
    run(&fixture, &ALL);
    let json = Llvm::find().reports(&fixture).json;
    fs::write(fixture.root().join("target/before.json"), json).unwrap();
    let against = ["--baseline", "target/before.json", "--fail-on-lost"];
    report(&fixture, &against)
        .ends_with(0)
        .prints("Against before.json: 0 lines newly run, 0 lost.");
    let before = ran(&fixture);
    run(&fixture, &WITHOUT_SHAPES);
    let after = ran(&fixture);
    let output = report(&fixture, &against).ends_with(1);
    assert_eq!(
        lost(&output.stderr),
        before.difference(&after).cloned().collect()
    );
}

#[test]
fn markdown_says_which_lines_were_lost() {
    let fixture = Instrumented::build("kinds-of-code", "app");
    run(&fixture, &ALL);
    write_json(&fixture, "target/before.json");
    run(&fixture, &WITHOUT_SHAPES);
    let against = ["--baseline", "target/before.json"];
    let error = report(&fixture, &[&against[..], &["--fail-on-lost"]].concat())
        .ends_with(1)
        .stderr;
    let mut by_file: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in lost(&error) {
        *by_file.entry(name).or_default() += 1;
    }
    let total: usize = by_file.values().sum();
    let markdown = report(&fixture, &[&against[..], &["--markdown", "-"]].concat())
        .ends_with(0)
        .stdout;
    let said = format!("\n\nAgainst `before.json`: **0 lines newly run, {total} lost**\n\n- ");
    assert!(markdown.contains(&said), "{markdown}");
    for (name, lost) in &by_file {
        // As paths are in a repository or, as here, in the workspace.
        let item = format!("\n- `{name}`: {lost} lost: ");
        assert!(markdown.contains(&item), "{item} is not in {markdown}");
    }
    let plain = report(&fixture, &["--markdown", "-"]).ends_with(0).stdout;
    assert!(!plain.contains("Against"), "{plain}");
}

#[test]
fn what_cannot_be_compared_is_said_and_meets_no_threshold() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    run(&fixture, &[&[]]);
    let json = stdout(&mut fixture.report(&["--json", "-"]));
    // As if another program had been measured then, of which there is a source.
    let root = fixture.root();
    fs::write(
        root.join("target/before.json"),
        json.replace("src/lib.rs", "src/other.rs"),
    )
    .unwrap();
    fs::write(root.join("src/other.rs"), "pub fn other() {}\n").unwrap();
    let against = ["--baseline", "target/before.json"];
    report(&fixture, &against)
        .ends_with(0)
        .says("note: not in before.json, so none of their lines is newly run or lost: src/lib.rs\n")
        .says("warning: ran in before.json and not measured now: src/other.rs; whether lines of them were lost");
    let strict = [&against[..], &["--fail-on-lost"]].concat();
    report(&fixture, &strict)
        .ends_with(1)
        .prints("\nTotal ")
        .says("error: not everything that ran in the baseline was measured, so whether lines were lost cannot be told: src/other.rs;");
    report(
        &fixture,
        &[&strict[..], &["--exclude", "other.rs"]].concat(),
    )
    .ends_with(0);
    // What is gone is not lost.
    fs::remove_file(root.join("src/other.rs")).unwrap();
    let output = report(&fixture, &strict).ends_with(0);
    assert!(!output.stderr.contains("other.rs"), "{}", output.stderr);
}
