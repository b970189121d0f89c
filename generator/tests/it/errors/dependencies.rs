//! Errors about the dependencies that are to be measured.

use super::page::Section;
use crate::build::package;
use crate::support::TestCrate;

pub fn add_to(section: &mut Section) {
    let shop = TestCrate::empty();
    for (name, rest) in [
        ("prices", ""),
        ("of-tests", ""),
        ("at-build-time", ""),
        ("unused", ""),
        ("macros", "[lib]\nproc-macro = true\n"),
    ] {
        shop.write(&format!("../{name}/Cargo.toml"), &package(name, rest));
        shop.write(&format!("../{name}/src/lib.rs"), "");
    }
    let rest = "[dependencies]\nprices.path = \"../prices\"\nmacros.path = \"../macros\"\n\
                [dev-dependencies]\nof-tests.path = \"../of-tests\"\n\
                [build-dependencies]\nat-build-time.path = \"../at-build-time\"\n\
                [target.'cfg(unix)'.dependencies]\nunused.path = \"../unused\"\n";
    shop.write("Cargo.toml", &package("shop", rest));
    shop.write("src/main.rs", "fn main() {}\n");
    for (case, name) in [
        ("A crate to measure too is no dependency", "serde"),
        ("Its name is misspelt", "price"),
        ("It is a macro", "macros"),
        ("Only the build needs it", "at-build-time"),
        ("Only tests need it", "of-tests"),
    ] {
        section.usage(&shop, case, &format!("cargo itcov run --also {name}"));
    }
    section.remark(
        &shop,
        "It is a member of the workspace",
        "cargo itcov run --also shop >/dev/null",
    );
}
