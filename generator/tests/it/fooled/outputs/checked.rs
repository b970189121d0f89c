//! A check fails where the scaffold cannot work.

use std::fs;

use crate::support::{Output, TestCrate, tools};

/// The recipes with another text in the place of one.
fn changed(from: &str, to: &str) -> TestCrate {
    let krate = TestCrate::scaffolded("checked");
    change(&krate, "itcov.just", from, to);
    krate
}

fn change(krate: &TestCrate, file: &str, from: &str, to: &str) {
    let text = krate.read(file);
    assert!(text.contains(from), "{text}");
    krate.write(file, &text.replace(from, to));
}

const OPTIONS: &str = "itcov_options := ''";

#[test]
fn recipes_that_just_cannot_parse_fail_the_check() {
    let krate = changed("itcov-clean:\n", "itcov-clean:\n    @exec {{\n");
    krate
        .itcov(&["check"])
        .ends_with(1)
        .says("just rejects itcov.just: fix it");
    let krate = changed(
        "{{ itcov_options }} -- \"$@\"\n\n#",
        "{{ nothing_of_this_name }}\n\n#",
    );
    krate
        .itcov(&["check"])
        .ends_with(1)
        .says("just rejects itcov.just: fix it");
    // Without just, nobody has looked.
    let mut check = krate.command(tools::cargo_itcov());
    let path = krate.root.join("bin");
    fs::create_dir(&path).unwrap();
    let cargo = Output::of(krate.command("sh").args(["-c", "command -v cargo rustc"])).stdout;
    for tool in cargo.lines() {
        let name = tool.rsplit('/').next().unwrap();
        std::os::unix::fs::symlink(tool, path.join(name)).unwrap();
    }
    check.env("PATH", &path).args(["itcov", "check"]);
    Output::of(&mut check)
        .ends_with(0)
        .says("note: just is not installed, or too old");
}

#[test]
fn values_that_a_run_refuses_fail_the_check() {
    let krate = TestCrate::scaffolded("checked");
    let recipes = krate.read("itcov.just");
    for (from, to, why) in [
        (
            "'60s'",
            "'abc'",
            "ITCOV_TIMEOUT in itcov.just is `abc`, which is not a duration",
        ),
        ("'60s'", "'5ms'", "`5ms`, which is not a duration"),
        (
            OPTIONS,
            "itcov_options := '--no-such-option'",
            "unexpected argument '--no-such-option'",
        ),
        (
            OPTIONS,
            "itcov_options := '--release --profile x'",
            "cannot be used with",
        ),
        (
            OPTIONS,
            "itcov_options := '--scope some'",
            "invalid value 'some'",
        ),
        (
            OPTIONS,
            "itcov_options := '--timeout soon'",
            "--timeout soon is not a duration",
        ),
        (
            OPTIONS,
            "itcov_options := '--stop-signal KILL'",
            "--stop-signal KILL is neither SIGINT nor SIGTERM",
        ),
        (
            OPTIONS,
            "itcov_options := '--control 0.0.0.0:1'",
            "--control 0.0.0.0:1 is not a loopback address",
        ),
        (
            OPTIONS,
            "itcov_options := '--ready localhost'",
            "--ready localhost is not tcp://HOST:PORT",
        ),
        (
            OPTIONS,
            "itcov_options := '--ready-timeout soon'",
            "--ready-timeout soon is not a duration",
        ),
        (
            OPTIONS,
            "itcov_options := \"--args \\\"'\\\"\"",
            "--args ' has a quote that is not closed",
        ),
        (
            OPTIONS,
            "itcov_options := '--manifest-path nope'",
            "nope does not exist",
        ),
        (
            OPTIONS,
            "itcov_options := '-p \"api'",
            "a quote is not closed",
        ),
        (
            OPTIONS,
            "itcov_options := 'release'",
            "`release` is no option",
        ),
    ] {
        krate.write("itcov.just", &recipes.replace(from, to));
        krate.itcov(&["check"]).ends_with(1).says(why);
    }
    for fine in [
        "-p checked --release",
        "--tests",
        "--ready tcp://127.0.0.1:1 --args \"a b\"",
        "--stop-signal SIGTERM --control [::1]:1",
        "--manifest-path Cargo.toml",
        "--timeout 5m -v",
        "-p $API",
    ] {
        let set = format!("itcov_options := '{fine}'");
        krate.write("itcov.just", &recipes.replace(OPTIONS, &set));
        krate.itcov(&["check"]).ends_with(0);
    }
}

