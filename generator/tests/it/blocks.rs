//! The blocks of the pages: what a test runs or compares it calls by [`block`], and a page with other blocks is listed here.

use std::fs;
use std::process::Command;

use crate::docs::pages;
use crate::support::{Output, repository};

/// Pages whose blocks nobody takes one by one, and why. What their commands name is there all the same.
const ELSEWHERE: [(&str, &str); 10] = [
    ("ARCHITECTURE.md", "a picture"),
    ("CONTRIBUTING.md", "the tests themselves"),
    ("bench/README.md", "measurements, which take minutes"),
    ("coverage/README.md", "a test of the documentation"),
    ("docs/by-hand.md", "`by_hand.rs` runs all of them"),
    ("docs/corpus.md", "builds published crates"),
    ("docs/differential.md", "builds published crates"),
    ("docs/errors.md", "`errors/` compares the page"),
    ("docs/just-versions.md", "builds versions of just"),
    ("fuzz/README.md", "takes half an hour"),
];

/// A page, by its path in the repository.
pub fn page(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap()
}

/// The block of a page that begins so. Both are written as they are, as a test looks for these calls.
#[track_caller]
pub fn block(name: &str, beginning: &str) -> String {
    let blocks = blocks(&page(name));
    let mut found = blocks.into_iter().filter(|it| it.starts_with(beginning));
    let block = found.next();
    let block = block.unwrap_or_else(|| panic!("{name} has no block {beginning:?}"));
    assert_eq!(found.next(), None, "{name} has several");
    block
}

/// What is between fences.
fn blocks(page: &str) -> Vec<String> {
    let (mut blocks, mut open) = (Vec::new(), None::<String>);
    for line in page.lines() {
        match (line.trim_start().starts_with("```"), &mut open) {
            (true, None) => open = Some(String::new()),
            (true, Some(_)) => blocks.extend(open.take()),
            (false, Some(block)) => block.extend([line, "\n"]),
            (false, None) => {}
        }
    }
    assert_eq!(open, None, "a fence is not closed");
    blocks
}

/// The pages that have blocks, by their paths in the repository.
fn pages_with_blocks() -> Vec<(String, Vec<String>)> {
    let pages = pages().into_iter().map(|path| {
        let name = path.strip_prefix(repository()).unwrap().to_str().unwrap();
        (name.to_owned(), blocks(&page(name)))
    });
    pages.filter(|(_, blocks)| !blocks.is_empty()).collect()
}

/// The pages and beginnings in calls of [`block`].
fn taken() -> Vec<(String, String)> {
    let tests = walkdir::WalkDir::new(repository().join("generator/tests/it"));
    let files = tests.into_iter().map(|entry| entry.unwrap().into_path());
    let mut taken = Vec::new();
    for file in files.filter(|path| path.extension().is_some_and(|it| it == "rs")) {
        let text = fs::read_to_string(&file).unwrap();
        for call in text.split("block(").skip(1) {
            let mut literals = call.split('"');
            let (before, page) = (literals.next(), literals.next());
            let (between, beginning) = (literals.next(), literals.next());
            let is_call = before.is_some_and(|it| it.trim().is_empty())
                && between.is_some_and(|it| it.trim() == ",");
            if let (true, Some(page), Some(beginning)) = (is_call, page, beginning) {
                taken.push((page.to_owned(), beginning.replace("\\n", "\n")));
            }
        }
    }
    taken
}

#[test]
fn each_block_of_each_page_is_run_or_compared_or_listed() {
    let taken = taken();
    let mut elsewhere = ELSEWHERE.map(|(page, _)| page).to_vec();
    for (page, blocks) in pages_with_blocks() {
        if let Some(place) = elsewhere.iter().position(|it| *it == page) {
            elsewhere.remove(place);
            continue;
        }
        for block in blocks {
            let is_taken =
                |(its, beginning): &(String, String)| *its == page && block.starts_with(beginning);
            assert!(
                taken.iter().any(is_taken),
                "{page}: no test takes this block, by `block({page:?}, …)`, and the page is not in ELSEWHERE:\n{block}"
            );
        }
    }
    assert_eq!(elsewhere, [""; 0], "have no blocks");
}

/// Of the commands that take too long, the packages, targets, scripts and tests that they name.
#[test]
fn what_the_commands_of_other_pages_name_is_there() {
    let mut seen = 0;
    for (page, blocks) in pages_with_blocks() {
        let is_listed = ELSEWHERE.iter().any(|(it, _)| *it == page);
        // Those two are about other people's crates.
        if !is_listed || ["docs/by-hand.md", "docs/errors.md"].contains(&&*page) {
            continue;
        }
        for line in blocks.iter().flat_map(|block| block.lines()) {
            let line = line.trim_start_matches("$ ");
            let line = line.split(" #").next().unwrap();
            seen += usize::from(names_what_is_there(&page, line));
        }
    }
    assert!(seen > 15, "{seen}");
}

/// Looks at a command; whether it is one of this repository.
fn names_what_is_there(page: &str, line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let words = words.iter().skip_while(|it| it.contains('='));
    let words: Vec<&str> = words.copied().collect();
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    let is_there = |path: &str| assert!(repository().join(path).exists(), "{page}: {line}: {path}");
    if first.starts_with("bench/") || first.starts_with(".ci/") {
        is_there(first);
        return true;
    }
    if *first != "cargo" || rest.first() == Some(&"install") {
        return false;
    }
    for pair in rest.windows(2) {
        match *pair {
            ["-p" | "--package" | "--bin", "cargo-itcov"] | ["--test", "it"] => {}
            ["-p" | "--package", "llvm-coverage"] => is_there("coverage"),
            ["-p" | "--package" | "--bin" | "--test", _] => panic!("{page}: {line}"),
            ["--example", name] => is_there(&format!("generator/examples/{name}")),
            ["none", target] => is_there(&format!("fuzz/fuzz_targets/{target}.rs")),
            ["it", "--"] | [_, "it"] => {}
            ["it" | "--ignored", filter] => has_tests(filter),
            _ => {}
        }
    }
    true
}

/// Whether this executable has tests that a filter chooses.
fn has_tests(filter: &str) {
    let mut tests = Command::new(std::env::current_exe().unwrap());
    let listed = Output::of(tests.args(["--list", filter])).ends_with(0);
    assert!(
        listed.stdout.contains(": test"),
        "no test is called {filter}"
    );
}
