//! `--changed-since`: what ran of the lines that a branch changed, in real repositories.

mod repositories;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::support::Output;
use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;

pub fn fixture() -> Instrumented {
    Instrumented::build("unlinked-module", "unlinked-module")
}

/// Builds what has changed, and runs it.
pub fn run_again(fixture: &Instrumented) {
    for profile in fixture.profiles() {
        fs::remove_file(profile).unwrap();
    }
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
}

pub fn report(fixture: &Instrumented, arguments: &[&str]) -> Output {
    Output::of(&mut command(fixture, arguments))
}

/// The report, whatever is set for git on this machine, and in no repository but the crate's.
pub fn command(fixture: &Instrumented, arguments: &[&str]) -> Command {
    let mut command = fixture.report(arguments);
    let above = fixture
        .root()
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .to_owned();
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", above);
    command
}

/// Of each file by its name, the lines with code in the lcov report.
pub fn lines(fixture: &Instrumented, arguments: &[&str]) -> BTreeMap<String, Vec<(u32, u32)>> {
    let by_name = ["--lcov", "-", "--relative-to", "."];
    let output = report(fixture, &[arguments, &by_name].concat()).ends_with(0);
    assert_eq!(output.stderr, "");
    let mut files = BTreeMap::new();
    for record in output.stdout.split_terminator("end_of_record\n") {
        let name = record.lines().next().unwrap().strip_prefix("SF:").unwrap();
        let lines = record.lines().filter_map(|line| {
            let (number, count) = line.strip_prefix("DA:")?.split_once(',')?;
            Some((number.parse().unwrap(), count.parse().unwrap()))
        });
        files.insert(name.to_owned(), lines.collect());
    }
    files
}

pub const LIB: &str = "\
pub mod unused;
pub fn used() -> u8 {
    if std::env::args().len() > 9 {
        return 9;
    }
    7
}
pub fn idle() -> u8 { 8 }
";

#[test]
fn only_the_lines_that_the_branch_changed_are_reported_on() {
    let fixture = fixture();
    let (root, write) = (fixture.root(), |name: &str, text: &str| {
        fs::write(fixture.root().join(name), text).unwrap();
    });
    write("src/lib.rs", LIB);
    let git = Git::init(&root);
    git.commit("one");
    git.run(&["checkout", "--quiet", "-b", "topic"]);
    git.run(&["config", "diff.renames", "false"]);

    // Committed; in the working tree alone; new and unknown to git; moved with one line changed. Comments have no code.
    let renamed = fs::read_to_string(root.join("src/unused.rs")).unwrap();
    git.run(&["mv", "src/unused.rs", "src/moved.rs"]);
    write("src/moved.rs", &renamed.replace("number + 1", "number + 2"));
    let lib = LIB.replace(
        "pub mod unused;",
        "pub mod moved;\npub mod new;\n// A comment.",
    );
    write("src/lib.rs", &lib.replace("return 9", "return 10"));
    git.commit("two");
    write(
        "src/lib.rs",
        &lib.replace("return 9", "return 11")
            .replace("{ 8 }", "{ 9 }"),
    );
    write("src/new.rs", "pub fn fresh() {\n}\n");
    // What has happened on the other branch meanwhile is no change of this one.
    let main = fs::read_to_string(root.join("src/main.rs")).unwrap();
    git.run(&["stash", "--quiet", "--include-untracked"]);
    git.run(&["checkout", "--quiet", "main"]);
    write("src/main.rs", &main.replace("used()", "idle()"));
    git.commit("three");
    git.run(&["checkout", "--quiet", "topic"]);
    git.run(&["stash", "pop", "--quiet"]);
    run_again(&fixture);

    let changed = ["--changed-since", "main"];
    let expected = [
        ("src/lib.rs", vec![(6, 0), (10, 0)]),
        ("src/moved.rs", vec![(5, 0)]),
        ("src/new.rs", vec![(1, 0), (2, 0)]),
    ];
    let expected: BTreeMap<_, _> = expected
        .map(|(name, lines)| (name.to_owned(), lines))
        .into();
    assert_eq!(lines(&fixture, &changed), expected);

    let table = report(&fixture, &changed).ends_with(0);
    assert!(
        table
            .stdout
            .starts_with("Of the lines changed since main:\n\nFile "),
        "{}",
        table.stdout
    );
    assert_eq!(table.lines_of("src/lib.rs"), (0, 2));
    assert_eq!(table.lines_of("Total"), (0, 5));
    let missed = [
        &changed[..],
        &["--fail-under-lines", "20", "--show-missing-lines"],
    ]
    .concat();
    report(&fixture, &missed)
        .ends_with(1)
        .prints("src/lib.rs: 6, 10\nsrc/moved.rs: 5\n")
        .says("0 of 5 lines ran, 0.00%: 1 more to go");
    // Other filters hold as well.
    let one = report(&fixture, &[&changed[..], &["--include", "new.rs"]].concat());
    assert_eq!(one.lines_of("Total"), (0, 2));
    // Against its own start, a branch without a commit has what is not committed.
    assert_eq!(
        lines(&fixture, &["--changed-since", "HEAD"])["src/lib.rs"],
        [(6, 0), (10, 0)]
    );
    assert!(!lines(&fixture, &["--changed-since", "HEAD"]).contains_key("src/moved.rs"));
}

