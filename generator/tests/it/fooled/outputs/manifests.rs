//! Whatever a manifest names is data in the files that are written.

use std::fs;

use crate::support::TestCrate;

/// Names that would be more than names in just, shell, Rust, TOML or Liquid. None has a `/`, which cargo refuses.
const ODD: [&str; 9] = [
    "x'''+`touch\tpwned`+'''",
    "a\"); evil(); (\"",
    "a\\\nb",
    "{{ bin }}",
    "}}{% raw %}",
    "*\u{2028}evil",
    "a b",
    "$(touch pwned)",
    "-x;touch pwned",
];

fn entry(kind: &str, name: &str) -> String {
    let name = toml(name);
    format!("\n[[{kind}]]\nname = {name}\npath = \"src/main.rs\"\n")
}

/// As a string of TOML.
fn toml(name: &str) -> String {
    serde_json::to_string(name).unwrap()
}

#[test]
fn an_odd_name_is_refused_or_no_name_for_cargo_and_nothing_is_written() {
    for name in ODD {
        let krate = TestCrate::new("odd");
        krate.write(
            "Cargo.toml",
            &(krate.read("Cargo.toml") + &entry("bin", name)),
        );
        let before = krate.files();
        for arguments in [
            &["init", &format!("--bin={name}")][..],
            &["init", "--workspace"],
        ] {
            let output = krate.itcov(arguments);
            // Of two binaries `--workspace` takes the one that is called as the package.
            if output.status != 0 {
                output.ends_with(1).says("error: ");
                assert!(krate.files() == before, "{name:?}");
            }
        }
        assert!(!krate.read_all().contains(name), "{name:?}");
        assert!(!krate.has("pwned"));
    }
}

impl TestCrate {
    /// All that itcov has written.
    fn read_all(&self) -> String {
        let names = ["itcov.just", "justfile", "tests/manual_integration.rs"];
        let texts = names.map(|name| fs::read_to_string(self.root.join(name)).unwrap_or_default());
        texts.concat()
    }
}

/// A workspace of two packages; the first one has the scaffold, and its manifest is then changed.
fn workspace(change: impl Fn(&str) -> String) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"3\"\n",
    );
    for name in ["a", "b"] {
        let package =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        krate.write(&format!("{name}/Cargo.toml"), &package);
        krate.write(&format!("{name}/src/main.rs"), "fn main() {}\n");
    }
    krate.itcov(&["init", "-p", "a"]).ends_with(0);
    krate.write("a/Cargo.toml", &change(&krate.read("a/Cargo.toml")));
    krate
}

/// The recipes are for all packages, also those that are not asked for.
#[test]
fn the_features_of_another_package_are_data_too() {
    let feature = "x'''+`touch\tpwned`+'''";
    let krate = workspace(|manifest| {
        let required = format!("required-features = [{}, ", toml(feature));
        manifest.replace("required-features = [", &required)
    });
    let before = krate.files();
    for command in [
        &["init", "-p", "b"][..],
        &["update"],
        &["check"],
        &["init", "--workspace"],
    ] {
        let output = krate.itcov(command).ends_with(1);
        output.says("of the package `a` has a name that itcov cannot write into");
        assert!(krate.files() == before, "{command:?}");
    }
    // What is there can be taken out all the same.
    let removed = krate.itcov(&["remove"]);
    assert!(
        !removed.stderr.contains("cannot write into"),
        "{}",
        removed.stderr
    );
}

/// So is what stands in the harness, where it is looked for first.
#[test]
fn a_feature_in_a_harness_from_elsewhere_is_data() {
    let krate = workspace(str::to_owned);
    let harness = krate.read("a/tests/manual_integration.rs");
    let odd = harness.replace(
        "feature = \"manual-integration\"",
        "feature = \"'''+`touch pwned`+'''\"",
    );
    assert_ne!(odd, harness);
    krate.write("a/tests/manual_integration.rs", &odd);
    let manifest = krate.read("a/Cargo.toml");
    krate.write(
        "a/Cargo.toml",
        manifest.split("\n[features]").next().unwrap(),
    );
    krate
        .itcov(&["init", "-p", "b"])
        .ends_with(1)
        .says("cannot write into");
    assert!(!krate.read("itcov.just").contains("pwned"));
}

/// A template of the user's has the value in other files, where it is something else than in the recipes.
#[test]
fn a_timeout_that_is_none_does_not_reach_the_files_of_a_template() {
    let krate = TestCrate::scaffolded("timeout");
    krate.write(
        "itcov.just",
        &krate
            .read("itcov.just")
            .replace("'60s'", "'$(touch pwned)'"),
    );
    krate.write(
        "../template/run.sh.liquid",
        "ITCOV_TIMEOUT={{ timeout }} just itcov\n",
    );
    krate
        .itcov(&["init", "--template", "../template", "--allow-dirty"])
        .ends_with(0);
    assert_eq!(krate.read("run.sh"), "ITCOV_TIMEOUT=60s just itcov\n");
}

/// Without a harness, the built-in one is made of the name.
#[test]
fn a_run_of_a_program_with_an_odd_name_does_not_make_a_harness_of_it() {
    let krate = TestCrate::new("odd");
    let name = "a\");\nevil(\"";
    let manifest = krate.read("Cargo.toml") + &entry("bin", name);
    krate.write("Cargo.toml", &manifest);
    let run = krate.itcov(&["run", "--offline", "--bin", name]);
    assert_ne!(run.status, 0, "{run:?}");
    assert!(
        !run.stderr.contains("evil` in this scope"),
        "{}",
        run.stderr
    );
}
