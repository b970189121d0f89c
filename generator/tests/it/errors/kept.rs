//! What is said of what stays when a scaffold is removed.

use super::page::Section;
use super::scaffold::with;
use crate::support::TestCrate;

const REMOVE: &str = "cargo itcov remove >/dev/null";

pub fn add_to(section: &mut Section) {
    let shop = TestCrate::scaffolded("shop");
    shop.write("itcov.just", &(shop.read("itcov.just") + "# mine\n"));
    section.remark(&shop, "An edited file stays", REMOVE);
    let shop = TestCrate::scaffolded("shop");
    shop.write("itcov.just", "mine:\n");
    section.remark(&shop, "A file of the same name stays", REMOVE);
    for (case, from, to) in [
        (
            "The test target has been edited",
            "test = false\n",
            "test = true\n",
        ),
        (
            "The test target has another key",
            "test = false\n",
            "test = false\nbench = false\n",
        ),
        (
            "A comment stands in a line of the test target",
            "test = false\n",
            "test = false # why\n",
        ),
        (
            "A comment stands between its lines",
            "test = false\n",
            "# Why.\ntest = false\n",
        ),
        ("The feature has been edited", "= [] #", "= [ # none\n] #"),
        (
            "Another feature turns it on",
            "[] # itcov\n",
            "[] # itcov\nmine = [\"manual-integration\"]\n",
        ),
        (
            "Another target requires it",
            "\n[[test]]",
            "\n[[bin]]\nname = \"shop\"\npath = \"src/main.rs\"\nrequired-features = [\"manual-integration\"]\n\n[[test]]",
        ),
    ] {
        let shop = TestCrate::scaffolded("shop");
        stays(section, &shop, case, |text| text.replacen(from, to, 1));
    }
    let shop = TestCrate::scaffolded("shop");
    let case = "The lines have no mark, as they were written by hand";
    stays(section, &shop, case, |text| text.replace(" # itcov", ""));
    let shop = with("features = {\n  all = [],\n}\n", "");
    shop.itcov(&["init"]).ends_with(0);
    let case = "The feature has come to share its line";
    stays(section, &shop, case, |text| {
        text.replacen("  manual", "  most = [], manual", 1)
    });
    autotests(section);
}

/// In the edition 2015, cargo looks for tests by itself only if it is told to.
fn autotests(section: &mut Section) {
    let scaffolded = || {
        let shop = TestCrate::new("shop");
        shop.write(
            "Cargo.toml",
            &shop.read("Cargo.toml").replace("2024", "2015"),
        );
        shop.itcov(&["init"]).ends_with(0);
        shop
    };
    let shop = scaffolded();
    shop.write("tests/other.rs", "");
    let case = "A test was declared since, in a package of the edition 2015";
    stays(section, &shop, case, |text| {
        format!("{text}\n[[test]]\nname = \"other\"\n")
    });
    let case = "Its `autotests` has been edited";
    stays(section, &scaffolded(), case, |text| {
        text.replacen("autotests = true", "autotests = false", 1)
    });
}

/// A case of a scaffold whose manifest was edited.
fn stays(section: &mut Section, shop: &TestCrate, case: &str, edit: impl Fn(&str) -> String) {
    let text = shop.read("Cargo.toml");
    let edited = edit(&text);
    assert!(edited != text, "{text}");
    shop.write("Cargo.toml", &edited);
    section.remark(shop, case, REMOVE);
}
