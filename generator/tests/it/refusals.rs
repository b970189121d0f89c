//! What `cargo itcov init` refuses: each with its own message, and nothing written.

use std::fs;
use std::process::Command;

use crate::support::{Output, TestCrate, tools};

/// A way to spoil a crate, the arguments, and what the error has to say.
type Refusal = (
    fn(&TestCrate),
    &'static [&'static str],
    &'static [&'static str],
);

const REFUSALS: &[Refusal] = &[
    (
        |krate| fs::remove_file(krate.root.join("Cargo.toml")).unwrap(),
        &[],
        &["no Cargo.toml in", "or above", "--manifest-path"],
    ),
    (
        |_| {},
        &["--manifest-path", "nowhere/Cargo.toml"],
        &["nowhere/Cargo.toml does not exist"],
    ),
    (|_| {}, &["--manifest-path", "src"], &["is a directory"]),
    (
        |krate| krate.write("Cargo.toml", "[package]\nname = \"a\"\nversion = = 1\n"),
        &[],
        &["krate/Cargo.toml is not valid TOML", "line 3"],
    ),
    (
        |krate| {
            krate.write(
                "Cargo.toml",
                "[package]\nname = \"a b\"\nversion = \"1.0.0\"\n",
            );
        },
        &[],
        &["cargo cannot read", "Cargo.toml", "invalid character"],
    ),
    (
        |krate| {
            fs::rename(
                krate.root.join("src/main.rs"),
                krate.root.join("src/lib.rs"),
            )
            .unwrap();
        },
        &[],
        &["the package `refused` has no binary"],
    ),
    (
        |krate| krate.write("src/bin/second.rs", "fn main() {}"),
        &[],
        &["several binaries", "--bin", "\n  refused", "\n  second"],
    ),
    (
        |_| {},
        &["--bin", "other"],
        &["there is no binary `other`", "\n  refused"],
    ),
    (
        |_| {},
        &["-p", "other"],
        &["no package `other`", "\n  refused"],
    ),
    (
        |krate| {
            krate.write(
                "Cargo.toml",
                &(krate.read("Cargo.toml") + "[features]\nx = []\nmanual-integration = [\"x\"]\n"),
            );
        },
        &[],
        &[
            "the feature `manual-integration` already exists and is not empty",
            "line 7",
            "--feature",
        ],
    ),
    (
        |krate| {
            krate.write(
                "Cargo.toml",
                &(krate.read("Cargo.toml")
                    + "[[test]]\nname = \"manual_integration\"\npath = \"t.rs\"\n"),
            );
            krate.write("t.rs", "");
        },
        &[],
        &["a test target `manual_integration` of its own", "t.rs"],
    ),
    (
        |krate| {
            krate.write(
                "Cargo.toml",
                &(krate.read("Cargo.toml")
                    + "[[test]]\nname = \"manual_integration\"\nharness = false\n"),
            );
        },
        &[],
        &[
            "the test target `manual_integration` already exists and differs",
            "line 5",
        ],
    ),
    (
        |krate| krate.write("tests/manual_integration.rs", "#[test]\nfn mine() {}\n"),
        &[],
        &["tests/manual_integration.rs already exists, and itcov did not write it"],
    ),
    (
        |krate| krate.write("itcov.just", "mine:\n"),
        &[],
        &["itcov.just already exists, and itcov did not write it"],
    ),
    (
        |krate| {
            krate.write("justfile", "");
            krate.write(".justfile", "");
        },
        &[],
        &["just takes one justfile", "/justfile", "/.justfile"],
    ),
    (
        |krate| krate.write("tests", "a file"),
        &[],
        &["cannot", "tests"],
    ),
    (
        |krate| krate.write("justfile", "test:\n    true\nitcov-clean:\n    true\n"),
        &[],
        &["justfile has a recipe `itcov-clean` of its own (line 3)"],
    ),
    (
        |krate| {
            krate.write(
                "Cargo.toml",
                &(krate.read("Cargo.toml")
                    + "[[bin]]\nname = \"x'''+`touch pwned`+'''\"\npath = \"src/main.rs\"\n"),
            );
        },
        &[],
        &["the binary \"x'''+`touch pwned`+'''\" of the package `refused` has a name"],
    ),
    (
        |krate| {
            krate.write(
                "Cargo.toml",
                &(krate.read("Cargo.toml")
                    + "[[bin]]\nname = \"a\\\"b\"\npath = \"src/main.rs\"\n"),
            );
        },
        &[],
        &[
            "a name that itcov cannot write into Rust, TOML and shell text as it is: rename it with letters, digits and `_-+./`",
        ],
    ),
    (
        |krate| {
            krate.write(
                "Cargo.toml",
                &(krate.read("Cargo.toml")
                    + "[[bin]]\nname = \"a\"\npath = \"src/main.rs\"\nrequired-features = [\"a;b\"]\n"),
            );
        },
        &[],
        &["the feature \"a;b\" of the package `refused` has a name"],
    ),
    (
        |krate| {
            krate.write("src/bin/manual_integration.rs", "fn main() {}");
        },
        &["--bin", "manual_integration"],
        &["the binary `manual_integration` has the name of itcov's harness: rename it"],
    ),
];

#[test]
fn what_is_wrong_is_said_and_nothing_is_written() {
    for (spoil, arguments, messages) in REFUSALS {
        let krate = TestCrate::new("refused");
        spoil(&krate);
        let before = krate.files();
        let output = krate.itcov(&[&["init"], *arguments].concat());
        assert_eq!(
            output.status, 1,
            "{messages:?}\n{}{}",
            output.stdout, output.stderr
        );
        assert!(output.stderr.starts_with("error: "), "{}", output.stderr);
        for message in *messages {
            assert!(
                output.stderr.contains(message),
                "no {message:?} in\n{}",
                output.stderr
            );
        }
        assert!(krate.files() == before, "{messages:?}");
    }
}

#[test]
fn wrong_usage_ends_with_status_2() {
    let krate = TestCrate::new("usage");
    for arguments in [
        &["init", "--timeout", "soon"][..],
        &["init", "--timeout", "1h30"],
        &["init", "--feature", "a b"],
        &["init", "--feature", ""],
        &["init", "--feature", "default"],
        &["init", "--unknown"],
        &["unknown"],
    ] {
        let output = krate.itcov(arguments).ends_with(2);
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
    assert!(!krate.has("tests") && !krate.has("justfile"));
}

#[test]
fn a_read_only_directory_is_named_and_nothing_is_written() {
    let krate = TestCrate::new("read-only");
    let before = krate.files();
    Output::of(krate.command("chmod").args(["a-w", "."])).ends_with(0);
    // Root may write all the same, unless it gives the capability up.
    let mut command = if Output::of(Command::new("id").arg("-u")).stdout == "0\n" {
        let mut command = krate.command("setpriv");
        command
            .args([
                "--bounding-set",
                "-dac_override",
                "--inh-caps",
                "-dac_override",
            ])
            .arg(tools::cargo_itcov());
        command
    } else {
        krate.command(tools::cargo_itcov())
    };
    let output = Output::of(command.args(["itcov", "init"]));
    Output::of(krate.command("chmod").args(["u+w", "."])).ends_with(0);
    output
        .ends_with(1)
        .says("cannot write")
        .says("Permission denied")
        .says("nothing was changed");
    assert!(krate.files() == before);
    assert!(!krate.has("tests"));
}
