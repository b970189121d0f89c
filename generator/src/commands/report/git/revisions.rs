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
        if String::from_utf8_lossy(&found.stderr).contains(" is ambiguous") {
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
        let mut asked = self.git(&self.directory);
        // Histories may be joined so.
        asked.env_remove(NO_REPLACEMENTS);
        let base = run(asked.args(["merge-base", &found, "HEAD"]))?;
        if base.status.success() {
            return Ok(String::from_utf8_lossy(line(&base.stdout)).into_owned());
        }
        if self.is_shallow()? {
            bail!(
                "this shallow clone does not go back to the merge base of {revision} and HEAD: {DEEPEN}"
            );
        }
        bail!(
            "{revision} and HEAD have no commit in common; name a revision that this branch comes from"
        );
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
