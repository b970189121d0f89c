//! `--fail-on-lost` where the earlier workspace was in another directory, and where members are beside the root.

use std::fs;
use std::path::Path;

use crate::build::package;
use crate::support::{TestCrate, stdout};

const STRICT: [&str; 4] = ["report", "--baseline", "../base.json", "--fail-on-lost"];

/// Makes another checkout, of sources that were not built.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in ["Cargo.toml", "src", "tool", "sib", "app"] {
        if from.join(name).exists() {
            let mut copied = crate::support::command("cp", from);
            stdout(copied.arg("-R").arg(name).arg(to));
        }
    }
}

#[test]
fn what_is_not_measured_now_does_not_hide_where_the_other_checkout_was() {
    let all = TestCrate::empty();
    let one = all.root.join("one");
    fs::create_dir(&one).unwrap();
    let write = |name: &str, text: &str| all.write(&format!("one/{name}"), text);
    write(
        "Cargo.toml",
        &package("app", "[workspace]\nmembers = [\"tool\"]\n"),
    );
    write(
        "src/main.rs",
        "fn main() {\n    if std::env::args().count() > 1 {\n        println!(\"extra\");\n    }\n}\n",
    );
    write("tool/Cargo.toml", &package("tool", ""));
    write(
        "tool/src/main.rs",
        "fn main() {\n    println!(\"tool\");\n}\n",
    );
    copy(&one, &all.root.join("two"));
    let both = ["exec", "-p", "app", "-p", "tool", "--", "sh", "-c"];
    let first = all.inside("one");
    first
        .itcov(&[&both[..], &["$ITCOV_BIN_app 1; $ITCOV_BIN_tool"]].concat())
        .ends_with(0);
    first
        .itcov(&["report", "--json", "../base.json"])
        .ends_with(0);
    let second = first.inside("../two");
    second
        .itcov(&[&both[..], &["$ITCOV_BIN_app; $ITCOV_BIN_tool"]].concat())
        .ends_with(0);
    let lost = "src/main.rs: 1 line lost: 3 (--fail-on-lost)";
    second
        .itcov(&[&STRICT[..], &["--include", "src/main.rs"]].concat())
        .ends_with(1)
        .says(lost);
    // Now one of the programs alone.
    second
        .itcov(&["exec", "-p", "app", "--", "sh", "-c", "$ITCOV_BIN"])
        .ends_with(0);
    second
        .itcov(&STRICT)
        .ends_with(1)
        .says("not everything that ran in the baseline was measured")
        .says("tool/src/main.rs; measure");
    second
        .itcov(&[&STRICT[..], &["--exclude", "tool"]].concat())
        .ends_with(1)
        .says(lost);
}

#[test]
fn where_the_other_checkout_was_is_not_guessed() {
    let all = TestCrate::empty();
    let one = all.root.join("one");
    fs::create_dir(&one).unwrap();
    let write = |name: &str, text: &str| all.write(&format!("one/{name}"), text);
    let workspace = "[workspace]\nmembers = [\"tool\"]\n";
    write("Cargo.toml", &package("app", workspace));
    write("src/main.rs", "fn main() {}\n");
    write("tool/Cargo.toml", &package("tool", ""));
    let main = "fn main() {\n    println!(\"tool\");\n}\n";
    write("tool/src/main.rs", main);
    copy(&one, &all.root.join("two"));
    let first = all.inside("one");
    first.itcov(&["run", "-p", "tool"]).ends_with(0);
    first
        .itcov(&["report", "--json", "../base.json"])
        .ends_with(0);
    first.itcov(&STRICT).ends_with(0);
    // The only file of the report may be that of the other package.
    let second = first.inside("../two");
    second.itcov(&["run", "-p", "app,tool"]).ends_with(0);
    second
        .itcov(&STRICT)
        .ends_with(1)
        .says("base.json may be of a workspace at ")
        .says(", so whether lines were lost cannot be told");
}

#[test]
fn a_member_beside_the_root_that_is_not_measured_now_meets_no_threshold() {
    let all = TestCrate::empty();
    let workspace = "[workspace]\nmembers = [\"../sib\"]\n";
    let uses = "[dependencies]\nsib = { path = \"../sib\" }\n";
    let write = |name: &str, text: &str| all.write(&format!("one/{name}"), text);
    write(
        "app/Cargo.toml",
        &package("app", &format!("{workspace}{uses}")),
    );
    write("app/src/main.rs", "fn main() {\n    sib::a();\n}\n");
    write(
        "sib/Cargo.toml",
        &package("sib", "workspace = \"../app\"\n"),
    );
    write("sib/src/lib.rs", "pub fn a() {\n    println!(\"a\");\n}\n");
    copy(&all.root.join("one"), &all.root.join("two"));
    let exec = ["exec", "--", "sh", "-c", "$ITCOV_BIN"];
    let first = all.inside("one/app");
    first.itcov(&exec).ends_with(0);
    first
        .itcov(&["report", "--json", "../base.json"])
        .ends_with(0);
    fs::copy(
        first.root.join("../base.json"),
        first.root.join("../../two/base.json"),
    )
    .unwrap();
    let gate = |krate: TestCrate| {
        krate.itcov(&exec).ends_with(0);
        krate.itcov(&STRICT).ends_with(0).prints(" 0 lost.");
        krate.write("Cargo.toml", &package("app", workspace));
        krate.write("src/main.rs", "fn main() {\n    println!(\"-\");\n}\n");
        krate.itcov(&exec).ends_with(0);
        let file = krate.root.join("../sib/src/lib.rs").canonicalize().unwrap();
        let why = "was measured, so whether lines were lost cannot be told";
        krate
            .itcov(&STRICT)
            .ends_with(1)
            .says(&format!("{why}: {}; measure", file.display()));
        krate
    };
    // In another checkout it is the one that belongs to it.
    gate(gate(first).inside("../../two/app"));
}
