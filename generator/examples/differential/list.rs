//! The list of what is measured: `crates.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use toml_edit::{Document, Item, Table};

use crate::download::Source;

/// One program.
pub struct Entry {
    /// What it is called here, and in the table.
    pub name: String,
    /// A directory of the repository, in place of a published crate.
    pub example: Option<String>,
    /// The published crate at the root.
    pub root: Option<Source>,
    /// By its directory, each further crate of the workspace.
    pub members: BTreeMap<String, Source>,
    /// Which package `init` is told to take.
    pub package: Option<String>,
    /// Which program `init` is told to take.
    pub bin: Option<String>,
    /// Whether the dependencies are measured too.
    pub measures_all: bool,
    /// The cargo profile.
    pub profile: String,
    /// Variables of the build and of the runs.
    pub environment: BTreeMap<String, String>,
    /// What it is in the list for.
    pub note: String,
    /// In place of the runs: a command of `cargo itcov`, and the suite that it is given.
    pub command: Vec<String>,
    /// Lines for a shell, in which the program is `$ITCOV_BIN`; each has to succeed.
    pub runs: Vec<String>,
}

const KEYS: [&str; 12] = [
    "name",
    "example",
    "crate",
    "members",
    "package",
    "bin",
    "scope",
    "profile",
    "environment",
    "note",
    "command",
    "runs",
];

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
    for (key, _) in table {
        ensure!(KEYS.contains(&key), "unknown key {key}: there are {KEYS:?}");
    }
    let text = |key: &str| table.get(key)?.as_str().map(str::to_owned);
    let scope = text("scope");
    ensure!(
        scope.as_deref().is_none_or(|scope| scope == "all"),
        "scope is all, or is not there"
    );
    let entry = Entry {
        name: text("name").context("it needs a name")?,
        example: text("example"),
        root: text("crate").as_deref().map(source).transpose()?,
        members: pairs(table, "members")
            .map(|(directory, name)| Ok((directory.to_owned(), source(name)?)))
            .collect::<Result<_>>()?,
        package: text("package"),
        bin: text("bin"),
        measures_all: scope.is_some(),
        profile: text("profile").unwrap_or_else(|| "dev".to_owned()),
        environment: pairs(table, "environment")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        note: text("note").context("it needs a note")?,
        command: list(table, "command"),
        runs: list(table, "runs"),
    };
    ensure!(
        entry.runs.is_empty() != entry.command.is_empty(),
        "it needs either runs or a command"
    );
    Ok(entry)
}

impl Entry {
    /// Every published crate that the entry consists of.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.root.iter().chain(self.members.values())
    }
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

fn list(table: &Table, key: &str) -> Vec<String> {
    let values = table.get(key).and_then(Item::as_array);
    values
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

fn pairs<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let pairs = table.get(key).and_then(Item::as_table_like);
    pairs
        .into_iter()
        .flat_map(|pairs| pairs.iter())
        .filter_map(|(key, value)| Some((key, value.as_str()?)))
}
