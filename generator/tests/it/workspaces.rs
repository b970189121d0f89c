//! `cargo itcov` in workspaces of every layout.

use crate::support::TestCrate;

fn package(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
}

/// A virtual workspace with the services `api` and `worker`, the library `lib` and `tool`, which has two programs.
pub fn services() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\", \"tool\"]\nexclude = [\"crates/not-ours\"]\n\n\
         [workspace.package]\nedition = \"2021\"\nversion = \"1.0.0\"\n\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n",
    );
    let inherited = "[package]\nname = \"api\"\nversion.workspace = true\nedition.workspace = true\n\n[lints]\nworkspace = true\n";
    krate.write("crates/api/Cargo.toml", inherited);
    krate.write(
        "crates/api/src/main.rs",
        "fn main() { println!(\"api\"); }\n",
    );
    krate.write("crates/worker/Cargo.toml", &package("worker"));
    krate.write(
        "crates/worker/src/main.rs",
        "fn main() { println!(\"worker\"); }\n",
    );
    krate.write("crates/lib/Cargo.toml", &package("lib"));
    krate.write("crates/lib/src/lib.rs", "");
    krate.write(
        "crates/not-ours/Cargo.toml",
        &(package("not-ours") + "[workspace]\n"),
    );
    krate.write("crates/not-ours/src/main.rs", "fn main() {}\n");
    krate.write("tool/Cargo.toml", &package("tool"));
    krate.write(
        "tool/src/bin/first.rs",
        "fn main() { println!(\"first\"); }\n",
    );
    krate.write(
        "tool/src/bin/second.rs",
        "fn main() { println!(\"second\"); }\n",
    );
    krate
}

/// The packages that have a harness, each with the program that it runs.
fn programs(krate: &TestCrate) -> Vec<String> {
    let packages = ["crates/api", "tool", "crates/worker"].into_iter();
    let harnesses = packages
        .map(|package| format!("{package}/tests/manual_integration.rs"))
        .filter(|harness| krate.has(harness));
    let program = |harness: String| {
        let text = krate.read(&harness);
        let (_, rest) = text.split_once("env!(\"CARGO_BIN_EXE_").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    harnesses.map(program).collect()
}

#[test]
fn several_packages_get_the_scaffold_at_once() {
    let krate = services();
    let before = krate.files();
    krate
        .itcov(&["init", "-p", "api", "-p", "worker"])
        .ends_with(0);
    assert_eq!(programs(&krate), ["api", "worker"]);
    for file in [
        "crates/api/tests/manual_integration.rs",
        "crates/worker/tests/manual_integration.rs",
        "itcov.just",
        "justfile",
    ] {
        assert!(krate.has(file), "{file}");
    }
    assert!(!krate.has("crates/lib/tests") && !krate.has("tool/tests"));
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    krate.itcov(&["check"]).ends_with(0);
    krate
        .cargo(&["test", "--quiet", "--workspace", "--all-features"])
        .ends_with(0);
    krate.itcov(&["remove"]).ends_with(0);
    std::fs::remove_file(krate.root.join("Cargo.lock")).unwrap();
    assert!(krate.files() == before);
}

#[test]
fn one_after_the_other_is_the_same_as_at_once() {
    let [at_once, one_by_one] = [services(), services()];
    at_once
        .itcov(&["init", "-p", "api", "-p", "worker"])
        .ends_with(0);
    one_by_one.itcov(&["init", "-p", "api"]).ends_with(0);
    one_by_one.itcov(&["init", "-p", "worker"]).ends_with(0);
    for file in [
        "itcov.just",
        "justfile",
        "crates/api/Cargo.toml",
        "crates/worker/Cargo.toml",
    ] {
        assert_eq!(at_once.read(file), one_by_one.read(file), "{file}");
    }
}

#[test]
fn the_whole_workspace_is_every_package_with_a_binary() {
    let krate = services();
    krate
        .itcov(&["init", "--workspace"])
        .ends_with(0)
        .says("the package `tool` has several binaries, and its harness runs `first`")
        .says("`cargo itcov init -p tool --bin NAME` chooses another");
    assert_eq!(programs(&krate), ["api", "first", "worker"]);
    krate.itcov(&["check"]).ends_with(0);
    krate
        .itcov(&["init", "--workspace"])
        .ends_with(0)
        .prints("Nothing to do");
    krate
        .itcov(&["init", "--workspace", "-p", "api"])
        .ends_with(2);
}

#[test]
fn default_run_and_default_members_are_followed() {
    let krate = services();
    let manifest = krate.read("tool/Cargo.toml") + "default-run = \"second\"\n";
    krate.write("tool/Cargo.toml", &manifest);
    let root = krate.read("Cargo.toml");
    krate.write(
        "Cargo.toml",
        &root.replace(
            "exclude",
            "default-members = [\"tool\", \"crates/lib\"]\nexclude",
        ),
    );
    krate.itcov(&["init"]).ends_with(0);
    assert_eq!(programs(&krate), ["second"]);
}

#[test]
fn below_a_root_package_without_a_program_the_program_is_found() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &(package("root") + "[workspace]\nmembers = [\"cli\"]\n"),
    );
    krate.write("src/lib.rs", "");
    krate.write("cli/Cargo.toml", &package("cli"));
    krate.write("cli/src/main.rs", "fn main() { println!(\"cli\"); }\n");
    krate.itcov(&["init"]).ends_with(0);
    assert!(krate.has("cli/tests/manual_integration.rs") && krate.has("justfile"));
    let cli = krate.inside("cli");
    cli.harness(&[]).ends_with(0).prints("cli\n");
}

