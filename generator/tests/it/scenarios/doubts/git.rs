//! What git does not tell by itself.

use std::fs;
use std::os::unix::fs::symlink;

use super::{app, record, recorded};
use crate::build::package;
use crate::scenarios::changed::changed;
use crate::support::TestCrate;
use crate::support::repository::Git;

#[test]
fn what_git_does_not_track_selects_all() {
    for name in ["ignored", "linked"] {
        let krate = TestCrate::empty();
        krate.write("Cargo.toml", &package("app", ""));
        krate.write(
            "src/main.rs",
            &format!("mod {name};\nfn main() {{\n    {name}::act();\n}}\n"),
        );
        let text = "pub fn act() {}\n";
        let outside = krate.root.with_file_name("outside.rs");
        if name == "ignored" {
            krate.write("src/ignored.rs", text);
        } else {
            fs::write(&outside, text).unwrap();
            symlink(&outside, krate.root.join("src/linked.rs")).unwrap();
        }
        recorded(&krate, &["one"]);
        let (names, said) = changed(&krate);
        assert_eq!(names, ["one"]);
        assert!(said.contains("the repository does not track "), "{said}");
    }
}

#[test]
fn what_was_recorded_of_another_suite_selects_all() {
    let krate = app("fn main() {\n    println!();\n}\n");
    let git = recorded(&krate, &["one"]);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    // Another suite, of which nothing was recorded, is what the branch began with.
    krate.write("suite.sh", &(krate.read("suite.sh") + "true\n"));
    git.commit("second");
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    let why = "recorded with another text of suite.sh";
    assert!(said.contains(why), "{said}");
    // One that is not committed when it is recorded, and is gone.
    krate.write("data", "1");
    record(&krate);
    fs::remove_file(krate.root.join("data")).unwrap();
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(said.contains("another text of data"), "{said}");
    record(&krate);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
}

#[test]
fn what_git_does_not_show_by_itself_is_a_change() {
    let krate = app("fn main() {\n    println!();\n}\n");
    krate.write(".gitattributes", "*.rs filter=local\n");
    let git = recorded(&krate, &["one"]);
    git.run(&["config", "filter.local.clean", "sed /LOCAL/d"]);
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!();\n    println!(\"LOCAL\");\n}\n",
    );
    git.run(&["add", "--all"]);
    record(&krate);
    assert_eq!(changed(&krate), (vec!["one".to_owned()], String::new()));
}

#[test]
fn a_file_of_a_submodule_that_git_was_told_to_take_for_unchanged_is_a_change() {
    let part = TestCrate::empty();
    part.write("Cargo.toml", &package("part", ""));
    part.write("src/lib.rs", "pub fn act() {\n    println!();\n}\n");
    Git::init(&part.root).commit("part");
    let krate = TestCrate::empty();
    let more = "[dependencies]\npart = { path = \"part\" }\n[workspace]\nmembers = [\"part\"]\n";
    krate.write("Cargo.toml", &package("app", more));
    krate.write("src/main.rs", "fn main() {\n    part::act();\n}\n");
    let add = format!(
        "git init -q && git -c protocol.file.allow=always submodule --quiet add '{}' part",
        part.root.display()
    );
    krate.sh(&add).ends_with(0);
    recorded(&krate, &["one"]);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    krate
        .sh("git -C part update-index --assume-unchanged src/lib.rs")
        .ends_with(0);
    krate.write(
        "part/src/lib.rs",
        "pub fn act() {\n    println!(\"more\");\n}\n",
    );
    record(&krate);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(said.contains("part/src/lib.rs"), "{said}");
}
