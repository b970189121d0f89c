//! What git calls commits.

use anyhow::{Result, bail};

use super::Repository;
use super::command::{NO_REPLACEMENTS, answer, line, run};

/// What to do about a shallow clone.
const DEEPEN: &str = "type `git fetch --unshallow`, or have the pipeline fetch everything (for actions/checkout: `fetch-depth: 0`)";

impl Repository {
    /// The commit that is called `revision`.
    pub fn commit(&self, revision: &str) -> Result<String> {
        let commit = |name: &str| {
            let mut asked = self.git(&self.directory);
            asked.args(["-c", "core.warnAmbiguousRefs=true", "rev-parse", "--verify"]);
            run(asked.arg(format!("{name}^{{commit}}")))
        };
        if !commit("HEAD")?.status.success() {
            bail!("nothing is committed yet; commit first");
        }
        let found = commit(revision)?;
        if !found.status.success() && revision.contains("..") {
            bail!("give one revision, not a range");
        }
        if !found.status.success() {
            if self.is_shallow()? {
                bail!("this shallow clone has no revision {revision}: {DEEPEN}");
            }
            bail!("git knows no revision {revision}: `git fetch` gets those of a remote");
        }
        let said = String::from_utf8_lossy(&found.stderr);
        if said.contains(" only goes back to ") {
            bail!(
                "git's log of {revision} does not go back that far, as in a fresh clone; name a commit, branch or tag"
            );
        }
        if said.contains(" is ambiguous") {
            bail!(
                "git knows several revisions {revision}, such as a branch and a tag; say which: refs/heads/… is a branch, \
                 refs/tags/… a tag, refs/remotes/… a branch of a remote"
            );
        }
        Ok(String::from_utf8_lossy(line(&found.stdout)).into_owned())
    }

    /// The commit at which `revision` and what is checked out parted.
    pub fn merge_base(&self, revision: &str) -> Result<String> {
        let found = self.commit(revision)?;
        let asked = |words: &[&str]| {
            let mut asked = self.git(&self.directory);
            // Histories may be joined so.
            asked.env_remove(NO_REPLACEMENTS).args(words);
            asked
        };
        let all = run(&mut asked(&["merge-base", "--all", &found, "HEAD"]))?;
        let all = String::from_utf8_lossy(&all.stdout);
        let all: Vec<&str> = all.lines().collect();
        if self.is_shallow()? {
            let before: Vec<String> = all.iter().map(|it| format!("^{it}")).collect();
            let mut words = vec!["rev-list", "--max-parents=0", "--max-count=1"];
            words.extend(
                ["HEAD", &found]
                    .into_iter()
                    .chain(before.iter().map(|it| &**it)),
            );
            // A commit without parents, as those before it were not fetched, may lead to a later merge base.
            if all.is_empty() || !answer(&mut asked(&words))?.is_empty() {
                bail!(
                    "this shallow clone does not go back far enough to tell the merge base of {revision} and HEAD: {DEEPEN}"
                );
            }
        }
        match all[..] {
            [base] => Ok(base.to_owned()),
            [] => bail!(
                "{revision} and HEAD have no commit in common; name a revision that this branch comes from"
            ),
            [first, ..] => bail!(
                "{revision} and HEAD have several merge bases, as each was merged into the other: {}; name the one to compare \
                 with, such as {first}",
                all.join(", ")
            ),
        }
    }

    fn is_shallow(&self) -> Result<bool> {
        let answer = run(self
            .git(&self.directory)
            .args(["rev-parse", "--is-shallow-repository"]))?;
        Ok(line(&answer.stdout) == b"true")
    }

    /// The tree without a file.
    pub fn empty_tree(&self) -> Result<String> {
        let mut asked = self.git(&self.top);
        let tree = answer(asked.args(["hash-object", "-t", "tree", "/dev/null"]))?;
        Ok(String::from_utf8_lossy(line(&tree)).into_owned())
    }
}
