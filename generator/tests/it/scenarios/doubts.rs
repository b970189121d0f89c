//! Changes that other scenarios notice than those that come to the changed lines, and records that do not tell all.

use std::fs;
use std::os::unix::fs::symlink;

use super::changed::{changed, with};
use crate::build::package;
use crate::denominator::source_lines::scaffolded;
use crate::support::repository::Git;
use crate::support::tools::cargo_itcov;
use crate::support::{Output, TestCrate};

/// A program, with a scenario for each of some words, which is its argument.
fn recorded(krate: &TestCrate, words: &[&str]) -> Git {
    let script = words
        .iter()
        .map(|it| format!("ITCOV_SCENARIO={it} \"$ITCOV_BIN\" {it}\n"));
    krate.write("suite.sh", &script.collect::<String>());
    krate.write(".gitignore", "/target\n/src/ignored.rs\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = Git::init(&krate.root);
    git.commit("first");
    record(krate);
    git
}

fn record(krate: &TestCrate) {
    let run = ["exec", "--scenarios", "--", "sh", "-e", "suite.sh"];
    krate.itcov(&run).ends_with(0);
}

const TEXT: &str = r#"use std::sync::LazyLock;

const unsafe fn early() -> u8 {
    1
}

const EARLY: u8 = unsafe { early() };

static TABLE: LazyLock<u8> = LazyLock::new(|| {
    5
});

trait Named {
    fn name(&self) -> &str {
        "of the trait"
    }
}

struct A;
impl Named for A {}

impl A {
    fn own_name(&self) -> &str {
        "own"
    }
}

fn converted(some: Option<u8>) {
    let found = some.map(|it| {
        it as u16
    });
    println!("{}", size_of_val(&found));
}

fn wide() -> u16 {
    300
}

fn chosen(is_wide: bool) {
    let found = if is_wide { wide() } else { Default::default() };
    println!("{}", size_of_val(&found));
}

trait Kind {
    const KIND: u8;
}

fn outer() {
    impl Kind for A {
        const KIND: u8 = 4;
    }
    println!("outer");
}

struct One;
impl One { fn one() -> u8 { 1 } const TWO: u8 = 2; }

fn main() {
    match std::env::args().nth(1).unwrap().as_str() {
        "constant" => println!("{EARLY}"),
        "early" => println!("{}", unsafe { early() }),
        "table" => println!("{}", *TABLE),
        "name" => println!("{}", A.name()),
        "own" => println!("{}", A.own_name()),
        "some" => converted(Some(1)),
        "none" => converted(None),
        "wide" => chosen(true),
        "default" => chosen(false),
        "outer" => outer(),
        "kind" => println!("{}", A::KIND),
        "one" => println!("{}", One::one()),
        "two" => println!("{}", One::TWO),
        _ => {}
    }
}
"#;

#[test]
fn what_has_an_effect_where_it_does_not_run_selects_all() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", TEXT);
    let all = [
        "constant", "early", "table", "name", "own", "some", "none", "wide", "default", "outer",
        "kind", "one", "two",
    ];
    recorded(&krate, &all);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    for (from, to, marked) in [
        // The compiler runs it.
        ("    1\n", "    2\n", "1"),
        // Whoever comes first does.
        ("    5\n", "    6\n", "5"),
        // It is found in the place of the trait's.
        ("fn own_name", "fn name", "fn own_name"),
        // What is behind an `else` has its type.
        ("wide() -> u16", "wide() -> u32", "fn wide"),
        ("KIND: u8 = 4", "KIND: u8 = 5", "KIND: u8 = 4"),
        ("const TWO: u8 = 2", "const TWO: u8 = 3", "const TWO"),
        (
            "    fn own_name",
            "    #[inline]\n    fn own_name",
            "fn own_name",
        ),
    ] {
        let (names, said) = with(&krate, "src/main.rs", from, to);
        assert_eq!(names, all, "{to}");
        let line = 1 + TEXT.lines().position(|line| line.contains(marked)).unwrap();
        let why = format!("src/main.rs:{line} is not in the body of a function");
        assert!(said.contains(&why), "{to}: {said}");
    }
    for (from, to, expected) in [
        ("\"own\"\n", "\"mine\"\n", vec!["own"]),
        // The type of what is around a closure is decided in it.
        ("it as u16", "it as u32", vec!["some", "none"]),
        ("    300\n", "    // More.\n    301\n", vec!["wide"]),
        ("    300\n", "    // The same.\n    300\n", vec![]),
        ("println!(\"outer\")", "println!(\"out\")", vec!["outer"]),
        ("{ 1 } const", "{ 3 } const", vec!["one"]),
    ] {
        let (names, said) = with(&krate, "src/main.rs", from, to);
        assert_eq!(
            (names, &*said),
            (expected.into_iter().map(str::to_owned).collect(), ""),
            "{to}"
        );
    }
}

