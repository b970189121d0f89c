//! Programs that nobody here wrote read the formats, and find the same numbers.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::odd::{ODD, crate_with};
use super::values::{json, lines_of_lcov};
use crate::support::instrumented::Instrumented;
use crate::support::{Output, command, repository, stdout};

/// A reader, from `target/readers` or the PATH, in the crate's directory. If it is absent, it says so and gives
/// none, unless `ITCOV_REQUIRE_READERS` is set: then the test fails.
fn reader(name: &str, package: &str, of: &Instrumented) -> Option<Command> {
    let own = repository().join("target/readers/bin").join(name);
    let program = if own.is_file() {
        own
    } else {
        PathBuf::from(name)
    };
    if command(&program, &of.root())
        .arg("--version")
        .output()
        .is_ok()
    {
        return Some(command(&program, &of.root()));
    }
    assert!(
        std::env::var_os("ITCOV_REQUIRE_READERS").is_none(),
        "there is no {name}, which {package} has"
    );
    println!("not read by {name}: it is not there; {package} has it");
    None
}

/// How many lines ran, and how many there are, as Codecov is told.
fn lines_in_all(of: &Instrumented) -> (usize, usize) {
    let report = json(of, "--codecov");
    let files = report["coverage"].as_object().unwrap().values();
    let lines = files.flat_map(|lines| lines.as_object().unwrap().values());
    let ran: Vec<bool> = lines.map(|hits| *hits != 0).collect();
    (ran.iter().filter(|ran| **ran).count(), ran.len())
}

#[test]
fn lcov_and_genhtml_read_the_trace_file() {
    let fixture = crate_with(&[ODD]);
    stdout(&mut fixture.report(&["--lcov", "lcov.info"]));
    let (ran, all) = lines_in_all(&fixture);
    let functions = json(&fixture, "--json")["data"][0]["totals"]["instantiations"].clone();
    let lines = format!("({ran} of {all} lines)");
    let functions = format!(
        "({} of {} functions)",
        functions["covered"], functions["count"]
    );
    for (name, arguments) in [
        ("lcov", &["--summary", "lcov.info"][..]),
        (
            "genhtml",
            &["--output-directory", "target/html", "lcov.info"],
        ),
    ] {
        let Some(mut reader) = reader(name, "Debian's lcov", &fixture) else {
            continue;
        };
        let output = Output::of(reader.args(arguments)).ends_with(0);
        let said = output.stdout + &output.stderr;
        assert!(said.contains(&lines), "{lines} is not in {said}");
        assert!(said.contains(&functions), "{functions} is not in {said}");
        for trouble in ["ERROR", "WARNING", "warning"] {
            assert!(!said.contains(trouble), "{said}");
        }
    }
}

