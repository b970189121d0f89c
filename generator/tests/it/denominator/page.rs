//! `docs/coverage.md`: each of its rules has a test of that name.

use std::fs;

use crate::support::repository;

/// Every word in bold at the beginning of an item, as the name of a function.
fn rules(page: &str) -> Vec<String> {
    let items = page.lines().filter_map(|line| line.strip_prefix("- **"));
    items
        .map(|item| {
            let (name, _) = item.split_once(".**").expect("a rule ends on its line");
            let letters = name.chars().map(|letter| match letter {
                letter if letter.is_alphanumeric() => letter.to_ascii_lowercase(),
                _ => '_',
            });
            letters.collect::<String>().replace("__", "_")
        })
        .collect()
}

#[test]
fn each_rule_of_the_page_has_a_test_of_its_name() {
    let root = repository();
    let page = fs::read_to_string(root.join("docs/coverage.md")).unwrap();
    let sources = ["coverage/src", "generator/tests/it"].map(|directory| {
        let files = walkdir::WalkDir::new(root.join(directory)).into_iter();
        let files = files.map(|entry| entry.unwrap().into_path());
        let sources = files.filter(|path| path.extension().is_some_and(|it| it == "rs"));
        sources
            .map(|path| fs::read_to_string(path).unwrap())
            .collect::<String>()
    });
    let rules = rules(&page);
    assert!(rules.len() > 10, "{rules:?}");
    for rule in rules {
        let test = format!("fn {rule}() {{");
        let mut lines = sources.iter().flat_map(|source| source.lines());
        let mut before = Vec::new();
        let is_there = lines.any(|line| {
            let line = line.trim_start();
            if !line.starts_with("#[") {
                let attributes = std::mem::take(&mut before);
                return line == test && attributes.contains(&"#[test]");
            }
            before.push(line);
            false
        });
        assert!(is_there, "there is no test {rule}");
    }
}
