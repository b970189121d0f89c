//! Programs that nobody here wrote read the formats, and find the same numbers.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::odd::{ODD, crate_with};
use super::values::{json, lines_of_lcov};
use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;
use crate::support::{Output, command, repository, stdout};

/// A reader, from `target/readers` or the PATH, in the crate's directory.
fn reader(name: &str, of: &Instrumented) -> Command {
    let own = repository().join("target/readers/bin").join(name);
    let program = if own.is_file() {
        own
    } else {
        PathBuf::from(name)
    };
    command(&program, &of.root())
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
#[ignore = "needs lcov (Debian: apt-get install lcov)"]
fn lcov_and_genhtml_read_the_trace_file_at_the_root_of_the_repository() {
    let fixture = crate_with(&[ODD]);
    // The workspace is a directory in it.
    let git = Git::init(fixture.root().parent().unwrap());
    stdout(&mut fixture.report(&["--lcov", "../lcov.info"]));
    let (ran, all) = lines_in_all(&fixture);
    let functions = json(&fixture, "--json")["data"][0]["totals"]["instantiations"].clone();
    let lines = format!("({ran} of {all} lines)");
    let functions = format!(
        "({} of {} functions)",
        functions["covered"], functions["count"]
    );
    for (name, arguments) in [
        ("lcov", &["--summary", "lcov.info"][..]),
        ("genhtml", &["--output-directory", "html", "lcov.info"]),
    ] {
        let mut reader = reader(name, &fixture);
        reader.current_dir(&git.0);
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
#[ignore = "needs llvm2lcov, of lcov 2.1 or later"]
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
        .output()
        .unwrap();
    assert!(llvm2lcov.status.success(), "{llvm2lcov:?}");
    let converted = fs::read_to_string(fixture.root().join("converted.info")).unwrap();
    assert_eq!(
        converted.matches("\nDA:").count(),
        lines_in_all(&fixture).1,
        "{converted}"
    );
}

#[test]
#[ignore = "needs xmllint (Debian: apt-get install libxml2-utils)"]
fn xmllint_finds_nothing_wrong_with_cobertura() {
    let fixture = crate_with(&[ODD]);
    stdout(&mut fixture.report(&["--cobertura", "cobertura.xml"]));
    let mut xmllint = reader("xmllint", &fixture);
    let xpath = "concat(count(//class/lines/line[@hits > 0]), ' ', //coverage/@lines-covered, ' ', \
                 count(//class/lines/line), ' ', //coverage/@lines-valid, ' ', //class[1]/@filename)";
    let said = stdout(xmllint.args(["--nonet", "--xpath", xpath, "cobertura.xml"]));
    let (ran, all) = lines_in_all(&fixture);
    assert_eq!(
        said.trim_end(),
        format!("{ran} {ran} {all} {all} src/{ODD}")
    );
}

/// The definition is not everybody's to hand on.
#[test]
#[ignore = "needs a coverage-04.dtd, named by ITCOV_COBERTURA_DTD"]
fn cobertura_is_valid() {
    let fixture = crate_with(&[ODD]);
    stdout(&mut fixture.report(&["--cobertura", "cobertura.xml"]));
    let dtd = std::env::var_os("ITCOV_COBERTURA_DTD").expect("ITCOV_COBERTURA_DTD names it");
    let mut xmllint = command("xmllint", &fixture.root());
    xmllint.args(["--nonet", "--noout", "--dtdvalid"]).arg(dtd);
    Output::of(xmllint.arg("cobertura.xml")).ends_with(0);
}

#[test]
#[ignore = "needs pycobertura (PyPI)"]
fn pycobertura_finds_the_same_lines() {
    let fixture = crate_with(&[ODD]);
    stdout(&mut fixture.report(&["--cobertura", "cobertura.xml"]));
    let mut pycobertura = reader("pycobertura", &fixture);
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
#[ignore = "needs diff-cover (PyPI)"]
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
        let mut diff_cover = reader("diff-cover", &fixture);
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
#[ignore = "needs cmark-gfm (Debian: apt-get install cmark-gfm)"]
fn github_s_markdown_shows_a_row_for_each_file() {
    let fixture = crate_with(&[ODD]);
    stdout(&mut fixture.report(&["--markdown", "report.md"]));
    let mut cmark = reader("cmark-gfm", &fixture);
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
