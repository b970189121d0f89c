//! A manifest's lists of targets, in either of the forms that TOML has for them.

use std::ops::Range;

use toml_edit::{Item, Table, TableLike, Value};

/// One `[[test]]` section, say, or one inline table of `test = [...]`.
pub struct Entry<'a> {
    pub table: &'a dyn TableLike,
    /// Where the header is, or the whole inline table.
    pub span: Range<usize>,
    pub is_inline: bool,
}

impl<'a> Entry<'a> {
    /// The text that a key has.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.table.get(key).and_then(Item::as_str)
    }

    /// What the target requires; `None` where it does not say so as it should.
    pub fn required_features(&self) -> Option<Vec<&'a str>> {
        strings(self.table.get("required-features")?)
    }
}

/// The entries of a list of targets: `bin`, `example`, `test` or `bench`.
pub fn entries<'a>(manifest: &'a Table, section: &str) -> Vec<Entry<'a>> {
    match manifest.get(section) {
        Some(Item::ArrayOfTables(tables)) => tables
            .iter()
            .map(|table| Entry {
                table,
                span: table.span().unwrap_or_default(),
                is_inline: false,
            })
            .collect(),
        Some(Item::Value(Value::Array(values))) => values
            .iter()
            .filter_map(Value::as_inline_table)
            .map(|table| Entry {
                table,
                span: table.span().unwrap_or_default(),
                is_inline: true,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// An array of nothing but strings.
pub fn strings(item: &Item) -> Option<Vec<&str>> {
    item.as_array()?.iter().map(Value::as_str).collect()
}

/// The `[package]` section and what it is called: very old manifests say `project`.
pub fn package(manifest: &Table) -> Option<(&'static str, &Item)> {
    ["package", "project"]
        .into_iter()
        .find_map(|name| Some((name, manifest.get(name)?)))
}
