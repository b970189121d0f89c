//! Justfiles of all kinds: where just finds them, what they set, which names they have, what just says of them.
//!
//! The tests that measure take further versions of just from `ITCOV_JUSTS`: paths of programs, separated by colons.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::support::{Output, TestCrate, tools};

/// A program that prints what it was given.
const PROGRAM: &str = r#"fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!("arguments={arguments:?}");
    for (name, value) in std::env::vars() {
        println!("variable {name}={}", value.replace('\n', "\\n"));
    }
    println!("directory={}", std::env::current_dir().unwrap().display());
}
"#;

const IMPORT: &str = "import 'itcov.just'\n";

fn justs() -> Vec<PathBuf> {
    let others = std::env::var_os("ITCOV_JUSTS").unwrap_or_default();
    let others = std::env::split_paths(&others).filter(|path| path.is_file());
    std::iter::once(tools::just().to_owned())
        .chain(others)
        .collect()
}

fn printing(name: &str) -> TestCrate {
    let krate = TestCrate::new(name);
    krate.write("src/main.rs", PROGRAM);
    krate
}

/// A run of `just itcov` with arguments that are easily lost, and the environment that its program got.
#[track_caller]
fn measured(krate: &TestCrate, just: &Path, recipe: &[&str]) -> Option<BTreeMap<String, String>> {
    let mut command = krate.command(just);
    command.args(recipe).args(["a b", "", "$HOME", "c"]);
    let output = Output::of(command.envs([("ARGS", "mine"), ("CMD", "mine")]));
    if output.stderr.contains("Unknown setting") {
        return None;
    }
    let output = output
        .ends_with(0)
        .prints(r#"arguments=["a b", "", "$HOME", "c"]"#);
    assert!(output.lines_of("src/main.rs").0 > 0);
    let variables = output.stdout.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("variable ")?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    let mut variables: BTreeMap<String, String> = variables.collect();
    // Numbers of processes, and what a shell says of itself.
    for name in ["ITCOV_PARENT", "_", "OLDPWD"] {
        variables.remove(name);
    }
    Some(variables)
}

/// Each run has an address and a directory of its own. dash passes on no variable whose name it could not write.
fn is_of_every_run(name: &str) -> bool {
    let others = [
        "ITCOV_CONTROL",
        "ITCOV_SET_ITCOV_CONTROL",
        "LLVM_PROFILE_FILE",
    ];
    !name.contains('-') && !others.contains(&name)
}

#[test]
fn no_setting_of_a_justfile_changes_a_measured_run() {
    let krate = printing("settings");
    krate.write("justfile", "other:\n    true\n");
    krate.write(".env", "FROM_DOTENV=1\n");
    krate.write("elsewhere/file", "");
    krate.itcov(&["init"]).ends_with(0);
    // Each with the variables that it is there to add. Not `set shell` with a shell of another kind, which `init` names, nor
    // `set default-script`, which is unstable: the recipes are lines of POSIX shell.
    let settings: &[(&str, &[&str])] = &[
        ("set shell := ['bash', '-euc']", &[]),
        ("set windows-shell := ['powershell.exe', '-Command']", &[]),
        ("set windows-powershell", &[]),
        (
            "set script-interpreter := ['/nowhere/shell']\nset unstable",
            &[],
        ),
        ("set positional-arguments", &[]),
        ("set dotenv-load", &["FROM_DOTENV"]),
        ("set dotenv-load\nset dotenv-override", &["FROM_DOTENV"]),
        ("set dotenv-path := '.env'", &["FROM_DOTENV"]),
        (
            "set dotenv-filename := '.env'\nset dotenv-required",
            &["FROM_DOTENV"],
        ),
        ("set working-directory := 'elsewhere'", &[]),
        ("set allow-duplicate-recipes\nother:\n    false", &[]),
        ("set allow-duplicate-variables\na := '1'\na := '2'", &[]),
        ("set export", &[]),
        ("set export\nMINE := 'x'", &["MINE"]),
        ("set quiet", &[]),
        ("set no-exit-message", &[]),
        ("set no-cd", &[]),
        ("set tempdir := 'elsewhere'", &[]),
        ("set ignore-comments", &[]),
        ("set fallback", &[]),
        ("set unstable", &[]),
        ("set lazy", &[]),
        ("set lists\nset unstable", &[]),
        ("set guards\nset unstable", &[]),
        ("set default-list", &[]),
        ("set indentation := '  '", &[]),
        ("set minimum-version := '1.0.0'", &[]),
        ("unexport FROM_DOTENV", &[]),
    ];
    for just in justs() {
        krate.write("justfile", IMPORT);
        let mut plain = measured(&krate, &just, &["itcov"]).unwrap();
        plain.retain(|name, _| is_of_every_run(name));
        assert_eq!(plain["ARGS"], "mine");
        let mut known = 0;
        for (setting, adds) in settings {
            krate.write(
                "justfile",
                &format!("{setting}\n\nother:\n    true\n\n{IMPORT}"),
            );
            let Some(mut variables) = measured(&krate, &just, &["itcov"]) else {
                continue;
            };
            known += 1;
            variables.retain(|name, _| is_of_every_run(name));
            for name in *adds {
                assert!(variables.remove(*name).is_some(), "{setting}: no {name}");
            }
            if setting.starts_with("set export") {
                // just exports the recipe's parameter and the recipes' variables; versions of old have three constants,
                // which they export too.
                let mut expected = plain.clone();
                expected.remove("ARGS");
                variables.retain(|name, _| {
                    let ours = ["ARGS", "itcov_options", "_itcov_here", "_itcov_plain"];
                    !ours.contains(&name.as_str()) && !name.starts_with("HEX")
                });
                assert_eq!(variables, expected, "{setting}");
            } else {
                assert_eq!(variables, plain, "{setting}");
            }
        }
        assert!(known > 15, "{}: only {known} settings", just.display());
    }
}

#[test]
fn the_variables_of_an_exported_justfile_reach_a_suite() {
    let krate = printing("exported");
    krate.write("justfile", "set export\nMINE := 'x'\n");
    krate.itcov(&["init"]).ends_with(0);
    for just in justs() {
        let suite = ["itcov-exec", "sh", "-c", "env; \"$ITCOV_BIN\""];
        let output = Output::of(krate.command(&just).args(suite)).ends_with(0);
        output.prints("\nMINE=x\n").prints("\nITCOV_BIN=");
    }
}

#[test]
fn a_justfile_is_found_in_any_case() {
    for name in ["justfile", "Justfile", "JUSTFILE", ".justfile", ".Justfile"] {
        let krate = printing("cases");
        krate.write(name, "mine:\n    @echo mine\n");
        krate
            .itcov(&["init"])
            .ends_with(0)
            .prints(&format!("Edited {name}"));
        assert_eq!(
            krate.read(name),
            format!("mine:\n    @echo mine\n\n{IMPORT}")
        );
        assert!(name == "justfile" || !krate.has("justfile"));
        krate.just(&[]).ends_with(0).prints("mine");
        krate
            .just(&["--summary"])
            .ends_with(0)
            .prints("itcov-suite");
    }
}

/// A way to spoil a crate, and what the error has to say.
type Refusal = (fn(&TestCrate), &'static [&'static str]);

