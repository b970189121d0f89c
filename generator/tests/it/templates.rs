//! `--template DIR`: a tree of the user's in place of the built-in template.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::{Output, TestCrate, repository, tools};

/// Beside the crate.
const OWN: &str = "../own";

/// A crate and, beside it, an adapted copy of the repository's template with files of its own.
fn with_template() -> TestCrate {
    let krate = TestCrate::new("adapted");
    for file in ["itcov.just", "tests/manual_integration.rs"] {
        let text = fs::read_to_string(repository().join("template").join(file)).unwrap();
        krate.write(&format!("{OWN}/{file}"), &text);
    }
    edit(&krate, "itcov.just", "# itcov: which", "# Ours: which");
    edit(
        &krate,
        "tests/manual_integration.rs",
        "//! ",
        "//! Of {{ package }}. ",
    );
    krate.write(
        &format!("{OWN}/.github/workflows/coverage-{{{{ bin }}}}.yml.liquid"),
        "# {{ package }} {{ bin }} {{ feature }} {{ timeout }}\n{% raw %}on: ${{ github }}{% endraw %}\n",
    );
    krate.write(
        &format!("{OWN}/scripts/suite.sh"),
        "#!/bin/sh\necho suite {{ bin }}\n\"$ITCOV_BIN\"\n",
    );
    let script = krate.root.join(OWN).join("scripts/suite.sh");
    fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
    krate
}

/// Edits the first place in a file of the template.
fn edit(krate: &TestCrate, file: &str, from: &str, to: &str) {
    let name = format!("{OWN}/{file}");
    let text = krate.read(&name);
    assert!(text.contains(from), "no {from:?} in {file}");
    krate.write(&name, &text.replacen(from, to, 1));
}

fn stamp_line(text: &str) -> &str {
    text.lines()
        .find(|line| line.contains("Written by cargo-itcov"))
        .unwrap()
}