#[test]
fn what_git_does_not_track_selects_all() {
    for name in ["ignored", "linked"] {
        let krate = TestCrate::empty();
        krate.write("Cargo.toml", &package("app", ""));
        krate.write(
            "src/main.rs",
            &format!("mod {name};\nfn main() {{\n    {name}::act();\n}}\n"),
        );
        let text = "pub fn act() {}\n";
        let outside = krate.root.with_file_name("outside.rs");
        if name == "ignored" {
            krate.write("src/ignored.rs", text);
        } else {
            fs::write(&outside, text).unwrap();
            symlink(&outside, krate.root.join("src/linked.rs")).unwrap();
        }
        recorded(&krate, &["one"]);
        let (names, said) = changed(&krate);
        assert_eq!(names, ["one"]);
        assert!(said.contains("the repository does not track "), "{said}");
    }
}

#[test]
fn what_build_scripts_and_macros_run_selects_all() {
    let krate = TestCrate::empty();
    let used = "\n[dependencies]\nshared = { path = \"shared\" }\nother = { path = \"other\" }\n\
                [build-dependencies]\nshared = { path = \"shared\" }\n\
                [workspace]\nmembers = [\"shared\", \"other\"]\n";
    krate.write("Cargo.toml", &(package("app", "") + used));
    for (name, number) in [("shared", 7), ("other", 8)] {
        krate.write(&format!("{name}/Cargo.toml"), &package(name, ""));
        let text = format!("pub fn number() -> u8 {{\n    {number}\n}}\n");
        krate.write(&format!("{name}/src/lib.rs"), &text);
    }
    krate.write("src/part.rs", "pub fn part() -> u8 {\n    3\n}\n");
    krate.write(
        "build.rs",
        "#[path = \"src/part.rs\"]\nmod part;\nfn main() {\n    \
         println!(\"cargo::rustc-env=MADE={}\", part::part() + shared::number());\n}\n",
    );
    krate.write(
        "src/main.rs",
        "mod part;\nfn main() {\n    match std::env::args().nth(1).unwrap().as_str() {\n        \
         \"made\" => println!(\"{}\", env!(\"MADE\")),\n        \"part\" => println!(\"{}\", part::part()),\n        \
         \"shared\" => println!(\"{}\", shared::number()),\n        _ => println!(\"{}\", other::number()),\n    }\n}\n",
    );
    recorded(&krate, &["made", "part", "shared", "other"]);
    for (file, from, to, why) in [
        ("src/part.rs", "3", "4", "part of a build script or macro"),
        (
            "shared/src/lib.rs",
            "7",
            "8",
            "a build script or macro uses",
        ),
    ] {
        let (names, said) = with(&krate, file, from, to);
        assert_eq!(names, ["made", "part", "shared", "other"]);
        assert!(
            said.contains(&format!("{file} has changed, which ")),
            "{said}"
        );
        assert!(said.contains(why), "{said}");
    }
    let (names, said) = with(&krate, "other/src/lib.rs", "    8\n", "    9\n");
    assert_eq!((names, &*said), (vec!["other".to_owned()], ""));
}

