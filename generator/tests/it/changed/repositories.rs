//! Repositories of every kind: what they say of a change, and what they cannot say.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::{LIB, command, fixture, lines, report, run_again};
use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;
use crate::support::{Output, stdout, tools};

#[test]
fn a_source_behind_a_link_is_the_one_that_git_has() {
    let fixture = fixture();
    let (linked, real) = ("src/unused.rs", "shared.rs");
    let [linked, real] = [linked, real].map(|name| fixture.root().join(name));
    fs::rename(&linked, &real).unwrap();
    symlink(&real, &linked).unwrap();
    let git = Git::init(&fixture.root());
    git.commit("one");
    let text = fs::read_to_string(&real).unwrap();
    fs::write(&real, text.replace("number + 1", "number + 2")).unwrap();
    run_again(&fixture);
    let output = report(&fixture, &["--changed-since", "HEAD"]).ends_with(0);
    assert_eq!(output.lines_of("src/unused.rs"), (0, 1));
}

#[test]
fn what_has_changed_in_a_submodule_has_changed() {
    let fixture = fixture();
    let root = fixture.root();
    let git = Git::init(&root);
    fs::write(root.join("src/lib.rs"), LIB).unwrap();
    git.commit("one");
    // Code becomes that of a submodule, and changes there: first in a commit of its own, then in the working tree alone.
    let inner = Git::init(&root.join("src"));
    inner.commit("two");
    git.run(&["rm", "--quiet", "-r", "--cached", "src"]);
    git.run(&["add", "src"]);
    git.commit("three");
    let lib = LIB.replace("return 9", "return 10");
    fs::write(root.join("src/lib.rs"), &lib).unwrap();
    inner.commit("four");
    git.commit("five");
    fs::write(root.join("src/lib.rs"), lib.replace("{ 8 }", "{ 9 }")).unwrap();
    run_again(&fixture);

    let changed = |since: &str| lines(&fixture, &["--changed-since", since]);
    let expected = |lines: &[(u32, u32)]| BTreeMap::from([("src/lib.rs".to_owned(), lines.into())]);
    assert_eq!(changed("HEAD~1"), expected(&[(4, 0), (8, 0)]));
    assert_eq!(changed("HEAD"), expected(&[(8, 0)]));
    let before = changed("HEAD~2");
    assert_eq!(
        before.len(),
        3,
        "all files of what was no submodule: {before:?}"
    );
    assert_eq!(before["src/lib.rs"].len(), 7);
    let mut hook = command(&fixture, &["--changed-since", "HEAD", "--lcov", "-"]);
    let output = Output::of(hook.env("GIT_DIR", ".git")).ends_with(0);
    assert_eq!(output.stdout.matches("\nDA:").count(), 1);
}

const SINCE_HEAD: [&str; 4] = ["--changed-since", "HEAD", "--lcov", "-"];

/// Changes a line and runs again. Gives the report of that by hand.
fn one_line_changes(fixture: &Instrumented) -> String {
    let lib = LIB.replace("return 9", "return 10");
    fs::write(fixture.root().join("src/lib.rs"), lib).unwrap();
    run_again(fixture);
    let report = stdout(&mut command(fixture, &SINCE_HEAD));
    assert_eq!(report.matches("\nDA:").count(), 1);
    report
}

#[test]
fn a_hook_of_a_worktree_may_go_into_another_directory() {
    let fixture = fixture();
    let root = fixture.root();
    let around = root.parent().unwrap();
    let git = Git::init(around);
    fs::write(root.join("src/lib.rs"), LIB).unwrap();
    git.commit("one");
    let by_hand = one_line_changes(&fixture);
    let report = || command(&fixture, &SINCE_HEAD);
    // git names the repository in hooks of a worktree, and where the current directory is its root.
    let in_hook = stdout(report().env("GIT_DIR", around.join(".git")));
    assert_eq!(in_hook, by_hand);
}

