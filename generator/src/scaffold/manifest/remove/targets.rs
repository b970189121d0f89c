//! Which test targets are taken out, and which have become somebody's.

use toml_edit::Table;

use super::super::sections::{self, Entry};
use super::super::shape;
use super::{Removing, SHARES, entry_span};
use crate::scaffold::TEST_TARGET;

/// What becomes of the test targets.
#[derive(Default)]
pub struct Tests<'a> {
    /// What those that go require.
    pub gone: Vec<Vec<&'a str>>,
    /// What itcov's require that stay.
    pub left: Vec<Vec<&'a str>>,
    /// Everybody else's.
    pub others: Vec<Entry<'a>>,
}

impl Removing<'_> {
    pub fn tests<'m>(&mut self, manifest: &'m Table) -> Tests<'m> {
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
                "harness" | "test" => item.as_bool() == Some(false),
                _ => return Some(format!("`{key}` is not itcov's")),
            };
            if !is_ours {
                return Some(format!("`{key}` is not as itcov writes it"));
            }
        }
        if !has_mark && test.table.len() < 5 {
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
}
