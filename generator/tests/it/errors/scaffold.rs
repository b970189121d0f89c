//! Errors of what writes into a crate, and of what looks at what was written.

use std::fs;
use std::os::unix::fs::symlink;

use super::page::Section;
use super::{kept, places};
use crate::support::TestCrate;
use crate::support::repository::Git;
use crate::support::versions::stamped;

const INIT: &str = "cargo itcov init";

pub fn section() -> Section {
    let mut section = Section::new("init, check, update and remove");
    manifests(&mut section);
    files(&mut section);
    justfiles(&mut section);
    places::add_to(&mut section);
    values(&mut section);
    shown_before(&mut section);
    check(&mut section);
    update(&mut section);
    kept::add_to(&mut section);
    section
}

/// A crate with lines before and behind those of its manifest.
pub fn with(before: &str, behind: &str) -> TestCrate {
    let shop = TestCrate::new("shop");
    let manifest = shop.read("Cargo.toml");
    shop.write("Cargo.toml", &format!("{before}{manifest}{behind}"));
    shop
}

fn manifests(section: &mut Section) {
    for (case, before, behind) in [
        (
            "The feature's name is taken",
            "",
            "\n[features]\nmanual-integration = [\"shop\"]\nshop = []\n",
        ),
        (
            "The features are in an inline table",
            "features = { shop = [] }\n",
            "",
        ),
        (
            "A test target of the harness's name differs",
            "",
            "\n[[test]]\nname = \"manual_integration\"\nharness = false\n",
        ),
        (
            "It lacks a key of the harness's",
            "",
            "\n[[test]]\nname = \"manual_integration\"\nrequired-features = [\"manual-integration\"]\n",
        ),
        ("The tests are in an array", "test = []\n", ""),
        (
            "A binary has a name that means something to a shell",
            "",
            "\n[[bin]]\nname = \"a;b\"\npath = \"src/main.rs\"\n",
        ),
    ] {
        section.error(&with(before, behind), case, INIT);
    }
    let shop = with(
        "",
        "\n[[test]]\nname = \"manual_integration\"\npath = \"t.rs\"\n",
    );
    shop.write("t.rs", "");
    section.error(&shop, "A test elsewhere has the harness's name", INIT);
    let shop = TestCrate::new("shop");
    shop.write("src/bin/manual_integration.rs", "fn main() {}");
    section.error(
        &shop,
        "A binary has the harness's name",
        "cargo itcov init --bin manual_integration",
    );
    let shop = with(
        "",
        "\n[dependencies]\nmanual-integration = { path = \"other\", optional = true }\n",
    );
    shop.write(
        "other/Cargo.toml",
        "[package]\nname = \"manual-integration\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    shop.write("other/src/lib.rs", "");
    section.error(&shop, "An optional dependency makes the feature", INIT);
    let shop = with("", "\n[lints.rust]\nunsafe_code = \"forbid\"\n");
    section.remark(&shop, "The package forbids unsafe code", INIT);
}

fn files(section: &mut Section) {
    let shop = TestCrate::new("shop");
    shop.write("itcov.just", "mine:\n");
    section.error(&shop, "A file has the name of one of itcov's", INIT);
    let shop = TestCrate::new("shop");
    shop.write("tests", "");
    section.shortened(
        1,
        &shop,
        "A file is where a directory has to be",
        INIT,
        "/projects/shop/tests",
    );
    let shop = TestCrate::new("shop");
    symlink("../ours", shop.root.join("tests")).unwrap();
    section.error(&shop, "A link leads nowhere", INIT);
    let shop = TestCrate::new("shop");
    shop.write("../ours/some.rs", "");
    symlink("../ours", shop.root.join("tests")).unwrap();
    section.error(&shop, "A link leads out of the crate", INIT);
    let shop = TestCrate::new("shop");
    let git = Git::init(&shop.root);
    section.error(&shop, "A file has changes that are not committed", INIT);
    git.run(&["add", "--all"]);
    section.error(&shop, "The changes are staged", INIT);
    section.remark(
        &shop,
        "The same in a dry run",
        "cargo itcov init --dry-run >diff",
    );
    shop.write(".git/config", "[core\n");
    section.shortened(1, &shop, "git does not answer", INIT, "skip the check\n");
}

fn justfiles(section: &mut Section) {
    for (case, text) in [
        (
            "The justfile has a recipe of the same name",
            "test:\n    cargo test\n\nitcov:\n    true\n",
        ),
        ("just rejects the justfile", "test: build\n"),
    ] {
        let shop = TestCrate::new("shop");
        shop.write("justfile", text);
        section.error(&shop, case, INIT);
    }
    let shop = TestCrate::new("shop");
    shop.write("justfile", "");
    shop.write(".justfile", "");
    section.error(&shop, "There are two justfiles", INIT);
    let shop = TestCrate::new("shop");
    fs::write(shop.root.join("justfile"), b"# \xff\n").unwrap();
    section.error(&shop, "The justfile is not UTF-8", INIT);
    let shop = TestCrate::new("shop");
    shop.write("justfile/some", "");
    section.error(&shop, "The justfile is a directory", INIT);
    let shop = TestCrate::new("shop");
    symlink("nowhere", shop.root.join("justfile")).unwrap();
    section.error(&shop, "The justfile is a link that leads nowhere", INIT);
    let shop = TestCrate::new("shop");
    shop.write("justfile", "set shell := ['fish', '-c']\n");
    section.remark(&shop, "The justfile's shell is not a POSIX shell", INIT);
    let shop = TestCrate::new("shop");
    shop.write("../justfile", "deploy:\n    true\n");
    section.remark(&shop, "A directory above has a justfile", INIT);
}

fn values(section: &mut Section) {
    let shop = TestCrate::new("shop");
    section.usage(
        &shop,
        "The time is not a duration",
        "cargo itcov init --timeout soon",
    );
    section.usage(
        &shop,
        "The feature has an impossible name",
        "cargo itcov init --feature 'a b'",
    );
    section.usage(
        &shop,
        "The feature is always on",
        "cargo itcov init --feature default",
    );
    let shop = TestCrate::scaffolded("shop");
    let recipes = shop.read("itcov.just");
    let recipes = recipes.replace("'60s'", "\"60s\"");
    shop.write("itcov.just", &recipes);
    section.error(
        &shop,
        "The line with the time was taken out",
        "cargo itcov init --timeout 10m",
    );
    let shop = TestCrate::scaffolded("shop");
    shop.write("src/bin/second.rs", "fn main() {}\n");
    let harness = shop.read("tests/manual_integration.rs") + "// mine\n";
    shop.write("tests/manual_integration.rs", &harness);
    section.error(
        &shop,
        "The harness has been edited and is for another program",
        "cargo itcov init --bin second",
    );
}

fn shown_before(section: &mut Section) {
    let shop = TestCrate::new("shop");
    let line = "cargo itcov init --dry-run >diff";
    section.remark(&shop, "A dry run begins with a summary", line);
    shop.itcov(&["init"]).ends_with(0);
    section.remark(&shop, "There is nothing to do", line);
}

fn check(section: &mut Section) {
    let line = "cargo itcov check -q >/dev/null";
    let shop = TestCrate::new("shop");
    section.error(&shop, "There is no scaffold", line);
    let shop = TestCrate::scaffolded("shop");
    fs::remove_file(shop.root.join("justfile")).unwrap();
    section.error(&shop, "A file is missing", line);
    let shop = TestCrate::scaffolded("shop");
    let recipes = shop.read("itcov.just");
    let changed = |from: &str, to: &str| {
        assert!(recipes.contains(from), "{recipes}");
        shop.write("itcov.just", &recipes.replace(from, to));
    };
    changed("'60s'", "'soon'");
    section.error(&shop, "The time in the recipes is not a duration", line);
    changed("itcov_options := ''", "itcov_options := '--relase'");
    section.error(&shop, "No command takes the options in the recipes", line);
    changed("itcov_options := ''", "itcov_options := '--grace soon'");
    section.error(&shop, "A value in the options is wrong", line);
    changed("itcov_options := ''", "itcov_options := \"-p store\"");
    section.error(&shop, "The options name a package that is gone", line);
    changed("itcov_options := ''", "itcov_options := '--features gone'");
    section.error(&shop, "The options name a feature that is gone", line);
    changed("itcov_options := ''", "itcov_options := (");
    section.error(&shop, "just rejects the recipes", line);
    shop.write(
        "itcov.just",
        recipes.split_inclusive("\n\n").next().unwrap(),
    );
    section.error(&shop, "The recipes were cut off", line);
    shop.write("itcov.just", &recipes);
    let harness = shop.read("tests/manual_integration.rs");
    let merged = harness.replace("fn main() {", "<<<<<<< HEAD\nfn main() {\n=======");
    shop.write("tests/manual_integration.rs", &merged);
    section.error(&shop, "A merge has left its marks in the harness", line);
    let shop = TestCrate::scaffolded("shop");
    fs::create_dir(shop.root.join("src/bin")).unwrap();
    fs::rename(
        shop.root.join("src/main.rs"),
        shop.root.join("src/bin/store.rs"),
    )
    .unwrap();
    section.error(&shop, "The program has another name now", line);
}

fn update(section: &mut Section) {
    let update = "cargo itcov update >/dev/null";
    let shop = TestCrate::new("shop");
    section.error(&shop, "There is no scaffold to renew", update);
    let shop = TestCrate::scaffolded("shop");
    let recipes = shop.read("itcov.just");
    shop.write(
        "itcov.just",
        &stamped(&recipes.replace("# Forget ", "# Forgets "), "0.0.9"),
    );
    section.remark(
        &shop,
        "A file is of an earlier version",
        "cargo itcov init >/dev/null",
    );
    shop.write("itcov.just", &(shop.read("itcov.just") + "# mine\n"));
    section.error(
        &shop,
        "A file of an earlier version has been edited",
        update,
    );
    shop.write("itcov.just", &stamped(&(recipes + "# later\n"), "99.0.0"));
    section.error(&shop, "A file is of a later version", update);
    let shop = TestCrate::scaffolded("shop");
    shop.write("justfile", "import 'ci.just'\n");
    shop.write("ci.just", "import 'itcov.just'\n");
    section.error(
        &shop,
        "The recipes are imported elsewhere",
        "cargo itcov remove",
    );
    let shop = TestCrate::scaffolded("shop");
    shop.write(
        "Cargo.toml",
        &shop.read("Cargo.toml").replace("\"shop\"", "\"store\""),
    );
    for name in ["import", "serve"] {
        shop.write(&format!("src/bin/{name}.rs"), "fn main() {}\n");
    }
    fs::remove_file(shop.root.join("src/main.rs")).unwrap();
    section.error(
        &shop,
        "The harness's program is gone, and there are several",
        update,
    );
    let harness = shop.read("tests/manual_integration.rs");
    shop.write(
        "tests/manual_integration.rs",
        &harness.replace("CARGO_BIN_EXE_", "CARGO_BIN_"),
    );
    section.error(
        &shop,
        "The harness names no program, and there are several",
        update,
    );
}
