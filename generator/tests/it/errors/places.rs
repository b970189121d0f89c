//! Errors about files and links in places where nothing can be read or written.

use std::fs;
use std::os::unix::fs::symlink;

use super::page::Section;
use crate::support::{TestCrate, tools};

const INIT: &str = "cargo itcov init";

pub fn add_to(section: &mut Section) {
    let shop = TestCrate::new("shop");
    shop.sh("chmod a-w Cargo.toml").ends_with(0);
    section.error(&shop, "A file is read-only", INIT);
    let shop = TestCrate::new("shop");
    shop.sh("mkfifo .gitignore && git init --quiet")
        .ends_with(0);
    section.error(&shop, "git would wait for a FIFO", INIT);
    let shop = TestCrate::new("shop");
    section.remark(
        &shop,
        "A file has another hard link",
        "ln Cargo.toml copy.toml && cargo itcov init >/dev/null",
    );
    harnesses_in_one_place(section);
    justfiles(section);
}

/// Two packages, whose harnesses are for programs of different names.
fn harnesses_in_one_place(section: &mut Section) {
    let shop = super::choosing::workspace(&[("api", &["api"]), ("worker", &["worker"])]);
    fs::create_dir(shop.root.join("api/tests")).unwrap();
    symlink("../api/tests", shop.root.join("worker/tests")).unwrap();
    section.error(
        &shop,
        "The tests of two packages are in one directory",
        "cargo itcov init --workspace",
    );
}

fn justfiles(section: &mut Section) {
    for (case, text) in [
        (
            "It has an alias of the same name",
            "alias itcov := test\n\ntest:\n    cargo test\n",
        ),
        (
            "It has a variable of the same name",
            "itcov_options := '--release'\n",
        ),
    ] {
        let shop = TestCrate::new("shop");
        shop.write("justfile", text);
        section.error(&shop, case, INIT);
    }
    let shop = TestCrate::new("shop");
    shop.write("justfile", "import 'big.just'\n");
    shop.sh("truncate -s 1G big.just").ends_with(0);
    section.error(&shop, "The justfile imports a file that is no text", INIT);
    let shop = super::choosing::workspace(&[("api", &["api"])]);
    shop.write("api/justfile", "test:\n    cargo test\n");
    section.remark(
        &shop,
        "The package has a justfile, and the workspace has the recipes",
        "cd api && cargo itcov init >/dev/null",
    );
    let shop = TestCrate::scaffolded("shop");
    let path = tools::path_of(shop.root.join("bin"), &["cargo", "rustc", "cargo-itcov"]);
    section.remark(
        &shop,
        "just is not installed",
        &format!("PATH={} cargo itcov check >/dev/null", path.display()),
    );
}
