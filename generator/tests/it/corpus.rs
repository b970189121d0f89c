//! The corpus: its page has what its list has, and what it looks at would be seen.

// The command's own eyes.
#[path = "../../examples/corpus/tree.rs"]
mod tree;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{TestCrate, repository};

#[test]
fn the_page_has_every_entry_of_the_list_and_nothing_that_fails_for_no_known_reason() {
    let list =
        fs::read_to_string(repository().join("generator/examples/corpus/crates.toml")).unwrap();
    let page = fs::read_to_string(repository().join("docs/corpus.md")).unwrap();
    let names: Vec<&str> = list
        .lines()
        .filter_map(|line| {
            line.strip_prefix("crate = \"")
                .or(line.strip_prefix("name = \""))
        })
        .filter_map(|line| line.strip_suffix('"'))
        .collect();
    assert!(names.len() >= 60, "{}", names.len());
    for name in &names {
        assert!(
            page.contains(&format!("\n| {name} ")),
            "{name} is not in docs/corpus.md"
        );
    }
    assert!(!page.contains("| not known |"));
}

#[test]
fn lines_that_are_added_anywhere_are_no_loss() {
    for (before, after) in [
        ("a\nb\n", "new\na\nnew\nb\nnew\n"),
        ("a\nb", "a\nb\nnew\n"),
        ("a\r\nb", "a\r\nb\r\nnew\r\n"),
        ("", "new\n"),
    ] {
        assert_eq!(
            change(before, after).map_err(|error| error.to_string()),
            Ok(1),
            "{after:?}"
        );
    }
}

#[test]
fn a_line_that_is_lost_or_changed_or_moved_is_seen() {
    for (before, after) in [
        ("a\nb\n", "a\n"),
        ("a\nb\n", "b\na\n"),
        ("a\nb\n", "a \nb\n"),
        ("a\r\nb\r\n", "a\nb\r\n"),
        ("a\na\n", "a\n"),
        ("a\nb\n", "a\nb"),
    ] {
        assert!(change(before, after).is_err(), "{before:?} {after:?}");
    }
}

#[test]
fn what_is_not_restored_is_seen() {
    let krate = TestCrate::empty();
    krate.write("file", "text");
    let before = tree::read(&krate.root).unwrap();
    let difference = || {
        let now = tree::read(&krate.root).unwrap();
        tree::same(&before, &now).map_err(|error| error.to_string())
    };
    assert_eq!(difference(), Ok(()));
    krate.write("file", "text\n");
    assert_eq!(difference(), Err("file is not as before".into()));
    krate.write("file", "text");
    fs::create_dir(krate.root.join("tests")).unwrap();
    assert_eq!(difference(), Err("tests is left over".into()));
    fs::remove_dir(krate.root.join("tests")).unwrap();
    let file = krate.root.join("file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(difference(), Err("file has another mode".into()));
    fs::remove_file(file).unwrap();
    assert_eq!(difference(), Err("file is gone".into()));
}

/// How many files have only got lines, where one was so before and is so now.
fn change(before: &str, after: &str) -> anyhow::Result<usize> {
    let krate = TestCrate::empty();
    krate.write("file", before);
    let old = tree::read(&krate.root)?;
    krate.write("file", after);
    tree::only_adds(&old, &tree::read(&krate.root)?)
}
