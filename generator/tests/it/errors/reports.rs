//! Errors of reports: what there is to report on, and where that goes.

use std::fs;
use std::os::unix::fs::symlink;

use super::page::Section;
use super::{baselines, profiles};
use crate::support::{TestCrate, checkout};

pub fn section() -> Section {
    let mut section = Section::new("report");
    let shop = TestCrate::partly_linked("shop", "shop");
    usage(&mut section, &shop);
    section.error(&shop, "Nothing has run yet", "cargo itcov report");
    shop.itcov(&["run"]).ends_with(0);
    choices(&mut section, &shop);
    outputs(&mut section, &shop);
    baselines::add_to(&mut section, &shop);
    baselines::of_several(&mut section);
    profiles::add_to(&mut section, &shop);
    data(&mut section, &shop);
    section
}

fn usage(section: &mut Section, shop: &TestCrate) {
    for (case, options) in [
        ("A threshold is no number", "--fail-under-lines 80%"),
        ("A threshold is too large", "--fail-under-lines 101"),
        ("A glob is malformed", "--include 'src/[a-'"),
        ("A glob matches nothing", "--exclude /"),
        ("A glob has braces", "--include '{src,tests}/**'"),
        (
            "A glob has `**` beside something else",
            "--include 'src/**x'",
        ),
        (
            "A threshold has too many decimals",
            "--fail-under-lines 79.0123456789",
        ),
        (
            "Two formats go to one file",
            "--lcov coverage.txt --json coverage.txt",
        ),
        ("Two formats go to the standard output", "--lcov - --json -"),
        ("A format would replace a source", "--lcov src/main.rs"),
    ] {
        section.usage(shop, case, &format!("cargo itcov report {options}"));
    }
}

fn choices(section: &mut Section, shop: &TestCrate) {
    for (case, options) in [
        ("The program did not run", "--bin worker"),
        ("There are no scenarios", "--scenario refund"),
        ("No file matches", "--include 'srcs/**'"),
        ("No file is left", "--include 'src/**' --exclude '*.rs'"),
        (
            "Thresholds are missed",
            "--fail-under-lines 80 --fail-under-file-functions 50",
        ),
    ] {
        section.error(
            shop,
            case,
            &format!("cargo itcov report {options} >/dev/null"),
        );
    }
    for (case, options) in [
        (
            "One glob of several matches nothing",
            "--exclude 'srcs/**' --exclude build.rs",
        ),
        (
            "Thresholds are met",
            "--fail-under-lines 20 --fail-under-file-lines 0",
        ),
    ] {
        section.remark(
            shop,
            case,
            &format!("cargo itcov report {options} >/dev/null"),
        );
    }
}

fn outputs(section: &mut Section, shop: &TestCrate) {
    shop.write("notes/notes.txt", "");
    symlink("loop.info", shop.root.join("loop.info")).unwrap();
    for (case, options) in [
        (
            "The directory of a file does not exist",
            "--lcov coverage/lcov.info",
        ),
        ("A directory is named instead of a file", "--lcov src"),
        ("The pages go to a directory", "--html Cargo.toml"),
        ("The directory has other files", "--html notes"),
        ("A file is a link that leads to itself", "--lcov loop.info"),
        (
            "The directory that names are relative to does not exist",
            "--lcov lcov.info --relative-to nowhere",
        ),
    ] {
        section.error(shop, case, &format!("cargo itcov report {options}"));
    }
    section.error(
        shop,
        "The time of the report is no number",
        "SOURCE_DATE_EPOCH=today cargo itcov report --html pages",
    );
}

/// What is said of the data of the last run.
fn data(section: &mut Section, shop: &TestCrate) {
    let checkout = checkout(&shop.root.join("target"));
    let name = checkout.file_name().unwrap().to_str().unwrap();
    section.show(&name, "shop-0123456789abcdef");
    let find = |name: &str| {
        let found = shop.sh(&format!("find {} -name '{name}'", checkout.display()));
        found.stdout.lines().next().unwrap().to_owned()
    };
    let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let profile = find("*.itcov");
    section.show(&last(&profile), "1234_0.itcov");
    let builds = shop.sh(&format!("ls {}/builds", checkout.display()));
    for build in builds.stdout.lines() {
        section.show(&build, "fedcba9876543210");
    }
    shop.sh(&format!("truncate -s 100 {profile}")).ends_with(0);
    section.error(
        shop,
        "The only process was killed while it began",
        "cargo itcov report",
    );
    fs::write(&profile, "").unwrap();
    section.error(shop, "The disk was full", "cargo itcov report");
    fs::remove_file(&profile).unwrap();
    section.error(
        shop,
        "The program has left no profile",
        "cargo itcov report",
    );
    shop.sh(&format!(
        "truncate -s 1000 {}/builds/*/shop",
        checkout.display()
    ))
    .ends_with(0);
    section.error(
        shop,
        "What was kept of the build is damaged",
        "cargo itcov report",
    );
    shop.sh(&format!("rm -r {}/builds", checkout.display()))
        .ends_with(0);
    section.error(shop, "The program was deleted", "cargo itcov report");
    fs::write(find("part.json"), "{").unwrap();
    section.error(
        shop,
        "What is noted of the run is damaged",
        "cargo itcov report",
    );
}