#[test]
fn the_repositorys_own_template_writes_what_the_built_in_one_does() {
    let krate = TestCrate::new("same");
    let before = krate.files();
    let template = repository().join("template");
    let template = template.to_str().unwrap();
    krate.itcov(&["init", "--template", template]).ends_with(0);
    let texts = |krate: &TestCrate| {
        let files = krate.files().into_iter();
        let relative = |path: &Path| path.strip_prefix(&krate.root).unwrap().to_owned();
        files
            .map(|(path, bytes)| (relative(&path), String::from_utf8(bytes).unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&krate), texts(&TestCrate::scaffolded("same")));
    for arguments in [&["check"][..], &["check", "--template", template]] {
        krate.itcov(arguments).ends_with(0);
    }
    krate
        .itcov(&["init", "--template", template])
        .ends_with(0)
        .prints("Nothing to do");
    krate
        .itcov(&["remove", "--template", template])
        .ends_with(0);
    assert_eq!(krate.files(), before);
}

#[test]
fn a_template_is_rendered_and_measures_and_goes_again_to_the_byte() {
    let krate = with_template();
    let before = krate.files();
    let dry = krate
        .itcov(&["init", "--template", OWN, "--dry-run"])
        .ends_with(0);
    assert!(dry.stdout.contains("+echo suite adapted"), "{}", dry.stdout);
    assert_eq!(krate.files(), before);

    krate
        .itcov(&["init", "--template", OWN, "--timeout", "9m"])
        .ends_with(0)
        .prints("Created scripts/suite.sh (of the template)");
    assert_eq!(
        krate.read(".github/workflows/coverage-adapted.yml"),
        "# adapted adapted manual-integration 9m\non: ${{ github }}\n"
    );
    assert_eq!(
        krate.read("scripts/suite.sh"),
        "#!/bin/sh\necho suite adapted\n\"$ITCOV_BIN\"\n"
    );
    let mode = |file: &str| {
        let metadata = fs::metadata(krate.root.join(file)).unwrap();
        metadata.permissions().mode() & 0o111
    };
    assert_ne!(mode("scripts/suite.sh"), 0);
    assert_eq!(mode("itcov.just"), 0);
    assert!(krate.read("itcov.just").starts_with("# Ours: which"));
    assert!(
        krate
            .read("tests/manual_integration.rs")
            .contains("//! Of adapted. ")
    );
    for file in ["itcov.just", "tests/manual_integration.rs"] {
        let text = krate.read(file);
        let line = stamp_line(&text);
        assert!(
            line.contains(" from a template (md5 ")
                && line.contains("`cargo itcov update --template DIR`"),
            "{line}"
        );
    }

    let written = krate.files();
    for arguments in [
        &["init", "--template", OWN][..],
        &["update", "--template", OWN],
        &["init"],
        &["update"],
    ] {
        krate.itcov(arguments).ends_with(0).prints("Nothing to do");
        assert!(krate.files() == written, "{arguments:?} changed something");
    }
    krate
        .itcov(&["update"])
        .ends_with(0)
        .says("itcov.just is from a template of your own and was not looked at");
    for arguments in [&["check"][..], &["check", "--template", OWN]] {
        krate
            .itcov(arguments)
            .ends_with(0)
            .prints("Current itcov.just");
    }
    krate.harness(&["x"]).ends_with(0).prints("[\"x\"]");
    krate.just(&["--summary"]).ends_with(0).prints("itcov-exec");

    fs::remove_dir_all(krate.root.join("target")).unwrap();
    fs::remove_file(krate.root.join("Cargo.lock")).unwrap();
    krate.itcov(&["remove", "--template", OWN]).ends_with(0);
    assert_eq!(krate.files(), before);
    assert!(!krate.has("scripts") && !krate.has(".github"));
}

#[test]
fn what_is_half_done_is_completed() {
    let krate = with_template();
    krate.itcov(&["init", "--template", OWN]).ends_with(0);
    let written = krate.files();
    for file in [
        "scripts/suite.sh",
        "itcov.just",
        "justfile",
        "tests/manual_integration.rs",
    ] {
        fs::remove_file(krate.root.join(file)).unwrap();
        krate
            .itcov(&["check", "--template", OWN])
            .ends_with(1)
            .prints(&format!("Missing {file}"));
        krate.itcov(&["init", "--template", OWN]).ends_with(0);
        assert!(krate.files() == written, "without {file}");
    }
}

#[test]
fn whatever_is_wrong_with_a_template_is_one_error_with_its_place_and_nothing_is_written() {
    type Break = fn(&TestCrate);
    let broken: [(Break, &str); 15] = [
        (
            |krate| edit(krate, "scripts/suite.sh", "{{ bin }}", "{{ foo }}"),
            "own/scripts/suite.sh:2: unknown variable `foo`; there are bin, feature, features, package, timeout, unsafe_extern",
        ),
        (
            |krate| edit(krate, "scripts/suite.sh", "{{ bin }}", "{{ bin"),
            "own/scripts/suite.sh:3: unexpected string, expected end of variable block",
        ),
        (
            |krate| edit(krate, "scripts/suite.sh", "{{ bin }}", "{{ bin | nope }}"),
            "own/scripts/suite.sh:2: filter nope is unknown",
        ),
        (
            |krate| krate.write(&format!("{OWN}/{{{{ foo }}}}"), ""),
            "own/{{ foo }}:1: unknown variable `foo`",
        ),
        (
            |krate| {
                krate.write(
                    &format!("{OWN}/{{{{ ('..%x' ~ bin) | replace('%', '\u{2f}') }}}}"),
                    "",
                );
            },
            "its name becomes `../xadapted`, which is no path in the crate",
        ),
        (
            |krate| krate.write(&format!("{OWN}/{{{{ 'YWJz' | replace('YWJz', '') }}}}"), ""),
            "its name becomes ``, which is no path in the crate",
        ),
        (
            |krate| krate.write(&format!("{OWN}/scripts/suite.sh.liquid"), ""),
            "own/scripts/suite.sh and ../own/scripts/suite.sh.liquid would both be scripts/suite.sh",
        ),
        (
            |krate| fs::write(krate.root.join(OWN).join("binary"), b"a\nb\nc\xff\n").unwrap(),
            "own/binary:3: the file is not UTF-8 text",
        ),
        (
            |krate| symlink("/etc/hostname", krate.root.join(OWN).join("link")).unwrap(),
            "own/link is a link that leads out of the template",
        ),
        (
            |krate| symlink("..", krate.root.join(OWN).join("scripts/loop")).unwrap(),
            "cannot read the template: File system loop found",
        ),
        (
            |krate| symlink("../own/scripts", krate.root.join("scripts")).unwrap(),
            "krate/scripts links to a place outside of the workspace",
        ),
        (
            |krate| krate.write("scripts", "a file"),
            "krate/scripts is a file, so scripts/suite.sh of the template cannot be put there",
        ),
        (
            |krate| krate.write("scripts/suite.sh", "mine\n"),
            "these files already exist and differ from the template's:\n  scripts/suite.sh\n",
        ),
        (
            |krate| krate.write("itcov.just", "mine:\n"),
            "krate/itcov.just already exists, and itcov did not write it",
        ),
        (
            |krate| krate.write(&format!("{OWN}/README.md"), "{% if bin %}\n\n"),
            "own/README.md:1: unexpected end of input, expected end of block",
        ),
    ];
    for (break_it, expected) in broken {
        let krate = with_template();
        break_it(&krate);
        let before = krate.files();
        let output = krate.itcov(&["init", "--template", OWN]).ends_with(1);
        assert!(
            output.stderr.starts_with("error: ") && output.stderr.contains(expected),
            "no {expected:?} in\n{}",
            output.stderr
        );
        assert_eq!(
            output.stderr.matches("error").count(),
            1,
            "{}",
            output.stderr
        );
        assert!(
            krate.files() == before && output.stdout.is_empty(),
            "{expected}"
        );
    }
}

#[test]
fn a_template_that_is_none_is_refused() {
    let krate = TestCrate::new("none");
    krate.write("../empty/src/main.rs", "");
    krate.write("../empty/Cargo.toml.liquid", "{{ broken");
    let before = krate.files();
    for (directory, expected) in [
        (
            "../missing",
            "cannot read the template ../missing: No such file",
        ),
        (
            "Cargo.toml",
            "--template takes a directory, and Cargo.toml is a file",
        ),
        (
            "../empty",
            "the template ../empty has no file for a crate that is there already",
        ),
    ] {
        for command in ["init", "check", "update", "remove"] {
            krate
                .itcov(&[command, "--template", directory])
                .ends_with(1)
                .says(expected);
        }
    }
    assert_eq!(krate.files(), before);
}

#[test]
fn an_edited_file_is_told_from_an_untouched_one() {
    let krate = with_template();
    krate.itcov(&["init", "--template", OWN]).ends_with(0);
    edit(&krate, "itcov.just", "# Ours: which", "# Changed: which");
    krate
        .itcov(&["check", "--template", OWN])
        .ends_with(1)
        .prints("Stale itcov.just");
    krate.itcov(&["check"]).ends_with(0);
    krate
        .itcov(&["update", "--template", OWN])
        .ends_with(0)
        .prints("Renewed itcov.just");
    assert!(krate.read("itcov.just").starts_with("# Changed: which"));

    let mine = krate.read("itcov.just") + "\nmine:\n    true\n";
    krate.write("itcov.just", &mine);
    krate.write("scripts/suite.sh", "mine\n");
    krate
        .itcov(&["check"])
        .ends_with(0)
        .prints("Edited itcov.just");
    krate
        .itcov(&["check", "--template", OWN])
        .ends_with(1)
        .prints("Edited itcov.just")
        .prints("Differing scripts/suite.sh")
        .says("scripts/suite.sh differs from the template's, and has no stamp");
    krate.itcov(&["update", "--template", OWN]).ends_with(1);
    krate
        .itcov(&["remove", "--template", OWN])
        .ends_with(0)
        .says("itcov.just has been edited, so it stays")
        .says("scripts/suite.sh stays, as it differs from the template's");
    assert_eq!(krate.read("itcov.just"), mine);
    assert_eq!(krate.read("scripts/suite.sh"), "mine\n");
    assert!(!krate.has("tests") && !krate.has(".github") && !krate.has("justfile"));
}

#[test]
fn an_untouched_built_in_file_gives_way_to_the_templates_and_takes_its_place_again() {
    let krate = with_template();
    krate.itcov(&["init"]).ends_with(0);
    let builtin = krate.read("itcov.just");
    krate
        .itcov(&["init", "--template", OWN])
        .ends_with(0)
        .prints("Renewed itcov.just");
    assert!(krate.read("itcov.just").starts_with("# Ours: which"));
    // The template has none of its own any more.
    fs::remove_file(krate.root.join(OWN).join("itcov.just")).unwrap();
    krate.itcov(&["update", "--template", OWN]).ends_with(0);
    assert_eq!(krate.read("itcov.just"), builtin);
}

#[test]
fn harness_and_recipes_without_a_stamp_get_one() {
    let krate = TestCrate::new("stamped");
    let template = repository().join("template");
    for file in ["itcov.just", "tests/manual_integration.rs"] {
        let text = fs::read_to_string(template.join(file)).unwrap();
        let text = text.replace(stamp_line(&text), "");
        krate.write(&format!("{OWN}/{file}"), &text);
    }
    krate.itcov(&["init", "--template", OWN]).ends_with(0);
    assert!(
        krate
            .read("itcov.just")
            .starts_with("# Written by cargo-itcov")
    );
    assert!(
        krate
            .read("tests/manual_integration.rs")
            .starts_with("// Written by cargo-itcov")
    );
    krate.itcov(&["check", "--template", OWN]).ends_with(0);
    krate.itcov(&["remove"]).ends_with(0);
    assert!(!krate.has("itcov.just") && !krate.has("tests"));
}

#[test]
fn each_package_of_a_workspace_has_a_harness_of_its_own_and_files_follow_the_programs() {
    let krate = with_template();
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"two\"]\n",
    );
    for name in ["one", "two"] {
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        krate.write(&format!("{name}/Cargo.toml"), &manifest);
        krate.write(&format!("{name}/src/main.rs"), "fn main() {}\n");
    }
    krate.write(
        &format!("{OWN}/first.txt"),
        "{{ package }} {{ bin }} {{ features }}\n",
    );
    let before = krate.files();
    let first = |name: &str| {
        let expected = format!("{name} {name} manual-integration\n");
        assert_eq!(krate.read("first.txt"), expected);
    };
    krate
        .itcov(&["init", "-p", "one", "--template", OWN])
        .ends_with(0);
    first("one");
    krate
        .itcov(&["init", "-p", "two", "--template", OWN])
        .ends_with(0);
    first("one");
    for name in ["one", "two"] {
        let harness = krate.read(&format!("{name}/tests/manual_integration.rs"));
        assert!(harness.contains(&format!("//! Of {name}. ")));
        assert!(harness.contains(&format!("CARGO_BIN_EXE_{name}")));
    }
    krate.itcov(&["check", "--template", OWN]).ends_with(0);
    krate
        .itcov(&["remove", "-p", "two", "--template", OWN])
        .ends_with(0);
    first("one");
    krate.itcov(&["check", "--template", OWN]).ends_with(0);
    krate.itcov(&["remove", "--template", OWN]).ends_with(0);
    assert_eq!(krate.files(), before);
}

