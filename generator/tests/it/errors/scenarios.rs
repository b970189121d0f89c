//! Errors of scenarios: their names, and questions about them.

use super::page::Section;
use crate::support::TestCrate;

pub fn section() -> Section {
    let mut section = Section::new("scenario and scenarios");
    let shop = TestCrate::partly_linked("shop", "shop");
    names(&mut section, &shop);
    shop.itcov(&["run"]).ends_with(0);
    section.error(&shop, "The last run has none", "cargo itcov scenarios");
    let suite = "ITCOV_SCENARIO=pay \"$ITCOV_BIN\"; ITCOV_SCENARIO=refund \"$ITCOV_BIN\"";
    let exec = ["exec", "--scenarios", "--", "sh", "-ec", suite];
    shop.itcov(&exec).ends_with(0);
    for (case, options) in [
        ("There is none of this name", "--only refnd"),
        ("The place is not understood", "--reach src/main.rs:first"),
        ("The file was not measured", "--reach src/orders.rs:7"),
        ("There is no such function", "--reach orders::pay"),
        ("They are no tests", "--format nextest"),
        ("Their time is not known", "--smallest --by-time"),
        (
            "A change is asked for, and only one program",
            "--changed-since main --bin shop",
        ),
    ] {
        section.error(&shop, case, &format!("cargo itcov scenarios {options}"));
    }
    shop.write(
        "src/main.rs",
        &format!("{}\nfn idle() {{}}\n", shop.read("src/main.rs")),
    );
    shop.itcov(&exec).ends_with(0);
    section.remark(
        &shop,
        "None reaches what is asked for",
        "cargo itcov scenarios --reach idle",
    );
    section.error(
        &shop,
        "There is none of this name to report on",
        "cargo itcov report --scenario refnd",
    );
    section.usage(
        &shop,
        "Two questions are asked at once",
        "cargo itcov scenarios --missing --smallest",
    );
    section
}

fn names(section: &mut Section, shop: &TestCrate) {
    section.error(
        shop,
        "A scenario is named outside of a run",
        "cargo itcov scenario pay -- ./pay.sh",
    );
    section.error(
        shop,
        "The address of the run is malformed",
        "ITCOV_CONTROL=here cargo itcov scenario pay -- true",
    );
    section.error(
        shop,
        "The run is over",
        "ITCOV_CONTROL=127.0.0.1:1 cargo itcov scenario pay -- true",
    );
    section.ends_with(
        127,
        shop,
        "There is no such command",
        "ITCOV_CONTROL=127.0.0.1:1 cargo itcov scenario pay -- ./pay.sh",
    );
    section.usage(shop, "The command is missing", "cargo itcov scenario pay");
}
