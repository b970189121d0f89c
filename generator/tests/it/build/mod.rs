//! How the program is built: what is shared with the ordinary build, and what stays as it was.

mod also;
mod beside;
mod build_scripts;
mod constructors;
mod conventions;
mod crate_types;
mod directories;
mod environment;
mod guard;
mod inside;
mod kept;
mod linkers;
mod seeding;
mod suites_scripts;
mod taken;
mod wrappers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::support::{Output, TestCrate};

/// Adds a dependency from the registry, a small one.
fn with_dependency(name: &str) -> TestCrate {
    let krate = TestCrate::new(name);
    krate.write(
        "Cargo.toml",
        &(krate.read("Cargo.toml") + "\n[dependencies]\nitoa = \"1\"\n"),
    );
    krate.write(
        "src/main.rs",
        "fn main() { println!(\"{}\", itoa::Buffer::new().format(7)); }\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    krate
}

/// The manifest of a package.
pub fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
}

/// A program that starts itself without an environment, and then ends in a way in which no profile is written.
const CLEARS_ITS_ENVIRONMENT: &str = r#"fn worker() {
    println!("worker");
    std::process::abort();
}

fn main() {
    if std::env::args().count() > 1 {
        return worker();
    }
    let me = std::env::current_exe().unwrap();
    let _ = std::process::Command::new(me).arg("worker").env_clear().status();
}
"#;

/// Every file of ordinary builds, with when it was written and a digest of what is in it.
pub fn ordinary(target: &Path) -> BTreeMap<PathBuf, (SystemTime, String)> {
    let mut files = BTreeMap::new();
    let all = walkdir::WalkDir::new(target).into_iter();
    for entry in all.filter_entry(|entry| entry.path() != target.join("itcov")) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let modified = entry.metadata().unwrap().modified().unwrap();
            let digest = format!("{:x}", md5::compute(fs::read(entry.path()).unwrap()));
            files.insert(entry.into_path(), (modified, digest));
        }
    }
    files
}

/// Fails the test if an ordinary build has changed: then these files are named.
#[track_caller]
pub fn is_untouched(target: &Path, before: &BTreeMap<PathBuf, (SystemTime, String)>) {
    let after = ordinary(target);
    let changed: Vec<&PathBuf> = before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path))
        .collect();
    assert!(changed.is_empty(), "{changed:?}");
}

/// Fails the test unless cargo finds nothing to compile.
#[track_caller]
pub fn is_fresh(krate: &TestCrate, arguments: &[&str]) {
    let output = krate.cargo(arguments).ends_with(0);
    assert_eq!(compiled(&output), [""; 0], "cargo {arguments:?}");
}

/// The crates that cargo compiled.
fn compiled(output: &Output) -> Vec<&str> {
    let names = output.stderr.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("Compiling ")
            .or(line.strip_prefix("Checking "))?
            .split(' ')
            .next()
    });
    names.collect()
}

fn profiles_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                directories.push(path);
            } else if path
                .extension()
                .is_some_and(|it| it == "profraw" || it == "itcov")
            {
                found.push(path);
            }
        }
    }
    found
}

/// Profiles that are not where those of a run are.
pub fn strays(krate: &TestCrate) -> Vec<String> {
    let all = profiles_below(&krate.root).into_iter();
    let all = all.map(|path| path.display().to_string());
    all.filter(|path| !path.contains("/itcov/.checkouts/"))
        .collect()
}

#[test]
fn dependencies_that_are_built_are_not_built_again_and_ordinary_builds_stay_fresh() {
    let krate = with_dependency("sharing");
    krate.cargo(&["test", "--no-run"]).ends_with(0);
    krate.cargo(&["build"]).ends_with(0);
    krate.cargo(&["test", "--all-features"]).ends_with(0);
    krate
        .cargo(&["clippy", "--all-targets", "--all-features"])
        .ends_with(0);
    let program = fs::read(krate.root.join("target/debug/sharing")).unwrap();
    let lock = krate.read("Cargo.lock");

    let run = krate.just(&["itcov"]).ends_with(0).prints("7\n");
    assert_eq!(
        compiled(&run),
        ["sharing"],
        "only the crate itself is built anew"
    );

    assert!(
        fs::read(krate.root.join("target/debug/sharing")).unwrap() == program,
        "the ordinary program has changed"
    );
    assert_eq!(krate.read("Cargo.lock"), lock);
    for arguments in [
        &["build"][..],
        &["test", "--no-run"],
        &["test", "--all-features"],
        &["clippy", "--all-targets", "--all-features"],
    ] {
        let output = krate.cargo(arguments).ends_with(0);
        assert_eq!(compiled(&output), [""; 0], "cargo {arguments:?}");
    }
    let again = krate.just(&["itcov"]).ends_with(0);
    assert_eq!(compiled(&again), [""; 0]);
}

#[test]
fn tests_with_all_features_pass_without_starting_the_program() {
    let krate = TestCrate::scaffolded("all-features");
    krate.write("tests/other.rs", "#[test]\nfn passes() {}\n");
    let output = krate.cargo(&["test", "--all-features"]).ends_with(0);
    let output = output.prints("test passes ... ok");
    assert!(!output.stderr.contains("runs as process"));
    // Without the feature the harness is not even built.
    let output = krate
        .cargo(&["test"])
        .ends_with(0)
        .prints("test passes ... ok");
    assert!(
        !output.stdout.contains("manual_integration"),
        "{}",
        output.stdout
    );
}

