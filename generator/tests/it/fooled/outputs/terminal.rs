//! What is said never steers a terminal, whatever names there are in it.

use std::fs;

use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;
use crate::support::{Output, TestCrate, archive};

/// Turns a terminal magenta, changes its title, forges a line, and turns the direction.
const NAME: &str = "\u{1b}[35m\u{1b}]0;title\u{7}\rerror: forged\u{9b}2J\u{202e}";

#[track_caller]
fn is_harmless(output: &Output) {
    for text in [&output.stdout, &output.stderr] {
        // Those are ours.
        let text = text.replace("\u{1b}[1m", "").replace("\u{1b}[31m", "");
        let text = text.replace("\u{1b}[91m", "").replace("\u{1b}[0m", "");
        let steers = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
        assert!(!text.contains(steers), "{text:?}");
    }
    assert!(output.stderr.contains("forged"), "{}", output.stderr);
    assert_ne!(output.status, 0);
}

/// Whoever runs a pipeline looks for commands in what is printed.
#[test]
fn a_name_is_no_command_for_a_pipeline() {
    let krate = TestCrate::new("app");
    let area = "##vso[task.setvariable variable=x]y";
    let main = format!(
        "#![allow(dead_code)]\n#[path = \"../::add-mask::a.rs\"]\nmod a;\n#[path = \"{area}/b.rs\"]\nmod b;\nfn main() {{\n    a::a();\n    b::a();\n}}\n"
    );
    krate.write("src/main.rs", &main);
    for file in ["::add-mask::a.rs", &format!("src/{area}/b.rs")] {
        krate.write(file, "pub fn a() {}\npub fn b() {\n    a();\n}\n");
    }
    let suite = "for it in '::error::s' '##[error]s'; do ITCOV_SCENARIO=$it \"$ITCOV_BIN\"; done";
    let exec = ["exec", "--scenarios", "--", "sh", "-c", suite];
    let outputs = [
        krate.itcov(&exec),
        krate.itcov(&["report", "--show-missing-lines"]),
        krate.itcov(&["report", "--markdown", "-"]),
        krate.itcov(&["scenarios"]),
        krate.itcov(&["scenarios", "--format", "table"]),
        krate.itcov(&["scenarios", "--only", "::error::s"]),
    ];
    for output in outputs.map(|it| it.ends_with(0)) {
        let (stdout, stderr) = (output.stdout.lines(), output.stderr.lines());
        for line in stdout.chain(stderr) {
            let is_command = line.trim_start().starts_with("::")
                || line.contains("##vso[")
                || line.contains("##[");
            assert!(!is_command, "{output:?}");
        }
    }
}

#[test]
fn errors_about_files_from_elsewhere_are_a_line() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    let elsewhere = fixture.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let profile = elsewhere.join(format!("{NAME}\nerror: forged.profraw"));
    let report = |arguments: &[&str]| {
        let report = [&["--color", "always"], arguments].concat();
        Output::of(&mut fixture.report(&report))
    };
    fs::write(&profile, "text").unwrap();
    let output = report(&["--profiles", "elsewhere"]);
    is_harmless(&output);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);

    // The name of a directory that somebody has typed, or that a script has found.
    let empty = fixture.root().join(NAME);
    fs::create_dir(&empty).unwrap();
    is_harmless(&report(&["--profiles", NAME]));
    is_harmless(&report(&["--lcov", &format!("{NAME}/a/b")]));
    is_harmless(&report(&[
        "--html",
        "elsewhere",
        "--exclude",
        &format!("{NAME}["),
    ]));

    // The member of a library.
    let library = fixture.objects().remove(1);
    let whole = fs::read(&library).unwrap();
    let begin = whole.windows(4).position(|it| it == b"\x7fELF").unwrap();
    let member = &whole[begin..][..80];
    fs::write(&library, archive("\x1bforged\r", member, whole.len())).unwrap();
    let output = report(&[]);
    is_harmless(&output);
    assert!(output.stderr.contains("its member "), "{}", output.stderr);
}

#[test]
fn the_name_of_a_submodule_forges_no_line() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    let root = fixture.root();
    let git = Git::init(&root);
    git.commit("one");
    let submodule = root.join("sub\nnote: forged\nx");
    fs::create_dir_all(submodule.join("src")).unwrap();
    fs::write(submodule.join("src/lib.rs"), "").unwrap();
    fs::write(submodule.join("Cargo.toml"), "[package]\nname = \"sub\"\n").unwrap();
    let manifest = root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text + "[workspace]\nmembers = [\"sub*\"]\n").unwrap();
    Git::init(&submodule).commit("two");
    git.commit("three");
    let report = || {
        let arguments = ["--changed-since", "HEAD~1", "--verbose"];
        Output::of(&mut fixture.report(&arguments))
    };
    let is_forged = |output: &Output| {
        output
            .stderr
            .lines()
            .any(|it| it.starts_with("note: forged"))
    };
    let output = report().ends_with(0);
    assert!(!is_forged(&output), "{}", output.stderr);
    assert!(
        output.stderr.contains("sub\u{fffd}note: forged"),
        "{}",
        output.stderr
    );
    fs::write(submodule.join(".git/config"), "[broken\n").unwrap();
    let output = report().ends_with(1);
    assert!(!is_forged(&output), "{}", output.stderr);
    assert!(output.stderr.contains(" failed\nbad config line"));
}

#[test]
fn words_that_somebody_typed_are_said_without_what_steers() {
    let krate = TestCrate::new("typed");
    for arguments in [
        &["init", NAME][..],
        &["init", "--timeout", NAME],
        &["init", "--bin", NAME],
        &["check", "--manifest-path", NAME],
        &["run", "-p", NAME],
        &["run", "--stop-signal", NAME],
        &["report", &format!("--{NAME}")],
        &["report", "--profiles", NAME],
    ] {
        for colour in ["always", "never"] {
            is_harmless(&krate.itcov(&[arguments, &["--color", colour]].concat()));
        }
    }
}

/// A justfile from anywhere, shown as a diff.
#[test]
fn a_diff_at_a_terminal_does_not_steer_it_and_elsewhere_has_every_byte() {
    let krate = TestCrate::new("diff");
    krate.write("justfile", "# \u{1b}]0;title\u{7}\nmine:\n    true\n");
    let piped = krate.itcov(&["init", "--dry-run"]).ends_with(0);
    assert!(piped.stdout.contains("\u{1b}]0;title\u{7}"));
    let terminal = krate.terminal(&[]);
    terminal.enter("cargo-itcov itcov init --dry-run; echo en''d");
    terminal.expect("\nend");
    let shown = terminal.screen();
    assert!(
        shown.contains("]0;title") && !shown.contains("\u{1b}]0;title"),
        "{shown:?}"
    );
}
