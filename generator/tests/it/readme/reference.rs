//! What the pages list, and the numbers that they have.

use std::collections::BTreeSet;

use crate::blocks::page;
use crate::support::TestCrate;

#[test]
fn the_pages_have_every_recipe_variable_and_option() {
    let krate = TestCrate::scaffolded("documented");
    let running = page("docs/running.md");
    let variables = page("docs/variables.md");
    let others = [
        "README.md",
        "docs/building.md",
        "docs/exec.md",
        "docs/formats.md",
        "docs/report.md",
        "docs/scaffold.md",
        "docs/scenarios.md",
    ]
    .map(page);
    let pages = others.concat() + &running + &variables;
    let listed = krate
        .just(&["--list", "--list-heading", ""])
        .ends_with(0)
        .stdout;
    for line in listed.lines().filter(|line| line.contains('#')) {
        let recipe = line.split('#').next().unwrap().trim();
        assert!(
            running.contains(&format!("| `{recipe}` |")),
            "docs/running.md has no row for {recipe}"
        );
    }

    let commands = [
        "init",
        "check",
        "update",
        "remove",
        "doctor",
        "run",
        "suite",
        "exec",
        "build",
        "clean",
        "report",
        "scenario",
        "scenarios",
    ];
    let helps = commands.map(|command| {
        let help = krate.itcov(&[command, "--help"]).ends_with(0).stdout;
        help.split("Examples:").next().unwrap().to_owned()
    });
    let words = helps.iter().flat_map(|help| help.split_whitespace());
    let trimmed = words
        .clone()
        .map(|word| word.trim_end_matches([',', '.', ']', ';', ')']));
    // A value that may be left out stands in brackets: `--live[=<WHERE>]`.
    let options = trimmed.filter_map(|word| word.split('[').next());
    for option in options.filter(|word| word.starts_with("--") && word.len() > 2) {
        let elsewhere = ["--help", "--version", "--quiet", "--color", "--force"];
        let mentioned = ["`", " "].map(|before| format!("{before}{option}"));
        assert!(
            elsewhere.contains(&option) || mentioned.iter().any(|it| pages.contains(it)),
            "no page tells of {option}"
        );
    }

    let names = |text: &str| -> BTreeSet<String> {
        let parts = text.split("ITCOV_").skip(1);
        let names = parts.map(|part| {
            let end = part.find(|char: char| !char.is_ascii_uppercase() && char != '_');
            part[..end.unwrap_or(part.len())]
                .trim_end_matches('_')
                .to_owned()
        });
        names.collect()
    };
    let known = helps.concat() + &krate.read("tests/manual_integration.rs");
    assert_eq!(names(&variables), names(&known));
}

#[test]
fn the_numbers_of_the_readme_are_those_of_the_benchmark() {
    let results = page("bench/README.md");
    let seconds = |step: &str| {
        // The table of steps has a row that begins so, and behind it the one of results.
        let mut rows = results
            .lines()
            .filter(|line| line.starts_with(&format!("| {step} | `")));
        let cells: Vec<&str> = rows.next_back().unwrap().split(" | ").collect();
        cells[2].parse::<f64>().unwrap().round()
    };
    let claim = format!(
        "{} s with 295 of them, {} s by `cargo llvm-cov`",
        seconds("c"),
        seconds("d")
    );
    super::says(&claim);
}
