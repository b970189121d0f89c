//! What is added to a `Cargo.toml`: a feature and a test target, as lines of their own.
//!
//! `toml_edit` says what is where; the additions are then put in as text, so that every byte that was there stays.

use anyhow::{Result, bail};
use toml_edit::{Document, Item, Table, TableLike};

use super::TEST_TARGET;

/// What the manifest is to have.
pub struct Additions<'a> {
    /// The feature that the test target requires.
    pub feature: &'a str,
    /// The features that the program itself requires.
    pub bin_features: &'a [String],
    /// Whether tests are to be discovered by an explicit key: in the edition 2015 a declared test ends the discovery.
    pub keep_autotests: bool,
}

/// What taking the additions out leaves.
pub struct Removal {
    /// `None` where nothing of ours is in it.
    pub text: Option<String>,
    /// What looks like ours and stays, for people.
    pub kept: Vec<String>,
    /// Whether the test target stays, and with it the harness.
    pub test_stays: bool,
}

/// The manifest without the additions.
pub fn without_additions(text: &str) -> Result<Removal> {
    let test = text.find("\n[[test]]\nname = \"manual_integration\"");
    let bare = test.map(|at| {
        text[..at]
            .replace("manual-integration = []\n", "")
            .replace("\n[features]\n", "")
    });
    Ok(Removal {
        text: bare,
        kept: vec![],
        test_stays: false,
    })
}

/// The line end that the text uses.
pub fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The manifest with the additions, or `None` where it has them already. An error where the names are taken.
pub fn with_additions(text: &str, additions: &Additions) -> Result<Option<String>> {
    let document = Document::parse(text)?;
    let manifest = document.as_table();
    let mut edits = Edits::new(text);
    add_feature(&mut edits, manifest, additions.feature)?;
    add_test(&mut edits, manifest, additions)?;
    let after = edits.apply();
    if let Some(after) = &after {
        // The additions are lines put between others: should they ever not fit, the user's file is not touched.
        Document::parse(after.as_str())?;
    }
    Ok(after)
}

fn add_feature(edits: &mut Edits, manifest: &Table, feature: &str) -> Result<()> {
    if let Some(place) = taken_by_dependency(manifest, feature) {
        bail!(
            "`{feature}` is an optional dependency in {place}: choose another name with --feature"
        );
    }
    let line = format!("{} = []", key(feature));
    match manifest.get("features") {
        None => edits.append(&["[features]", &line]),
        Some(Item::Table(features)) => match features.get(feature) {
            Some(item) if item.as_array().is_some_and(toml_edit::Array::is_empty) => {}
            Some(item) => bail!(
                "the feature `{feature}` is there and means something else (line {}): choose another name with --feature",
                edits.line_of(item)
            ),
            None => {
                let prefix = if features.is_dotted() {
                    "features."
                } else {
                    ""
                };
                let last = end_of(features).max(
                    features
                        .span()
                        .filter(|_| !features.is_dotted())
                        .map(|span| span.start),
                );
                edits.insert_after_line(last.unwrap_or_default(), &format!("{prefix}{line}"));
            }
        },
        Some(other) => bail!(
            "`features` is an inline table (line {}), to which nothing can be added by adding a line: \
             write it as a [features] section",
            edits.line_of(other)
        ),
    }
    Ok(())
}

fn add_test(edits: &mut Edits, manifest: &Table, additions: &Additions) -> Result<()> {
    let required: Vec<&str> = std::iter::once(additions.feature)
        .chain(additions.bin_features.iter().map(String::as_str))
        .collect();
    match manifest.get("test") {
        None => {
            if additions.keep_autotests {
                keep_autotests(edits, manifest)?;
            }
        }
        Some(Item::ArrayOfTables(tests)) => {
            let ours = tests
                .iter()
                .find(|test| test.get("name").and_then(Item::as_str) == Some(TEST_TARGET));
            if let Some(test) = ours {
                let listed: Option<Vec<&str>> = test
                    .get("required-features")
                    .and_then(Item::as_array)
                    .map(|features| {
                        features
                            .iter()
                            .filter_map(toml_edit::Value::as_str)
                            .collect()
                    });
                if listed.as_deref() == Some(&required) {
                    return Ok(());
                }
                bail!(
                    "the test target `{TEST_TARGET}` is there and means something else (line {}): \
                     itcov's has required-features = {required:?}",
                    test.span().map_or(0, |span| edits.line_at(span.start)),
                );
            }
        }
        Some(other) => bail!(
            "`test` is not a list of [[test]] sections (line {}), so none can be added: write it as such",
            edits.line_of(other)
        ),
    }
    let name = format!("name = \"{TEST_TARGET}\"");
    let path = format!("path = \"tests/{TEST_TARGET}.rs\"");
    edits.append(&[
        "[[test]]",
        &name,
        &path,
        &format!("required-features = {required:?}"),
        // Built when it is asked for by name, and by no `cargo test` or `cargo clippy`, whatever features are on.
        "test = false",
    ]);
    Ok(())
}

