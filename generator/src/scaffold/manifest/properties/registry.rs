//! The manifests of the crates that cargo has unpacked on this machine, those that the tests are built from among them.

use std::fs;
use std::path::PathBuf;

use toml_edit::Document;

use super::super::{Additions, sections};
use super::added;

/// All files of one name, and that what this is built from is among them.
fn manifests(name: &str) -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| std::env::home_dir().unwrap().join(".cargo"));
    let sources = fs::read_dir(home.join("registry/src")).unwrap();
    let crates = sources.flat_map(|source| fs::read_dir(source.unwrap().path()).unwrap());
    let crates = crates.map(|krate| krate.unwrap().path());
    // The mark is written last, when another cargo is unpacking it.
    let unpacked = crates.filter(|path| path.join(".cargo-ok").exists());
    let paths = unpacked.map(|path| path.join(name));
    let paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    let is_own = |path: &PathBuf| path.to_string_lossy().contains("/toml_edit-");
    assert!(paths.iter().any(is_own), "{paths:?}");
    paths
}

#[track_caller]
fn holds_for(name: &str) {
    let bin_features = ["cli".to_owned()];
    let (mut checked, mut refused) = (0, Vec::new());
    for path in manifests(name) {
        let text = fs::read_to_string(&path).unwrap();
        let document = Document::parse(text.as_str()).unwrap();
        let package = sections::package(document.as_table());
        let edition = package.and_then(|(_, package)| package.get("edition"));
        let additions = Additions {
            feature: "manual-integration",
            bin_features: &bin_features[..checked % 2],
            keep_autotests: edition.is_none_or(|edition| edition.as_str() == Some("2015")),
        };
        // Shown by a test that fails: which one it was.
        println!("{}", path.to_string_lossy());
        match added(&text, &additions) {
            Ok(_) => checked += 1,
            Err(reason) => refused.push(reason),
        }
    }
    println!("{checked} manifests hold, {} are refused", refused.len());
    assert!(checked > 100);
    let is_inline = |reason: &String| reason.contains("write it as");
    assert!(refused.iter().all(is_inline), "{refused:#?}");
}

#[test]
fn the_properties_hold_for_what_people_have_published() {
    holds_for("Cargo.toml.orig");
}

#[test]
fn the_properties_hold_for_what_cargo_has_made_of_it() {
    holds_for("Cargo.toml");
}
