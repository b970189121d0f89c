//! Changes in crates of other repositories.

use super::in_app;
use crate::build::package;
use crate::support::repository::Git;
use crate::support::{Output, TestCrate};

/// `app` uses `help`, which is a repository at a path from it.
fn with_help(at: &str) -> TestCrate {
    let krate = TestCrate::empty();
    let dependency = format!("[dependencies]\nhelp = {{ path = \"../{at}\" }}\n");
    krate.write("app/Cargo.toml", &package("app", &dependency));
    krate.write("app/src/main.rs", "fn main() {\n    help::help();\n}\n");
    krate.write(
        &format!("{at}/Cargo.toml"),
        &package("help", "[workspace]\n"),
    );
    krate.write(&format!("{at}/src/lib.rs"), "pub fn help() {}\n");
    Git::init(&krate.root.join(at)).commit("first");
    krate
}

fn run(krate: &TestCrate) {
    in_app(krate, &["run"]).ends_with(0);
}

fn gate(krate: &TestCrate, words: &[&str]) -> Output {
    let gate = super::SINCE_HEAD;
    in_app(krate, &[&gate[..], words].concat())
}

const MORE: &str = "pub fn help() {}\npub fn more() {\n    help();\n}\n";

#[test]
fn no_threshold_is_met_by_a_change_in_a_submodule_outside_of_the_workspace() {
    let krate = with_help("app/help");
    Git::init(&krate.root.join("app")).commit("first");
    run(&krate);
    let met = gate(&krate, &[]).ends_with(0);
    assert!(!met.stderr.contains("warning"), "{}", met.stderr);
    krate.write("app/help/src/lib.rs", MORE);
    run(&krate);
    let said = "help/src/lib.rs (the crate help is not of the workspace: --also help measures it)";
    gate(&krate, &[]).ends_with(1).says(said);
}

#[test]
fn no_threshold_is_met_while_a_crate_outside_of_the_workspace_is_not_tracked() {
    for at in ["app/help", "help"] {
        let krate = with_help(at);
        krate.write("app/.gitignore", "/help\n/Cargo.lock\n");
        Git::init(&krate.root.join("app")).commit("first");
        run(&krate);
        gate(&krate, &[])
            .ends_with(1)
            .says("the repository does not track the crate help, which is not of the workspace: --also help measures it");
        let directory = krate.root.join(at);
        let without = ["--exclude", directory.to_str().unwrap()];
        gate(&krate, &without).ends_with(0);
    }
}

#[test]
fn the_manifest_of_another_workspace_decides_how_its_members_are_made() {
    let krate = TestCrate::empty();
    let own = "[workspace]\n[dependencies]\none = { path = \"../libs/one\" }\n";
    krate.write("app/Cargo.toml", &package("app", own));
    krate.write("app/src/main.rs", "fn main() {\n    one::one();\n}\n");
    let libs =
        "[workspace]\nmembers = [\"one\"]\n[workspace.dependencies]\ntwo = { path = \"two\" }\n";
    krate.write("libs/Cargo.toml", libs);
    let one = "[dependencies]\ntwo = { workspace = true }\n";
    krate.write("libs/one/Cargo.toml", &package("one", one));
    krate.write("libs/one/src/lib.rs", "pub fn one() { two::two() }\n");
    krate.write(
        "libs/two/Cargo.toml",
        &package("two", "[features]\nx = []\n"),
    );
    krate.write("libs/two/src/lib.rs", "pub fn two() {}\n");
    let report = ["report", "--fail-under-lines", "100"];
    for options in [&[][..], &["--also", "one"]] {
        krate.write("libs/Cargo.toml", libs);
        in_app(&krate, &[&["run"], options].concat()).ends_with(0);
        in_app(&krate, &report).ends_with(0);
        krate.write(
            "libs/Cargo.toml",
            &libs.replace(" }", ", features = [\"x\"] }"),
        );
        in_app(&krate, &report)
            .ends_with(1)
            .says("libs/Cargo.toml has changed since the program was built");
    }
    // That of a package which names it, and one above that is none of it.
    krate.write("libs/Cargo.toml", "[workspace]\n");
    krate.write("libs/one/Cargo.toml", &package("one", ""));
    krate.write("libs/one/src/lib.rs", "pub fn one() {}\n");
    krate.write(
        "elsewhere/Cargo.toml",
        "[workspace]\nmembers = [\"../libs/one\"]\n",
    );
    krate.write(
        "libs/one/Cargo.toml",
        &package("one", "workspace = \"../../elsewhere\"\n"),
    );
    in_app(&krate, &["run"]).ends_with(0);
    krate.write("libs/Cargo.toml", "[workspace]\n# Changed.\n");
    in_app(&krate, &report).ends_with(0);
    krate.write(
        "elsewhere/Cargo.toml",
        "[workspace]\nmembers = [\"../libs/one\"]\n# Changed.\n",
    );
    in_app(&krate, &report)
        .ends_with(1)
        .says("elsewhere/Cargo.toml has changed since the program was built");
}
