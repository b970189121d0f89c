//! Changes that other scenarios notice than those that come to the changed lines, and records that do not tell all.

mod before;
mod code;
mod git;
mod inside;
mod outside;
mod records;
mod shared;

use crate::build::package;
use crate::support::TestCrate;
use crate::support::repository::Git;

/// A program of one file.
fn app(main: &str) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", main);
    krate
}

/// A program, with a scenario for each of some words, which is its argument.
fn recorded(krate: &TestCrate, words: &[&str]) -> Git {
    let script = words
        .iter()
        .map(|it| format!("ITCOV_SCENARIO={it} \"$ITCOV_BIN\" {it}\n"));
    krate.write("suite.sh", &script.collect::<String>());
    krate.write(".gitignore", "/target\n/src/ignored.rs\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = Git::init(&krate.root);
    git.commit("first");
    record(krate);
    git
}

fn record(krate: &TestCrate) {
    let run = ["exec", "--scenarios", "--", "sh", "-e", "suite.sh"];
    krate.itcov(&run).ends_with(0);
}
