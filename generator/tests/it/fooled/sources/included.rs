//! Changes in files that are included where an expression is needed, so that the compiler's mapping has no line of them.

use crate::build::package;
use crate::support::TestCrate;
use crate::support::repository::Git;

const MAIN: &str = "mod items {
    include!(\"items.in\");
}
fn limit(n: usize) -> usize {
    include!(\"limit.rs\")
}
fn arms(n: usize) -> usize {
    match n {
        1 => include!(\"arm.inc\"),
        _ => 0,
    }
}
fn bound(n: usize) -> usize {
    let m = include!(\"bound.rs\");
    n + m
}
macro_rules! load {
    ($path:literal) => {
        include!($path)
    };
}
fn loaded() -> usize {
    3 + load!(\"loaded.rs\")
}
const TABLE: [usize; 2] = include!(\"table.rs\");
const TEXT: &str = include_str!(\"text.rs\");
fn main() {
    println!(\"{} {} {}\", arms(TABLE[0]), TEXT.len(), items::item(1));
    if std::env::args().count() > 1 {
        println!(\"{} {} {}\", limit(3), bound(4), loaded());
    }
}
";

const FILES: [(&str, &str); 7] = [
    (
        "items.in",
        "pub fn item(n: usize) -> usize {\n    n + 1\n}\n",
    ),
    (
        "limit.rs",
        "{\n    // A limit.\n    if n > 9 {\n        panic!(\"too many\");\n    }\n    fn twice(n: usize) -> usize {\n        n * 2\n    }\n    twice(n)\n}\n",
    ),
    ("arm.inc", "5 + std::env::args().count()\n"),
    ("bound.rs", "std::env::args().count() * 2\n"),
    ("loaded.rs", "std::env::args().count() + 3\n"),
    ("table.rs", "[1 + u8::MAX.count_ones() as usize, 2]\n"),
    ("text.rs", "{ std::env::args().count() }\n"),
];

#[test]
fn no_threshold_is_met_by_a_change_in_an_included_expression_that_did_not_run() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", MAIN);
    for (name, text) in FILES {
        krate.write(&format!("src/{name}"), text);
    }
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    let gate = |name: &str, from: &str, to: &str, words: &[&str]| {
        let (_, text) = FILES.iter().find(|(it, _)| *it == name).unwrap();
        let path = format!("src/{name}");
        krate.write(&path, &text.replacen(from, to, 1));
        krate.itcov(&[&["run"], words].concat()).ends_with(0);
        let report = krate.itcov(&super::SINCE_HEAD);
        krate.write(&path, text);
        report
    };
    let all = ["--", "all"];
    for (name, from, to, line, is_known) in [
        ("limit.rs", "n > 9", "n > 8", 3, true),
        ("limit.rs", "twice(n)\n}", "twice(n) + n\n}", 9, true),
        ("bound.rs", "* 2", "* 3", 1, true),
        ("loaded.rs", "+ 3", "+ 4", 1, true),
        ("arm.inc", "5", "6", 1, false),
    ] {
        let why =
            format!("src/{name} (no code of its own for line {line}, which is included); leave");
        gate(name, from, to, &[]).ends_with(1).says(&why);
        if is_known {
            let met = gate(name, from, to, &all).ends_with(0);
            assert!(!met.stderr.contains("no code"), "{}", met.stderr);
        }
    }
    // What has lines, what the compiler runs, and what is a text.
    for (name, from, to) in [
        ("items.in", "n + 1", "n + 2"),
        ("table.rs", "2]", "3]"),
        ("text.rs", "args()", "vars()"),
        ("limit.rs", "A limit", "The limit"),
    ] {
        let met = gate(name, from, to, &[]).ends_with(0);
        assert!(!met.stderr.contains("no code"), "{}", met.stderr);
    }
    gate("limit.rs", "n * 2", "n * 3", &[])
        .ends_with(1)
        .says("0 of 1 lines ran");
}
