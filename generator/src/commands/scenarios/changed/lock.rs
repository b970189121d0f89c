//! Which packages at paths others lead to: also crates of a registry, which `[patch]` gives one of them, and these by their version.

use std::collections::HashMap;
use std::path::Path;

use cargo_metadata::{Dependency, Package};
use llvm_coverage::files;
use toml_edit::{Document, Item, Table};

/// The packages of a lock file by their names, and what each depends on.
pub struct Lock(Option<HashMap<String, Vec<Locked>>>);

#[derive(PartialEq)]
struct Locked {
    version: String,
    /// Only packages at paths have none.
    source: Option<String>,
    /// Names, with the version if there are several, and with the source if that is not enough.
    uses: Vec<String>,
}

impl Lock {
    /// That of the workspace at a root.
    pub fn of(root: &Path) -> Lock {
        let text = files::read_text(&root.join("Cargo.lock"));
        Lock(text.ok().and_then(|text| parse(&text)))
    }

    /// The packages that a dependency which is declared without a path leads to, through others; all if nobody knows.
    pub fn packages<'a>(
        &self,
        packages: &[&'a Package],
        dependency: &Dependency,
    ) -> Vec<&'a Package> {
        let Some(all) = &self.0 else {
            return packages.to_vec();
        };
        let mut found = Vec::new();
        let mut known: Vec<(&str, &Locked)> = Vec::new();
        let mut next = vec![dependency.name.as_str()];
        while let Some(words) = next.pop() {
            let name = words.split(' ').next().unwrap_or_default();
            let meant = all.get_key_value(name).into_iter();
            let meant = meant.flat_map(|(name, all)| all.iter().map(|it| (name.as_str(), it)));
            for (name, package) in meant.filter(|(_, it)| it.is(words)) {
                if known.contains(&(name, package)) {
                    continue;
                }
                known.push((name, package));
                let is_it = |it: &&Package| *it.name == name && package.source.is_none();
                let here = found.len();
                found.extend(packages.iter().copied().filter(is_it));
                if found.len() == here {
                    next.extend(package.uses.iter().map(String::as_str));
                }
            }
        }
        found
    }
}

impl Locked {
    /// Whether it is meant by these words, the first of which is its name.
    fn is(&self, words: &str) -> bool {
        let mut words = words.split(' ').skip(1);
        let is_source = |it: &str| {
            let source = it.trim_matches(['(', ')']);
            self.source.as_deref() == Some(source)
        };
        words.next().is_none_or(|it| it == self.version) && words.next().is_none_or(is_source)
    }
}

fn parse(text: &str) -> Option<HashMap<String, Vec<Locked>>> {
    let lock = Document::parse(text).ok()?;
    let mut all = HashMap::<String, Vec<Locked>>::new();
    if let Some(packages) = lock.get("package") {
        for package in packages.as_array_of_tables()? {
            let name = package.get("name").and_then(Item::as_str)?;
            all.entry(name.to_owned())
                .or_default()
                .push(locked(package)?);
        }
    }
    Some(all)
}

fn locked(package: &Table) -> Option<Locked> {
    let text = |key: &str| package.get(key).and_then(Item::as_str).map(str::to_owned);
    let uses = package.get("dependencies").and_then(Item::as_array);
    let uses = uses.into_iter().flatten().filter_map(|it| it.as_str());
    Some(Locked {
        version: text("version")?,
        source: text("source"),
        uses: uses.map(str::to_owned).collect(),
    })
}
