//! What is taken out of a manifest: what carries the mark, as long as it is what was put in.

use std::ops::Range;

use anyhow::{Result, bail};
use toml_edit::{Array, Document, Item, Table, TableLike, Value};

mod targets;

use targets::Tests;

use super::lines::Edits;
use super::sections::{self, Entry};
use super::shape;
use crate::scaffold::TEST_TARGET;
use crate::scaffold::users::FeatureUser;

/// A manifest without the additions.
#[derive(Debug, PartialEq, Eq)]
pub struct Removal {
    /// The text without them; `None` where there is nothing to take out.
    pub text: Option<String>,
    /// What was left because it is no longer as it was put in, or is used: sentences that begin with the number of
    /// the line, which is that of the text without the additions.
    pub kept: Vec<String>,
    /// Whether a test target that needs the harness is still there: cargo refuses one whose file is gone.
    pub test_stays: bool,
}

/// Takes the additions out of a manifest.
///
/// What has the mark goes, wherever it is and whatever the feature is called, unless people have made something else
/// of it. A test target of the harness's name goes without the mark too if it is as itcov's is: somebody has put it
/// there by hand, and without the harness it would be an error.
///
/// `users` are what else in the workspace needs a feature of the package.
pub fn without_additions(text: &str, users: &[FeatureUser]) -> Result<Removal> {
    let document = Document::parse(text)?;
    let manifest = document.as_table();
    let mut removing = Removing {
        edits: Edits::new(text),
        kept: Vec::new(),
        users,
    };
    let tests = removing.tests(manifest);
    let features = removing.features(manifest, &tests);
    removing.header(manifest, &features);
    removing.autotests(manifest, &tests);

    let after = removing.edits.apply();
    let left = match Document::parse(after.as_deref().unwrap_or(text)) {
        Ok(left) => left,
        Err(error) => bail!(
            "the manifest would be invalid without itcov's lines: take them out by hand\n{error}"
        ),
    };
    let needs_harness = |test: &Entry| {
        let path = test.text("path").unwrap_or_default();
        test.text("name") == Some(TEST_TARGET) || path.ends_with(&shape::harness_path())
    };
    let tests = sections::entries(left.as_table(), "test");
    let test_stays = tests.iter().any(needs_harness);
    let Removing {
        edits, mut kept, ..
    } = removing;
    kept.sort_by_key(|(offset, _)| *offset);
    let kept = kept
        .into_iter()
        .map(|(offset, what)| format!("line {}: {what}", edits.number(offset)));
    Ok(Removal {
        text: after,
        kept: kept.collect(),
        test_stays,
    })
}

const SHARES: &str = "it is not on a line of its own";

struct Removing<'a> {
    edits: Edits<'a>,
    /// By the byte that it is about.
    kept: Vec<(usize, String)>,
    users: &'a [FeatureUser],
}

/// What becomes of an entry that has the mark.
#[derive(PartialEq, Eq)]
enum Fate {
    Gone,
    /// Left as it is, mark and all.
    Left,
    /// Somebody else's from now on.
    Theirs,
}

