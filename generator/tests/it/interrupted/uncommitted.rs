//! Uncommitted changes are not changed further, unless that is allowed.

use std::fs;
use std::path::Path;

use super::tree::Tree;
use crate::support::{Output, TestCrate, tools};

fn git(krate: &TestCrate, arguments: &[&str]) -> String {
    let mut command = krate.command("git");
    let identity = [
        "-c",
        "user.name=itcov",
        "-c",
        "user.email=itcov@example.com",
    ];
    command
        .args(identity)
        .args(["-c", "protocol.file.allow=always"]);
    Output::of(command.args(arguments)).ends_with(0).stdout
}

/// A crate with a justfile, all of it committed.
fn committed(name: &str) -> TestCrate {
    let krate = TestCrate::new(name);
    krate.write("justfile", "default:\n");
    krate.write(".gitignore", "target\n");
    git(&krate, &["init", "--quiet"]);
    commit(&krate);
    krate
}

fn commit(krate: &TestCrate) {
    git(krate, &["add", "--all"]);
    git(krate, &["commit", "--quiet", "--message", "state"]);
}

#[track_caller]
fn refused(krate: &TestCrate, arguments: &[&str], flag: &str, list: &str) {
    let before = Tree::of(&krate.root);
    let output = krate.itcov(arguments).ends_with(1);
    let expected = format!(
        "error: these files have uncommitted changes; commit them first, or pass {flag}:{list}\n"
    );
    assert_eq!(output.stderr, expected);
    assert_eq!(Tree::of(&krate.root), before);
}

#[test]
fn files_with_uncommitted_changes_are_named_and_not_changed_unless_allowed() {
    let krate = committed("dirty");
    krate.write("justfile", "default:\n    true\n");
    refused(&krate, &["init"], "--allow-dirty", "\n  justfile (dirty)");
    refused(
        &krate,
        &["init", "--allow-staged"],
        "--allow-dirty",
        "\n  justfile (dirty)",
    );
    git(&krate, &["add", "justfile"]);
    refused(&krate, &["init"], "--allow-staged", "\n  justfile (staged)");
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + "# edited\n"));
    let both = "\n  Cargo.toml (dirty)\n  justfile (staged)";
    refused(&krate, &["init"], "--allow-dirty", both);
    refused(
        &krate,
        &["init", "--allow-staged"],
        "--allow-dirty",
        "\n  Cargo.toml (dirty)",
    );
    krate
        .itcov(&["init", "--dry-run"])
        .ends_with(0)
        .prints("+++ b/justfile");
    krate
        .itcov(&["init", "--allow-dirty"])
        .ends_with(0)
        .prints("Edited justfile");
}

#[test]
fn what_is_only_staged_can_be_allowed_by_itself() {
    let krate = committed("staged");
    krate.write("justfile", "default:\n    true\n");
    git(&krate, &["add", "justfile"]);
    krate
        .itcov(&["init", "--allow-staged"])
        .ends_with(0)
        .prints("Edited justfile");
}

#[test]
fn uncommitted_changes_elsewhere_do_not_matter() {
    let krate = committed("elsewhere");
    krate.write("src/main.rs", "fn main() { }\n");
    krate.write("untracked", "");
    krate.itcov(&["init"]).ends_with(0);
    // What is not changed again does not matter, and neither does what is to be as it was committed.
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    krate.itcov(&["remove"]).ends_with(0);
    assert_eq!(
        git(&krate, &["status", "--short"]),
        " M src/main.rs\n?? untracked\n"
    );
    // What was committed with it is given back by git.
    krate.itcov(&["init"]).ends_with(0);
    commit(&krate);
    krate.itcov(&["remove"]).ends_with(0);
    krate.itcov(&["init"]).ends_with(0);
    assert_eq!(git(&krate, &["status", "--short"]), "");
}

#[test]
fn other_edits_beside_ours_are_kept_back() {
    let krate = committed("edited");
    krate.itcov(&["init"]).ends_with(0);
    krate.write(
        "justfile",
        &("mine:\n".to_owned() + &krate.read("justfile")),
    );
    refused(&krate, &["remove"], "--allow-dirty", "\n  justfile (dirty)");
    krate.itcov(&["remove", "--allow-dirty"]).ends_with(0);
    assert_eq!(krate.read("justfile"), "mine:\ndefault:\n");
}

