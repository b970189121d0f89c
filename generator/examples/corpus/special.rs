//! What is unusual about a crate, for the table: read from its files, so that it is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cargo_metadata::{Package, TargetKind};
use toml_edit::{Document, Item, Table};

use crate::copy::Manifest;

/// The editions of the packages.
pub fn editions(packages: &[&Package]) -> String {
    let editions: BTreeSet<_> = packages
        .iter()
        .map(|package| package.edition.to_string())
        .collect();
    editions.into_iter().collect::<Vec<_>>().join(", ")
}

/// What stands out, of all packages together.
pub fn of(packages: &[&Package], root: &Path, manifest: Manifest) -> Vec<String> {
    let mut found = BTreeSet::new();
    for package in packages {
        of_manifest(package, manifest, &mut found);
        of_targets(package, &mut found);
    }
    if let Ok(text) = fs::read_to_string(root.join("Cargo.toml"))
        && let Ok(manifest) = Document::parse(text)
        && let Some(workspace) = manifest.get("workspace")
    {
        of_workspace(&manifest, workspace, &mut found);
    }
    if let Ok(files) = fs::read_dir(root) {
        for name in files.flatten().map(|file| file.file_name()) {
            let name = name.to_string_lossy().into_owned();
            match name.as_str() {
                ".cargo" | "rust-toolchain" | "rust-toolchain.toml" => {
                    found.insert(format!("`{name}`"))
                }
                _ if name.to_lowercase().ends_with("justfile") => found.insert(format!("`{name}`")),
                _ => false,
            };
        }
    }
    found.into_iter().collect()
}

fn of_manifest(package: &Package, whose: Manifest, found: &mut BTreeSet<String>) {
    let Ok(text) = fs::read_to_string(&package.manifest_path) else {
        return;
    };
    let Ok(document) = Document::parse(text.as_str()) else {
        return;
    };
    let mut note = |is_so: bool, what: &str| {
        if is_so {
            found.insert(what.to_owned());
        }
    };
    let manifest = document.as_table();
    note(text.contains("\r\n"), "CRLF");
    note(text.starts_with('\u{feff}'), "byte order mark");
    note(text.contains('\t'), "tabs");
    note(!text.ends_with('\n'), "no final line end");
    note(!text.is_ascii(), "not ASCII");
    note(text.len() > 10_000, "a long manifest");
    note(manifest.contains_key("project"), "`[project]`");
    note(manifest.contains_key("cargo-features"), "`cargo-features`");
    note(package.links.is_some(), "`links`");
    note(package.default_run.is_some(), "`default-run`");
    match manifest.get("features") {
        None => note(true, "no `[features]`"),
        Some(Item::Table(table)) if table.is_dotted() => note(true, "dotted features"),
        Some(Item::Table(table)) => note(table.is_empty(), "empty `[features]`"),
        Some(_) => note(true, "inline features"),
    }
    let fields = manifest.get("package").and_then(Item::as_table);
    // The registry's manifests list every target and turn the discovery off.
    let fields = fields.filter(|_| whose == Manifest::Author);
    let is_off = |key: &str| {
        fields
            .and_then(|fields| fields.get(key))
            .and_then(Item::as_bool)
            == Some(false)
    };
    for key in ["autobins", "autotests", "autoexamples", "autobenches"] {
        note(is_off(key), &format!("`{key} = false`"));
    }
    let tests = manifest.get("test").and_then(Item::as_array_of_tables);
    let tests: Vec<&Table> = tests.into_iter().flatten().collect();
    note(!tests.is_empty(), "`[[test]]`");
    note(
        tests
            .iter()
            .any(|test| test.get("harness").and_then(Item::as_bool) == Some(false)),
        "`harness = false`",
    );
    note(text.contains("workspace = true"), "inherits");
    note(manifest.contains_key("lints"), "lints");
    note(
        manifest
            .get("lints")
            .is_some_and(|_| text.contains("\"forbid\"")),
        "forbids by lints",
    );
}

fn of_targets(package: &Package, found: &mut BTreeSet<String>) {
    let bins: Vec<_> = package
        .targets
        .iter()
        .filter(|target| target.is_bin())
        .collect();
    if bins.len() > 1 {
        found.insert(format!("{} binaries", bins.len()));
    }
    if bins.iter().any(|bin| !bin.required_features.is_empty()) {
        found.insert("`required-features`".to_owned());
    }
    if bins.len() == 1 && bins[0].name != package.name.as_str() {
        found.insert("binary of another name".to_owned());
    }
    for (kind, what) in [
        (TargetKind::CustomBuild, "build script"),
        (TargetKind::ProcMacro, "procedural macros"),
        (TargetKind::Test, "tests"),
    ] {
        if package
            .targets
            .iter()
            .any(|target| target.is_kind(kind.clone()))
        {
            found.insert(what.to_owned());
        }
    }
}

fn of_workspace(manifest: &Table, workspace: &Item, found: &mut BTreeSet<String>) {
    let kind = if manifest.contains_key("package") {
        "rooted"
    } else {
        "virtual"
    };
    let list = |key: &str| workspace.get(key).and_then(Item::as_array);
    let members = list("members").map_or(0, toml_edit::Array::len);
    found.insert(if members == 0 {
        "a workspace of itself".to_owned()
    } else {
        format!("{kind} workspace")
    });
    let globs = list("members").is_some_and(|members| {
        members
            .iter()
            .any(|member| member.as_str().is_some_and(|path| path.contains('*')))
    });
    for (is_so, what) in [
        (globs, "globs"),
        (list("exclude").is_some(), "`exclude`"),
        (list("default-members").is_some(), "`default-members`"),
    ] {
        if is_so {
            found.insert(what.to_owned());
        }
    }
    if let Some(resolver) = workspace.get("resolver").and_then(Item::as_str) {
        found.insert(format!("resolver {resolver}"));
    }
}