const REFUSALS: &[Refusal] = &[
    (
        |krate| fs::write(krate.root.join("justfile"), b"a:\n    echo \xff\n").unwrap(),
        &["krate/justfile is not UTF-8 (line 2)"],
    ),
    (
        |krate| fs::create_dir(krate.root.join("Justfile")).unwrap(),
        &["krate/Justfile is a directory"],
    ),
    (
        |krate| {
            krate.write("justfile", "a:\n");
            fs::create_dir(krate.root.join("Justfile")).unwrap();
        },
        &[
            "just takes one justfile",
            "krate/Justfile",
            "krate/justfile",
        ],
    ),
    (
        |krate| krate.write("justfile", "a: b\n"),
        &[
            "just rejects",
            "krate/justfile: fix it first",
            "unknown dependency `b`",
            "justfile:1:4",
        ],
    ),
    (
        |krate| krate.write("justfile", "import 'other.just'\nimport 'itcov.just'\n"),
        &[
            "just rejects",
            "could not find source file for import",
            "justfile:1:8",
        ],
    ),
    (
        |krate| {
            krate.write("justfile", "import 'ci/ci.just'\n");
            krate.write("ci/ci.just", "import? 'none.just'\nimport '../more.just'\n");
            krate.write(
                "more.just",
                "# more\n[private]\nitcov-clean:\n    rm -r target\n",
            );
        },
        &[
            "krate/more.just has a recipe `itcov-clean` of its own (line 3)",
            "rename yours first",
        ],
    ),
    (
        |krate| {
            krate.write(
                "justfile",
                "set allow-duplicate-recipes\nitcov:\n    true\n",
            );
        },
        &["a recipe `itcov` of its own (line 2)"],
    ),
    (
        |krate| {
            krate.write(
                "justfile",
                "set allow-duplicate-variables\nexport itcov_options := '-v'\n",
            );
        },
        &["a variable `itcov_options` of its own (line 2)"],
    ),
    (
        |krate| krate.write("justfile", "a:\nalias itcov := a\nalias itcov-exec := a\n"),
        &[
            "an alias `itcov` of its own (line 2)\n",
            "an alias `itcov-exec` of its own (line 3)",
        ],
    ),
    (
        |krate| {
            krate.write("justfile", "mod itcov\n");
            krate.write("itcov/mod.just", "a:\n");
        },
        &["a module `itcov` of its own (line 1)"],
    ),
    // It would find the recipes once they are there.
    (
        |krate| krate.write("justfile", "mod? itcov\n"),
        &["a module `itcov` of its own (line 1)"],
    ),
    (
        |krate| krate.write("justfile", "set unstable\nenv(x) := x\n"),
        &["a function `env` of its own (line 2)"],
    ),
];

