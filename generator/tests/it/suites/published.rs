//! Ways of published crates.

use super::{crate_of, reaches};

#[test]
#[ignore = "builds published crates"]
fn a_program_that_published_crates_start_is_measured() {
    let krate = crate_of(&["suites", "suites-published"]);
    let test = ["cargo", "test", "--quiet", "--test", "published"];
    let ways = [
        "assert_cmd",
        "assert_cmd deprecated",
        "escargot",
        "escargot current",
        "escargot elsewhere",
        "trycmd",
        "snapbox",
        "rexpect",
        "expectrl",
        "test_bin",
    ];
    // By each of its macros.
    let all = [&ways[..], &["assert_cmd"]].concat();
    reaches(&krate, &[], &test, &all);
    for way in ways {
        let filter = way.replace(' ', "_");
        let test = [&test[..], &["--", "--exact", &filter]].concat();
        let times = all.iter().filter(|it| **it == way).count();
        reaches(&krate, &[], &test, &vec![way; times]);
    }
}