#[test]
fn line_ends_that_git_has_made_are_no_change() {
    let krate = committed("line-ends");
    krate.itcov(&["init"]).ends_with(0);
    commit(&krate);
    git(&krate, &["config", "core.autocrlf", "true"]);
    fs::remove_file(krate.root.join("justfile")).unwrap();
    git(&krate, &["checkout", "--", "."]);
    let text = krate.read("justfile");
    assert_eq!(text, "default:\r\n\r\nimport 'itcov.just'\r\n");
    krate.write("justfile", "default:\r\n");
    krate
        .itcov(&["init"])
        .ends_with(0)
        .prints("Edited justfile");
    assert_eq!(krate.read("justfile"), text);
    krate.write("justfile", "other:\r\n");
    refused(&krate, &["init"], "--allow-dirty", "\n  justfile (dirty)");
}

#[test]
fn in_a_repository_without_a_commit_everything_is_uncommitted() {
    let krate = TestCrate::new("unborn");
    git(&krate, &["init", "--quiet"]);
    refused(&krate, &["init"], "--allow-dirty", "\n  Cargo.toml (dirty)");
    git(&krate, &["add", "--all"]);
    refused(
        &krate,
        &["init"],
        "--allow-staged",
        "\n  Cargo.toml (staged)",
    );
    krate.itcov(&["init", "--allow-staged"]).ends_with(0);
}

#[test]
fn what_git_ignores_may_be_changed() {
    let krate = committed("ignored");
    git(&krate, &["rm", "--quiet", "--cached", "justfile"]);
    krate.write(".gitignore", "target\njustfile\n");
    commit(&krate);
    krate.write("justfile", "private:\n");
    krate
        .itcov(&["init"])
        .ends_with(0)
        .prints("Edited justfile");
}

#[test]
fn names_are_no_patterns_and_may_have_spaces() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"a *\", \"a b\"]\n",
    );
    for (directory, name) in [("a b", "ab"), ("a [b]", "abb")] {
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        krate.write(&format!("{directory}/Cargo.toml"), &manifest);
        krate.write(&format!("{directory}/src/main.rs"), "fn main() {}\n");
    }
    git(&krate, &["init", "--quiet"]);
    commit(&krate);
    krate.write(
        "a b/Cargo.toml",
        &(krate.read("a b/Cargo.toml") + "# edited\n"),
    );
    krate.itcov(&["init", "-p", "abb"]).ends_with(0);
    refused(
        &krate,
        &["init", "-p", "ab"],
        "--allow-dirty",
        "\n  a b/Cargo.toml (dirty)",
    );
    git(&krate, &["checkout", "--quiet", "--", "a b"]);
    krate.itcov(&["init", "-p", "ab"]).ends_with(0);
    krate.itcov(&["remove"]).ends_with(0);
    assert_eq!(git(&krate, &["status", "--short"]), "");
}

#[test]
fn a_package_in_a_submodule_is_asked_about_there() {
    let inner = committed("inner");
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"inner\"]\n",
    );
    git(&krate, &["init", "--quiet"]);
    git(
        &krate,
        &[
            "submodule",
            "--quiet",
            "add",
            inner.root.to_str().unwrap(),
            "inner",
        ],
    );
    commit(&krate);
    let manifest = krate.read("inner/Cargo.toml");
    krate.write("inner/Cargo.toml", &(manifest.clone() + "# edited\n"));
    refused(
        &krate,
        &["init"],
        "--allow-dirty",
        "\n  inner/Cargo.toml (dirty)",
    );
    krate.write("inner/Cargo.toml", &manifest);
    krate.itcov(&["init"]).ends_with(0);
}

#[test]
fn without_git_or_a_repository_everything_may_be_changed() {
    let krate = committed("without-git");
    krate.write("justfile", "mine:\n");
    // cargo is needed all the same.
    let cargo = Path::new(env!("CARGO")).parent().unwrap();
    let mut itcov = krate.command(tools::cargo_itcov());
    Output::of(itcov.args(["itcov", "init"]).env("PATH", cargo)).ends_with(0);
}

#[test]
fn a_repository_that_git_does_not_open_is_refused_in_its_words() {
    let krate = committed("broken");
    krate.write(".git/config", "[core\n");
    let output = krate.itcov(&["init"]).ends_with(1);
    let output = output.says("`git status` failed; pass --allow-dirty to skip the check");
    output.says("bad config line 1").says("--allow-dirty");
    krate.itcov(&["init", "--allow-dirty"]).ends_with(0);
}

#[test]
fn the_index_is_left_as_it_is() {
    let krate = committed("index");
    // As after a checkout elsewhere: a status would refresh it.
    let touch = krate.root.join("justfile");
    fs::write(&touch, fs::read(&touch).unwrap()).unwrap();
    let index = || fs::read(krate.root.join(".git/index")).unwrap();
    let before = index();
    krate.itcov(&["init"]).ends_with(0);
    assert_eq!(index(), before);
}