#[test]
fn what_stands_in_the_way_is_said_and_nothing_is_written() {
    for (spoil, messages) in REFUSALS {
        let krate = TestCrate::new("refused");
        spoil(&krate);
        let before = krate.files();
        let output = krate.itcov(&["init"]).ends_with(1);
        for message in *messages {
            assert!(
                output.stderr.contains(message),
                "no {message:?} in\n{}",
                output.stderr
            );
        }
        assert_eq!(krate.files(), before, "{messages:?}");
    }
}

#[test]
fn a_justfile_that_leads_nowhere_is_named() {
    let krate = TestCrate::new("astray");
    symlink("nowhere", krate.root.join("justfile")).unwrap();
    let output = krate.itcov(&["init"]).ends_with(1);
    output.says("krate/justfile links to a file that does not exist");
    assert!(!krate.has("nowhere") && !krate.has("itcov.just") && !krate.has("tests"));
}

#[test]
fn names_are_seen_without_just_too() {
    for (text, name) in [
        (
            "[private]\n@itcov-suite:\n    true\n",
            Some("a recipe `itcov-suite` of its own (line 2)"),
        ),
        (
            "x := '''\nitcov:\n'''\nb:\n    cat <<END\n    itcov:\n    END\n# itcov:\n",
            None,
        ),
    ] {
        let krate = printing("bare");
        krate.write("justfile", text);
        let output = Output::of(
            krate
                .command(tools::cargo_itcov())
                .args(["itcov", "init"])
                .env(
                    "PATH",
                    tools::path_of(krate.root.join("../bin"), &["cargo", "rustc"]),
                ),
        );
        if let Some(name) = name {
            output.ends_with(1).says(name);
        } else {
            output.ends_with(0).prints("just is not on the PATH");
            krate
                .just(&["--summary"])
                .ends_with(0)
                .prints("itcov-suite");
        }
    }
}

#[test]
fn names_that_only_look_like_ours_are_no_hindrance() {
    let krate = printing("lookalikes");
    let text = "set allow-duplicate-recipes\nitcov_options:\nitcov := '''\nitcov:\nimport 'itcov.just'\n'''\n\
                itcov-all itcov='1': (itcov_two itcov)\n    echo '{{ '''\nitcov:\n''' }}'\nitcov_two x:\n";
    krate.write("justfile", text);
    krate.itcov(&["init"]).ends_with(0);
    assert_eq!(krate.read("justfile"), format!("{text}\n{IMPORT}"));
    krate
        .just(&["itcov", "x"])
        .ends_with(0)
        .prints("arguments=[\"x\"]");
}