#[test]
fn files_without_a_stamp_follow_the_timeout() {
    let krate = with_template();
    let file = ".github/workflows/coverage-adapted.yml";
    krate.itcov(&["init", "--template", OWN]).ends_with(0);
    assert!(krate.read(file).contains("manual-integration 60s\n"));
    krate
        .itcov(&["init", "--template", OWN, "--timeout", "9m"])
        .ends_with(0);
    assert!(krate.read(file).contains("manual-integration 9m\n"));
    krate.itcov(&["check", "--template", OWN]).ends_with(0);
}

#[test]
fn recipes_that_just_rejects_are_refused_before_anything_is_written() {
    let krate = with_template();
    krate.write(
        "justfile",
        "import 'ci/more.just'\nmod own 'ci/own.just'\nbuild: more\n",
    );
    krate.write("ci/more.just", "more:\n    @echo more\n");
    krate.write("ci/own.just", "own:\n    @echo own\n");
    krate.write(
        &format!("{OWN}/ci/ours.just"),
        "ours: build own::own\n    @echo ours\n",
    );
    let template = krate.read(&format!("{OWN}/itcov.just"));
    let write = |text: &str| krate.write(&format!("{OWN}/itcov.just"), text);
    let refused = |command: &[&str], why: &str| {
        let before = krate.files();
        krate
            .itcov(&[command, &["--template", OWN]].concat())
            .ends_with(1)
            .says("error: just rejects what the template makes of itcov.just, and so every recipe of ")
            .says("change the template; nothing was written\n")
            .says(why);
        assert!(krate.files() == before, "{why}");
        krate.just(&["build"]).ends_with(0);
    };
    let broken = [
        ("garbage (((\n", "itcov.just:2:"),
        ("ours: nobodys\n", "unknown dependency `nobodys`"),
        (
            "import 'ci/nothing.just'\n",
            "could not find source file for import",
        ),
    ];
    for (text, why) in broken {
        write(text);
        refused(&["init"], why);
        refused(&["init", "--dry-run"], why);
    }
    // What it brings along and what the user has may be used.
    write(&format!(
        "{template}\nimport 'ci/ours.just'\nmine: ours more\n"
    ));
    krate.itcov(&["init", "--template", OWN]).ends_with(0);
    krate.just(&["mine"]).ends_with(0).prints("own\nours\n");
    for (text, why) in broken {
        write(text);
        refused(&["update"], why);
    }
    krate.itcov(&["check"]).ends_with(0);
    krate.itcov(&["remove", "--template", OWN]).ends_with(0);
    assert!(!krate.has("itcov.just") && !krate.has("tests"));
}

