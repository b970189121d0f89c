//! `--baseline-revision`: lines are compared by the texts that git has.

use std::fs;
use std::os::unix::fs::symlink;

use super::{report, run, write_json};
use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;

fn library(inside: &str) -> String {
    format!(
        "pub mod unused;\npub fn used() -> u8 {{\n    let mut number = 1;\n    if number > 0 {{\n{inside}    }}\n    number\n}}\n"
    )
}

#[test]
fn a_line_that_was_replaced_is_gone_and_not_lost() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let write = |text: &str| fs::write(fixture.root().join("src/lib.rs"), text).unwrap();
    let (was, is) = (
        library("        number += 1;\n        number += 2;\n"),
        library("        number += 3;\n        number += 2;\n").replace("> 0", "> 9"),
    );
    write(&was);
    let git = Git::init(&fixture.root());
    git.commit("one");
    fixture.rebuild();
    run(&fixture, &[&[]]);
    write_json(&fixture, "target/before.json");
    let plain = ["--baseline", "target/before.json", "--fail-on-lost"];
    let by_text = [&plain[..], &["--baseline-revision", "main"]].concat();
    report(&fixture, &by_text).ends_with(0);

    write(&is);
    fixture.rebuild();
    run(&fixture, &[&[]]);
    // By their shapes, both lines are what they were.
    report(&fixture, &plain)
        .ends_with(1)
        .says("src/lib.rs: 2 lines lost: 5-6 (--fail-on-lost)");
    report(&fixture, &by_text)
        .ends_with(1)
        .says("src/lib.rs: 1 line lost: 6 (--fail-on-lost)");
    // Of what has changed, which is the condition and one line.
    report(
        &fixture,
        &[&plain[..], &["--changed-since", "main"]].concat(),
    )
    .ends_with(1)
    .says("src/lib.rs: 1 line lost: 5 (--fail-on-lost)");
    git.commit("two");
    let of_first = [&plain[..], &["--baseline-revision", "HEAD~1"]].concat();
    report(&fixture, &of_first)
        .ends_with(1)
        .says(" 1 line lost: 6 ");
}

#[test]
fn a_revision_that_is_none_or_another_one_is_said() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let library_of = |text: &str| fs::write(fixture.root().join("src/lib.rs"), text).unwrap();
    library_of("pub mod unused;\n");
    let git = Git::init(&fixture.root());
    git.commit("one");
    library_of(&library(""));
    fixture.rebuild();
    run(&fixture, &[&[]]);
    write_json(&fixture, "target/before.json");
    for (revision, why) in [
        (
            "main..HEAD",
            "cannot tell what the sources were at main..HEAD: give one revision, not a range",
        ),
        (
            "other",
            "cannot tell what the sources were at other: git knows no revision other",
        ),
        (
            "main",
            "the baseline target/before.json is not of main: src/lib.rs has fewer lines there; name the commit that was measured",
        ),
    ] {
        report(
            &fixture,
            &[
                "--baseline",
                "target/before.json",
                "--baseline-revision",
                revision,
            ],
        )
        .ends_with(1)
        .says(&format!("error: {why}"));
    }
}

#[test]
fn a_source_that_is_a_link_is_compared_by_the_text_that_it_led_to() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let root = fixture.root();
    let write = |name: &str, text: &str| fs::write(root.join(name), text).unwrap();
    let is = library("        number += 1;\n");
    fs::create_dir(root.join("shared")).unwrap();
    fs::remove_file(root.join("src/lib.rs")).unwrap();
    symlink("../shared/lib.rs", root.join("src/lib.rs")).unwrap();
    write("shared/lib.rs", &is);
    fs::rename(root.join("src/unused.rs"), root.join("shared/unused.rs")).unwrap();
    symlink("../shared/unused.rs", root.join("src/unused.rs")).unwrap();
    let git = Git::init(&root);
    git.commit("one");
    fixture.rebuild();
    run(&fixture, &[&[]]);
    write_json(&fixture, "target/before.json");
    let gate = |revision: &str| {
        fixture.rebuild();
        run(&fixture, &[&[]]);
        let against = ["--baseline", "target/before.json", "--fail-on-lost"];
        let revision = ["--baseline-revision", revision];
        report(&fixture, &[&against[..], &revision].concat()).ends_with(1)
    };
    let stops = is.replace("> 0", "> 9");
    write("shared/lib.rs", &format!("// A comment.\n{stops}"));
    git.commit("two");
    gate("HEAD~1").says("src/lib.rs: 1 line lost: 6 (--fail-on-lost)");
    // Of a link that led elsewhere, the shapes are compared.
    write("shared/other.rs", &format!("// One.\n// Two.\n{stops}"));
    fs::remove_file(root.join("src/lib.rs")).unwrap();
    symlink("../shared/other.rs", root.join("src/lib.rs")).unwrap();
    git.commit("three");
    gate("HEAD~2").says("src/lib.rs: 1 line lost: 7 (--fail-on-lost)");
    // As of one that is a file now.
    fs::remove_file(root.join("src/lib.rs")).unwrap();
    write("src/lib.rs", &stops);
    gate("HEAD~2").says("src/lib.rs: 1 line lost: 5 (--fail-on-lost)");
}
