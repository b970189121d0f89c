//! The manifests of the crates that cargo has unpacked on this machine, those that the tests are built from among them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use toml_edit::Document;

use super::super::{Additions, sections};
use super::added;

/// `Cargo.toml.orig` is what people have written, `Cargo.toml` what cargo has made of it.
fn manifests() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| std::env::home_dir().unwrap().join(".cargo"));
    let sources = fs::read_dir(home.join("registry/src")).unwrap();
    let crates = sources.flat_map(|source| fs::read_dir(source.unwrap().path()).unwrap());
    let crates = crates.map(|entry| entry.unwrap().path());
    let manifests =
        crates.flat_map(|path| ["Cargo.toml.orig", "Cargo.toml"].map(|name| path.join(name)));
    manifests.filter(|path| path.exists()).collect()
}

#[test]
fn the_properties_hold_for_published_manifests() {
    let manifests = manifests();
    let own = |path: &PathBuf| path.to_string_lossy().contains("/toml_edit-");
    assert!(
        manifests.iter().any(own),
        "not even the crates that this is built from"
    );
    let bin_features = ["cli".to_owned()];
    let (mut checked, mut refused) = (0, BTreeMap::new());
    for path in &manifests {
        let text = fs::read_to_string(path).unwrap();
        let Ok(document) = Document::parse(text.as_str()) else {
            // Some crates pack manifests of theirs that were never meant for cargo.
            *refused.entry("not TOML".to_owned()).or_insert(0) += 1;
            continue;
        };
        let edition =
            sections::package(document.as_table()).and_then(|(_, package)| package.get("edition"));
        let additions = Additions {
            feature: "manual-integration",
            bin_features: &bin_features[..checked % 2],
            keep_autotests: edition.is_none_or(|edition| edition.as_str() == Some("2015")),
        };
        eprintln!("{}", path.display());
        match added(&text, &additions) {
            Ok(_) => checked += 1,
            Err(reason) => *refused.entry(reason).or_insert(0) += 1,
        }
    }
    eprintln!("{checked} manifests; refused: {refused:#?}");
    assert!(checked > 100, "{checked} manifests are no proof");
    assert!(
        refused.keys().all(|reason| reason.contains("write it as")),
        "{refused:#?}"
    );
}
