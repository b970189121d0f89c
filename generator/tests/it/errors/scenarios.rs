//! Errors of scenarios: their names, and questions about them.

use super::page::Section;
use crate::support::repository::Git;
use crate::support::{TestCrate, free_port};

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
    let outside = format!("\"$ITCOV_BIN\"; {suite}");
    shop.itcov(&["exec", "--scenarios", "--", "sh", "-ec", &outside])
        .ends_with(0);
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
    doubts(&mut section, &shop, &exec);
    section
}

fn names(section: &mut Section, shop: &TestCrate) {
    let port = free_port();
    section.show(&port, "8099");
    for (case, suite) in [
        ("A name is empty", "cargo itcov scenario '' -- true"),
        (
            "A scenario begins in another one",
            "cargo itcov scenario pay -- cargo itcov scenario refund -- true",
        ),
    ] {
        let line = format!(
            "cargo itcov suite --args wait --control 127.0.0.1:{port} -- {suite} >/dev/null"
        );
        section.error(shop, case, &line);
    }
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

/// Why all scenarios are selected.
fn doubts(section: &mut Section, shop: &TestCrate, exec: &[&str]) {
    let git = Git::init(&shop.root);
    shop.write("notes.txt", "");
    git.commit("first");
    let unused = shop.read("src/unused.rs");
    shop.itcov(exec).ends_with(0);
    let line = "cargo itcov scenarios --changed-since main >/dev/null";
    for (case, file, text) in [
        ("A file without code has changed", "notes.txt", "Note."),
        (
            "Something beside a function's body has changed",
            "src/unused.rs",
            "fn other() {}\n",
        ),
        ("A file is new", "src/new.rs", ""),
    ] {
        let before = std::fs::read_to_string(shop.root.join(file)).ok();
        shop.write(file, text);
        section.remark(shop, case, line);
        match before {
            Some(text) => shop.write(file, &text),
            None => std::fs::remove_file(shop.root.join(file)).unwrap(),
        }
    }
    let main = shop.read("src/main.rs");
    shop.write("src/main.rs", &main.replace("println!(", "print!("));
    let outside = format!("\"$ITCOV_BIN\"; {}", exec[5]);
    shop.itcov(&[&exec[..5], &[&outside]].concat()).ends_with(0);
    section.remark(
        shop,
        "A function has changed that runs outside of scenarios",
        line,
    );
    shop.write("src/main.rs", &main);
    shop.write("src/unused.rs", &unused.replace("> 2", "> 3"));
    shop.itcov(exec).ends_with(0);
    shop.write("src/unused.rs", &unused.replace("> 2", "> 4"));
    section.remark(shop, "The scenarios were recorded with another text", line);
}
