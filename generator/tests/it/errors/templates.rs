//! Errors of templates of the user's own.

use std::fs;
use std::os::unix::fs::symlink;

use super::page::Section;
use crate::support::{TestCrate, repository};

const INIT: &str = "cargo itcov init --template ../ours";

/// A crate, and a template beside it that has this file.
fn with(name: &str, text: &str) -> TestCrate {
    let shop = TestCrate::new("shop");
    shop.write(&format!("../ours/{name}"), text);
    shop
}

pub fn section() -> Section {
    let mut section = Section::new("Templates of your own");
    let shop = TestCrate::new("shop");
    section.shortened(
        1,
        &shop,
        "The template is not there",
        INIT,
        "the template ../ours",
    );
    shop.write("../ours", "");
    section.error(&shop, "The template is a file", INIT);
    let shop = with("Cargo.toml", "");
    section.error(&shop, "The template has nothing for a crate", INIT);
    let shop = with("ci/suite.sh", "# {{ program }}\n");
    section.error(&shop, "A variable is unknown", INIT);
    let shop = with("ci/suite.sh", "{% if bin %}\n");
    section.error(&shop, "A tag is not closed", INIT);
    let shop = with("ci/suite.sh", "");
    fs::write(shop.root.join("../ours/binary"), b"\xff").unwrap();
    section.error(&shop, "A file is not UTF-8", INIT);
    let shop = with("ci/suite.sh", "");
    shop.write("../ours/ci/suite.sh.liquid", "");
    section.error(&shop, "Two files have one name", INIT);
    let shop = with("ci/suite.sh", "");
    symlink("/etc/hostname", shop.root.join("../ours/link")).unwrap();
    section.error(&shop, "A link leads out of the template", INIT);
    let shop = with("{{ ('..%' ~ bin) | replace('%', '\u{2f}') }}", "");
    section.error(&shop, "A name leads out of the crate", INIT);
    let shop = with("{{ '.justfile' }}", "");
    section.error(
        &shop,
        "A name becomes one that only a new crate needs",
        INIT,
    );
    let shop = with("itcov.just", "garbage (((\n");
    section.error(&shop, "just rejects the recipes of the template", INIT);
    let shop = with("ci/suite.sh", "# {{ bin }}\n");
    shop.write("ci/suite.sh", "# mine\n");
    section.error(&shop, "Another file is in the place of one", INIT);
    let shop = with("ci/suite.sh", "# {{ bin }}\n");
    shop.write("ci", "");
    section.error(&shop, "A file is in the place of a directory", INIT);
    let shop = with("ci/suite.sh", "# {{ bin }}\n");
    shop.write("ci/suite.sh/some", "");
    section.error(&shop, "A directory is in the place of a file", INIT);
    let shop = with("ci/suite.sh", "");
    shop.sh("mkfifo ../ours/pipe").ends_with(0);
    section.error(&shop, "It has something that is no file", INIT);
    let shop = with("ci/suite.sh", "");
    shop.sh("mkdir ../theirs && ln -s ../theirs ci")
        .ends_with(0);
    section.error(&shop, "A link of the crate leads elsewhere", INIT);
    later(&mut section);
    section
}

/// After `init` with a template.
fn later(section: &mut Section) {
    let shop = with("ci/suite.sh", "# {{ bin }}\n");
    shop.sh(&format!(
        "cp {}/itcov.just ../ours",
        repository().join("template").display()
    ))
    .ends_with(0);
    let recipes = shop.read("../ours/itcov.just");
    let edited = |comment: &str| recipes.replacen("# Forget", &format!("# {comment}\n# Forget"), 1);
    shop.write("../ours/itcov.just", &edited("Ours."));
    shop.itcov(&["init", "--template", "../ours"]).ends_with(0);
    section.remark(
        &shop,
        "`update` is not given the template",
        "cargo itcov update >/dev/null",
    );
    shop.write("../ours/itcov.just", &edited("More."));
    section.remark(
        &shop,
        "The template has changed",
        &format!("{INIT} >/dev/null"),
    );
    shop.write("ci/suite.sh", "# mine\n");
    section.error(
        &shop,
        "A file has changed that has no stamp",
        "cargo itcov update --template ../ours >/dev/null",
    );
    section.remark(
        &shop,
        "Such a file stays",
        "cargo itcov remove --template ../ours >/dev/null",
    );
}