#[test]
fn a_doctor_says_that_a_time_is_none() {
    let krate = changed("'60s'", "'abc'");
    let output = krate.itcov(&["doctor"]).ends_with(1);
    output.prints("ITCOV_TIMEOUT in itcov.just is `abc`");
}

#[test]
fn what_no_longer_leads_to_the_harness_fails_the_check() {
    type Spoil = fn(&TestCrate);
    let spoils: [(Spoil, &str); 6] = [
        (
            |krate| krate.write("justfile", "mine:\n    true\n"),
            "justfile",
        ),
        (
            |krate| krate.write("justfile", "# import 'itcov.just'\n"),
            "justfile",
        ),
        (
            |krate| fs::remove_file(krate.root.join("tests/manual_integration.rs")).unwrap(),
            "tests/manual_integration.rs",
        ),
        (
            |krate| {
                change(
                    krate,
                    "Cargo.toml",
                    "path = \"tests/manual_integration.rs\"",
                    "path = \"tests/gone.rs\"",
                );
            },
            "gone.rs",
        ),
        (
            |krate| change(krate, "Cargo.toml", "manual-integration = [] # itcov\n", ""),
            "Cargo.toml",
        ),
        (
            |krate| change(krate, "Cargo.toml", "harness = false", "harness = true"),
            "Cargo.toml",
        ),
    ];
    for (spoil, named) in spoils {
        let krate = TestCrate::scaffolded("spoilt");
        spoil(&krate);
        let output = krate.itcov(&["check"]).ends_with(1);
        let said = output.stdout + &output.stderr;
        assert!(said.contains(named), "no {named:?} in\n{said}");
    }
}

#[test]
fn options_count_as_just_evaluates_them() {
    let krate = TestCrate::scaffolded("checked");
    let recipes = krate.read("itcov.just");
    let set = |expression: &str| {
        let set = format!("itcov_options := {expression}");
        krate.write("itcov.just", &recipes.replace(OPTIONS, &set));
    };
    for refused in [
        "\"--nope\"",
        "'--no' + 'pe'",
        "'''--nope'''",
        "`echo --nope`",
        "env('NO_SUCH_VARIABLE_OF_ANYBODY', '--nope')",
    ] {
        set(refused);
        krate
            .itcov(&["check"])
            .ends_with(1)
            .says("itcov_options in itcov.just is `--nope`: unexpected argument '--nope' found");
    }
    for fine in ["\"--release\"", "'--re' + 'lease'", "`echo --release`"] {
        set(fine);
        krate
            .itcov(&["check"])
            .ends_with(0)
            .prints("Edited itcov.just");
    }
}