#[test]
#[ignore = "needs cargo-nextest"]
fn nextest_with_all_features_does_not_run_the_harness() {
    let krate = TestCrate::scaffolded("nextest-features");
    krate.write("tests/other.rs", "#[test]\nfn passes() {}\n");
    krate
        .cargo(&["nextest", "run", "--all-features"])
        .ends_with(0)
        .says("1 test run: 1 passed, 0 skipped");
}

#[test]
fn the_target_directory_is_where_environment_or_configuration_put_it() {
    let krate = TestCrate::scaffolded("target-directory");
    let elsewhere = tempfile::tempdir().unwrap();
    let from_environment = elsewhere.path().join("by environment");
    krate
        .just_with(
            &["itcov"],
            &[("CARGO_TARGET_DIR", from_environment.to_str().unwrap())],
        )
        .ends_with(0);
    assert!(
        from_environment
            .join("itcov/debug/target-directory")
            .exists()
    );
    assert!(!krate.has("target"));

    let from_configuration = elsewhere.path().join("by configuration");
    krate.write(
        ".cargo/config.toml",
        &format!("[build]\ntarget-dir = {from_configuration:?}\n"),
    );
    krate.just(&["itcov"]).ends_with(0);
    assert!(
        from_configuration
            .join("itcov/debug/target-directory")
            .exists()
    );
    assert_eq!(profiles_below(&from_configuration.join("itcov")).len(), 1);
    assert!(!krate.has("target"));
}

#[test]
fn a_target_triple_in_the_configuration_is_followed() {
    let krate = TestCrate::scaffolded("triple");
    let version = Output::of(krate.command("rustc").arg("-vV"))
        .ends_with(0)
        .stdout;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    krate.write(
        ".cargo/config.toml",
        &format!("[build]\ntarget = \"{host}\"\n"),
    );
    assert!(
        krate
            .just(&["itcov", "x"])
            .ends_with(0)
            .prints("[\"x\"]")
            .lines_of("Total")
            .0
            > 0
    );
    assert!(krate.has(&format!("target/itcov/{host}/debug/triple")));
}

#[test]
fn a_release_build_is_measured_by_an_option() {
    let krate = TestCrate::scaffolded("release");
    let output = krate
        .just(&["itcov_options=--release", "itcov", "x"])
        .ends_with(0)
        .prints("[\"x\"]");
    assert!(output.lines_of("Total").0 > 0);
    assert!(krate.has("target/itcov/release/release") && !krate.has("target/itcov/debug/release"));
}

#[test]
fn an_existing_rustc_wrapper_is_called_too() {
    let krate = TestCrate::scaffolded("wrapped");
    krate.write(
        "wrapper.sh",
        "#!/bin/sh\necho \"$@\" >>\"$WRAPPED\"\nexec \"$@\"\n",
    );
    Output::of(krate.command("chmod").args(["+x", "wrapper.sh"])).ends_with(0);
    let (wrapper, log) = (krate.root.join("wrapper.sh"), krate.root.join("log"));
    let variables = [
        ("RUSTC_WRAPPER", wrapper.to_str().unwrap()),
        ("WRAPPED", log.to_str().unwrap()),
    ];
    let output = krate
        .just_with(&["itcov", "x"], &variables)
        .ends_with(0)
        .prints("[\"x\"]");
    assert!(output.lines_of("Total").0 > 0);
    assert!(
        krate.read("log").contains("--crate-name wrapped"),
        "{}",
        krate.read("log")
    );
}

#[test]
fn build_scripts_and_proc_macros_leave_no_profiles_in_the_source_tree() {
    let krate = TestCrate::new("strays");
    let manifest = krate.read("Cargo.toml")
        + "[workspace]\nmembers = [\"macros\", \"shared\"]\n[dependencies]\nmacros.path = \"macros\"\n\
           shared.path = \"shared\"\n[build-dependencies]\nshared.path = \"shared\"\n";
    krate.write("Cargo.toml", &manifest);
    krate.write(
        "build.rs",
        "fn main() { println!(\"cargo::rustc-env=ANSWER={}\", shared::answer()); }\n",
    );
    krate.write("src/main.rs", "fn main() { println!(\"{} {}\", env!(\"ANSWER\"), macros::answer!() + shared::answer()); }\n");
    let member = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    krate.write("shared/Cargo.toml", &member("shared", ""));
    krate.write("shared/src/lib.rs", "pub fn answer() -> i32 { 42 }\n");
    let dependency = "[lib]\nproc-macro = true\n[dependencies]\nshared.path = \"../shared\"\n";
    krate.write("macros/Cargo.toml", &member("macros", dependency));
    krate.write(
        "macros/src/lib.rs",
        "#[proc_macro]\npub fn answer(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    \
         shared::answer().to_string().parse().unwrap()\n}\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    let before: Vec<PathBuf> = krate.files().into_iter().map(|(path, _)| path).collect();

    let output = krate.just(&["itcov"]).ends_with(0).prints("42 84");
    assert_eq!(output.lines_of("shared/src/lib.rs"), (1, 1));
    assert!(
        !output.stdout.contains("macros/"),
        "a proc macro is not part of the program: {}",
        output.stdout
    );

    assert_eq!(strays(&krate), [""; 0]);
    let after = krate
        .files()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| !path.ends_with("Cargo.lock"));
    assert_eq!(after.collect::<Vec<_>>(), before);
}
