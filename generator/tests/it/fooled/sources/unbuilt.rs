//! Changes in what was never built.

use std::fs;

use crate::build::package;
use crate::changed::{LIB, fixture, report, run_again};
use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;
use crate::support::{Output, TestCrate};

fn gate(fixture: &Instrumented, more: &[&str]) -> Output {
    let words = ["--changed-since", "HEAD", "--fail-under-lines", "50"];
    report(fixture, &[&words, more].concat())
}

#[test]
fn no_threshold_is_met_by_a_change_in_what_was_not_built() {
    let fixture = fixture();
    let root = fixture.root();
    let write = |name: &str, text: &str| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let lib = format!("{LIB}#[cfg(test)]\nmod tests;\n#[cfg(windows)]\nmod elsewhere;\n");
    write("src/lib.rs", &lib);
    write("src/bin/idle.rs", "fn main() {}\n");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let workspace = "\n[workspace]\nmembers = [\"other\", \"macros\"]\nexclude = [\"fuzz\"]\n";
    write("Cargo.toml", &(manifest + workspace));
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2021\"\n");
    write("other/Cargo.toml", &package("other"));
    write(
        "macros/Cargo.toml",
        &(package("macros") + "[lib]\nproc-macro = true\n"),
    );
    write("fuzz/Cargo.toml", &package("fuzz"));
    for file in ["other/src/lib.rs", "macros/src/lib.rs", "fuzz/src/lib.rs"] {
        write(file, "// Old.\n");
    }
    let git = Git::init(&root);
    git.commit("one");
    // The program is made with it.
    write("build.rs", "fn main() {}\n");
    run_again(&fixture);

    // Documentation, comments, tests, macros and other workspaces: no line of a program has changed.
    let no_program = [
        "README.md",
        "tests/it.rs",
        "tests/common/mod.rs",
        "examples/a.rs",
        "build.rs",
        "src/tests/mod.rs",
        "src/tests/deep.rs",
        "macros/src/lib.rs",
        "fuzz/src/lib.rs",
    ];
    for name in no_program {
        let text = match name {
            "src/tests/mod.rs" => "mod deep;\n",
            "build.rs" => "fn main() {}\n",
            _ => "// New.\n",
        };
        write(name, text);
    }
    let output = gate(&fixture, &[]).ends_with(0);
    assert_eq!(output.stdout, "No line with code has changed since HEAD.\n");
    assert_eq!(
        output.stderr,
        "note: there are no lines that could run, 50% are wanted\n"
    );

    for (name, why) in [
        (
            "src/forgotten.rs",
            "no `mod` line that was compiled names it",
        ),
        (
            "src/elsewhere.rs",
            "no `mod` line that was compiled names it",
        ),
        ("src/bin/idle.rs", "a program that did not run"),
        (
            "other/src/lib.rs",
            "the program does not use the package other",
        ),
    ] {
        let before = fs::read_to_string(root.join(name));
        write(name, "fn main() {\n    println!();\n}\n");
        let said = format!("{name} ({why})");
        gate(&fixture, &[])
            .ends_with(1)
            .prints("No line with code has changed since HEAD.\n")
            .says(&format!(
                "warning: changed since HEAD and not measured: {said}\n"
            ))
            .says(&format!(
                "so whether enough ran cannot be told: {said}; leave out with --exclude"
            ));
        gate(&fixture, &["--exclude", name]).ends_with(0);
        match before {
            Ok(text) => write(name, &text),
            Err(_) => fs::remove_file(root.join(name)).unwrap(),
        }
    }

    // Where other lines with code have changed, these count.
    write("src/forgotten.rs", "fn forgotten() {}\n");
    write("src/lib.rs", &lib.replace("    7", "    6"));
    run_again(&fixture);
    let output = gate(&fixture, &[]).ends_with(0);
    assert_eq!(output.lines_of("src/lib.rs"), (1, 1));
    output.says("not measured: src/forgotten.rs");
}