impl Removing<'_> {
    /// The fate of each feature that has the mark.
    fn features<'m>(&mut self, manifest: &'m Table, tests: &Tests) -> Vec<(&'m str, Fate)> {
        let Some(features) = manifest.get("features").and_then(Item::as_table_like) else {
            return Vec::new();
        };
        let mut fates = Vec::new();
        for (name, item) in features.iter() {
            let Some(span) = entry_span(features, name) else {
                continue;
            };
            if !self.has_mark(span.end) {
                // Put in by hand, or used before.
                let is_required = tests
                    .gone
                    .iter()
                    .any(|required| required.first() == Some(&name));
                if is_required {
                    self.keep(
                        span.start,
                        format!(
                            "the feature `{name}` stays: it has no mark, so it was there before"
                        ),
                    );
                }
                continue;
            }
            let fate = if !item.as_array().is_some_and(Array::is_empty) || self.has_comment(item) {
                self.keep(
                    span.start,
                    format!("the feature `{name}` stays: it is not as itcov writes it"),
                );
                Fate::Left
            } else if let Some(user) = self.user_of(name, manifest, features, &tests.others) {
                self.keep(
                    span.start,
                    format!("the feature `{name}` stays, without the mark: {user}"),
                );
                self.edits.erase_comment(span.end);
                Fate::Theirs
            } else if tests.left.iter().any(|required| required.contains(&name)) {
                Fate::Left
            } else if self.remove_entry(&span) {
                Fate::Gone
            } else {
                self.keep(span.start, format!("the feature `{name}` stays: {SHARES}"));
                Fate::Left
            };
            fates.push((name, fate));
        }
        fates
    }

    /// The `[features]` header, if it has the mark: it goes with the last feature below it.
    fn header(&mut self, manifest: &Table, fates: &[(&str, Fate)]) {
        let Some(Item::Table(features)) = manifest.get("features") else {
            return;
        };
        let Some(span) = features.span() else { return };
        if features.is_dotted() || !self.has_mark(span.end) {
            return;
        }
        let fate = |name: &str| {
            let fate = fates.iter().find(|(other, _)| *other == name);
            fate.map(|(_, fate)| fate)
        };
        // What has a header of its own does not need this one.
        let is_below = |item: &Item| item.as_table().is_none_or(Table::is_dotted);
        let below = features.iter().filter(|(_, item)| is_below(item));
        let below: Vec<_> = below.map(|(name, _)| fate(name)).collect();
        if below.iter().all(|fate| *fate == Some(&Fate::Gone)) {
            self.edits.remove_header(self.edits.lines.at(span.start));
        } else if below
            .iter()
            .any(|fate| matches!(fate, None | Some(Fate::Theirs)))
        {
            self.keep(
                span.start,
                "the header [features] stays, without the mark: there are other features below it"
                    .to_owned(),
            );
            self.edits.erase_comment(span.end);
        }
    }

    fn autotests(&mut self, manifest: &Table, tests: &Tests) {
        let package = sections::package(manifest).and_then(|(_, package)| package.as_table_like());
        let Some((package, span)) =
            package.and_then(|package| Some((package, entry_span(package, "autotests")?)))
        else {
            return;
        };
        if !self.has_mark(span.end) {
            return;
        }
        if package.get("autotests").and_then(Item::as_bool) != Some(true) {
            self.keep(
                span.start,
                "`autotests` stays: it is not as itcov writes it".to_owned(),
            );
        } else if !tests.others.is_empty() {
            // In the edition 2015 the tests that nobody has declared are found because of it.
            self.keep(
                span.start,
                "`autotests = true` stays, without the mark: there are other [[test]] entries"
                    .to_owned(),
            );
            self.edits.erase_comment(span.end);
        } else if tests.left.is_empty() && !self.remove_entry(&span) {
            self.keep(span.start, format!("`autotests = true` stays: {SHARES}"));
        }
    }

    /// Removes the lines of an entry, unless it shares them, as in an inline table it may.
    fn remove_entry(&mut self, span: &Range<usize>) -> bool {
        let lines = &self.edits.lines;
        let is_alone = !lines.before(span.start).contains([',', '{']);
        if is_alone {
            self.edits.remove(lines.of(span));
        }
        is_alone
    }

    /// Whether there is a comment between the brackets of an array.
    fn has_comment(&self, item: &Item) -> bool {
        let Some((array, span)) = item
            .as_array()
            .and_then(|array| Some((array, array.span()?)))
        else {
            return false;
        };
        let mut gap = span.start;
        for value in array.iter().filter_map(Value::span) {
            if self.edits.lines.text(gap..value.start).contains('#') {
                return true;
            }
            gap = value.end;
        }
        self.edits.lines.text(gap..span.end).contains('#')
    }

    fn keep(&mut self, offset: usize, what: String) {
        self.kept.push((offset, what));
    }

    fn has_mark(&self, end: usize) -> bool {
        shape::is_mark(self.edits.lines.behind(end))
    }
}

/// From the start of a key to the end of its value.
fn entry_span(table: &dyn TableLike, name: &str) -> Option<Range<usize>> {
    let (key, item) = table.get_key_value(name)?;
    Some(key.span()?.start..item.span()?.end)
}

impl Removing<'_> {
    /// What makes cargo refuse the manifest without the feature, if anything does.
    fn user_of(
        &self,
        name: &str,
        manifest: &Table,
        features: &dyn TableLike,
        tests: &[Entry],
    ) -> Option<String> {
        let names_it =
            |item: &Item| sections::strings(item).is_some_and(|names| names.contains(&name));
        if let Some((other, _)) = features.iter().find(|(_, item)| names_it(item)) {
            return Some(format!("`{other}` turns it on"));
        }
        let sections = ["bin", "example", "bench"];
        let entries = sections.map(|section| sections::entries(manifest, section));
        let requires = |entry: &Entry| {
            entry
                .required_features()
                .is_some_and(|names| names.contains(&name))
        };
        let targets = entries.iter().flatten().chain(tests);
        targets
            .filter(|target| requires(target))
            .map(|target| target.text("name").unwrap_or_default())
            .map(|target| format!("the target `{target}` requires it"))
            .next()
            .or_else(|| {
                self.users
                    .iter()
                    .find(|user| user.feature == name)
                    .map(|user| user.how.clone())
            })
    }
}
