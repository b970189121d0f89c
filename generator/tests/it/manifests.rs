//! Manifests of every shape, and those of published crates, through cargo itself: what it makes of them before and after.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::support::TestCrate;

/// Manifests that cargo accepts, each of which differs in how it can be added to.
const SHAPES: &[&str] = &[
    "package = { name = \"a\", version = \"0.1.0\", edition = \"2021\" }\n",
    "package = {\n  name = \"a\",\n  version = \"0.1.0\"\n}\nfeatures = {\n  x = []\n}\ntest = [\n  { name = \"t\" }\n]\n",
    "package = {\n  name = \"a\",\n  version = \"0.1.0\"\n}\nfeatures = {\n}\n",
    "package.name = \"a\"\npackage.version = \"0.1.0\"\nfeatures.x = []\nfeatures.\"y\" = [\n  \"x\"\n]",
    "[\"package\"]\n'name' = \"a\"\nversion = \"0.1.0\"\n[\"features\"]\n\"x\" = []\n[profile.'dev']\n",
    "[project]\nname = \"a\"\nversion = \"0.1.0\"\n[features]",
    "\u{feff}[package]\r\nname = \"a\"\r\nversion = \"0.1.0\"\r\n\r\n[features]\r\n\r\n[lib]\r\n",
    "\u{feff}[features]\nx = []\n[package]\nname = \"a\"\r\nversion = \"0.1.0\"",
    "[[test]]\nname = \"t\"\n[package.metadata.x]\nfeatures = []\n[package]\nname = \"a\"\nversion = \"0.1.0\"\n\
     edition = \"2021\"\n[[test]]\nname = \"u\"\npath = \"tests/t.rs\"\n# the end",
    "[package]\n\tname = \"a\"\n\tversion = \"0.1.0\"\n\tautotests = false\n\n# [features]\n# \u{fc} = []\n\n\n",
    "[workspace]\n[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n[package]\nname = \"a\"\n\
     version.workspace = true\nedition.workspace = true\nsome-key-of-tomorrow = 1\n[features]\ndefault = [\n  \"x\",\n]\nx = []\n",
];

/// What cargo says the package is: features, targets and all; `None` where it does not accept the manifest.
fn package(root: &Path) -> Option<cargo_metadata::Package> {
    let mut command = cargo_metadata::MetadataCommand::new();
    let metadata = command.manifest_path(root.join("Cargo.toml")).no_deps();
    let metadata = metadata
        .other_options(["--offline".to_owned()])
        .exec()
        .ok()?;
    metadata.root_package().cloned()
}

/// Whether the same targets, features and all the rest are there, but for itcov's.
#[track_caller]
fn differs_by_the_scaffold(mut after: cargo_metadata::Package, before: &cargo_metadata::Package) {
    assert_eq!(
        after.features.remove("manual-integration"),
        Some(Vec::new())
    );
    let is_ours = |target: &cargo_metadata::Target| target.name == "manual_integration";
    let ours: Vec<_> = after
        .targets
        .extract_if(.., |target| is_ours(target))
        .collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert_eq!(ours[0].required_features[0], "manual-integration");
    assert!(!ours[0].test && ours[0].src_path.ends_with("tests/manual_integration.rs"));
    assert_eq!(&after, before);
}

/// Puts the scaffold in and compares what cargo says before and after. The crate has a program of the given name.
#[track_caller]
fn scaffold(krate: &TestCrate, bin: &str) {
    let before = package(&krate.root).unwrap();
    krate.itcov(&["init", "--bin", bin]).ends_with(0);
    let after = package(&krate.root).unwrap_or_else(|| panic!("{}", krate.read("Cargo.toml")));
    differs_by_the_scaffold(after, &before);
    krate
        .itcov(&["init", "--bin", bin])
        .ends_with(0)
        .prints("Nothing to do");
}

#[test]
fn cargo_finds_the_same_in_a_manifest_of_any_shape_and_the_harness() {
    for shape in SHAPES {
        println!("{shape}\n---");
        let krate = TestCrate::new("a");
        krate.write("Cargo.toml", shape);
        krate.write("src/lib.rs", "");
        for test in ["t", "found"] {
            krate.write(&format!("tests/{test}.rs"), "");
        }
        scaffold(&krate, "a");
    }
}

/// The directories of unpacked crates, one of a name, in an order that mixes them.
fn published() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| std::env::home_dir().unwrap().join(".cargo"));
    let sources = fs::read_dir(home.join("registry/src")).unwrap();
    let crates = sources.flat_map(|source| fs::read_dir(source.unwrap().path()).unwrap());
    let mut crates: Vec<PathBuf> = crates.map(|krate| krate.unwrap().path()).collect();
    let name = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .rsplit_once('-')
            .unwrap()
            .0
            .to_owned()
    };
    // Written last, when another cargo is unpacking it.
    crates.retain(|path| path.join(".cargo-ok").exists() && path.join("Cargo.toml.orig").exists());
    crates.sort();
    crates.dedup_by_key(|path| name(path));
    crates.sort_by_key(|path| name(path).bytes().rev().collect::<Vec<_>>());
    crates
}

/// Links to everything in a directory.
fn link_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).into_iter().flatten() {
        let entry = entry.unwrap();
        symlink(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A published crate with the manifest that its author wrote, and with a program in any case.
fn with_program(published: &Path) -> TestCrate {
    let krate = TestCrate::empty();
    link_all(published, &krate.root);
    for directory in ["src", "tests"] {
        let _ = fs::remove_file(krate.root.join(directory));
        link_all(&published.join(directory), &krate.root.join(directory));
    }
    for file in ["Cargo.toml", "Cargo.lock", "justfile"] {
        let _ = fs::remove_file(krate.root.join(file));
    }
    let manifest = fs::read_to_string(published.join("Cargo.toml.orig")).unwrap();
    krate.write("Cargo.toml", &manifest);
    if !krate.has("src/main.rs") {
        krate.write("src/main.rs", "fn main() {}\n");
    }
    krate
}

#[test]
fn cargo_finds_the_same_in_published_crates_and_the_harness() {
    const ENOUGH: usize = 30;
    let mut done = 0;
    for path in published() {
        let krate = with_program(&path);
        // Many are members of a workspace that is not here, and some have no place for another program.
        let Some(package) = package(&krate.root) else {
            continue;
        };
        let Some(bin) = package.targets.iter().find(|target| target.is_bin()) else {
            continue;
        };
        println!("{}", path.display());
        scaffold(&krate, &bin.name);
        done += 1;
        if done == ENOUGH {
            return;
        }
    }
    panic!("{done} published crates are not enough");
}
