//! Errors of templates of the user's own.

use std::fs;
use std::os::unix::fs::symlink;

use super::page::Section;
use crate::support::TestCrate;

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
    let shop = with("ci/suite.sh", "# {{ bin }}\n");
    shop.write("ci/suite.sh", "# mine\n");
    section.error(&shop, "Another file is in the place of one", INIT);
    let shop = with("ci/suite.sh", "# {{ bin }}\n");
    shop.write("ci", "");
    section.error(&shop, "A file is in the place of a directory", INIT);
    let shop = with("ci/suite.sh", "# {{ bin }}\n");
    shop.write("ci/suite.sh/some", "");
    section.error(&shop, "A directory is in the place of a file", INIT);
    section
}
