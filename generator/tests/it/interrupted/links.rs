//! Links: followed inside, refused where they lead outside.

use std::fs;
use std::os::unix::fs::symlink;

use super::tree::Tree;
use crate::support::TestCrate;

#[test]
fn links_that_lead_inside_are_followed_and_stay_links() {
    let krate = TestCrate::new("inside");
    krate.write("common/justfile", "default:\n");
    krate.write("common/tests/other.rs", "#[test]\nfn passes() {}\n");
    fs::rename(
        krate.root.join("Cargo.toml"),
        krate.root.join("common/manifest"),
    )
    .unwrap();
    symlink("common/manifest", krate.root.join("Cargo.toml")).unwrap();
    symlink("common/justfile", krate.root.join("justfile")).unwrap();
    symlink(krate.root.join("common/tests"), krate.root.join("tests")).unwrap();
    let before = Tree::of(&krate.root);
    krate.itcov(&["init"]).ends_with(0);
    for link in ["Cargo.toml", "justfile", "tests"] {
        assert!(krate.root.join(link).is_symlink(), "{link}");
    }
    assert_eq!(
        krate.read("common/justfile"),
        "default:\n\nimport 'itcov.just'\n"
    );
    assert!(krate.read("common/manifest").contains("[[test]]"));
    assert!(krate.has("common/tests/manual_integration.rs"));
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    krate.itcov(&["remove"]).ends_with(0);
    assert_eq!(Tree::of(&krate.root), before);
}

#[test]
fn a_directory_that_a_link_leads_to_stays_when_it_gets_empty() {
    let krate = TestCrate::new("empty");
    fs::create_dir(krate.root.join("its")).unwrap();
    symlink("its", krate.root.join("tests")).unwrap();
    let before = Tree::of(&krate.root);
    krate.itcov(&["init"]).ends_with(0);
    krate.itcov(&["remove"]).ends_with(0);
    assert_eq!(Tree::of(&krate.root), before);
}

#[test]
fn links_that_lead_outside_or_nowhere_are_refused_and_nothing_is_written() {
    for (link, goal, messages) in [
        (
            "justfile",
            "../outside/file",
            &["justfile links to ", "/outside/file, outside of the crate"][..],
        ),
        (
            "Cargo.toml",
            "../outside/Cargo.toml",
            &["Cargo.toml links to ", "outside of the crate"],
        ),
        (
            "tests",
            "../outside",
            &["/krate/tests links to ", "/outside, outside of the crate"],
        ),
        (
            "justfile",
            "nowhere",
            &["justfile links to a file that does not exist"],
        ),
        (
            "tests",
            "../nowhere",
            &["/krate/tests links to ../nowhere, which does not exist"],
        ),
        (
            "itcov.just",
            "../nowhere",
            &["itcov.just links to ../nowhere, which does not exist"],
        ),
        ("justfile", "justfile", &["cannot read", "justfile"]),
    ] {
        let krate = TestCrate::new("outside");
        krate.write("../outside/file", "default:\n");
        krate.write("../outside/Cargo.toml", &krate.read("Cargo.toml"));
        let path = krate.root.join(link);
        let _ = fs::remove_file(&path);
        symlink(goal, path).unwrap();
        let everything = krate.root.parent().unwrap();
        let before = Tree::of(everything);
        let mut output = krate.itcov(&["init"]).ends_with(1);
        for message in messages {
            output = output.says(message);
        }
        assert!(!output.stderr.contains("not itcov's"), "{output:?}");
        assert_eq!(Tree::of(everything), before, "{link} -> {goal}");
    }
}

#[test]
fn a_package_beside_its_workspace_is_inside() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"../beside\"]\n",
    );
    let beside = "[package]\nname = \"beside\"\nversion = \"0.1.0\"\nedition = \"2024\"\nworkspace = \"../krate\"\n";
    krate.write("../beside/Cargo.toml", beside);
    krate.write("../beside/src/main.rs", "fn main() {}\n");
    let everything = krate.root.parent().unwrap();
    let before = Tree::of(everything);
    krate.itcov(&["init"]).ends_with(0);
    assert!(krate.has("../beside/tests/manual_integration.rs") && krate.has("itcov.just"));
    krate.itcov(&["remove"]).ends_with(0);
    assert_eq!(Tree::of(everything), before);
}

#[test]
fn of_a_harness_that_is_a_link_the_link_goes_and_the_goal_stays() {
    let krate = TestCrate::scaffolded("linked");
    let harness = krate.root.join("tests/manual_integration.rs");
    fs::rename(&harness, krate.root.join("shared.rs")).unwrap();
    symlink("../shared.rs", &harness).unwrap();
    let text = krate.read("shared.rs");
    krate.itcov(&["remove"]).ends_with(0);
    assert!(!harness.is_symlink() && !krate.has("tests"));
    assert_eq!(krate.read("shared.rs"), text);
}

#[test]
fn a_hard_link_is_broken_and_that_is_said() {
    let krate = TestCrate::new("hard");
    fs::hard_link(krate.root.join("Cargo.toml"), krate.root.join("other")).unwrap();
    let before = krate.read("Cargo.toml");
    let output = krate.itcov(&["init"]).ends_with(0);
    output.says("warning: other hard links to a file that was changed keep the old text; link them again: Cargo.toml\n");
    assert_eq!(krate.read("other"), before);
    assert_ne!(krate.read("Cargo.toml"), before);
}