#[test]
fn what_was_recorded_of_another_suite_selects_all() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {\n    println!();\n}\n");
    let git = recorded(&krate, &["one"]);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    // Another suite, of which nothing was recorded, is what the branch began with.
    krate.write("suite.sh", &(krate.read("suite.sh") + "true\n"));
    git.commit("second");
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    let why = "recorded with another text of suite.sh";
    assert!(said.contains(why), "{said}");
    // One that is not committed when it is recorded, and is gone.
    krate.write("data", "1");
    record(&krate);
    fs::remove_file(krate.root.join("data")).unwrap();
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(said.contains("another text of data"), "{said}");
    record(&krate);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
}

#[test]
fn a_scenario_of_which_not_all_is_known_is_selected() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write(
        "src/main.rs",
        "fn main() {\n    if std::env::args().nth(1).is_none() {\n        \
         loop {\n            std::thread::sleep(std::time::Duration::from_millis(5));\n        }\n    }\n}\n\
         #[allow(dead_code)]\nfn idle() {\n    println!();\n}\n",
    );
    let git = recorded(&krate, &["one", "two"]);
    let in_idle = || with(&krate, "src/main.rs", "println!();", "println!(\"idle\");");
    assert_eq!(in_idle(), (Vec::new(), String::new()));
    // Of one, a profile is not whole.
    krate.write(
        "suite.sh",
        &(krate.read("suite.sh")
            + "for profile in \"${LLVM_PROFILE_FILE%/*}\"/.apart/*/*; do truncate -s 100 \"$profile\"; break; done\n"),
    );
    git.commit("second");
    record(&krate);
    let (names, said) = in_idle();
    assert_eq!(names, ["one", "two"]);
    let why = "of some processes it is not known what they did: 1";
    assert!(said.contains(why), "{said}");
    // One has failed, and one has no end.
    krate.write(
        "suite.sh",
        "cargo-itcov scenario passes -- true\ncargo-itcov scenario fails -- false || true\n\
         cargo-itcov scenario lasts -- sh -c 'curl -s -X POST \"http://$ITCOV_CONTROL/stop\"; sleep 100'\n",
    );
    git.commit("third");
    krate.itcov(&["suite", "--", "sh", "-e", "suite.sh"]);
    let (names, said) = in_idle();
    assert_eq!(
        (names, &*said),
        (vec!["fails".to_owned(), "lasts".to_owned()], "")
    );
}

#[test]
fn a_scenario_that_may_have_failed_is_selected() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write(
        "src/main.rs",
        "fn main() {}\n#[allow(dead_code)]\nfn idle() {\n    println!();\n}\n",
    );
    let git = recorded(&krate, &["one", "two"]);
    let in_idle = || with(&krate, "src/main.rs", "println!();", "println!(\"idle\");");
    assert_eq!(in_idle(), (Vec::new(), String::new()));
    // Nobody has said which of them has.
    krate.write("suite.sh", &(krate.read("suite.sh") + "exit 3\n"));
    git.commit("second");
    krate
        .itcov(&["exec", "--scenarios", "--", "sh", "-e", "suite.sh"])
        .ends_with(3);
    let all = vec!["one".to_owned(), "two".to_owned()];
    assert_eq!(in_idle(), (all, String::new()));
    // The commands of some are killed, so nobody says how these end.
    krate.write(
        "suite.sh",
        "kills() { timeout -s KILL 1 cargo-itcov scenario $1 -- sleep 100 || true; }\n\
         \"$ITCOV_BIN\"\nkills first\ncargo-itcov scenario passes -- true\nkills last\n",
    );
    git.commit("third");
    krate
        .itcov(&["exec", "--", "sh", "-e", "suite.sh"])
        .ends_with(0);
    let killed = vec!["first".to_owned(), "last".to_owned()];
    assert_eq!(in_idle(), (killed, String::new()));
}

#[test]
fn what_a_build_script_reads_and_git_ignores_selects_all() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=target/../src/ignored.rs\");\n    \
         let word = std::fs::read_to_string(\"src/ignored.rs\").unwrap();\n    \
         println!(\"cargo::rustc-env=WORD={word}\");\n}\n",
    );
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(env!(\"WORD\"));\n}\n",
    );
    krate.write("src/ignored.rs", "one");
    recorded(&krate, &["one"]);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    let (names, said) = with(&krate, "src/ignored.rs", "one", "two");
    assert_eq!(names, ["one"]);
    assert!(said.contains("with another text of "), "{said}");
}