#[test]
fn what_a_copy_cannot_tell_is_not_refused() {
    let krate = with_template();
    krate.write("../above.just", "above:\n    @echo above\n");
    krate.write("justfile", "import '../above.just'\n");
    krate.write(&format!("{OWN}/itcov.just"), "mine: above\n");
    krate.itcov(&["init", "--template", OWN]).ends_with(0);
    krate.just(&["mine"]).ends_with(0).prints("above\n");
}

#[test]
fn what_only_a_new_crate_needs_goes_nowhere() {
    let krate = with_template();
    let template = |name: &str| format!("{OWN}/{name}");
    for name in [
        "justfile",
        "Justfile",
        ".justfile",
        ".JustFile.liquid",
        "Cargo.toml.liquid",
        "src/main.rs",
        ".git/hooks/pre-commit",
        "scripts/.git/hooks/pre-commit",
        "scripts/.git.liquid",
        "scripts/hook.rhai",
    ] {
        krate.write(&template(name), "{{ broken");
    }
    let before = krate.files();
    krate.itcov(&["init", "--template", OWN]).ends_with(0);
    krate.itcov(&["check", "--template", OWN]).ends_with(0);
    krate.just(&["--summary"]).ends_with(0);
    krate.itcov(&["remove", "--template", OWN]).ends_with(0);
    assert_eq!(krate.files(), before);

    // By a variable they become what they must not be.
    for (name, becomes) in [
        ("{{ '.git' }}/hooks/pre-commit", ".git/hooks/pre-commit"),
        ("scripts/{{ '.GIT' }}/config", "scripts/.GIT/config"),
        ("{{ '.justfile' }}", ".justfile"),
        ("{{ 'JUSTFILE' }}", "JUSTFILE"),
        ("{{ bin | replace(bin, 'Cargo.toml') }}", "Cargo.toml"),
    ] {
        krate.write(&template(name), "");
        krate
            .itcov(&["init", "--template", OWN])
            .ends_with(1)
            .says(&format!(
                "its name becomes `{becomes}`, which only a new crate needs"
            ));
        assert_eq!(krate.files(), before);
        fs::remove_file(krate.root.join(template(name))).unwrap();
    }
}

#[test]
fn a_template_has_not_very_many_files() {
    let krate = with_template();
    let own = krate.root.join(OWN);
    for number in 0..30 {
        let directory = own.join(format!("d{number}"));
        fs::create_dir(&directory).unwrap();
        for link in ["a", "b"] {
            symlink(format!("../d{}", number + 1), directory.join(link)).unwrap();
        }
    }
    fs::create_dir(own.join("d30")).unwrap();
    krate.write(&format!("{OWN}/d30/file"), "");
    let mut init = krate.command("timeout");
    init.arg("20").arg(tools::cargo_itcov());
    init.args(["itcov", "init", "--template", OWN]);
    Output::of(&mut init)
        .ends_with(1)
        .says("the template ../own has more than 10000 files and directories");
}