#[test]
fn a_comment_about_tests_does_not_make_a_module_one_of_tests() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &(package("app", "") + "[features]\nextra = []\n"),
    );
    krate.write(
        "src/main.rs",
        "fn main() {}\n// Unlike what is under cfg(test), this is a part of the program.\n\
         #[cfg(feature = \"extra\")]\nmod extra;\n#[cfg(all(test, unix))]\nmod checks;\n",
    );
    krate.write("src/extra.rs", "// Old.\n");
    krate.write("src/checks.rs", "// Old.\n");
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = Git::init(&krate.root);
    git.commit("first");
    krate.itcov(&["run"]).ends_with(0);
    let gate = || {
        let words = ["--changed-since", "HEAD", "--fail-under-lines", "100"];
        krate.itcov(&[&["report"], &words[..]].concat())
    };
    krate.write("src/checks.rs", "fn new() {}\n");
    gate().ends_with(0);
    krate.write("src/extra.rs", "pub fn new() {}\n");
    gate()
        .ends_with(1)
        .says("not measured: src/extra.rs (no `mod` line that was compiled names it)\n");
}

#[test]
fn no_threshold_is_met_by_a_change_in_a_crate_outside_of_the_workspace() {
    let krate = TestCrate::empty();
    let more = "[dependencies]\nhelp = { path = \"help\" }\n[workspace]\nexclude = [\"help\", \"other\"]\n";
    krate.write("Cargo.toml", &package("app", more));
    for name in ["help", "other"] {
        krate.write(&format!("{name}/Cargo.toml"), &package(name, ""));
        krate.write(&format!("{name}/src/lib.rs"), "pub fn help() {}\n");
    }
    krate.write("src/main.rs", "fn main() {\n    help::help();\n}\n");
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    let gate = || {
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&super::SINCE_HEAD)
    };
    for file in ["other/src/lib.rs", "help/tests/it.rs", "help/build.rs"] {
        krate.write(file, "fn main() {\n    println!();\n}\n");
        gate().ends_with(0);
    }
    krate.write(
        "help/src/lib.rs",
        "pub fn help() {}\npub fn more() {\n    help();\n}\n",
    );
    gate()
        .ends_with(1)
        .says("help/src/lib.rs (the crate help is not of the workspace: --also help measures it)");
    // Measured as members are, it has a line that did not run.
    krate.itcov(&["run", "--also", "help"]).ends_with(0);
    krate
        .itcov(&super::SINCE_HEAD)
        .ends_with(1)
        .says("below the threshold");
}

#[test]
fn no_threshold_is_met_by_a_run_of_another_text_that_is_now_as_at_the_revision() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/limit.rs", "pub fn limit() -> u8 {\n    10\n}\n");
    krate.write(
        "src/main.rs",
        "mod limit;\nfn main() {\n    limit::limit();\n}\n",
    );
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    krate.write(
        "src/main.rs",
        "mod limit;\nfn main() {\n    if limit::limit() < 5 {\n        println!();\n    }\n}\n",
    );
    let limit = krate.read("src/limit.rs");
    krate.write("src/limit.rs", &limit.replace("10", "1"));
    krate.itcov(&["run"]).ends_with(0);
    krate.write("src/limit.rs", &limit);
    let gate = super::SINCE_HEAD;
    krate
        .itcov(&gate)
        .ends_with(1)
        .says("src/limit.rs has changed since the program was built");
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&gate).ends_with(1).says("below the threshold");
}

/// A gate that any line which has run meets.
const GATE: [&str; 5] = [
    "report",
    "--changed-since",
    "HEAD",
    "--fail-under-lines",
    "1",
];

fn commit_and_run(krate: &TestCrate) {
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    krate.itcov(&["run"]).ends_with(0);
}

#[test]
fn a_module_for_tests_of_another_module_is_another_file() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write(
        "src/main.rs",
        "mod store;\n#[cfg(test)]\nmod help;\nfn main() {\n    store::open();\n}\n",
    );
    krate.write(
        "src/store.rs",
        "#[cfg(test)]\nmod mock;\npub fn open() {}\n",
    );
    for file in ["src/store/mock.rs", "src/help.rs", "src/mock.rs"] {
        krate.write(file, "pub fn one() {}\n");
    }
    commit_and_run(&krate);
    for file in ["src/store/mock.rs", "src/help.rs"] {
        krate.write(file, "pub fn two() {}\n");
        krate.itcov(&GATE).ends_with(0);
    }
    krate.write("src/mock.rs", "pub fn two() {}\n");
    let said = "src/mock.rs (no `mod` line that was compiled names it)";
    krate.itcov(&GATE).ends_with(1).says(said);
}

