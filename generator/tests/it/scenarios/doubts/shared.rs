//! Files that are part of several crates.

use crate::build::package;
use crate::scenarios::changed::{changed, with};
use crate::support::TestCrate;
use crate::support::repository::Git;

const WORK: &str = "pub fn work(x: u32) -> u32 {\n    x + 1\n}\n";

/// A workspace whose suite is nextest or this script.
fn recorded(members: &[&str], suite: &str, write: impl Fn(&TestCrate)) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &format!("[workspace]\nmembers = {members:?}\nresolver = \"2\"\n"),
    );
    write(&krate);
    krate.write("suite.sh", suite);
    krate.write(".gitignore", "target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    let run = [
        "exec",
        "--scenarios",
        "--workspace",
        "--",
        "sh",
        "-e",
        "suite.sh",
    ];
    krate.itcov(&run).ends_with(0);
    krate
}

#[test]
fn what_runs_a_changed_file_is_selected_by_whatever_link_its_crate_has_it() {
    let suite = "ITCOV_SCENARIO=a $ITCOV_BIN_a\nITCOV_SCENARIO=b $ITCOV_BIN_b\nITCOV_SCENARIO=c $ITCOV_BIN_c\n";
    let krate = recorded(&["a", "b", "c"], suite, |krate| {
        for name in ["a", "b"] {
            krate.write(&format!("{name}/Cargo.toml"), &package(name, ""));
            let main = "mod shared;\nfn main() {\n    shared::work(2);\n}\n";
            krate.write(&format!("{name}/src/main.rs"), main);
        }
        krate.write("c/Cargo.toml", &package("c", ""));
        krate.write("c/src/main.rs", "fn main() {}\n");
        krate.write("a/src/shared.rs", WORK);
        krate.sh("ln -s ../../a/src/shared.rs b/src").ends_with(0);
    });
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    let (mut names, said) = with(&krate, "a/src/shared.rs", "x + 1", "x + 2");
    names.sort();
    assert_eq!((names, &*said), (vec!["a".to_owned(), "b".to_owned()], ""));
}

/// The names that the filter for nextest would leave out are those that are not selected.
#[test]
#[ignore = "needs cargo-nextest"]
fn a_test_that_has_the_changed_file_as_its_own_module_is_selected() {
    let members = ["app", "around"];
    let krate = recorded(&members, "cargo nextest run\n", |krate| {
        krate.write("app/Cargo.toml", &package("app", ""));
        let main = "mod store;\nfn main() {\n    store::work(2);\n}\n";
        krate.write("app/src/main.rs", main);
        krate.write("app/src/store.rs", WORK);
        let module = "#[path = \"../../app/src/store.rs\"]\npub mod store;\n";
        let calls = "#[test]\nfn calls() {\n    assert_eq!(store::work(2), 3);\n}\n";
        let starts = "#[test]\nfn starts() {\n    \
                      assert!(std::process::Command::new(env!(\"CARGO_BIN_EXE_app\")).status().unwrap().success());\n}\n";
        krate.write("app/tests/direct.rs", &format!("{module}{calls}"));
        krate.write("app/tests/starts.rs", starts);
        krate.write("app/tests/idle.rs", "#[test]\nfn idle() {}\n");
        // A library of another package has it, and a test that names the library in a file of another kind.
        krate.write("around/Cargo.toml", &package("around", ""));
        krate.write("around/src/lib.rs", module);
        krate.write("around/tests/calls.rs", "include!(\"calls.in\");\n");
        krate.write(
            "around/tests/calls.in",
            &calls.replace("store::", "around::store::"),
        );
        krate.write("around/tests/idle.rs", "#[test]\nfn idle() {}\n");
    });
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    let (mut names, said) = with(&krate, "app/src/store.rs", "x + 1", "x + 2");
    names.sort();
    let expected = [
        "app::direct calls",
        "app::starts starts",
        "around::calls calls",
    ];
    assert_eq!((names, &*said), (expected.map(str::to_owned).to_vec(), ""));
}
