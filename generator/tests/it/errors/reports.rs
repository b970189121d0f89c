//! Errors of reports: what there is to report on, and where that goes.

use std::fs;

use super::page::Section;
use crate::support::{TestCrate, checkout};

pub fn section() -> Section {
    let mut section = Section::new("report");
    let shop = TestCrate::partly_linked("shop", "shop");
    usage(&mut section, &shop);
    section.error(&shop, "Nothing has run yet", "cargo itcov report");
    shop.itcov(&["run"]).ends_with(0);
    choices(&mut section, &shop);
    outputs(&mut section, &shop);
    baselines(&mut section, &shop);
    profiles(&mut section, &shop);
    data(&mut section, &shop);
    section
}

fn usage(section: &mut Section, shop: &TestCrate) {
    for (case, options) in [
        ("A threshold is no number", "--fail-under-lines 80%"),
        ("A threshold is too large", "--fail-under-lines 101"),
        ("A glob is malformed", "--include 'src/[a-'"),
        ("A glob matches nothing", "--exclude /"),
        (
            "Two formats go to one file",
            "--lcov coverage.txt --json coverage.txt",
        ),
        ("Two formats go to the standard output", "--lcov - --json -"),
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
    for (case, options) in [
        (
            "The directory of a file does not exist",
            "--lcov coverage/lcov.info",
        ),
        ("A directory is named instead of a file", "--lcov src"),
        ("The pages go to a directory", "--html Cargo.toml"),
        ("The directory has other files", "--html notes"),
        (
            "The directory that names are relative to does not exist",
            "--lcov lcov.info --relative-to nowhere",
        ),
    ] {
        section.error(shop, case, &format!("cargo itcov report {options}"));
    }
}

fn baselines(section: &mut Section, shop: &TestCrate) {
    shop.itcov(&["report", "--json", "main.json"]).ends_with(0);
    let json = shop.read("main.json");
    shop.write(
        "elsewhere.json",
        &json.replace("src/", "other/").replace("shop", "depot"),
    );
    shop.write("more.json", &json.replace(",0,0,0,0]", ",1,0,0,0]"));
    shop.write("some.json", "{}");
    section.usage(
        shop,
        "A threshold of the baseline has none",
        "cargo itcov report --fail-on-lost",
    );
    for (case, options) in [
        ("The baseline does not exist", "--baseline earlier.json"),
        ("The baseline is another file", "--baseline src/main.rs"),
        (
            "The baseline is JSON of something else",
            "--baseline some.json",
        ),
        (
            "The baseline is of another workspace",
            "--baseline elsewhere.json",
        ),
        (
            "The commit of the baseline does not exist",
            "--baseline main.json --baseline-revision v9",
        ),
        (
            "Lines are lost",
            "--baseline more.json --fail-on-lost >/dev/null",
        ),
    ] {
        section.error(shop, case, &format!("cargo itcov report {options}"));
    }
}

fn profiles(section: &mut Section, shop: &TestCrate) {
    shop.write("host-a/readme.txt", "");
    shop.write("text.profraw", "some text");
    shop.write("full/empty.profraw", "");
    for (case, name) in [
        ("The profiles do not exist", "host-b"),
        ("The directory has no profile", "host-a"),
        ("A device is named", "/dev/zero"),
        ("A file is no profile", "text.profraw"),
        ("The profiles are empty", "full"),
    ] {
        section.error(shop, case, &format!("cargo itcov report --profiles {name}"));
    }
    let copy =
        "mkdir host-c && cp $(find target/itcov/.checkouts -name '*.profraw') host-c/app.profraw";
    shop.sh(copy).ends_with(0);
    let main = shop.read("src/main.rs");
    shop.write("src/main.rs", &format!("fn other() {{}}\n{main}"));
    shop.write("src/main.rs", &main.replace("one()", "two()"));
    shop.itcov(&["run"]).ends_with(0);
    section.error(
        shop,
        "The profiles are of another build",
        "cargo itcov report --profiles host-c",
    );
    shop.sh("truncate -s 100 host-c/app.profraw").ends_with(0);
    section.error(
        shop,
        "The end of a profile is missing",
        "cargo itcov report --profiles host-c",
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
    let profile = find("*.profraw");
    section.show(&last(&profile), "1234_0.profraw");
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
