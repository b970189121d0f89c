//! What is checked out while a report is made.

use std::path::Path;

use llvm_coverage::formats::html::Revision;

use super::git;

/// The commit and the branch of the workspace at `root`. `None` if git cannot tell: a report needs neither.
pub fn of(root: &Path) -> Option<Revision> {
    let asked = [
        "status",
        "--porcelain=v2",
        "--branch",
        "--untracked-files=no",
        "--ignore-submodules=none",
        "--",
        ".",
    ];
    parsed(&String::from_utf8_lossy(&git::asked(root, &asked).ok()?))
}

/// What `git status --porcelain=v2 --branch` says.
fn parsed(status: &str) -> Option<Revision> {
    let header = |name: &str| {
        let mut lines = status.lines();
        let found = lines.find_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
        // In brackets is what takes the place of a name: initial, detached.
        found.map(str::trim).filter(|it| !it.starts_with('('))
    };
    let commit = header("branch.oid ")?;
    Some(Revision {
        commit: commit.get(..10).unwrap_or(commit).to_owned(),
        branch: header("branch.head ").map(str::to_owned),
        has_changes: status.lines().any(|line| !line.starts_with("# ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(status: &str) -> Option<String> {
        parsed(status).map(|it| it.to_string())
    }

    #[test]
    fn a_revision_is_a_commit_a_branch_and_whether_something_is_not_committed() {
        let oid = "# branch.oid 0123456789abcdef0123456789abcdef01234567\n";
        assert_eq!(
            shown(&format!("{oid}# branch.head topic/a\n# branch.ab +0 -0\n")).unwrap(),
            "Commit 0123456789, branch topic/a"
        );
        assert_eq!(
            shown(&format!(
                "{oid}# branch.head (detached)\n1 .M N... 100644 a b c d\n"
            ))
            .unwrap(),
            "Commit 0123456789 with uncommitted changes"
        );
    }

    #[test]
    fn before_the_first_commit_there_is_none() {
        assert_eq!(
            shown("# branch.oid (initial)\n# branch.head main\n1 A. N... a\n"),
            None
        );
        assert_eq!(shown(""), None);
    }
}
