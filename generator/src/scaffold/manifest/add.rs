//! What is put into a manifest, and where.

use std::ops::Range;

use anyhow::{Result, bail};
use toml_edit::{Array, Document, Item, Table, Value};

use super::lines::Edits;
use super::sections::{self, Entry};
use super::{Additions, shape, taken};
use crate::scaffold::TEST_TARGET;

/// The lines to add.
pub struct Adding<'a> {
    pub edits: Edits<'a>,
    /// What they are, for people.
    pub missing: Vec<String>,
}

pub fn add<'a>(document: &'a Document<&'a str>, additions: &Additions) -> Result<Adding<'a>> {
    let mut adding = Adding {
        edits: Edits::new(document.raw()),
        missing: Vec::new(),
    };
    let manifest = document.as_table();
    adding.feature(manifest, additions.feature)?;
    adding.test(manifest, &additions.required())?;
    if additions.keep_autotests {
        adding.autotests(manifest)?;
    }
    Ok(adding)
}

impl Adding<'_> {
    fn feature(&mut self, manifest: &Table, name: &str) -> Result<()> {
        if let Some(place) = taken::by_dependency(manifest, name) {
            bail!(
                "`{name}` is an optional dependency in {place}: choose another name with --feature"
            );
        }
        let features = manifest.get("features");
        if let Some(item) = features.and_then(|features| features.get(name)) {
            if item.as_array().is_some_and(Array::is_empty) {
                return Ok(());
            }
            bail!(
                "the feature `{name}` already exists and is not empty (line {}): choose another name with --feature",
                self.number(item.span())
            );
        }
        self.missing.push(format!("the feature `{name}`"));
        let line = shape::feature(name);
        match features {
            None => self.edits.append(["[features]", &line].map(shape::marked)),
            Some(item) => self.entry("features", item, &line)?,
        }
        Ok(())
    }

    fn test(&mut self, manifest: &Table, required: &[&str]) -> Result<()> {
        let entries = sections::entries(manifest, "test");
        if let Some(test) = entries
            .iter()
            .find(|test| test.text("name") == Some(TEST_TARGET))
        {
            return match difference(test, required) {
                None => Ok(()),
                Some(difference) => bail!(
                    "the test target `{TEST_TARGET}` already exists and differs (line {}): {difference}; change it, or rename it",
                    self.number(Some(test.span.clone()))
                ),
            };
        }
        self.missing
            .push(format!("the test target `{TEST_TARGET}`"));
        let lines = shape::test(required);
        match manifest.get("test") {
            None | Some(Item::ArrayOfTables(_)) => {
                let header = shape::marked("[[test]]");
                self.edits.append(std::iter::once(header).chain(lines));
                Ok(())
            }
            Some(item) => match item.as_array().and_then(Array::span) {
                Some(span) if self.insert_first(&span, &format!("{{ {} }}", lines.join(", "))) => {
                    Ok(())
                }
                _ => bail!(
                    "`test` is not written as [[test]] sections (line {}), and itcov only adds lines: write each target as \
                     one",
                    self.number(item.span())
                ),
            },
        }
    }

    /// In the edition 2015 cargo stops looking for tests by itself as soon as one is declared.
    fn autotests(&mut self, manifest: &Table) -> Result<()> {
        let is_declared = match manifest.get("test") {
            None => false,
            Some(Item::ArrayOfTables(_)) => sections::entries(manifest, "test")
                .iter()
                .any(|test| test.text("name") != Some(TEST_TARGET)),
            // Even one that is empty.
            Some(_) => true,
        };
        match sections::package(manifest) {
            Some((name, package)) if package.get("autotests").is_none() && !is_declared => {
                self.missing.push("`autotests = true`".to_owned());
                self.entry(name, package, "autotests = true")
            }
            _ => Ok(()),
        }
    }

    /// Adds an entry to a table of the manifest, in the form that the table has.
    fn entry(&mut self, name: &str, item: &Item, line: &str) -> Result<()> {
        let lines = &self.edits.lines;
        match item {
            Item::Table(table) => {
                let header = table.span().filter(|_| !table.is_implicit());
                match end_of(table).max(header.map(|span| span.end)) {
                    Some(end) => {
                        let last = lines.at(end - 1);
                        let indent = indentation(lines.content(last));
                        let prefix = if table.is_dotted() {
                            format!("{name}.")
                        } else {
                            String::new()
                        };
                        let line = shape::marked(&format!("{indent}{prefix}{line}"));
                        self.edits.insert_behind(last, line);
                    }
                    // There are sections below it, and none of its own.
                    None => self
                        .edits
                        .append([&format!("[{name}]"), line].map(shape::marked)),
                }
                Ok(())
            }
            Item::Value(Value::InlineTable(table)) => {
                if self.insert_first(&table.span().unwrap_or_default(), line) {
                    return Ok(());
                }
                bail!(
                    "`{name}` is an inline table (line {}), and itcov only adds lines, here {line}: write it as a \
                     [{name}] section",
                    self.number(item.span())
                )
            }
            _ => bail!(
                "`{name}` is not a table (line {}): write it as a [{name}] section",
                self.number(item.span())
            ),
        }
    }

    /// Adds a line behind the one that opens an array or an inline table, if that line ends there.
    fn insert_first(&mut self, span: &Range<usize>, line: &str) -> bool {
        let lines = &self.edits.lines;
        let rest = lines.behind(span.start + 1).trim_start();
        if !rest.is_empty() && !rest.starts_with('#') {
            return false;
        }
        let opening = lines.at(span.start);
        let next = (opening + 1..lines.of(span).end - 1)
            .map(|line| lines.content(line))
            .find(|content| !content.trim().is_empty());
        let indent = next.map_or("    ", indentation);
        let line = shape::marked(&format!("{indent}{line},"));
        self.edits.insert_behind(opening, line);
        true
    }

    fn number(&self, span: Option<Range<usize>>) -> usize {
        self.edits.number(span.map_or(0, |span| span.start))
    }
}

/// In what a test target differs from the harness's.
fn difference(test: &Entry, required: &[&str]) -> Option<String> {
    let path = shape::harness_path();
    if test.required_features().as_deref() != Some(required) {
        return Some(format!(
            "itcov's has required-features = {}",
            shape::list(required)
        ));
    }
    if test.table.contains_key("path") && test.text("path") != Some(&path) {
        return Some(format!("itcov's has path = \"{path}\""));
    }
    let is = |key: &str| test.table.get(key).and_then(Item::as_bool) == Some(false);
    ["harness", "test"]
        .into_iter()
        .find(|key| !is(key))
        .map(|key| format!("itcov's has {key} = false"))
}

/// Where the last value of a table ends that is written in the table's own section.
fn end_of(table: &Table) -> Option<usize> {
    table
        .iter()
        .filter_map(|(_, item)| match item {
            Item::Value(value) => value.span().map(|span| span.end),
            Item::Table(inner) if inner.is_dotted() => end_of(inner),
            _ => None,
        })
        .max()
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
