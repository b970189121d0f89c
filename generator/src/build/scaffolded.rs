//! The harness of a package, as a source that rustc can compile.

use std::fs;
use std::path::PathBuf;

use cargo_metadata::{Edition, Package};

use super::harness::Source;

/// Where a package has its harness.
fn path(package: &Package) -> PathBuf {
    let manifest = package.manifest_path.as_std_path();
    manifest
        .with_file_name("tests")
        .join("manual_integration.rs")
}

/// The harness of a package; `None` where it has none, or one of another kind.
pub fn of_package(package: &Package) -> Option<Source> {
    let file = path(package);
    let text = fs::read_to_string(&file).ok()?;
    Some(Source {
        feature: between(&text, "#![cfg(feature = \"", "\")]")?.to_owned(),
        bin: between(&text, "env!(\"CARGO_BIN_EXE_", "\")")?.to_owned(),
        edition: package.edition,
        file,
        text,
    })
}

/// The harness of the template, for a package without one.
pub fn builtin(package: &Package, bin: &str) -> Source {
    let declaration = if package.edition >= Edition::E2024 {
        "unsafe extern \"C\""
    } else {
        "extern \"C\""
    };
    let text = include_str!("../../template/tests/manual_integration.rs");
    let feature = "manual-integration";
    Source {
        text: text
            .replace("{{ feature }}", feature)
            .replace("{{ features }}", feature)
            .replace("{{ bin }}", bin)
            .replace("{{ unsafe_extern }}", declaration),
        file: path(package),
        feature: feature.to_owned(),
        bin: bin.to_owned(),
        edition: package.edition,
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}
