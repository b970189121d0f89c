//! What is said of sources that have changed, and of code that was not measured.

use super::page::Section;
use crate::support::TestCrate;
use crate::support::repository::Git;

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
    git.run(&["checkout", "--quiet", "-b", "topic"]);
    git.commit("second");
    section.error(
        shop,
        "What has changed was not measured",
        "cargo itcov report --changed-since main --exclude unused.rs --fail-under-lines 80 >/dev/null",
    );
    git.run(&["checkout", "--quiet", "--orphan", "other"]);
    git.commit("third");
    section.error(shop, "The branches have nothing in common", REPORT);
}
