//! What is said of sources that have changed, and of code that was not measured.

use super::page::Section;
use crate::support::repository::Git;
use crate::support::{TestCrate, checkout, tools};

const REPORT: &str = "cargo itcov report --changed-since main >/dev/null";

pub fn section() -> Section {
    let mut section = Section::new("report: what has changed, and what was not measured");
    not_measured(&mut section);
    let shop = TestCrate::partly_linked("shop", "shop");
    shop.itcov(&["run"]).ends_with(0);
    let main = shop.read("src/main.rs");
    shop.write("src/main.rs", &format!("// A comment.\n{main}"));
    let library = shop.read("src/unused.rs");
    std::fs::remove_file(shop.root.join("src/unused.rs")).unwrap();
    let report = "cargo itcov report";
    section.remark(
        &shop,
        "Sources have changed since the build",
        &format!("{report} >/dev/null"),
    );
    section.error(
        &shop,
        "The same with a threshold",
        &format!("{report} --fail-under-lines 10 >/dev/null"),
    );
    shop.write("src/main.rs", &main);
    shop.write("src/unused.rs", &library);
    revisions(&mut section, &shop);
    brought(&mut section);
    followed(&mut section);
    section
}

fn not_measured(section: &mut Section) {
    let shop = TestCrate::new("shop");
    shop.write(
        "../prices/Cargo.toml",
        "[package]\nname = \"prices\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    shop.write("../prices/src/lib.rs", "pub fn price() -> u8 { 7 }\n");
    let manifest = shop.read("Cargo.toml");
    shop.write(
        "Cargo.toml",
        &format!("{manifest}\n[dependencies]\nprices = {{ path = \"../prices\" }}\n"),
    );
    shop.write(
        "src/main.rs",
        "fn main() { println!(\"{}\", prices::price()); }\n",
    );
    section.remark(
        &shop,
        "The program uses a crate at a path outside of the workspace",
        "cargo itcov run",
    );
}

fn revisions(section: &mut Section, shop: &TestCrate) {
    section.shortened(
        1,
        shop,
        "There is no repository",
        REPORT,
        "changed since main:",
    );
    let git = Git::init(&shop.root);
    section.error(shop, "Nothing is committed", REPORT);
    shop.write(".gitignore", "target\nsrc/unused.rs\n");
    git.commit("first");
    section.remark(shop, "The repository does not track a source", REPORT);
    section.error(
        shop,
        "There is no such revision",
        "cargo itcov report --changed-since origin/main",
    );
    section.error(
        shop,
        "A range is given",
        "cargo itcov report --changed-since main..HEAD",
    );
    git.run(&["tag", "main"]);
    section.error(shop, "A branch and a tag have one name", REPORT);
    git.run(&["tag", "--delete", "main"]);
    shop.write("src/orders.rs", "pub fn pay() -> u8 { 7 }\n");
    shop.write("src/bin/import.rs", "fn main() {}\n");
    git.run(&["checkout", "--quiet", "-b", "topic"]);
    git.commit("second");
    section.error(
        shop,
        "What has changed was not measured",
        "cargo itcov report --changed-since main --exclude unused.rs --fail-under-lines 80 >/dev/null",
    );
    section.error(
        shop,
        "Nobody knows what a branch was then",
        "cargo itcov report --changed-since 'main@{yesterday}'",
    );
    shop.write("notes.txt", "");
    git.commit("third");
    section.remark(
        shop,
        "No code has changed",
        "cargo itcov report --changed-since HEAD~1 --exclude unused.rs --fail-under-lines 80 >/dev/null",
    );
    let main = shop.read("src/main.rs");
    shop.write(
        "src/main.rs",
        &main.replace("fn main() {", "fn main() {\n   "),
    );
    git.commit("as it was");
    shop.write(
        "src/main.rs",
        &main.replace("fn main() {", "fn main() {\n    let _ = 0;\n   "),
    );
    shop.itcov(&["run", "--bin", "shop"]).ends_with(0);
    shop.itcov(&["report", "--changed-since", "HEAD", "--json", "part.json"])
        .ends_with(0);
    section.error(
        shop,
        "The baseline is of changed lines alone",
        "cargo itcov report --baseline part.json",
    );
    shop.sh("git clone --quiet --bare . ../origin && git clone --quiet --depth 1 --branch topic file://$PWD/../origin ../clone && mv .git ../git && mv ../clone/.git .").ends_with(0);
    section.error(
        shop,
        "The clone is shallow",
        "cargo itcov report --changed-since origin/main",
    );
    shop.sh("git fetch --quiet --depth 1 origin main:refs/remotes/origin/main")
        .ends_with(0);
    section.error(
        shop,
        "The clone is too shallow",
        "cargo itcov report --changed-since origin/main",
    );
    let path = tools::path_of(shop.root.join("bin"), &["cargo", "cargo-itcov"]);
    section.error(
        shop,
        "git is not installed",
        &format!(
            "PATH={} cargo itcov report --changed-since HEAD",
            path.display()
        ),
    );
    shop.sh("rm -rf .git && mv ../git .git").ends_with(0);
    git.run(&["checkout", "--quiet", "--orphan", "other"]);
    git.commit("fourth");
    section.error(shop, "The branches have nothing in common", REPORT);
}

/// A run that a cache or a copy has brought.
fn brought(section: &mut Section) {
    let shop = TestCrate::new("shop");
    shop.itcov(&["run"]).ends_with(0);
    let copy = "cd .. && mv krate old && mkdir krate && cp -rp old/. krate";
    shop.sh(copy).ends_with(0);
    let cases = [
        "The last run was brought here by a cache",
        "The same with a threshold",
    ];
    not_the_last(section, &shop, cases);
}

/// The run before one that has measured nothing.
fn followed(section: &mut Section) {
    let shop = TestCrate::new("shop");
    shop.itcov(&["run"]).ends_with(0);
    shop.itcov(&["exec", "--", "false"]).ends_with(1);
    let cases = [
        "The last run has measured nothing",
        "The same, and there is a threshold",
    ];
    not_the_last(section, &shop, cases);
}

/// What is said of a run that may not be the one that is meant, without a threshold and with one.
fn not_the_last(section: &mut Section, shop: &TestCrate, [case, with_threshold]: [&str; 2]) {
    let report = "cargo itcov report >/dev/null";
    let said = shop.sh(report).stderr;
    let times = said
        .split([' ', ',', ';', '\n'])
        .filter(|it| it.starts_with("20"));
    for time in times {
        section.show(&time, "2026-01-02T03:04:05Z");
    }
    let checkout = checkout(&shop.root.join("target"));
    let name = checkout.file_name().unwrap().to_str().unwrap();
    section.show(&name, "shop-0123456789abcdef");
    section.remark(shop, case, report);
    section.error(
        shop,
        with_threshold,
        "cargo itcov report --fail-under-lines 10 >/dev/null",
    );
}
