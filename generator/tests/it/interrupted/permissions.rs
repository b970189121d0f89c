//! Modes and owners stay, and what must not be written is not.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};

use super::tree::Tree;
use super::{chmod, itcov_as_anyone};
use crate::support::{Output, TestCrate, tools};

fn mode(krate: &TestCrate, path: &str) -> u32 {
    fs::metadata(krate.root.join(path)).unwrap().mode() & 0o7777
}

#[test]
fn modes_stay_and_new_files_have_the_usual_one() {
    let krate = TestCrate::new("modes");
    krate.write("justfile", "default:\n");
    chmod("755", &krate.root.join("justfile"));
    chmod("600", &krate.root.join("Cargo.toml"));
    chmod("2775", &krate.root);
    let script = "umask 027; exec \"$0\" itcov init";
    Output::of(
        krate
            .command("sh")
            .args(["-c", script])
            .arg(tools::cargo_itcov()),
    )
    .ends_with(0);
    assert_eq!(
        (mode(&krate, "justfile"), mode(&krate, "Cargo.toml")),
        (0o755, 0o600)
    );
    assert_eq!(
        (
            mode(&krate, "itcov.just"),
            mode(&krate, "tests/manual_integration.rs")
        ),
        (0o640, 0o640)
    );
    // The group of such a directory is that of everything in it.
    assert_eq!((mode(&krate, "."), mode(&krate, "tests")), (0o2775, 0o2750));
}

#[test]
#[ignore = "needs root, who alone can give a file away"]
fn the_owner_stays() {
    let krate = TestCrate::new("owner");
    krate.write("justfile", "default:\n");
    chown(krate.root.join("justfile"), Some(1234), Some(4321)).unwrap();
    chmod("4755", &krate.root.join("justfile"));
    krate.itcov(&["init"]).ends_with(0);
    let metadata = fs::metadata(krate.root.join("justfile")).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (1234, 4321));
    assert_eq!(mode(&krate, "justfile"), 0o4755);
}

#[test]
fn what_is_read_only_is_named_and_nothing_is_written() {
    // The file or directory that is read-only, the command, and what cannot be written.
    for (path, command, names) in [
        ("Cargo.toml", "init", "Cargo.toml"),
        ("justfile", "init", "justfile"),
        (".", "init", "Cargo.toml"),
        ("tests", "init", "manual_integration.rs"),
        ("tests", "remove", "manual_integration.rs"),
        ("justfile", "remove", "justfile"),
    ] {
        let krate = TestCrate::new("read-only");
        krate.write("justfile", "default:\n");
        krate.write("tests/other.rs", "#[test]\nfn passes() {}\n");
        if command == "remove" {
            krate.itcov(&["init"]).ends_with(0);
        }
        chmod("a-w", &krate.root.join(path));
        let before = Tree::of(&krate.root);
        let output = itcov_as_anyone(&krate, &[command]);
        let after = Tree::of(&krate.root);
        chmod("u+w", &krate.root.join(path));
        let output = output.ends_with(1).says("cannot write").says(names);
        assert!(
            output.stderr.contains("Permission denied")
                || output.stderr.contains("the file is read-only"),
            "{path}: {output:?}"
        );
        assert!(
            output.stderr.contains("; nothing was changed"),
            "{path}: {output:?}"
        );
        assert_eq!(after, before, "{path}");
    }
}
