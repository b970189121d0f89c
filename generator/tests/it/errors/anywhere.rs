//! Errors of any command: usage, and where the crate is.

use std::fs;

use super::page::Section;
use crate::support::TestCrate;

pub fn section() -> Section {
    let mut section = Section::new("Any command");
    let none = TestCrate::empty();
    section.usage(&none, "There is no such command", "cargo itcov inti");
    section.usage(
        &none,
        "There is no such option",
        "cargo itcov init --templat ours",
    );
    section.usage(
        &none,
        "There is no such value",
        "cargo itcov report --sort size",
    );
    section.usage(&none, "A value is missing", "cargo itcov report --bin");
    section.usage(&none, "The suite is missing", "cargo itcov suite");
    section.usage(
        &none,
        "An option of the report is given to a run",
        "cargo itcov exec --fail-under-lines 80 ./suite.sh",
    );
    section.usage(
        &none,
        "An option of a run is given to the report",
        "cargo itcov report --release",
    );
    section.usage(
        &none,
        "Two options exclude each other",
        "cargo itcov run -p api --workspace",
    );
    section.error(
        &none,
        "There is no crate in the current directory or above it",
        "cargo itcov run",
    );
    let shop = TestCrate::new("shop");
    section.error(
        &shop,
        "The named manifest does not exist",
        "cargo itcov run --manifest-path api/Cargo.toml",
    );
    section.error(
        &shop,
        "A directory is named instead of a manifest",
        "cargo itcov run --manifest-path src",
    );
    section.error(
        &shop,
        "A path has bytes that are no text",
        "mkdir \"$(printf 'b\\374cher')\" && cd b*cher && cargo itcov run",
    );
    section.error(
        &shop,
        "The manifest is no file",
        "mkfifo pipe.toml && cargo itcov run --manifest-path pipe.toml",
    );
    shop.write("Cargo.toml", "[package]\nname = \"shop\"\nversion = = 1\n");
    section.error(&shop, "The manifest is not TOML", "cargo itcov run");
    shop.write("Cargo.toml", "[package]\nname = \"a b\"\n");
    section.shortened(
        1,
        &shop,
        "cargo rejects the manifest",
        "cargo itcov run",
        "cargo cannot read /projects/shop/Cargo.toml\n",
    );
    fs::write(shop.root.join("Cargo.toml"), b"# \xff\n").unwrap();
    section.error(&shop, "The manifest is not UTF-8", "cargo itcov run");
    section.error(
        &shop,
        "Manual pages go to a directory",
        "cargo itcov man --dir Cargo.toml",
    );
    section.usage(
        &shop,
        "There are completions for some shells",
        "cargo itcov completions tcsh",
    );
    section
}