#[test]
fn what_git_does_not_show_by_itself_is_a_change() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {\n    println!();\n}\n");
    krate.write(".gitattributes", "*.rs filter=local\n");
    let git = recorded(&krate, &["one"]);
    git.run(&["config", "filter.local.clean", "sed /LOCAL/d"]);
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!();\n    println!(\"LOCAL\");\n}\n",
    );
    git.run(&["add", "--all"]);
    record(&krate);
    assert_eq!(changed(&krate), (vec!["one".to_owned()], String::new()));
}

#[test]
fn a_file_of_a_submodule_that_git_was_told_to_take_for_unchanged_is_a_change() {
    let part = TestCrate::empty();
    part.write("Cargo.toml", &package("part", ""));
    part.write("src/lib.rs", "pub fn act() {\n    println!();\n}\n");
    Git::init(&part.root).commit("part");
    let krate = TestCrate::empty();
    let more = "[dependencies]\npart = { path = \"part\" }\n[workspace]\nmembers = [\"part\"]\n";
    krate.write("Cargo.toml", &package("app", more));
    krate.write("src/main.rs", "fn main() {\n    part::act();\n}\n");
    let add = format!(
        "git init -q && git -c protocol.file.allow=always submodule --quiet add '{}' part",
        part.root.display()
    );
    krate.sh(&add).ends_with(0);
    recorded(&krate, &["one"]);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    krate
        .sh("git -C part update-index --assume-unchanged src/lib.rs")
        .ends_with(0);
    krate.write(
        "part/src/lib.rs",
        "pub fn act() {\n    println!(\"more\");\n}\n",
    );
    record(&krate);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(said.contains("part/src/lib.rs"), "{said}");
}

#[test]
fn a_crate_that_is_patched_in_from_outside_selects_all() {
    let krate = TestCrate::empty();
    let patched =
        "[dependencies]\nitoa = \"1\"\n[patch.crates-io]\nitoa = { path = \"../itoa\" }\n";
    krate.write("Cargo.toml", &package("app", patched));
    krate.write("src/main.rs", "fn main() {\n    itoa::act();\n}\n");
    krate.write(
        "../itoa/Cargo.toml",
        &package("itoa", "").replace("0.1.0", "1.0.0"),
    );
    krate.write("../itoa/src/lib.rs", "pub fn act() {}\n");
    recorded(&krate, &["one"]);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(said.contains("the crate itoa is not measured"), "{said}");
}

#[test]
fn one_of_several_programs_is_not_all() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    recorded(&krate, &["one"]);
    let words = ["scenarios", "--changed-since", "HEAD", "--bin", "app"];
    krate
        .itcov(&words)
        .ends_with(1)
        .says("--changed-since does not go with --package and --bin");
}

/// A package with a library, a unit test, a test that calls it, and one that knows nothing but the program.
fn with_tests() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write(
        "src/lib.rs",
        "pub fn helped() -> u8 {\n    1\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn unit() {\n        \
         assert_eq!(super::helped(), 1);\n    }\n}\n",
    );
    krate.write("src/main.rs", "fn main() {\n    println!(\"served\");\n}\n");
    krate.write(
        "tests/inside.rs",
        "#[test]\nfn inside() {\n    assert_eq!(app::helped(), 1);\n}\n",
    );
    krate.write(
        "tests/outside.rs",
        "#[test]\nfn outside() {\n    \
         assert!(std::process::Command::new(env!(\"CARGO_BIN_EXE_app\")).status().unwrap().success());\n}\n",
    );
    krate.write("suite.sh", "cargo nextest run\n");
    krate
}

