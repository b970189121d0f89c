//! The list of what is in the corpus: `crates.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use toml_edit::{Document, Item, Table};

use crate::download::Source;
use crate::step::Step;

/// One crate, or a workspace put together from several.
pub struct Entry {
    /// A crate's own name and version, or what the workspace is called.
    pub name: String,
    /// The crate at the root.
    pub root: Option<Source>,
    /// What is written into the root manifest, behind what the crate at the root has.
    pub layout: String,
    /// By their directories.
    pub members: BTreeMap<String, Source>,
    /// Which packages `init` is told to take.
    pub packages: Vec<String>,
    /// Which binaries `init` is told to take.
    pub bins: Vec<String>,
    /// Whether it is built too, and how it is run then.
    pub build: Option<Build>,
    /// What the manifest does not tell.
    pub note: String,
    /// Steps that fail, and why.
    pub known: BTreeMap<Step, String>,
}

/// How a program is measured.
pub struct Build {
    /// The program's arguments.
    pub arguments: Vec<String>,
    /// What the program may find in the file `input` in its crate.
    pub input: Option<String>,
}

impl Entry {
    /// Every crate that the entry consists of.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.root.iter().chain(self.members.values())
    }
}

/// Reads the list.
pub fn read(path: &Path) -> Result<Vec<Entry>> {
    let text = fs::read_to_string(path)?;
    let document = Document::parse(text.as_str())?;
    let entries = document
        .get("entry")
        .and_then(Item::as_array_of_tables)
        .context("the list has no [[entry]]")?;
    let entries = entries
        .iter()
        .map(|table| entry(table).with_context(|| format!("in the entry\n{table:?}")))
        .collect::<Result<Vec<_>>>()?;
    let mut names: Vec<_> = entries.iter().map(|entry| &entry.name).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    ensure!(twice.is_none(), "the same name twice: {twice:?}");
    Ok(entries)
}

fn entry(table: &Table) -> Result<Entry> {
    let keys = [
        "crate", "name", "root", "members", "packages", "bins", "run", "input", "note", "known",
    ];
    for (key, _) in table {
        ensure!(keys.contains(&key), "unknown key {key}: there are {keys:?}");
    }
    let root = text(table, "crate").map(source).transpose()?;
    let name = text(table, "name").map(str::to_owned);
    let known = pairs(table, "known").map(|(step, reason)| {
        Ok((
            Step::named(step).with_context(|| format!("there is no step {step}"))?,
            reason.to_owned(),
        ))
    });
    Ok(Entry {
        name: name
            .or_else(|| root.as_ref().map(Source::to_string))
            .context("it needs a crate or a name")?,
        root,
        layout: text(table, "root").unwrap_or_default().to_owned(),
        members: pairs(table, "members")
            .map(|(directory, name)| Ok((directory.to_owned(), source(name)?)))
            .collect::<Result<_>>()?,
        packages: list(table, "packages").unwrap_or_default(),
        bins: list(table, "bins").unwrap_or_default(),
        build: list(table, "run").map(|arguments| Build {
            arguments,
            input: text(table, "input").map(str::to_owned),
        }),
        note: text(table, "note").unwrap_or_default().to_owned(),
        known: known.collect::<Result<_>>()?,
    })
}

fn source(text: &str) -> Result<Source> {
    let (name, version) = text
        .split_once(' ')
        .with_context(|| format!("{text} is not a name and a version"))?;
    Ok(Source {
        name: name.to_owned(),
        version: version.to_owned(),
    })
}

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key)?.as_str()
}

fn list(table: &Table, key: &str) -> Option<Vec<String>> {
    let values = table.get(key)?.as_array()?.iter();
    Some(
        values
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect(),
    )
}

fn pairs<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let pairs = table.get(key).and_then(Item::as_table_like);
    pairs
        .into_iter()
        .flat_map(|pairs| pairs.iter())
        .filter_map(|(key, value)| Some((key, value.as_str()?)))
}