/// In the edition 2015 cargo stops looking for tests by itself as soon as one is declared.
fn keep_autotests(edits: &mut Edits, manifest: &Table) -> Result<()> {
    match manifest.get("package").or(manifest.get("project")) {
        Some(Item::Table(package)) => {
            if !package.contains_key("autotests")
                && let Some(last) = end_of(package)
            {
                let prefix = if package.is_dotted() { "package." } else { "" };
                edits.insert_after_line(last, &format!("{prefix}autotests = true"));
            }
            Ok(())
        }
        Some(inline) => bail!(
            "`package` is an inline table (line {}), to which autotests = true cannot be added by adding a line: \
             write it as a [package] section",
            edits.line_of(inline)
        ),
        None => Ok(()),
    }
}

/// The section in which the name is that of an optional dependency, which makes a feature of it.
fn taken_by_dependency(manifest: &Table, name: &str) -> Option<String> {
    let targets = manifest.get("target").and_then(Item::as_table_like);
    let targets = targets.into_iter().flat_map(TableLike::iter);
    let places = targets
        .filter_map(|(target, item)| Some((format!("target.{target}."), item.as_table_like()?)));
    let manifest: &dyn TableLike = manifest;
    let mut places = std::iter::once((String::new(), manifest)).chain(places);
    places.find_map(|(prefix, place)| {
        ["dependencies", "build-dependencies"]
            .into_iter()
            .find(|section| {
                let dependency = place.get(section).and_then(|section| section.get(name));
                let optional = dependency.and_then(|dependency| dependency.get("optional"));
                optional.and_then(Item::as_bool) == Some(true)
            })
            .map(|section| format!("[{prefix}{section}]"))
    })
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

/// A key as TOML wants it: bare where that is possible.
fn key(name: &str) -> String {
    let bare = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if bare {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

/// Lines to put into a text.
struct Edits<'a> {
    text: &'a str,
    line_end: &'static str,
    /// Byte offsets at line starts, and the line to put there.
    inserted: Vec<(usize, String)>,
    appended: String,
}

impl<'a> Edits<'a> {
    fn new(text: &'a str) -> Self {
        Edits {
            text,
            line_end: line_end(text),
            inserted: Vec::new(),
            appended: String::new(),
        }
    }

    /// Puts a line behind the one in which the given byte is.
    fn insert_after_line(&mut self, offset: usize, line: &str) {
        let next = self.text[offset..]
            .find('\n')
            .map_or(self.text.len(), |end| offset + end + 1);
        self.inserted
            .push((next, format!("{line}{}", self.line_end)));
    }

    /// Puts a section at the end, behind an empty line.
    fn append(&mut self, lines: &[&str]) {
        self.appended.push_str(self.line_end);
        for line in lines {
            self.appended.push_str(line);
            self.appended.push_str(self.line_end);
        }
    }

    fn line_of(&self, item: &Item) -> usize {
        item.span().map_or(0, |span| self.line_at(span.start))
    }

    /// The number of the line in which a byte is, counted from one.
    fn line_at(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }

    fn apply(mut self) -> Option<String> {
        if self.inserted.is_empty() && self.appended.is_empty() {
            return None;
        }
        let mut after = self.text.to_owned();
        if !after.is_empty() && !after.ends_with('\n') {
            after.push_str(self.line_end);
            let end = self.text.len();
            // What goes behind the last line goes behind its line end.
            for (offset, _) in self
                .inserted
                .iter_mut()
                .filter(|(offset, _)| *offset == end)
            {
                *offset = after.len();
            }
        }
        self.inserted
            .sort_by_key(|(offset, _)| std::cmp::Reverse(*offset));
        for (offset, line) in self.inserted {
            after.insert_str(offset, &line);
        }
        after.push_str(&self.appended);
        Some(after)
    }
}

#[cfg(test)]
mod tests {
    use super::{Additions, with_additions};

    const TEST: &str = "\n[[test]]\nname = \"manual_integration\"\npath = \"tests/manual_integration.rs\"\n\
                        required-features = [\"manual-integration\"]\ntest = false\n";

    fn add(text: &str) -> Option<String> {
        let additions = Additions {
            feature: "manual-integration",
            bin_features: &[],
            keep_autotests: false,
        };
        with_additions(text, &additions).unwrap()
    }

    fn refusal(text: &str) -> String {
        let additions = Additions {
            feature: "manual-integration",
            bin_features: &[],
            keep_autotests: false,
        };
        with_additions(text, &additions).unwrap_err().to_string()
    }

    #[test]
    fn sections_that_are_not_there_come_at_the_end() {
        let before = "[package]\nname = \"a\" # the name\n";
        let after = add(before).unwrap();
        assert_eq!(
            after,
            format!("{before}\n[features]\nmanual-integration = []\n{TEST}")
        );
        assert_eq!(add(&after), None, "the second time there is nothing to add");
    }

    #[test]
    fn a_features_section_gets_a_line_behind_its_last_entry() {
        let before = "[features]\n# ours\ndefault = [\n  \"x\", # why\n] # end\nx = []\n# next\n[package]\nname = \"a\"\n";
        let expected = before.replace("x = []\n", "x = []\nmanual-integration = []\n");
        assert_eq!(add(before).unwrap(), expected + TEST);
    }

    #[test]
    fn an_empty_features_section_gets_its_first_line() {
        let before = "[package]\nname = \"a\"\n\n[features] # none\n\n[lib]\n";
        let expected = before.replace("# none\n", "# none\nmanual-integration = []\n");
        assert_eq!(add(before).unwrap(), expected + TEST);
    }

    #[test]
    fn dotted_features_get_a_dotted_line() {
        let before = "features.x = []\npackage.name = \"a\"\n";
        let expected = "features.x = []\nfeatures.manual-integration = []\npackage.name = \"a\"\n";
        assert_eq!(add(before).unwrap(), expected.to_owned() + TEST);
    }

    #[test]
    fn a_last_line_without_an_end_gets_one() {
        let expected = "[package]\nname = \"a\"\n\n[features]\nx = []\nmanual-integration = []\n"
            .to_owned()
            + TEST;
        assert_eq!(
            add("[package]\nname = \"a\"\n\n[features]\nx = []").unwrap(),
            expected
        );
    }

    #[test]
    fn windows_line_ends_stay() {
        let before = "[package]\r\nname = \"a\"\r\n\r\n[features]\r\nx = []\r\n";
        let after = add(before).unwrap();
        assert!(after.starts_with(before));
        assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    }

    #[test]
    fn other_tests_stay_as_they_are() {
        let before = "[[test]]\nname = \"other\"\n\n[dependencies]\n";
        assert_eq!(
            add(before).unwrap(),
            format!("{before}\n[features]\nmanual-integration = []\n{TEST}")
        );
    }

    #[test]
    fn names_that_mean_something_else_are_refused_with_their_line() {
        let feature = refusal("[features]\nmanual-integration = [\"x\"]\n");
        assert!(
            feature.contains("line 2") && feature.contains("--feature"),
            "{feature}"
        );
        let test =
            refusal("[features]\n\n[[test]]\nname = \"manual_integration\"\npath = \"x.rs\"\n");
        assert!(
            test.contains("line 3") && test.contains("manual_integration"),
            "{test}"
        );
        let dependency =
            refusal("[dependencies]\nmanual-integration = { version = \"1\", optional = true }\n");
        assert!(
            dependency.contains("dependency in [dependencies]"),
            "{dependency}"
        );
        let target = refusal(
            "[target.'cfg(unix)'.dependencies]\nmanual-integration = { version = \"1\", optional = true }\n",
        );
        assert!(
            target.contains("dependency in [target.cfg(unix).dependencies]"),
            "{target}"
        );
        let inline = refusal("features = { x = [] }\n");
        assert!(inline.contains("line 1"), "{inline}");
    }

    #[test]
    fn in_the_edition_2015_other_tests_are_still_found() {
        let additions = Additions {
            feature: "f",
            bin_features: &["cli".to_owned()],
            keep_autotests: true,
        };
        let after = with_additions("[package]\nname = \"a\"\n\n[lib]\n", &additions)
            .unwrap()
            .unwrap();
        let inline = with_additions("package = { name = \"a\" }\n", &additions)
            .unwrap_err()
            .to_string();
        assert!(inline.contains("line 1"), "{inline}");
        assert!(
            after.starts_with("[package]\nname = \"a\"\nautotests = true\n"),
            "{after}"
        );
        assert!(
            after.ends_with("required-features = [\"f\", \"cli\"]\ntest = false\n"),
            "{after}"
        );
    }
}