#[test]
fn a_scaffold_that_is_half_there_is_completed() {
    for text in [
        "import 'itcov.just'\n",
        "a:\n    true\n\nimport \"./itcov.just\"\n",
        "import 'b/c.just'\n",
        "import '../krate/itcov.just'\n",
    ] {
        let krate = printing("half");
        krate.write("justfile", text);
        krate.write("b/c.just", "import '../itcov.just'\n");
        krate.just(&["--summary"]).ends_with(1);
        krate
            .itcov(&["init"])
            .ends_with(0)
            .prints("Unchanged justfile");
        assert_eq!(krate.read("justfile"), text);
        krate
            .just(&["--summary"])
            .ends_with(0)
            .prints("itcov-suite");
        krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    }
}

#[test]
fn a_justfile_above_stays_within_reach() {
    let krate = printing("below").inside("below");
    krate.write(
        "../Justfile",
        "default:\n    @echo above\ntest:\n    @echo test above\n",
    );
    krate.write(
        "Cargo.toml",
        "[package]\nname = \"below\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    krate.write("src/main.rs", PROGRAM);
    krate
        .itcov(&["init"])
        .ends_with(0)
        .says("note: in ")
        .says("/Justfile; recipes of that one still work here")
        .says("plain `just` and `just --list` show the new one");
    assert_eq!(
        krate.read("justfile"),
        format!("set fallback # itcov\n{IMPORT}")
    );
    for just in justs() {
        let run = |arguments: &[&str]| Output::of(krate.command(&just).args(arguments));
        run(&["test"]).ends_with(0).prints("test above");
        run(&["itcov", "x"])
            .ends_with(0)
            .prints("arguments=[\"x\"]");
        // What the note says.
        run(&[]).ends_with(1).says("no default recipe");
        let list = run(&["--list"]).ends_with(0);
        assert!(!list.stdout.contains("test"));
    }
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
}

#[test]
fn a_justfile_between_the_root_and_the_package_is_named() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"apps/one\"]\n",
    );
    krate.write(
        "apps/one/Cargo.toml",
        "[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    krate.write("apps/one/src/main.rs", PROGRAM);
    krate.write("apps/one/.justfile", "mine:\n    @echo mine\n");
    let output = krate.itcov(&["init"]).ends_with(0);
    output
        .says("note: type `just itcov` in ")
        .says("/apps/one/.justfile, which does not have it");
    krate.just(&["--summary"]).ends_with(0).prints("itcov");
}

#[test]
fn the_recipes_work_as_those_of_a_module() {
    let krate = printing("backend").inside("backend");
    krate.write(
        "Cargo.toml",
        "[package]\nname = \"backend\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    krate.write("src/main.rs", PROGRAM);
    krate.write("justfile", "");
    krate.itcov(&["init"]).ends_with(0);
    krate.write("../justfile", "mod backend 'backend/justfile'\n");
    for just in justs() {
        // Modules are stable since 1.31.
        measured(&krate, &just, &["itcov"]).unwrap();
        let mut above = krate.command(&just);
        above
            .args(["backend::itcov", "x"])
            .current_dir(krate.root.join(".."));
        let output = Output::of(&mut above)
            .ends_with(0)
            .prints("arguments=[\"x\"]");
        assert!(output.lines_of("src/main.rs").0 > 0);
    }
}

#[test]
fn a_shell_that_is_not_of_posix_is_named() {
    let note = "sets the shell fish, and itcov's recipes need a POSIX shell such as sh or bash: type `cargo itcov run`";
    for (justfile, imported, is_named) in [
        ("set shell := ['fish', '-c']\n", "", true),
        (
            "import 'more.just'\n",
            "set shell := ['/usr/bin/env', 'fish', '-c']\n",
            true,
        ),
        (
            "set shell := ['bash', '-euo', 'pipefail', '-c']\n",
            "",
            false,
        ),
        ("a:\n", "", false),
    ] {
        let krate = TestCrate::new("shell");
        krate.write("justfile", justfile);
        krate.write("more.just", imported);
        for command in ["init", "check"] {
            let output = krate.itcov(&[command]).ends_with(0);
            assert_eq!(
                output.stderr.contains(note),
                is_named,
                "{command}: {}",
                output.stderr
            );
        }
    }
}
