//! Errors of an earlier report that one is compared with.

use super::page::Section;
use crate::support::TestCrate;
use crate::support::repository::Git;

pub fn add_to(section: &mut Section, shop: &TestCrate) {
    shop.itcov(&["report", "--json", "main.json"]).ends_with(0);
    let json = shop.read("main.json");
    shop.write(
        "elsewhere.json",
        &json.replace("src/", "other/").replace("shop", "depot"),
    );
    shop.write("more.json", &json.replace(",0,0,0,0]", ",1,0,0,0]"));
    shop.write("some.json", "{}");
    let kind = json.replace("\"llvm.coverage.json.export\"", "\"another\"");
    shop.write("kind.json", &kind);
    shop.write("summary.json", &without_functions(&json));
    section.usage(
        shop,
        "A threshold of the baseline has none",
        "cargo itcov report --fail-on-lost",
    );
    for (case, options) in [
        ("The baseline does not exist", "--baseline earlier.json"),
        ("It is a directory", "--baseline src"),
        ("It is another file", "--baseline src/main.rs"),
        ("It is JSON of something else", "--baseline some.json"),
        ("It is an export of something else", "--baseline kind.json"),
        ("It has no functions", "--baseline summary.json"),
        ("It is of another workspace", "--baseline elsewhere.json"),
        (
            "Its commit does not exist",
            "--baseline main.json --baseline-revision v9",
        ),
        (
            "Lines are lost",
            "--baseline more.json --fail-on-lost >/dev/null",
        ),
    ] {
        section.error(shop, case, &format!("cargo itcov report {options}"));
    }
    section.remark(
        shop,
        "No line is lost",
        "cargo itcov report --baseline main.json --fail-on-lost >/dev/null",
    );
}

/// As `llvm-cov export -summary-only` has none.
fn without_functions(json: &str) -> String {
    let mut export: serde_json::Value = serde_json::from_str(json).unwrap();
    export["data"][0]["functions"] = serde_json::json!([]);
    export.to_string()
}

/// Two programs, of which both were measured once; and a commit.
pub fn of_several(section: &mut Section) {
    let shop = super::choosing::workspace(&[("api", &["api"]), ("worker", &["worker"])]);
    shop.itcov(&["run", "-p", "api,worker"]).ends_with(0);
    shop.itcov(&["report", "--json", "both.json"]).ends_with(0);
    let git = Git::init(&shop.root);
    git.commit("first");
    shop.itcov(&["run", "-p", "api"]).ends_with(0);
    shop.itcov(&["report", "--json", "api.json"]).ends_with(0);
    let report = "cargo itcov report --baseline both.json";
    section.remark(
        &shop,
        "What ran in the baseline is not measured now",
        &format!("{report} >/dev/null"),
    );
    section.error(
        &shop,
        "The same with a threshold",
        &format!("{report} --fail-on-lost >/dev/null"),
    );
    shop.itcov(&["run", "-p", "api,worker"]).ends_with(0);
    section.remark(
        &shop,
        "The baseline does not have a file",
        "cargo itcov report --baseline api.json >/dev/null",
    );
    elsewhere(section, &shop);
    shop.write("api/src/bin/api.rs", "fn main() {}");
    git.commit("second");
    shop.write("api/src/bin/api.rs", "fn main() {\n\n}\n");
    shop.itcov(&["run", "-p", "api,worker"]).ends_with(0);
    shop.itcov(&["report", "--json", "both.json"]).ends_with(0);
    section.error(
        &shop,
        "The baseline is of another commit",
        &format!("{report} --baseline-revision HEAD"),
    );
}

/// A report of another checkout on one file, of whose name there are two now.
fn elsewhere(section: &mut Section, shop: &TestCrate) {
    let json = shop.read("api.json");
    let root = shop.root.to_str().unwrap();
    shop.write("ci.json", &json.replace(root, "/ci"));
    shop.write("src/bin/api.rs", "");
    let report = "cargo itcov report --baseline ci.json";
    section.remark(
        shop,
        "The baseline may be of one directory or of another",
        &format!("{report} >/dev/null"),
    );
    section.error(
        shop,
        "The same, and no line may be lost",
        &format!("{report} --fail-on-lost >/dev/null"),
    );
    shop.sh("rm -r src").ends_with(0);
}
