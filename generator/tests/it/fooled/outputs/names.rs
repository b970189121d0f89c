//! Names of functions and files that would be more than names in a report.

use std::collections::BTreeSet;
use std::fs;

use crate::formats::odd::{BROKEN, ODD, RED, crate_with};
use crate::formats::values::json;
use crate::support::Output;
use crate::support::instrumented::Instrumented;

/// Its direction turns.
const TURNED: &str = "a\u{202e},sr.rs";

/// What would be the records of two files that nobody has, a field that is not there, and what steers a terminal.
const FUNCTIONS: &str = r#"
#[unsafe(export_name = "one\nend_of_record\nSF:/nowhere.rs\nDA:1,1\nend_of_record\nSF:/there.rs")]
pub extern "C" fn lines() {}
#[unsafe(export_name = "9,<&\"'\u{202e}\u{1b}[2J\u{2028}`|\\u{a}")]
pub extern "C" fn marks() {}
#[unsafe(export_name = "\rtwo\u{1}parts\u{85}")]
pub extern "C" fn parts() {}
"#;

fn steers(character: char) -> bool {
    character.is_control() && character != '\n' || "\u{202e}\u{2028}".contains(character)
}

fn written(of: &Instrumented, option: &str) -> String {
    Output::of(&mut of.report(&[option, "-"]))
        .ends_with(0)
        .stdout
}

#[test]
fn a_report_has_the_files_of_the_program_and_no_others() {
    let fixture = crate_with(&[ODD, BROKEN, RED, TURNED]);
    let main = fixture.root().join("src/main.rs");
    let text = fs::read_to_string(&main).unwrap();
    fs::write(&main, text + FUNCTIONS).unwrap();
    fixture.rebuild();
    fs::remove_dir_all(fixture.collected()).unwrap();
    fs::create_dir(fixture.collected()).unwrap();
    fixture.run(&[]).ends_with(0);

    let export = &json(&fixture, "--json")["data"][0];
    let files = export["files"].as_array().unwrap();
    let files: BTreeSet<&str> = files
        .iter()
        .map(|file| {
            file["filename"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
        })
        .collect();
    let expected = [ODD, BROKEN, RED, TURNED, "main.rs", "lib.rs", "unused.rs"];
    assert_eq!(files, expected.into_iter().collect());
    let functions = export["functions"].as_array().unwrap();
    let names: Vec<&str> = functions
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert!(
        names
            .iter()
            .any(|name| name.starts_with("one\nend_of_record\nSF:")),
        "{names:?}"
    );

    let lcov = written(&fixture, "--lcov");
    assert_eq!(
        lcov.matches("\nend_of_record\n").count(),
        expected.len(),
        "{lcov}"
    );
    let known = |line: &str| {
        let keys = [
            "SF:src/", "FN:", "FNDA:", "FNF:", "FNH:", "DA:", "BRF:0", "BRH:0", "LF:", "LH:",
        ];
        line == "end_of_record" || keys.iter().any(|key| line.starts_with(key))
    };
    for line in lcov.lines() {
        assert!(known(line) && !line.contains(steers), "{line:?}");
        let fields = line.split(',').count();
        assert!(!line.starts_with("FN") || fields <= 2, "{line:?}");
    }
    // The name that would be an escape is told from it.
    assert!(
        lcov.contains("\nFN:") && lcov.contains("|\\u{5c}u{a}\n"),
        "{lcov}"
    );
    assert!(lcov.contains("\nSF:src/broken\\u{a}name.rs\n"), "{lcov}");

    let cobertura = written(&fixture, "--cobertura");
    assert_eq!(cobertura.matches("<class ").count(), expected.len());
    for line in cobertura.lines() {
        assert!(
            line.trim_start().starts_with('<') && line.ends_with('>'),
            "{line:?}"
        );
    }
    let codecov = json(&fixture, "--codecov");
    assert_eq!(
        codecov["coverage"].as_object().unwrap().len(),
        expected.len()
    );
    let markdown = written(&fixture, "--markdown");
    let rows = markdown.lines().filter(|line| line.contains(".rs"));
    assert_eq!(rows.count(), expected.len(), "{markdown}");
    assert!(!markdown.contains(steers), "{markdown:?}");

    let arguments = ["--show-missing-lines", "--html", "target/html"];
    let table = Output::of(&mut fixture.report(&arguments)).ends_with(0);
    let rows = table
        .stdout
        .lines()
        .take_while(|line| !line.starts_with("Total"));
    assert_eq!(rows.count(), 1 + expected.len(), "{}", table.stdout);
    assert!(!(table.stdout + &table.stderr).contains(steers));
    let pages = fs::read_dir(fixture.root().join("target/html/pages")).unwrap();
    let pages = pages.map(|page| fs::read_to_string(page.unwrap().path()).unwrap());
    let index = fs::read_to_string(fixture.root().join("target/html/index.html")).unwrap();
    for page in pages.chain([index]) {
        assert!(!page.contains(|it| steers(it) && it != '\t'), "{page}");
        assert!(!page.contains("<c>") && !page.contains(",<&"), "{page}");
    }
}