#[test]
fn a_package_within_a_package_is_a_crate_of_its_own() {
    let krate = TestCrate::new("outer");
    krate.write("inner/Cargo.toml", &(package("inner") + "[workspace]\n"));
    krate.write("inner/src/main.rs", "fn main() { println!(\"inner\"); }\n");
    let before = krate.read("Cargo.toml");
    krate
        .itcov(&["init", "--manifest-path", "inner/Cargo.toml"])
        .ends_with(0);
    assert!(krate.has("inner/itcov.just") && !krate.has("itcov.just"));
    assert_eq!(krate.read("Cargo.toml"), before);
    krate
        .inside("inner")
        .harness(&[])
        .ends_with(0)
        .prints("inner\n");
}

#[test]
fn from_a_member_it_is_the_members_program() {
    let krate = services().inside("crates/worker");
    krate.itcov(&["init"]).ends_with(0);
    assert!(krate.has("tests/manual_integration.rs") && krate.has("../../itcov.just"));
    krate.harness(&[]).ends_with(0).prints("worker\n");
    let lib = services().inside("crates/lib");
    lib.itcov(&["init"]).ends_with(1).says(
        "the package `lib` has no binary: there is no program to run; choose with -p:\n  api\n",
    );
}

#[test]
fn a_program_is_found_by_its_name_alone_whoever_has_it() {
    let krate = services();
    krate.itcov(&["init", "--bin", "second"]).ends_with(0);
    krate.itcov(&["init", "--bin", "worker"]).ends_with(0);
    assert_eq!(programs(&krate), ["second", "worker"]);
    krate
        .itcov(&["init", "--bin", "other"])
        .ends_with(1)
        .says("there is no binary `other`");
    krate.write("crates/worker/src/bin/api.rs", "fn main() {}\n");
    krate.itcov(&["remove"]).ends_with(0);
    krate
        .itcov(&["init", "--bin", "api"])
        .ends_with(1)
        .says("several packages have a binary `api`; choose with -p, or take all with --workspace:\n  api\n  worker");
    assert!(!krate.has("itcov.just"));
}

#[test]
fn a_package_that_is_named_twice_is_one() {
    let krate = services();
    let output = krate
        .itcov(&["init", "-p", "api", "-p", "api"])
        .ends_with(0);
    assert_eq!(output.stdout.matches("api/Cargo.toml").count(), 1);
    assert_eq!(programs(&krate), ["api"]);
}

#[test]
fn recipes_have_the_features_that_all_packages_share() {
    let krate = services();
    let manifest = krate.read("crates/worker/Cargo.toml")
        + "[features]\ncli = []\n[[bin]]\nname = \"worker\"\npath = \"src/main.rs\"\nrequired-features = [\"cli\"]\n";
    krate.write("crates/worker/Cargo.toml", &manifest);
    let features = |expected: &str| {
        let text = format!("--features {expected} --test manual_integration");
        assert!(krate.read("itcov.just").contains(&text), "{expected}");
    };
    krate.itcov(&["init", "-p", "worker"]).ends_with(0);
    features("manual-integration,cli");
    krate.itcov(&["init", "-p", "api"]).ends_with(0);
    features("manual-integration");
    krate.itcov(&["check"]).ends_with(0);
    krate.itcov(&["remove", "-p", "api"]).ends_with(0);
    features("manual-integration,cli");
    krate.itcov(&["check"]).ends_with(0);
}