#[test]
fn what_is_beside_a_program_among_examples_is_part_of_a_program() {
    let krate = TestCrate::empty();
    let more = "[[bin]]\nname = \"app\"\npath = \"examples/server/main.rs\"\n";
    krate.write("Cargo.toml", &package("app", more));
    krate.write(
        "examples/server/main.rs",
        "fn main() {\n    println!();\n}\n",
    );
    commit_and_run(&krate);
    krate.write("examples/other.rs", "fn main() {}\n");
    krate.itcov(&GATE).ends_with(0);
    krate.write("examples/server/more.rs", "pub fn more() {}\n");
    let said = "examples/server/more.rs (no `mod` line that was compiled names it)";
    krate.itcov(&GATE).ends_with(1).says(said);
}

#[test]
fn what_is_for_tests_in_one_place_and_not_in_another_is_part_of_a_program() {
    let krate = TestCrate::empty();
    let more = "[features]\nmore = []\n[[test]]\nname = \"whole\"\npath = \"src/whole.rs\"\n";
    krate.write("Cargo.toml", &package("app", more));
    krate.write(
        "src/lib.rs",
        "#[cfg(test)]\nmod util;\n#[cfg(test)]\nmod help;\n",
    );
    krate.write("src/whole.rs", "mod help;\nmod own;\n");
    let main = "#[cfg(feature = \"more\")]\nmod util;\nfn main() {}\n";
    krate.write("src/main.rs", main);
    for file in ["src/util.rs", "src/help.rs", "src/own.rs"] {
        krate.write(file, "pub fn one() {}\n");
    }
    commit_and_run(&krate);
    for file in ["src/help.rs", "src/own.rs"] {
        krate.write(file, "pub fn two() {}\n");
        krate.itcov(&GATE).ends_with(0);
    }
    krate.write("src/util.rs", "pub fn two() {}\n");
    let said = "src/util.rs (no `mod` line that was compiled names it)";
    krate.itcov(&GATE).ends_with(1).says(said);
}

#[test]
fn what_is_beside_a_program_that_is_a_file_among_examples_is_part_of_a_program() {
    let krate = TestCrate::empty();
    let more = "[features]\nmore = []\n[[bin]]\nname = \"app\"\npath = \"examples/srv.rs\"\n";
    krate.write("Cargo.toml", &package("app", more));
    let main = "#[cfg(feature = \"more\")]\nmod part;\nfn main() {}\n";
    krate.write("examples/srv.rs", main);
    for (file, text) in [
        ("examples/other.rs", "mod help;\nfn main() {}\n"),
        ("examples/whole/main.rs", "mod inner;\nfn main() {}\n"),
        ("examples/whole/inner.rs", "pub fn one() {}\n"),
        ("examples/help.rs", "pub fn main() {}\n"),
        ("examples/part.rs", "pub fn one() {}\n"),
    ] {
        krate.write(file, text);
    }
    commit_and_run(&krate);
    for file in ["other.rs", "whole/inner.rs", "help.rs"] {
        let file = format!("examples/{file}");
        let text = krate.read(&file) + "pub fn two() {}\n";
        krate.write(&file, &text);
        krate.itcov(&GATE).ends_with(0);
    }
    krate.write("examples/part.rs", "pub fn two() {}\n");
    let said = "examples/part.rs (no `mod` line that was compiled names it)";
    krate.itcov(&GATE).ends_with(1).says(said);
}

#[test]
fn what_is_nested_deeply_can_have_changed() {
    let fixture = fixture();
    let lib = fixture.root().join("src/lib.rs");
    let git = Git::init(&fixture.root());
    git.commit("one");
    // The compiler takes so many.
    let deep = format!("{}8{}", "(".repeat(1000), ")".repeat(1000));
    let text = fs::read_to_string(&lib).unwrap();
    let function = format!("#[allow(unused_parens)]\npub fn deep() -> u8 {{\n    {deep}\n}}\n");
    fs::write(&lib, text + &function).unwrap();
    run_again(&fixture);
    gate(&fixture, &[])
        .ends_with(1)
        .says("0 of 3 lines ran, 0.00%");
}
