//! What is taken out of a manifest: what carries the mark, as long as it is what was put in.

use std::ops::Range;

use anyhow::{Result, bail};
use toml_edit::{Array, Document, Item, Table, TableLike, Value};

use super::lines::Edits;
use super::sections::{self, Entry};
use super::shape;
use crate::scaffold::TEST_TARGET;

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
#[cfg_attr(not(test), expect(dead_code, reason = "for `remove`"))]
pub fn without_additions(text: &str) -> Result<Removal> {
    let document = Document::parse(text)?;
    let manifest = document.as_table();
    let mut removing = Removing {
        edits: Edits::new(text),
        kept: Vec::new(),
    };
    let tests = removing.tests(manifest);
    let features = removing.features(manifest, &tests);
    removing.header(manifest, &features);
    removing.autotests(manifest, &tests);

    let after = removing.edits.apply();
    let left = match Document::parse(after.as_deref().unwrap_or(text)) {
        Ok(left) => left,
        Err(error) => bail!(
            "without itcov's lines the manifest would not be valid TOML: take them out by hand\n{error}"
        ),
    };
    let path = shape::harness_path();
    let test_stays = sections::entries(left.as_table(), "test")
        .iter()
        .any(|test| test.text("name") == Some(TEST_TARGET) || test.text("path") == Some(&path));
    let Removing { edits, mut kept } = removing;
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
}

/// What becomes of the test targets.
#[derive(Default)]
struct Tests<'a> {
    /// What those that go require.
    gone: Vec<Vec<&'a str>>,
    /// What itcov's require that stay.
    left: Vec<Vec<&'a str>>,
    others: Vec<Entry<'a>>,
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
    fn tests<'m>(&mut self, manifest: &'m Table) -> Tests<'m> {
        let mut tests = Tests::default();
        for test in sections::entries(manifest, "test") {
            let has_mark = self.has_mark(test.span.end);
            let has_name = test.text("name") == Some(TEST_TARGET);
            if !has_mark && !has_name {
                tests.others.push(test);
                continue;
            }
            let required = test.required_features().unwrap_or_default();
            let Some(reason) = self.reason_to_keep(&test, has_mark) else {
                self.remove_test(&test);
                tests.gone.push(required);
                continue;
            };
            let harness = if has_name {
                ", and the harness with it"
            } else {
                ""
            };
            self.keep(
                test.span.start,
                format!("the [[test]] entry stays{harness}: {reason}"),
            );
            tests.left.push(required);
        }
        tests
    }

    /// Why a test target is not taken out, if it is not.
    fn reason_to_keep(&self, test: &Entry, has_mark: bool) -> Option<String> {
        let lines = &self.edits.lines;
        let path = shape::harness_path();
        for (key, item) in test.table.iter() {
            let is_ours = match key {
                "name" => item.as_str() == Some(TEST_TARGET),
                "path" => item.as_str() == Some(&path),
                "required-features" => sections::strings(item).is_some(),
                "test" => item.as_bool() == Some(false),
                _ => return Some(format!("`{key}` is not itcov's")),
            };
            if !is_ours {
                return Some(format!("`{key}` is not as itcov writes it"));
            }
        }
        if !has_mark && test.table.len() < 4 {
            return Some("it has no mark, and is not as itcov writes it".to_owned());
        }
        let shares_its_line = if test.is_inline {
            lines.of(&test.span).len() > 1 || !lines.before(test.span.start).trim().is_empty()
        } else {
            false
        };
        if shares_its_line {
            return Some(SHARES.to_owned());
        }
        let is_bare = |offset| matches!(lines.behind(offset).trim(), "" | ",");
        let header = has_mark || is_bare(test.span.end);
        let keys = test.is_inline
            || test.table.iter().all(|(_, item)| {
                is_bare(item.span().unwrap_or_default().end) && !self.has_comment(item)
            });
        (!header || !keys).then(|| "there is a comment in its lines".to_owned())
    }

    fn remove_test(&mut self, test: &Entry) {
        if test.is_inline {
            self.edits.remove(self.edits.lines.of(&test.span));
            return;
        }
        let header = self.edits.lines.at(test.span.start);
        let mut last = header;
        for (name, _) in test.table.iter() {
            if let Some(span) = entry_span(test.table, name) {
                let lines = self.edits.lines.of(&span);
                last = last.max(lines.end - 1);
                self.edits.remove(lines);
            }
        }
        self.edits.remove_header(header);
        let comment = (header..last).find(|line| {
            !self.edits.is_removed(*line) && !self.edits.lines.content(*line).trim().is_empty()
        });
        if let Some(line) = comment {
            let start = self.edits.lines.start(line);
            self.keep(
                start,
                "a comment that was in the [[test]] entry stays".to_owned(),
            );
        }
    }

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
            } else if let Some(user) = user_of(name, manifest, features, &tests.others) {
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
            fates
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, fate)| fate)
        };
        if features
            .iter()
            .all(|(name, _)| fate(name) == Some(&Fate::Gone))
        {
            self.edits.remove_header(self.edits.lines.at(span.start));
        } else if features
            .iter()
            .any(|(name, _)| matches!(fate(name), None | Some(Fate::Theirs)))
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
        let values = array.iter().filter_map(Value::span);
        values.chain([span.end..span.end]).any(|value| {
            let between = self.edits.lines.text(gap..value.start);
            gap = value.end;
            between.contains('#')
        })
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

/// What makes cargo refuse the manifest without the feature, if anything does.
fn user_of(
    name: &str,
    manifest: &Table,
    features: &dyn TableLike,
    tests: &[Entry],
) -> Option<String> {
    let names_it = |item: &Item| sections::strings(item).is_some_and(|names| names.contains(&name));
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
}
