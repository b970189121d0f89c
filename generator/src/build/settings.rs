//! What decides how a program is made beside its manifests: cargo's settings and rustup's, with which compiler, which flags, and which
//! versions of its dependencies.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use llvm_coverage::files;
use toml_edit::{Document, Item, Value};

use super::sources::{cargo_home, clean};
use super::texts::Text;

/// Where cargo and rustup look for settings, in a directory and in those around it:
/// <https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure>,
/// <https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file>.
const AROUND: [&str; 4] = [
    ".cargo/config.toml",
    ".cargo/config",
    "rust-toolchain.toml",
    "rust-toolchain",
];

/// Where cargo looks for settings last, in its own directory.
const AT_HOME: [&str; 2] = ["config.toml", "config"];

/// The settings for the workspace at `root`, by a cargo that `began` then and was started here. They may also not be there.
pub fn of(root: &Path, began: SystemTime) -> impl Iterator<Item = Text> {
    let here = env::current_dir().unwrap_or_default();
    let around = here.ancestors().chain(root.ancestors());
    let around = around.flat_map(|it| AROUND.map(|name| it.join(name)));
    let home = cargo_home().into_iter();
    let home = home.flat_map(|it| AT_HOME.map(|name| it.join(name)));
    let mut found = BTreeSet::new();
    for path in around.chain(home) {
        add(path, &mut found);
    }
    let found = found.into_iter().map(move |path| {
        if path.exists() {
            Text::before(path, began)
        } else {
            Text::absent(path)
        }
    });
    // cargo itself writes it.
    let lock = root.join("Cargo.lock");
    let lock = lock.exists().then(|| Text::at(lock));
    found.chain(lock)
}

/// Adds a file, and those that it includes: <https://doc.rust-lang.org/cargo/reference/config.html#including-extra-configuration-files>.
fn add(path: PathBuf, found: &mut BTreeSet<PathBuf>) {
    let included = included(&path);
    if found.insert(path) {
        for path in included {
            add(path, found);
        }
    }
}

fn included(path: &Path) -> Vec<PathBuf> {
    let is_toml = path.extension().is_none_or(|it| it == "toml");
    let text = files::read_text(path).ok().filter(|_| is_toml);
    let document = text.and_then(|it| Document::parse(it).ok());
    let item = document.as_ref().and_then(|it| it.get("include"));
    let directory = path.parent().unwrap_or(path);
    let names = item.map(names).unwrap_or_default();
    let paths = names.iter().map(|name| clean(&directory.join(name)));
    paths.collect()
}

/// Those of a list, each by itself or as the `path` of a table.
fn names(item: &Item) -> Vec<&str> {
    match item {
        Item::Value(Value::Array(array)) => array
            .iter()
            .filter_map(|it| {
                it.as_str()
                    .or_else(|| it.as_inline_table()?.get("path")?.as_str())
            })
            .collect(),
        Item::ArrayOfTables(tables) => tables
            .iter()
            .filter_map(|table| table.get("path")?.as_str())
            .collect(),
        _ => Vec::new(),
    }
}