#[test]
fn a_hook_may_go_into_another_repository() {
    let fixture = fixture();
    let root = fixture.root();
    let around = root.parent().unwrap();
    fs::write(root.join("src/lib.rs"), LIB).unwrap();
    Git::init(&root).commit("one");
    let outer = Git::init(around);
    fs::write(around.join("other"), "").unwrap();
    outer.run(&["add", "other"]);
    outer.commit("one");
    let by_hand = one_line_changes(&fixture);
    let report = || command(&fixture, &SINCE_HEAD);
    let outer = around.join(".git");
    let index = outer.join("index");
    let in_hook = |variables: &[(&str, &OsStr)]| {
        assert_eq!(stdout(report().envs(variables.iter().copied())), by_hand);
    };
    // In hooks of a worktree, with `git commit -a`, with `git commit`, and with `git --work-tree=…`.
    let (outer, index) = (outer.as_os_str(), index.as_os_str());
    in_hook(&[("GIT_DIR", outer), ("GIT_INDEX_FILE", index)]);
    in_hook(&[("GIT_INDEX_FILE", index)]);
    in_hook(&[("GIT_INDEX_FILE", OsStr::new(".git/index.lock"))]);
    in_hook(&[("GIT_DIR", outer), ("GIT_WORK_TREE", OsStr::new("."))]);
    in_hook(&[("GIT_DIR", outer), ("GIT_WORK_TREE", around.as_os_str())]);
}

#[test]
fn a_repository_without_a_working_tree_may_be_named_with_one() {
    let fixture = fixture();
    let root = fixture.root();
    fs::write(root.join("src/lib.rs"), LIB).unwrap();
    Git::init(&root).commit("one");
    fs::write(
        root.join("src/lib.rs"),
        LIB.replace("return 9", "return 10"),
    )
    .unwrap();
    run_again(&fixture);

    let report = || command(&fixture, &["--changed-since", "HEAD", "--lcov", "-"]);
    let ordinary = stdout(&mut report());
    assert_eq!(ordinary.matches("\nDA:").count(), 1);
    // The working tree is in that of another repository.
    let around = root.parent().unwrap();
    Git::init(around);
    let bare = around.join("bare.git");
    fs::rename(root.join(".git"), &bare).unwrap();
    let named = stdout(report().env("GIT_DIR", &bare).env("GIT_WORK_TREE", &root));
    assert_eq!(named, ordinary);
}

/// The report's error, behind what it has in common with the others.
fn error(mut command: Command) -> String {
    let output = Output::of(&mut command).ends_with(1);
    assert_eq!(output.stdout, "");
    let (_, error) = output
        .stderr
        .split_once("error: cannot tell what has changed since ")
        .unwrap_or_else(|| panic!("{}", output.stderr));
    error.trim_end().to_owned()
}

#[test]
fn what_git_cannot_tell_is_an_error_that_says_why() {
    let fixture = fixture();
    fixture.run(&[]);
    let since = |revision: &str| command(&fixture, &["--changed-since", revision]);
    let without = error(since("main"));
    assert!(
        without.starts_with("main: not a git repository"),
        "{without}"
    );

    let git = Git::init(&fixture.root());
    assert_eq!(
        error(since("main")),
        "main: nothing is committed yet; commit first"
    );
    git.commit("seven");
    assert_eq!(
        error(since("origin/main")),
        "origin/main: git knows no revision origin/main: `git fetch` gets those of a remote"
    );
    assert_eq!(
        error(command(&fixture, &["--changed-since=--output=x"])),
        "--output=x: git knows no revision --output=x: `git fetch` gets those of a remote"
    );
    assert!(!fixture.root().join("x").exists());
    assert_eq!(
        error(since("main..HEAD")),
        "main..HEAD: give one revision, not a range"
    );
    // As of a variable that the pipeline has not set.
    let unset = report(&fixture, &["--changed-since", ""]).ends_with(2);
    assert!(
        unset
            .stderr
            .contains("a value is required for '--changed-since <REV>'")
    );

    git.run(&["checkout", "--quiet", "--orphan", "other"]);
    git.commit("eight");
    assert_eq!(
        error(since("main")),
        "main: main and HEAD have no commit in common; name a revision that this branch comes from"
    );

    let path = tools::path_of(fixture.root().join("bin"), &["cargo"]);
    let mut absent = since("main");
    absent.env("PATH", path);
    assert_eq!(
        error(absent),
        "main: git is not installed, or not on the PATH"
    );
}