#[test]
fn options_with_a_name_that_the_workspace_does_not_have_fail_the_check() {
    let krate = TestCrate::scaffolded("checked");
    let manifest = krate.read("Cargo.toml");
    let manifest = manifest.replace("[features]", "[features]\nfast = []");
    let serde = "serde = { path = \"serde\", optional = true }";
    krate.write(
        "Cargo.toml",
        &format!("{manifest}\n[dependencies]\n{serde}\n"),
    );
    let serde = manifest.split("\n[features]").next().unwrap();
    krate.write("serde/Cargo.toml", &serde.replace("checked", "serde"));
    krate.write("serde/src/lib.rs", "");
    let recipes = krate.read("itcov.just");
    let set = |options: &str| {
        let set = format!("itcov_options := '{options}'");
        krate.write("itcov.just", &recipes.replace(OPTIONS, &set));
    };
    for (options, why) in [
        (
            "-p old-name",
            "the workspace has no package `old-name`; it has:\n  checked\n",
        ),
        (
            "--bin old-name",
            "there is no binary `old-name`; there are:\n  checked\n",
        ),
        (
            "-p checked --bin old",
            "there is no binary `old`; there are:\n  checked\n",
        ),
        (
            "--with old",
            "the workspace has no package `old`, as --with names it; it has:",
        ),
        (
            "--features gone",
            "there is no feature `gone`; there are:\n  fast\n",
        ),
        ("-F fast,gone", "there is no feature `gone`"),
        (
            "--manifest-path serde/Cargo.toml -p checked",
            "the workspace has no package `checked`; it has:\n  serde\n",
        ),
    ] {
        set(options);
        let run = krate.itcov(&[&["run"], &options.split(' ').collect::<Vec<_>>()[..]].concat());
        assert_ne!(run.status, 0, "{options}");
        let said = format!("itcov_options in itcov.just is `{options}`: {why}");
        krate.itcov(&["check"]).ends_with(1).says(&said);
    }
    for fine in [
        "-p checked --bin checked",
        "--features fast,serde -F manual-integration",
        "--features serde/std",
        "--manifest-path serde/Cargo.toml -p serde",
    ] {
        set(fine);
        krate.itcov(&["check"]).ends_with(0);
    }
}

#[test]
fn recipes_and_harnesses_that_were_cut_off_fail_the_check_and_the_doctor() {
    let krate = TestCrate::scaffolded("cut");
    let [recipes, harness] = ["itcov.just", "tests/manual_integration.rs"];
    let texts = [recipes, harness].map(|file| krate.read(file));
    let head = |text: &str| {
        let stamp = text.find("Written by").unwrap();
        let end = stamp + text[stamp..].find('\n').unwrap() + 1;
        text[..end].to_owned()
    };
    let merged = |text: &str| text.replace("fn main", "<<<<<<< HEAD\n=======\n>>>>>>> b\nfn main");
    let line = texts[1]
        .lines()
        .position(|it| it.starts_with("fn main"))
        .unwrap()
        + 1;
    let at =
        |line: usize, why: &str| format!("{harness}:{line}: the harness cannot be compiled: {why}");
    for (file, text, why) in [
        (
            recipes,
            head(&texts[0]),
            "itcov.just has no recipe, as if it had been cut off: delete it, and `cargo itcov init` writes it again".into(),
        ),
        (
            harness,
            head(&texts[1]),
            format!("{harness}: the harness cannot be compiled: it has no function `main`; fix it, or delete"),
        ),
        (
            harness,
            texts[1][..texts[1].len() / 2].to_owned(),
            "the harness cannot be compiled: cannot parse".into(),
        ),
        (harness, merged(&texts[1]), at(line, "here is a mark of a merge conflict")),
    ] {
        krate.write(file, &text);
        let prints = format!("Edited {file}");
        krate.itcov(&["check"]).ends_with(1).prints(&prints).says(&why);
        let output = krate.itcov(&["doctor"]).ends_with(1);
        output.prints(&why);
        fs::remove_file(krate.root.join(file)).unwrap();
        krate.itcov(&["init"]).ends_with(0);
        krate.itcov(&["check"]).ends_with(0);
    }
}

#[test]
fn a_recipe_that_somebody_has_taken_out_is_only_named() {
    let krate = TestCrate::scaffolded("taken");
    let recipes = krate.read("itcov.just");
    let start = recipes.find("# Forget what was measured").unwrap();
    let end = recipes.find("# `just itcov` where cargo-itcov").unwrap();
    krate.write(
        "itcov.just",
        &format!("{}{}", &recipes[..start], &recipes[end..]),
    );
    krate
        .itcov(&["check"])
        .ends_with(0)
        .prints("Edited itcov.just")
        .says("note: itcov.just has been edited and no longer has: itcov-clean");
}