#[test]
fn lcov_s_converter_reads_the_export_of_llvm_cov() {
    let fixture = crate_with(&[]);
    stdout(&mut fixture.report(&["--json", "export.json"]));
    // It is strict about functions that share a line, as closures do. Debian 12 has lcov 1.16, which does not have it yet.
    let llvm2lcov = command("llvm2lcov", &fixture.root())
        .args([
            "--ignore-errors",
            "inconsistent",
            "--output",
            "converted.info",
            "export.json",
        ])
        .output();
    let Ok(output) = llvm2lcov else {
        println!("not read by llvm2lcov: it is not there; lcov 2.1 and later has it");
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let converted = fs::read_to_string(fixture.root().join("converted.info")).unwrap();
    assert_eq!(
        converted.matches("\nDA:").count(),
        lines_in_all(&fixture).1,
        "{converted}"
    );
}

#[test]
fn xmllint_finds_nothing_wrong_with_cobertura() {
    let fixture = crate_with(&[ODD]);
    stdout(&mut fixture.report(&["--cobertura", "cobertura.xml"]));
    let Some(mut xmllint) = reader("xmllint", "Debian's libxml2-utils", &fixture) else {
        return;
    };
    let xpath = "concat(count(//class/lines/line[@hits > 0]), ' ', //coverage/@lines-covered, ' ', \
                 count(//class/lines/line), ' ', //coverage/@lines-valid, ' ', //class[1]/@filename)";
    let said = stdout(xmllint.args(["--nonet", "--xpath", xpath, "cobertura.xml"]));
    let (ran, all) = lines_in_all(&fixture);
    assert_eq!(
        said.trim_end(),
        format!("{ran} {ran} {all} {all} src/{ODD}")
    );

    // The definition is not everybody's to hand on.
    let Some(dtd) = std::env::var_os("ITCOV_COBERTURA_DTD") else {
        println!("not validated: ITCOV_COBERTURA_DTD does not name a coverage-04.dtd");
        return;
    };
    let mut xmllint = command("xmllint", &fixture.root());
    xmllint.args(["--nonet", "--noout", "--dtdvalid"]).arg(dtd);
    Output::of(xmllint.arg("cobertura.xml")).ends_with(0);
}

#[test]
fn pycobertura_finds_the_same_lines() {
    let fixture = crate_with(&[ODD]);
    stdout(&mut fixture.report(&["--cobertura", "cobertura.xml"]));
    let Some(mut pycobertura) = reader("pycobertura", "PyPI's pycobertura", &fixture) else {
        return;
    };
    // It fails where a line did not run.
    let shown = Output::of(pycobertura.args(["show", "--format", "json", "cobertura.xml"]));
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    for (file, lines) in lines_of_lcov(&fixture) {
        let mut rows = shown["files"].as_array().unwrap().iter();
        let row = rows.find(|row| row["Filename"] == file).unwrap();
        assert_eq!(row["Stmts"], lines.len(), "{file}");
        let missed = lines.values().filter(|count| **count == 0).count();
        assert_eq!(row["Miss"], missed, "{file}");
    }
    let (ran, all) = lines_in_all(&fixture);
    assert_eq!(shown["total"]["Stmts"], all);
    assert_eq!(shown["total"]["Miss"], all - ran);
}

#[test]
fn diff_cover_finds_the_changed_line_that_did_not_run() {
    let fixture = crate_with(&[ODD]);
    let git = |arguments: &[&str]| {
        let mut git = command("git", &fixture.root());
        git.args([
            "-c",
            "user.name=itcov",
            "-c",
            "user.email=itcov@example.org",
        ]);
        stdout(git.args(arguments));
    };
    git(&["init", "--quiet"]);
    git(&["add", "src"]);
    git(&["commit", "--quiet", "--message", "before"]);
    for (file, before, after) in [
        ("src/unused.rs", "number + 1", "number + 2"),
        ("src/lib.rs", "{ 7 }", "{ 9 }"),
    ] {
        let path = fixture.root().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(before), "{text}");
        fs::write(path, text.replace(before, after)).unwrap();
    }
    for (option, file) in [("--cobertura", "cobertura.xml"), ("--lcov", "lcov.info")] {
        stdout(&mut fixture.report(&[option, file]));
        let Some(mut diff_cover) = reader("diff-cover", "PyPI's diff-cover", &fixture) else {
            return;
        };
        let arguments = [
            file,
            "--compare-branch",
            "HEAD",
            "--format",
            "json:diff.json",
        ];
        Output::of(diff_cover.args(arguments)).ends_with(0);
        let said = fs::read_to_string(fixture.root().join("diff.json")).unwrap();
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said["total_num_lines"], 2, "{said:#}");
        assert_eq!(
            said["src_stats"]["src/unused.rs"]["violation_lines"][0], 5,
            "{said:#}"
        );
        assert_eq!(
            said["src_stats"]["src/lib.rs"]["percent_covered"], 100.0,
            "{said:#}"
        );
    }
}

#[test]
fn github_s_markdown_shows_a_row_for_each_file() {
    let fixture = crate_with(&[ODD]);
    stdout(&mut fixture.report(&["--markdown", "report.md"]));
    let Some(mut cmark) = reader("cmark-gfm", "Debian's cmark-gfm", &fixture) else {
        return;
    };
    let html = stdout(cmark.args(["--extension", "table", "--unsafe", "report.md"]));
    // What ran completely is folded up, in a table of its own.
    assert_eq!(html.matches("<table>").count(), 3, "{html}");
    assert_eq!(
        html.matches("<tr>").count(),
        // The rows of the tables with their heads.
        4 + 2 + lines_of_lcov(&fixture).len(),
        "{html}"
    );
    let name = ODD
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    assert!(html.contains(&format!("<code>src/{name}</code>")), "{html}");
}