#[test]
#[ignore = "needs cargo-nextest"]
fn a_test_that_runs_the_changed_code_itself_is_selected_and_so_is_a_new_one() {
    let krate = with_tests();
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    record(&krate);
    let filter = || {
        let words = [
            "scenarios",
            "--changed-since",
            "HEAD",
            "--format",
            "nextest",
        ];
        krate.itcov(&words).ends_with(0).stdout
    };
    let all = "not ((binary_id(=app::inside) & test(=inside)) | (binary_id(=app::outside) & test(=outside)) | \
               (binary_id(=app) & test(=tests::unit)))\n";
    let sorted = |text: &str| {
        let mut tests: Vec<String> = text
            .trim()
            .trim_start_matches("not ")
            .split(" | ")
            .map(|it| it.replace(['(', ')'], ""))
            .collect();
        tests.sort();
        tests
    };
    assert_eq!(sorted(&filter()), sorted(all));
    let (mut names, said) = with(&krate, "src/lib.rs", "    1\n", "    2\n");
    names.sort();
    assert_eq!(
        (names, &*said),
        (
            vec![
                "app tests::unit".to_owned(),
                "app::inside inside".to_owned()
            ],
            ""
        )
    );
    let before = krate.read("src/lib.rs");
    krate.write("src/lib.rs", &before.replacen("    1\n", "    2\n", 1));
    assert_eq!(
        filter(),
        "not ((binary_id(=app::outside) & test(=outside)))\n"
    );
    // A test that was not recorded is run.
    krate.write("src/lib.rs", &before);
    krate.write(
        "tests/outside.rs",
        &(krate.read("tests/outside.rs") + "#[test]\nfn fresh() {}\n"),
    );
    assert_eq!(filter(), "all()\n");
    let (names, said) = changed(&krate);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(said.contains("tests/outside.rs has changed"), "{said}");
}

#[test]
fn functions_that_ran_and_have_lost_their_mapping_select_all() {
    let krate = scaffolded("denominator");
    let git = Git::init(&krate.root);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    git.commit("first");
    let mut run = krate.command(cargo_itcov());
    run.args(["exec", "--release", "--scenarios", "--", "sh", "-c"])
        .arg("ITCOV_SCENARIO=one \"$ITCOV_BIN\"")
        .env("CARGO_PROFILE_RELEASE_LTO", "thin");
    Output::of(&mut run).ends_with(0);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    let why = "functions ran of which is not known where they are written: ";
    assert!(said.contains(why), "{said}");
}

#[test]
fn what_is_outside_of_the_workspace_selects_all() {
    let krate = TestCrate::empty();
    let dependency =
        "\n[dependencies]\nbeside = { path = \"beside\" }\n[workspace]\nexclude = [\"beside\"]\n";
    krate.write("Cargo.toml", &(package("app", "") + dependency));
    krate.write("beside/Cargo.toml", &package("beside", ""));
    krate.write("beside/src/lib.rs", "pub fn act() {}\n");
    krate.write("src/main.rs", "fn main() {\n    beside::act();\n}\n");
    recorded(&krate, &["one"]);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(said.contains("the crate beside is not measured"), "{said}");
    let run = [
        "exec",
        "--scenarios",
        "--also",
        "beside",
        "--",
        "sh",
        "-e",
        "suite.sh",
    ];
    krate.itcov(&run).ends_with(0);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    let (names, said) = with(&krate, "beside/src/lib.rs", "{}", "{ println!(); }");
    assert_eq!((names, &*said), (vec!["one".to_owned()], ""));
}

#[test]
fn profiles_of_a_scenario_whose_name_was_not_noted_select_all() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    let git = recorded(&krate, &["one", "two"]);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    // As if who made the directory was killed before it could note the name.
    let made = "mkdir -p \"${LLVM_PROFILE_FILE%/*}/.apart/$(printf two | md5sum | cut -c1-16)\"\n";
    krate.write("suite.sh", &(made.to_owned() + &krate.read("suite.sh")));
    git.commit("second");
    record(&krate);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    for why in [
        "what they did: 1",
        "names could not be noted, as a process was killed: 1",
    ] {
        assert!(said.contains(why), "{said}");
    }
    // A name with a space is no test of nextest.
    krate.write("suite.sh", "ITCOV_SCENARIO='app one' \"$ITCOV_BIN\"\n");
    record(&krate);
    krate
        .itcov(&["scenarios", "--format", "nextest"])
        .ends_with(1)
        .says("\"app one\" is no test of nextest");
}
