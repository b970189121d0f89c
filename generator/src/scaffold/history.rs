//! What itcov had written before somebody edited it: the common ancestor for a merge.

use std::collections::HashMap;
use std::process::Command;

use cargo_metadata::camino::Utf8Path;

use super::{merge, owned, stamp};
use crate::verbosity;

/// How many commits of a file are looked at.
const COMMITS: &str = "200";

/// The text that the stamp of an edited file tells of, if git remembers it. A commit that has the file as it was written
/// is there when the scaffold was committed before it was edited, as one does.
pub fn base(path: &Utf8Path, text: &str) -> Option<String> {
    let stamp = stamp::of(text)?;
    if stamp::digest(text) == stamp.digest {
        return None;
    }
    let directory = path.parent()?;
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .arg("--no-optional-locks")
            .args(arguments)
            .current_dir(directory);
        verbosity::running(&command);
        let output = command.output().ok()?;
        String::from_utf8(output.stdout)
            .ok()
            .filter(|_| output.status.success())
    };
    let name = path.file_name()?;
    let commits = git(&["log", "--format=%H", "-n", COMMITS, "--", name])?;
    let mut texts = vec![text.to_owned()];
    for commit in commits.lines() {
        // The commit that removed it has no text.
        let Some(earlier) = git(&["show", &format!("{commit}:./{name}")]) else {
            continue;
        };
        if owned::is_untouched(&earlier) && stamp::digest(&earlier) == stamp.digest {
            return Some(earlier);
        }
        texts.push(earlier);
    }
    texts.reverse();
    written(&texts).remove(stamp.digest)
}

/// What itcov has written in the course of a file's history, by its digest; the oldest text comes first.
///
/// After a merge, what itcov wrote is in no commit, but it is the merged text without the edits: what the text before the
/// merge and what itcov had written then tell apart. The stamp of the merged text says whether that is right.
fn written(texts: &[String]) -> HashMap<&str, String> {
    let mut written = HashMap::new();
    let mut before: Option<(&str, &str)> = None;
    for text in texts {
        let Some(stamp) = stamp::of(text) else {
            continue;
        };
        if owned::is_untouched(text) {
            written.insert(stamp.digest, text.clone());
        } else if !written.contains_key(stamp.digest)
            && let Some((edited, digest)) = before
            && let Some(original) = written.get(digest)
            && let Some(merged) = merge::three_way(edited, text, original)
            && stamp::digest(&merged) == stamp.digest
        {
            written.insert(stamp.digest, merged);
        }
        before = Some((text, stamp.digest));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::written;
    use crate::scaffold::stamp;

    fn stamped(version: &str, body: &str) -> String {
        let digest = stamp::digest(body);
        format!("# Written by cargo-itcov {version} (md5 {digest}): x\n{body}")
    }

    #[test]
    fn what_was_written_is_found_behind_any_number_of_merges() {
        let body = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";
        let edit = |text: &str| text.replace("six", "6");
        let versions = [
            stamped("0.1.0", body),
            stamped("0.2.0", &body.replace("two", "2")),
            stamped("0.3.0", &body.replace("two", "2").replace("three", "3")),
        ];
        let merged = versions.iter().map(|text| edit(text));
        let texts: Vec<String> = std::iter::once(versions[0].clone()).chain(merged).collect();
        let found = written(&texts);
        for version in &versions {
            let digest = stamp::of(version).unwrap().digest;
            assert_eq!(found.get(digest), Some(version));
        }
        // An edit along with the merge is no such thing.
        let both = [
            versions[0].clone(),
            edit(&versions[0]),
            edit(&versions[1]) + "mine\n",
        ];
        assert_eq!(written(&both).len(), 1);
    }
}
