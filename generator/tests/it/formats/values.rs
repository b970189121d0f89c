//! What the formats say: the same of the same lines.

use std::collections::BTreeMap;

use serde_json::Value;

use super::odd::{BROKEN, ODD, RED, crate_with};
use crate::support::instrumented::Instrumented;
use crate::support::{Output, stdout};

/// The lines of each file and how often they ran, of an lcov trace file.
pub fn lines_of_lcov(of: &Instrumented) -> BTreeMap<String, BTreeMap<u32, u64>> {
    let mut files: BTreeMap<String, BTreeMap<u32, u64>> = BTreeMap::new();
    let mut path = "";
    let lcov = stdout(&mut of.report(&["--lcov", "-"]));
    for line in lcov.lines() {
        if let Some(name) = line.strip_prefix("SF:") {
            path = name;
        } else if let Some(line) = line.strip_prefix("DA:") {
            let (number, count) = line.split_once(',').unwrap();
            let lines = files.entry(path.into()).or_default();
            lines.insert(number.parse().unwrap(), count.parse().unwrap());
        }
    }
    assert!(files.len() > 2, "{lcov}");
    files
}

pub fn json(of: &Instrumented, option: &str) -> Value {
    serde_json::from_str(&stdout(&mut of.report(&[option, "-"]))).unwrap()
}

#[test]
fn codecov_has_every_line_and_says_which_ran_in_part() {
    let fixture = crate_with(&[ODD]);
    let report = json(&fixture, "--codecov");
    let files = report["coverage"].as_object().unwrap();
    let lcov = lines_of_lcov(&fixture);
    assert!(files.keys().eq(lcov.keys()), "{files:?} {lcov:?}");
    for (file, lines) in &lcov {
        let said = files[file].as_object().unwrap();
        assert_eq!(said.len(), lines.len());
        for (number, count) in lines {
            match &said[&number.to_string()] {
                Value::String(parts) => {
                    let (ran, all) = parts.split_once('/').unwrap();
                    let [ran, all] = [ran, all].map(|it| it.parse::<u32>().unwrap());
                    assert!(
                        *count > 0 && 0 < ran && ran < all,
                        "{file}:{number}: {parts}"
                    );
                }
                said => assert_eq!(said.as_u64(), Some(*count), "{file}:{number}"),
            }
        }
    }
    // `if one > other { 1 } else { 2 }`: the condition, and one of its outcomes.
    assert_eq!(report["coverage"][format!("src/{ODD}")]["2"], "2/3");
}

#[test]
fn what_steers_a_terminal_is_kept_where_it_can_be_said() {
    let fixture = crate_with(&[BROKEN, RED]);
    // Whether to a file or to the standard output.
    let lcov = stdout(&mut fixture.report(&["--lcov", "-"]));
    assert!(lcov.contains("SF:src/\\u{1b}[31mred.rs\n"), "{lcov:?}");
    let missed = Output::of(&mut fixture.report(&["--fail-under-file-lines", "100"])).ends_with(1);
    assert!(!missed.stderr.contains(RED) && !missed.stdout.contains(RED));
    assert!(
        missed.stderr.contains("src/\u{fffd}[31mred.rs: "),
        "{}",
        missed.stderr
    );

    let name = format!("src/{BROKEN}");
    let path = fixture.root().join(&name);
    let files = json(&fixture, "--json")["data"][0]["files"].clone();
    let mut names = files
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["filename"].as_str());
    assert!(names.any(|it| it == path.to_str()), "{files}");
    assert!(json(&fixture, "--codecov")["coverage"][&name].is_object());
    let xml = stdout(&mut fixture.report(&["--cobertura", "-"]));
    assert!(
        xml.contains(" filename=\"src/broken&#10;name.rs\""),
        "{xml}"
    );
    let markdown = stdout(&mut fixture.report(&["--markdown", "-"]));
    assert!(
        markdown.contains("| <code>src/broken␊name.rs</code> |"),
        "{markdown}"
    );
}

#[test]
fn people_read_demangled_names_and_tools_mangled_ones() {
    let fixture = crate_with(&[ODD]);
    let xml = stdout(&mut fixture.report(&["--cobertura", "-"]));
    for name in [
        // Compiled for two types, and written once.
        "unlinked_module::odd0::größer",
        "unlinked_module::odd0::match",
        "unlinked_module::odd0::match::{closure#0}",
        "unlinked_module::odd0::idle",
        "unlinked_module::unused::never",
    ] {
        let method = format!("<method name=\"{name}\" ");
        assert_eq!(xml.matches(&method).count(), 1, "{name} in {xml}");
    }
    assert!(!xml.contains("_R") && !xml.contains("_ZN"), "{xml}");
    let json = stdout(&mut fixture.report(&["--json", "-"]));
    assert!(
        json.contains("\"name\":\"_R") || json.contains("\"name\":\"_ZN"),
        "{json}"
    );
}
