//! What holds for every manifest: generated ones of any shape and format, and those that people have published.

mod generate;
mod parts;
mod registry;
mod render;
mod tree;

use proptest::prelude::*;
use proptest::sample::Index;

use super::{Additions, missing, with_additions, without_additions};
use generate::Manifest;
use tree::Tree;

/// Adds, and checks all that has to hold then; or says why it is refused.
fn added(before: &str, additions: &Additions) -> Result<String, String> {
    let after = match with_additions(before, additions) {
        Ok(after) => after.expect("something to add"),
        Err(error) => return Err(error.to_string()),
    };
    let [parsed, expected] = [after.as_str(), before].map(Tree::parse);
    assert_eq!(parsed, expected.with(additions), "{before}\n---\n{after}");
    positions(before, &after);
    assert_eq!(
        before.starts_with('\u{feff}'),
        after.starts_with('\u{feff}')
    );
    // All lines have the same end still, if they had.
    let windows = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let ((crlf, lf), (crlf_after, lf_after)) = (windows(before), windows(&after));
    assert!(crlf_after == 0 || crlf > 0, "{after:?}");
    assert!(crlf != lf || lf == 0 || crlf_after == lf_after, "{after:?}");
    let ends = |text: &str| text.is_empty() || text.ends_with('\n');
    assert_eq!(ends(before), ends(&after));
    assert_eq!(with_additions(&after, additions).unwrap(), None, "{after}");

    let removal = without_additions(&after, &[]).unwrap();
    assert_eq!(removal.text.as_deref(), Some(before), "from\n{after}");
    assert!(!removal.test_stays);
    Ok(after)
}

/// The lines, without their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n')
        .map(|line| line.trim_end_matches(['\r', '\n']))
        .collect()
}

/// Where each line of `before` is in `after`: all are there, in order, and the last one alone may have got a line end.
fn positions(before: &str, after: &str) -> Vec<usize> {
    let mut rest = after.split_inclusive('\n').enumerate();
    let mut find = |line: &str| {
        let is_it = |other: &str| {
            other == line || !line.ends_with('\n') && other.trim_end_matches(['\r', '\n']) == line
        };
        let found = rest.find(|(_, other)| is_it(other));
        found
            .unwrap_or_else(|| panic!("{line:?} is gone from\n{after}"))
            .0
    };
    before.split_inclusive('\n').map(&mut find).collect()
}

/// What a user does to a line meanwhile.
#[derive(Clone, Debug)]
enum Edit {
    CommentBefore(Index),
    EmptyLineBefore(Index),
    /// Takes an empty line or a comment out.
    Delete(Index),
    AppendSection,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<Index>().prop_map(Edit::CommentBefore),
        any::<Index>().prop_map(Edit::EmptyLineBefore),
        any::<Index>().prop_map(Edit::Delete),
        Just(Edit::AppendSection),
    ]
}

impl Edit {
    /// The text after the edit; `position` says where the lines of the manifest without the additions are in it.
    fn apply(&self, bare: &str, text: &str, position: impl Fn(usize) -> usize) -> String {
        let count = lines(bare).len();
        let line = |index: &Index| 1 + index.index(count.max(2) - 1);
        let mut parts: Vec<&str> = text.split_inclusive('\n').collect();
        match self {
            Edit::CommentBefore(index) if count > 1 => {
                parts.insert(position(line(index)), "# a thought \u{fc}\n");
            }
            Edit::EmptyLineBefore(index) if count > 1 => parts.insert(position(line(index)), "\n"),
            Edit::Delete(index) if line(index) + 1 < count => {
                let content = lines(bare)[line(index)].trim();
                if content.is_empty() || content.starts_with('#') {
                    parts.remove(position(line(index)));
                }
            }
            Edit::AppendSection if text.ends_with('\n') => {
                parts.push("\n[profile.mine]\nopt-level = 1\n");
            }
            _ => {}
        }
        parts.concat()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_added_and_taken_out_to_the_byte(manifest: Manifest) {
        let (before, additions) = (manifest.text(), manifest.additions());
        prop_assert_eq!(without_additions(&before, &[]).unwrap().text, None);
        match (added(&before, &additions), manifest.refusal()) {
            (Ok(after), None) => {
                prop_assert!(!missing(&before, &additions).unwrap().is_empty());
                prop_assert!(missing(&after, &additions).unwrap().is_empty());
            }
            (Err(error), Some(reason)) => prop_assert!(error.contains(reason), "{error}"),
            (Ok(after), Some(reason)) => prop_assert!(false, "not refused ({reason}):\n{after}"),
            (Err(error), None) => prop_assert!(false, "{error}\n{before}"),
        }
    }

    #[test]
    fn what_is_edited_elsewhere_stays_edited(manifest: Manifest, edit in edit()) {
        let before = manifest.text();
        if let Ok(after) = added(&before, &manifest.additions()) {
            let positions = positions(&before, &after);
            let edited = edit.apply(&before, &after, |line| positions[line]);
            let removal = without_additions(&edited, &[]).unwrap();
            prop_assert_eq!(removal.text, Some(edit.apply(&before, &before, |line| line)), "from\n{}", edited);
            prop_assert!(!removal.test_stays);
        }
    }
}
