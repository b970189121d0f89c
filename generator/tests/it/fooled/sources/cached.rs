//! Target directories that pipelines keep, with earlier runs in them.

use std::fs;

use crate::build::package;
use crate::support::TestCrate;

const LIBRARY: &str = "pub fn one() -> u8 {\n    1\n}\n\npub fn two() -> u8 {\n    2\n}\n";
const MAIN: &str = "fn main() {
    if std::env::args().len() > 1 {
        app::two();
    }
    app::one();
}
";

/// A checkout, with a suite that has one test more or less.
fn check_out(krate: &TestCrate, tests: &str) {
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/lib.rs", LIBRARY);
    krate.write("src/main.rs", MAIN);
    krate.write("suite.sh", &format!("set -e\n\"$ITCOV_BIN\"\n{tests}"));
}

#[test]
fn a_fresh_checkout_with_a_cached_target_directory_begins_anew() {
    let krate = TestCrate::empty();
    let suite = ["exec", "--", "sh", "suite.sh"];
    check_out(&krate, "\"$ITCOV_BIN\" two\n");
    let whole = krate.itcov(&suite).ends_with(0);
    assert_eq!(whole.lines_of("src/lib.rs"), (6, 6));

    // The next pipeline, in the same place: only the target directory is there, and the branch has deleted a test.
    let cache = krate.root.with_file_name("cache");
    fs::rename(krate.root.join("target"), &cache).unwrap();
    fs::remove_dir_all(&krate.root).unwrap();
    fs::create_dir(&krate.root).unwrap();
    check_out(&krate, "");
    fs::rename(&cache, krate.root.join("target")).unwrap();
    let gate = ["report", "--fail-under-lines", "80"];
    for _ in 0..2 {
        let part = krate.itcov(&suite).ends_with(0);
        assert_eq!(part.lines_of("src/lib.rs"), (3, 6));
        krate.itcov(&gate).ends_with(1).says("8 of 12 lines ran");
    }
    // The same for the other commands, and what is asked for is added.
    let run = krate.itcov(&["run"]).ends_with(0);
    assert_eq!(run.lines_of("src/lib.rs"), (3, 6));
    let added = krate.itcov(&["run", "--add", "--", "two"]).ends_with(0);
    assert_eq!(added.lines_of("src/lib.rs"), (6, 6));
    krate.itcov(&gate).ends_with(0);
}
