//! Changes that git does not show, or not by itself.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::changed::{LIB, fixture, lines, report, run_again};
use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;

/// The lines with code of each file, whatever is warned of.
fn changed(fixture: &Instrumented, since: &str) -> (BTreeMap<String, usize>, String) {
    let words = [
        "--changed-since",
        since,
        "--lcov",
        "-",
        "--relative-to",
        ".",
    ];
    let output = report(fixture, &words).ends_with(0);
    let records = output.stdout.split_terminator("end_of_record\n");
    let files = records.map(|record| {
        let name = record.lines().next().unwrap().strip_prefix("SF:").unwrap();
        (name.to_owned(), record.matches("\nDA:").count())
    });
    (files.collect(), output.stderr)
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn files_that_git_was_told_to_take_for_unchanged_are_compared() {
    let fixture = fixture();
    let root = fixture.root();
    let source = |name: &str| root.join("src").join(name);
    fs::write(source("lib.rs"), LIB).unwrap();
    // Of a file that is as new as its index, git compares the text.
    let before = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    let main = fs::File::options().append(true).open(source("main.rs"));
    main.unwrap().set_modified(before).unwrap();
    let git = Git::init(&root);
    git.commit("one");
    git.run(&["update-index", "--assume-unchanged", "src/lib.rs"]);
    git.run(&["update-index", "--skip-worktree", "src/unused.rs"]);
    // The same size and the same time, for a git that looks at nothing else.
    git.run(&["config", "core.trustctime", "false"]);
    git.run(&["config", "core.checkStat", "minimal"]);
    // git compares whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    edit(&source("lib.rs"), "{ 8 }", "{ 9 }");
    edit(&source("unused.rs"), "number + 1", "number + 2");
    let main = source("main.rs");
    let time = fs::metadata(&main).unwrap().modified().unwrap();
    edit(&main, "used()", "idle()");
    fs::File::options()
        .append(true)
        .open(&main)
        .unwrap()
        .set_modified(time)
        .unwrap();
    assert_eq!(git.run(&["diff", "--name-only"]), "");
    run_again(&fixture);

    let expected = [
        ("src/lib.rs", vec![(8, 1)]),
        ("src/main.rs", vec![(1, 1)]),
        ("src/unused.rs", vec![(5, 0)]),
    ];
    let expected = expected
        .map(|(name, lines)| (name.to_owned(), lines))
        .into();
    let index = fs::read(root.join(".git/index")).unwrap();
    assert_eq!(lines(&fixture, &["--changed-since", "HEAD"]), expected);
    // git's own index is as it was, and a sparse checkout lacks files.
    assert_eq!(fs::read(root.join(".git/index")).unwrap(), index);
    fs::write(root.join("gone.rs"), "").unwrap();
    git.run(&["add", "gone.rs"]);
    git.run(&["update-index", "--skip-worktree", "gone.rs"]);
    fs::remove_file(root.join("gone.rs")).unwrap();
    assert_eq!(lines(&fixture, &["--changed-since", "HEAD"]), expected);
}

#[test]
fn what_the_repository_does_not_track_has_changed() {
    let fixture = fixture();
    let root = fixture.root();
    let source = |name: &str| root.join("src").join(name);
    let module = |name: &str| format!("pub fn {name}() -> u8 {{\n    1\n}}\n");
    let lib = "pub mod inner;\npub mod linked;\npub mod made;\npub mod one;\npub mod unused;\npub fn used() -> u8 { 7 }\n";
    fs::write(source("lib.rs"), lib).unwrap();
    fs::create_dir(source("inner")).unwrap();
    fs::write(source("inner/mod.rs"), module("inner")).unwrap();
    fs::write(root.with_file_name("outside.rs"), module("outside")).unwrap();
    symlink("../../outside.rs", source("linked.rs")).unwrap();
    fs::write(source("made.rs"), module("made")).unwrap();
    fs::create_dir(root.join("shared")).unwrap();
    fs::write(root.join("shared/a.rs"), module("a")).unwrap();
    fs::write(root.join("shared/b.rs"), module("b")).unwrap();
    symlink("../shared/a.rs", source("one.rs")).unwrap();
    let git = Git::init(&root);
    Git::init(&source("inner")).commit("one");
    fs::write(root.join(".gitignore"), "inner\nmade.rs\n").unwrap();
    git.commit("two");
    // Another tracked file, which has not changed itself.
    fs::remove_file(source("one.rs")).unwrap();
    symlink("../shared/b.rs", source("one.rs")).unwrap();
    run_again(&fixture);

    let (files, said) = changed(&fixture, "HEAD");
    let expected = [
        "src/inner/mod.rs",
        "src/linked.rs",
        "src/made.rs",
        "src/one.rs",
    ];
    let expected = expected.map(|name| (name.to_owned(), 3)).into();
    assert_eq!(files, expected, "{said}");
    assert_eq!(
        said,
        "warning: the repository does not track src/inner/mod.rs, src/linked.rs, src/made.rs, so all lines of them count as changed\n"
    );
    // A link to a directory leads elsewhere as well.
    fs::rename(source("inner"), root.join("real")).unwrap();
    fs::remove_dir_all(root.join("real/.git")).unwrap();
    symlink("../real", source("inner")).unwrap();
    fs::write(root.join(".gitignore"), "made.rs\n").unwrap();
    git.commit("three");
    fs::create_dir(root.join("other")).unwrap();
    fs::copy(root.join("real/mod.rs"), root.join("other/mod.rs")).unwrap();
    git.commit("four");
    fs::remove_file(source("inner")).unwrap();
    symlink("../other", source("inner")).unwrap();
    assert_eq!(
        changed(&fixture, "HEAD").0.get("src/inner/mod.rs"),
        Some(&3)
    );
}

#[test]
fn a_revision_that_may_be_two_is_refused() {
    let fixture = fixture();
    fixture.run(&[]);
    let git = Git::init(&fixture.root());
    git.commit("one");
    git.run(&["checkout", "--quiet", "-b", "topic"]);
    edit(&fixture.root().join("src/lib.rs"), "{ 8 }", "{ 9 }");
    git.commit("two");
    git.run(&["tag", "main"]);
    git.run(&["config", "core.warnAmbiguousRefs", "false"]);
    run_again(&fixture);
    let gate = |since: &str| {
        report(
            &fixture,
            &["--changed-since", since, "--fail-under-lines", "100"],
        )
    };
    for since in ["main", "main~0", "main^{commit}"] {
        gate(since).ends_with(1).says(&format!(
            "git knows several revisions {since}, such as a branch and a tag"
        ));
    }
    gate("refs/heads/main")
        .ends_with(1)
        .says("0 of 1 lines ran");
    gate("refs/tags/main").ends_with(0);
    // A branch that is called like a commit, or like that of a remote.
    let commit = git.run(&["rev-parse", "HEAD"]);
    git.run(&["branch", commit.trim(), "main"]);
    gate(commit.trim()).ends_with(1).says("several revisions");
    git.run(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    git.run(&["branch", "origin/main", "refs/heads/main"]);
    gate("origin/main").ends_with(1).says("several revisions");
}

#[test]
fn a_filter_of_files_does_not_move_the_lines_that_have_changed() {
    let fixture = fixture();
    let root = fixture.root();
    let unused = root.join("src/unused.rs");
    let text = fs::read_to_string(&unused).unwrap();
    let git = Git::init(&root);
    fs::write(root.join(".gitattributes"), "*.rs filter=local=1\n").unwrap();
    git.commit("one");
    // The name has what stands between a key and its value. What is for this machine alone is not committed.
    git.run(&["config", "filter.local=1.clean", "sed /LOCAL/d"]);
    git.run(&["config", "filter.local=1.required", "true"]);
    let local = "// LOCAL\n".repeat(5);
    fs::write(&unused, local + &text.replace("number + 1", "number + 2")).unwrap();
    run_again(&fixture);
    let line = 6 + text
        .lines()
        .position(|it| it.contains("number + 1"))
        .unwrap();
    let line = u32::try_from(line).unwrap();
    let expected = [("src/unused.rs".to_owned(), vec![(line, 0)])].into();
    assert_eq!(lines(&fixture, &["--changed-since", "HEAD"]), expected);
    // For git, the file is what it has added now, and it need not look again.
    git.run(&["add", "--all"]);
    assert_eq!(lines(&fixture, &["--changed-since", "HEAD"]), expected);
}

#[test]
fn what_git_was_told_to_replace_is_compared_as_it_is() {
    let fixture = fixture();
    let root = fixture.root();
    let lib = root.join("src/lib.rs");
    fs::write(&lib, LIB).unwrap();
    let git = Git::init(&root);
    git.commit("one");
    git.run(&["tag", "one"]);
    let named = |object: &str| git.run(&["rev-parse", object]).trim().to_owned();
    edit(&lib, "{ 8 }", "{ 9 }");
    git.commit("two");
    run_again(&fixture);
    let expected = [("src/lib.rs".to_owned(), vec![(8, 0)])].into();
    for object in ["src/lib.rs", "", "src"] {
        let [one, two] = ["one", "HEAD"].map(|it| named(&format!("{it}:{object}")));
        git.run(&["replace", &one, &two]);
        assert!(!git.run(&["diff", "one"]).contains("@@"), "{object}");
        assert_eq!(lines(&fixture, &["--changed-since", "one"]), expected);
        git.run(&["replace", "--delete", &one]);
    }
    // Histories that were joined so have their merge base.
    let one = named("one");
    git.run(&["checkout", "--quiet", "--orphan", "apart"]);
    git.commit("three");
    git.run(&["replace", "--graft", &named("HEAD"), &one]);
    assert_eq!(lines(&fixture, &["--changed-since", "one"]), expected);
}

#[test]
fn what_is_like_a_repository_among_the_files_of_one_is_not_asked() {
    let fixture = fixture();
    let root = fixture.root();
    fs::write(root.join("src/lib.rs"), LIB).unwrap();
    let git = Git::init(root.parent().unwrap());
    fs::write(git.0.join(".git/info/exclude"), "target\nwrapper\n").unwrap();
    git.commit("one");
    edit(&root.join("src/lib.rs"), "{ 8 }", "{ 9 }");
    run_again(&fixture);
    let changed = lines(&fixture, &["--changed-since", "main"]);
    assert!(changed.contains_key("src/lib.rs"), "{changed:?}");

    // Whoever may bring files can bring those of a repository in which nothing has changed.
    Git::init(&root).commit("two");
    for entry in fs::read_dir(root.join(".git")).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), root.join(entry.file_name())).unwrap();
    }
    fs::remove_dir(root.join(".git")).unwrap();
    let config = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n";
    fs::write(root.join("config"), config).unwrap();
    report(&fixture, &["--changed-since", "main"])
        .ends_with(1)
        .says("cannot use bare repository");
}

#[test]
fn a_file_that_git_has_in_another_encoding_has_changed() {
    let fixture = fixture();
    let root = fixture.root();
    let unused = root.join("src/unused.rs");
    let mut text = fs::read_to_string(&unused).unwrap();
    // Each two characters are one of the other encoding, in which the file is one line.
    if text.len() % 2 == 1 {
        text.push('\n');
    }
    fs::write(&unused, text).unwrap();
    let git = Git::init(&root);
    let attribute = "src/unused.rs working-tree-encoding=UTF-16LE\n";
    fs::write(root.join(".gitattributes"), attribute).unwrap();
    git.commit("one");
    run_again(&fixture);
    let of_unused = |words: &[&str]| lines(&fixture, words).remove("src/unused.rs");
    let all = of_unused(&[]);
    assert!(all.is_some());
    assert_eq!(of_unused(&["--changed-since", "HEAD"]), all);
}