#[test]
fn a_shallow_clone_that_lacks_the_common_commit_is_told_what_to_fetch() {
    let fixture = fixture();
    fixture.run(&[]);
    let root = fixture.root();
    let git = Git::init(&root);
    git.commit("nine");
    git.run(&["checkout", "--quiet", "-b", "topic"]);
    git.commit("ten");
    git.run(&["checkout", "--quiet", "main"]);
    git.commit("eleven");
    let origin = format!("file://{}", root.with_file_name("origin").display());
    git.run(&["clone", "--quiet", "--bare", ".", "../origin"]);
    git.run(&[
        "clone",
        "--quiet",
        "--depth=1",
        "--branch=topic",
        &origin,
        "../clone",
    ]);
    fs::remove_dir_all(root.join(".git")).unwrap();
    fs::rename(root.with_file_name("clone").join(".git"), root.join(".git")).unwrap();

    let since = || command(&fixture, &["--changed-since", "origin/main"]);
    let advice = "type `git fetch --unshallow`, or have the pipeline fetch everything (for actions/checkout: `fetch-depth: 0`)";
    assert_eq!(
        error(since()),
        format!("origin/main: this shallow clone has no revision origin/main: {advice}")
    );
    git.run(&[
        "fetch",
        "--quiet",
        "--depth=1",
        "origin",
        "main:refs/remotes/origin/main",
    ]);
    assert_eq!(
        error(since()),
        format!(
            "origin/main: this shallow clone does not go back far enough to tell the merge base of origin/main and HEAD: {advice}"
        )
    );
    git.run(&["fetch", "--quiet", "--unshallow", "origin"]);
    Output::of(&mut since()).ends_with(0);
}

/// A clone in which the way to the merge base is cut off, and one to an older common commit is not.
#[test]
fn a_shallow_clone_that_may_lack_the_merge_base_is_told_what_to_fetch() {
    let fixture = fixture();
    fixture.run(&[]);
    let root = fixture.root();
    let git = Git::init(&root);
    for message in ["before", "before that", "before all", "one"] {
        git.commit(message);
    }
    git.run(&["branch", "side"]);
    git.commit("two");
    git.run(&["checkout", "--quiet", "-b", "topic"]);
    for message in ["three", "four", "five"] {
        git.commit(message);
    }
    git.run(&["checkout", "--quiet", "side"]);
    git.commit("six");
    git.run(&["checkout", "--quiet", "topic"]);
    git.run(&["merge", "--quiet", "--no-edit", "side"]);
    let origin = format!("file://{}", root.with_file_name("origin").display());
    git.run(&["clone", "--quiet", "--bare", ".", "../origin"]);
    let clone_of = |depth: &str| {
        let clone = root.with_file_name("clone");
        let depth = format!("--depth={depth}");
        let words = ["clone", "--quiet", "--no-single-branch", "--branch=topic"];
        git.run(&[&words[..], &[&*depth, &*origin, "../clone"]].concat());
        fs::remove_dir_all(root.join(".git")).unwrap();
        fs::rename(clone.join(".git"), root.join(".git")).unwrap();
        fs::remove_dir_all(clone).unwrap();
    };
    let since = || command(&fixture, &["--changed-since", "origin/main"]);
    clone_of("3");
    assert_ne!(git.run(&["merge-base", "origin/main", "HEAD"]), "");
    assert!(error(since()).contains("this shallow clone does not go back far enough"));
    // All that is not in both is there.
    clone_of("5");
    assert_eq!(git.run(&["rev-parse", "--is-shallow-repository"]), "true\n");
    Output::of(&mut since()).ends_with(0);
}

#[test]
fn of_several_merge_bases_one_is_to_be_named() {
    let fixture = fixture();
    fixture.run(&[]);
    let git = Git::init(&fixture.root());
    git.commit("one");
    git.run(&["branch", "topic"]);
    git.commit("two");
    git.run(&["checkout", "--quiet", "topic"]);
    git.commit("three");
    let [two, three] = ["main", "topic"].map(|it| git.run(&["rev-parse", it]));
    let [two, three] = [two.trim(), three.trim()];
    git.run(&["merge", "--quiet", "--no-edit", two]);
    git.run(&["checkout", "--quiet", "main"]);
    git.run(&["merge", "--quiet", "--no-edit", three]);
    git.run(&["checkout", "--quiet", "topic"]);
    let since = |revision| command(&fixture, &["--changed-since", revision]);
    let refused = error(since("main"));
    assert!(
        refused
            .contains("main and HEAD have several merge bases, as each was merged into the other"),
        "{refused}"
    );
    for base in [two, three] {
        assert!(refused.contains(base), "{refused}");
        Output::of(&mut since(base)).ends_with(0);
    }
}

#[test]
fn what_a_branch_was_before_its_log_begins_is_not_known() {
    let fixture = fixture();
    fixture.run(&[]);
    Git::init(&fixture.root()).commit("one");
    let since = |revision| command(&fixture, &["--changed-since", revision]);
    assert_eq!(
        error(since("main@{yesterday}")),
        "main@{yesterday}: git's log of main@{yesterday} does not go back that far, as in a fresh clone; name a commit, branch or tag"
    );
    Output::of(&mut since("main@{0}")).ends_with(0);
}