#[test]
fn how_git_is_set_up_changes_nothing() {
    let fixture = fixture();
    let root = fixture.root();
    // Line ends of Windows, no line end at the end, and a name to be quoted.
    let lib = LIB.replace(
        "pub mod unused;",
        "#[path = \"ä \\\"q\\\".rs\"]\npub mod unused;",
    );
    let lib = lib.replace('\n', "\r\n");
    fs::write(root.join("src/lib.rs"), lib.trim_end()).unwrap();
    fs::rename(root.join("src/unused.rs"), root.join("src/ä \"q\".rs")).unwrap();
    fs::write(root.join("logo.png"), [0, 10, 255, 10, 13]).unwrap();
    fs::write(root.join(".gitattributes"), "*.rs diff=fancy\nä* -diff\n").unwrap();
    // The workspace is not the root of the repository.
    let git = Git::init(root.parent().unwrap());
    fs::write(git.0.join(".git/info/exclude"), "target\nwrapper\n").unwrap();
    git.commit("four");
    let lib = lib.replace("    7\r", "    6\r").replace("{ 8 }", "{ 9 }");
    fs::write(root.join("src/lib.rs"), lib.trim_end()).unwrap();
    let quoted = fs::read_to_string(root.join("src/ä \"q\".rs")).unwrap();
    fs::write(root.join("src/ä \"q\".rs"), quoted.replace("+ 1", "+ 2")).unwrap();
    fs::write(root.join("logo.png"), [0, 255, 10]).unwrap();
    run_again(&fixture);

    let changed = ["--changed-since", "main"];
    let expected: BTreeMap<_, _> = [
        ("src/lib.rs".to_owned(), vec![(7, 1), (9, 0)]),
        ("src/ä \"q\".rs".to_owned(), vec![(5, 0)]),
    ]
    .into();
    assert_eq!(lines(&fixture, &changed), expected);

    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.context", "7"),
        ("diff.interHunkContext", "9"),
        ("diff.relative", "true"),
        ("diff.external", "/bin/false"),
        ("diff.fancy.textconv", "echo converted"),
        ("diff.fancy.command", "/bin/false"),
        ("diff.renames", "false"),
        ("color.ui", "always"),
        ("color.diff", "always"),
        ("core.quotePath", "false"),
        ("core.pager", "/bin/false"),
        ("diff.ignoreSubmodules", "none"),
    ] {
        git.run(&["config", key, value]);
    }
    assert_eq!(lines(&fixture, &changed), expected);
    let mut environment = command(&fixture, &["--lcov", "-", "--changed-since", "main"]);
    environment
        .env("GIT_EXTERNAL_DIFF", "/bin/false")
        .env("GIT_DIFF_OPTS", "--unified=5")
        .env("GIT_LITERAL_PATHSPECS", "1")
        .env("GIT_PAGER", "/bin/false");
    let output = Output::of(&mut environment).ends_with(0);
    assert_eq!(
        output.stdout.matches("\nDA:").count(),
        3,
        "{}",
        output.stdout
    );
}

#[test]
fn where_nothing_with_code_has_changed_it_is_said_and_is_no_failure() {
    let fixture = fixture();
    fixture.run(&[]);
    let git = Git::init(&fixture.root());
    git.commit("six");
    fs::write(fixture.root().join("README.md"), "New.\n").unwrap();
    let all = ["--fail-under-lines=100", "--fail-under-file-regions=100"];
    let arguments = [
        &["--changed-since", "main", "--show-missing-lines"],
        &all[..],
    ]
    .concat();
    let output = report(&fixture, &arguments).ends_with(0);
    assert_eq!(output.stdout, "No line with code has changed since main.\n");
    assert_eq!(
        output.stderr,
        "note: there are no lines that could run, 100% are wanted\n"
    );
    assert!(lines(&fixture, &["--changed-since", "main"]).is_empty());
}

#[test]
fn of_what_has_changed_after_the_build_it_is_not_said_that_nothing_has() {
    let fixture = fixture();
    fixture.run(&[]);
    let git = Git::init(&fixture.root());
    git.commit("seven");
    let (main, since) = (
        fixture.root().join("src/main.rs"),
        ["--changed-since", "main"],
    );
    let text = fs::read_to_string(&main).unwrap();
    fs::write(&main, format!("{text}\nfn new() {{\n    new();\n}}\n")).unwrap();
    let newer =
        "What has changed since main is newer than the build, so nothing can be told of it.\n";
    let output = report(&fixture, &since).ends_with(0);
    assert_eq!(output.stdout, newer);
    let gate = [&since[..], &["--fail-under-lines", "1"]].concat();
    report(&fixture, &gate)
        .ends_with(1)
        .prints(newer)
        .says("src/main.rs has changed since the program was built");
    // Another one that is stale and as it was is none of those that the report is of.
    fs::write(&main, text).unwrap();
    let output = report(&fixture, &gate).ends_with(0);
    assert_eq!(output.stdout, "No line with code has changed since main.\n");
}
