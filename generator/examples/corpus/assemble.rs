//! What the members of a workspace inherit. A virtual manifest is not published, but what it says is: cargo has written it
//! into the manifests that the registry has.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::Result;
use toml_edit::{Document, Item, Table, TableLike, Value};

use crate::download;
use crate::list::Entry;

/// The tables of the root manifest that the members' manifests refer to, as text. Empty if they refer to none.
pub fn inherited(entry: &Entry) -> Result<String> {
    let mut package = BTreeMap::new();
    let mut dependencies = BTreeMap::new();
    let mut lints = BTreeMap::new();
    for source in entry.members.values() {
        let directory = download::source(source)?;
        let Ok(author) = fs::read_to_string(directory.join("Cargo.toml.orig")) else {
            continue;
        };
        let registry = fs::read_to_string(directory.join("Cargo.toml"))?;
        let author = Document::parse(author)?;
        let registry = Document::parse(registry)?;
        if let Some(fields) = author.get("package").and_then(Item::as_table_like) {
            for (key, _) in fields.iter().filter(|(_, value)| is_inherited(value)) {
                if let Some(value) = registry["package"].get(key) {
                    package.insert(key.to_owned(), inline(value, registry.raw()));
                }
            }
        }
        for (key, value) in sections(author.as_table()).flat_map(|section| section.iter()) {
            if is_inherited(value) {
                let published = sections(registry.as_table()).find_map(|section| section.get(key));
                dependencies.insert(key.to_owned(), dependency(entry, key, published));
            }
        }
        if author.get("lints").is_some_and(is_inherited)
            && let Some(tools) = registry.get("lints").and_then(Item::as_table_like)
        {
            for (tool, rules) in tools.iter() {
                lints.insert(tool.to_owned(), inline(rules, registry.raw()));
            }
        }
    }
    let tables = [
        ("package", package),
        ("dependencies", dependencies),
        ("lints", lints),
    ];
    let mut text = String::new();
    for (name, values) in tables {
        if !values.is_empty() {
            let _ = writeln!(text, "\n[workspace.{name}]");
        }
        for (key, value) in values {
            let _ = writeln!(text, "{key} = {value}");
        }
    }
    Ok(text)
}

fn is_inherited(item: &Item) -> bool {
    let workspace = item
        .as_table_like()
        .and_then(|table| table.get("workspace"));
    workspace.and_then(Item::as_bool) == Some(true)
}

/// Every table of dependencies.
fn sections(manifest: &Table) -> impl Iterator<Item = &dyn TableLike> {
    let targets = manifest.get("target").and_then(Item::as_table_like);
    let targets = targets.into_iter().flat_map(TableLike::iter);
    let places = targets.filter_map(|(_, target)| target.as_table_like());
    std::iter::once(manifest as &dyn TableLike)
        .chain(places)
        .flat_map(|place| {
            ["dependencies", "dev-dependencies", "build-dependencies"]
                .into_iter()
                .filter_map(move |section| place.get(section)?.as_table_like())
        })
}

/// A dependency without its features, which the members have by themselves.
fn dependency(entry: &Entry, key: &str, published: Option<&Item>) -> String {
    let field = |name: &str| published?.get(name);
    let package = field("package").and_then(Item::as_str);
    // What only tests need and is not published is not in the registry's manifest.
    let version = field("version")
        .or(published)
        .and_then(Item::as_str)
        .unwrap_or("*");
    let mut fields = vec![format!("version = {version:?}")];
    fields.extend(package.map(|package| format!("package = {package:?}")));
    if field("default-features").and_then(Item::as_bool) == Some(false) {
        fields.push("default-features = false".to_owned());
    }
    let name = package.unwrap_or(key);
    let member = entry.members.iter().find(|(_, source)| source.name == name);
    fields.extend(member.map(|(directory, _)| format!("path = {directory:?}")));
    format!("{{ {} }}", fields.join(", "))
}

/// The item as a value on one side of an equals sign.
fn inline(item: &Item, text: &str) -> String {
    let table: Option<&dyn TableLike> = match item {
        Item::Value(Value::InlineTable(table)) => Some(table),
        Item::Table(table) => Some(table),
        _ => None,
    };
    if let Some(table) = table {
        let fields = table
            .iter()
            .map(|(key, value)| format!("{key} = {}", inline(value, text)));
        format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
    } else {
        item.span()
            .map_or_else(String::new, |span| text[span].to_owned())
    }
}
