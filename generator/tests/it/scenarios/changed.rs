//! The scenarios that reach what a branch has changed.

use super::{program, scenario, suite};
use crate::support::TestCrate;
use crate::support::repository::Git;

/// Recorded of what is committed.
fn recorded() -> (TestCrate, Git) {
    let krate = program();
    krate.write(".gitignore", "/command*\n");
    krate.write("notes.txt", "Notes.\n");
    // So that building does not make it.
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = Git::init(&krate.root);
    git.commit("first");
    let script = [
        scenario("one", &[0, 2]),
        scenario("two", &[2]),
        scenario("three", &[4, 1]),
    ]
    .concat();
    suite(&krate, &script);
    (krate, git)
}

/// The scenarios that a change selects, and what is said.
pub fn changed(krate: &TestCrate) -> (Vec<String>, String) {
    let output = krate
        .itcov(&["scenarios", "--changed-since", "HEAD"])
        .ends_with(0);
    let names = output.stdout.lines().map(str::to_owned).collect();
    (names, output.stderr)
}

/// Replaces a text in a file, and gives what is selected.
pub fn with(krate: &TestCrate, file: &str, from: &str, to: &str) -> (Vec<String>, String) {
    let before = krate.read(file);
    assert!(before.contains(from), "{from}");
    krate.write(file, &before.replacen(from, to, 1));
    let found = changed(krate);
    krate.write(file, &before);
    found
}

#[test]
fn those_that_come_to_a_changed_function_are_selected_and_in_doubt_all() {
    let (krate, _) = recorded();
    let all = ["one", "two", "three"];
    assert_eq!(changed(&krate), (vec![], String::new()));

    let main = "src/main.rs";
    let some = [
        ("println!(\"0\")", "println!(\"zero\")", vec!["one"]),
        (
            "println!(\"2\");\n",
            "println!(\"2\");\n        println!();\n",
            vec!["one", "two"],
        ),
        // Lines are gone.
        ("    println!(\"shared\");\n", "", vec!["three"]),
        // Nothing reaches it.
        ("println!(\"6\")", "println!(\"six\")", vec![]),
        // Of a function of which a part did not run.
        (
            "    if number % 2 == 0 {\n        println!(\"4\")",
            "    if number % 2 == 1 {\n        println!(\"4\")",
            vec!["three"],
        ),
    ];
    for (from, to, expected) in some {
        let (names, said) = with(&krate, main, from, to);
        assert_eq!(names, expected, "{to}");
        let is_new = said.contains("note: no scenario of the last run reaches src/main.rs:");
        assert_eq!(is_new, names.is_empty(), "{said}");
        assert_eq!(said.is_empty(), !is_new, "{said}");
    }

    let doubts = [
        (
            main,
            "\nfn shared",
            "\nconst A: u8 = 1;\nfn shared",
            "src/main.rs:",
            "is not in the body of a function",
        ),
        (
            main,
            "from_millis(2)",
            "from_millis(3)",
            "src/main.rs:",
            "runs outside of scenarios, as at the start",
        ),
        (
            "Cargo.toml",
            "0.1.0",
            "0.2.0",
            "Cargo.toml has changed",
            "which has no code that was measured",
        ),
        (
            "notes.txt",
            "Notes",
            "More",
            "notes.txt has changed",
            "which has no code that was measured",
        ),
    ];
    for (file, from, to, place, why) in doubts {
        let (names, said) = with(&krate, file, from, to);
        assert_eq!(names, all, "{to}");
        assert!(said.contains("every scenario is selected: "), "{said}");
        assert!(said.contains(place) && said.contains(why), "{said}");
        assert!(said.contains("run the whole suite"), "{said}");
    }
    krate.write("src/new.rs", "");
    let (names, said) = changed(&krate);
    assert_eq!(names, all);
    assert!(said.contains("src/new.rs has changed"), "{said}");
}

#[test]
fn a_map_of_the_changed_text_or_of_the_one_before_will_do_and_of_another_not() {
    let (krate, git) = recorded();
    let before = krate.read("src/main.rs");
    // Above everything else, so that all lines move.
    let after = before.replacen(
        "println!(\"0\");",
        "println!();\n\n        println!(\"0\");",
        1,
    );
    krate.write("src/main.rs", &after);
    let expected = (vec!["one".to_owned()], String::new());
    assert_eq!(changed(&krate), expected);
    suite(
        &krate,
        &[scenario("one", &[0, 2]), scenario("two", &[2])].concat(),
    );
    assert_eq!(changed(&krate), expected);
    git.commit("second");
    assert_eq!(changed(&krate), (vec![], String::new()));
    // Neither the present text nor the one of the revision.
    krate.write(
        "src/main.rs",
        &after.replacen("println!(\"2\")", "println!(\"two\")", 1),
    );
    suite(&krate, &scenario("one", &[0]));
    krate.write(
        "src/main.rs",
        &after.replacen("println!(\"4\")", "println!(\"four\")", 1),
    );
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(
        said.contains("recorded with another text of src/main.rs"),
        "{said}"
    );
}

#[test]
fn what_git_cannot_tell_is_an_error() {
    let krate = program();
    suite(&krate, &scenario("one", &[0]));
    krate
        .itcov(&["scenarios", "--changed-since", "HEAD"])
        .ends_with(1)
        .says("cannot tell what has changed since HEAD");
}
