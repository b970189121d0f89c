//! Build scripts that a suite's cargo runs: they find the environment that the user had, and a cargo that they start does not wait
//! for the one that waits for them.

use std::process::Command;

use super::{package, strays};
use crate::support::{Output, TestCrate, tools};

const SCRIPT: &str = r#"
const STEERS_CARGO: [&str; 6] = [
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_BUILD_TARGET",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
];

fn main() {
    println!("cargo:rerun-if-env-changed=AGAIN");
    println!("cargo:rerun-if-changed=build.rs");
    let itcov = std::env::vars().filter(|(name, _)| name.starts_with("ITCOV_SET") || name.starts_with("ITCOV_BEFORE"));
    let mut seen: Vec<String> = itcov.map(|it| format!("{it:?}\n")).collect();
    seen.extend(STEERS_CARGO.map(|name| format!("{name}: {:?}\n", std::env::var_os(name))));
    std::fs::write("seen", seen.concat()).unwrap();
    // Where the user has said that everything goes to one directory, an ordinary build would wait as well.
    if std::env::var_os("STARTS_NONE").is_none() {
        let mut cargo = std::process::Command::new(std::env::var("CARGO").unwrap());
        assert!(cargo.args(["build", "--quiet"]).current_dir("guest").status().unwrap().success());
        assert!(std::path::Path::new("guest/target/debug/guest").exists());
    }
}
"#;

/// A program with a test that starts it, and a build script that starts cargo.
fn host(rest: &str) -> TestCrate {
    let krate = TestCrate::empty();
    let rest = format!("[workspace]\nexclude = [\"guest\"]\n[features]\nextra = []\n{rest}");
    krate.write("Cargo.toml", &package("host", &rest));
    krate.write("build.rs", SCRIPT);
    krate.write("src/main.rs", "fn main() {\n    println!(\"host\");\n}\n");
    krate.write(
        "tests/starts.rs",
        "#[test]\nfn starts() {\n    let program = env!(\"CARGO_BIN_EXE_host\");\n    \
         assert!(std::process::Command::new(program).status().unwrap().success());\n}\n",
    );
    guest(&krate, "guest");
    krate
}

fn guest(krate: &TestCrate, at: &str) {
    let manifest = package("guest", "[workspace]\n");
    krate.write(&format!("{at}/Cargo.toml"), &manifest);
    krate.write(&format!("{at}/src/main.rs"), "fn main() {}\n");
}

fn run(mut command: Command, variables: &[(&str, &str)]) -> Output {
    Output::of(command.envs(variables.iter().copied())).ends_with(0)
}

/// The suite's build script sees what that of an ordinary cargo does, and the program is measured.
#[track_caller]
fn is_as_in_an_ordinary_build(
    krate: &TestCrate,
    options: &[&str],
    words: &[&str],
    variables: &[(&str, &str)],
) {
    let test = [&["test", "--quiet"], words].concat();
    let mut ordinary = krate.command("cargo");
    ordinary.args(&test);
    run(ordinary, &[variables, &[("AGAIN", "1")]].concat());
    let files = ["seen", "../beside/seen"].into_iter();
    let files: Vec<&str> = files.filter(|file| krate.has(file)).collect();
    let expected: Vec<String> = files.iter().map(|file| krate.read(file)).collect();
    let mut itcov = krate.command(tools::cargo_itcov());
    itcov.args(["itcov", "exec"]).args(options);
    // A suite that waits for itself ends as well.
    itcov.args(["--", "env", "AGAIN=2", "timeout", "120", "cargo"]);
    itcov.args(&test);
    for file in &files {
        std::fs::remove_file(krate.root.join(file)).unwrap();
    }
    let output = run(itcov, variables);
    let said = format!("{options:?} {words:?} {variables:?}\n{}", output.stderr);
    for (file, expected) in files.iter().zip(expected) {
        assert_eq!(krate.read(file), expected, "{said}");
    }
    assert_eq!(output.lines_of("src/main.rs"), (3, 3), "{said}");
    assert!(!output.stderr.contains("warning"), "{said}");
    assert_eq!(strays(krate), [""; 0], "{said}");
}

#[test]
fn a_build_script_of_the_suites_cargo_may_start_cargo() {
    let krate = host("");
    for words in [&[][..], &["--release"], &["--features", "extra"]] {
        is_as_in_an_ordinary_build(&krate, &[], words, &[]);
    }
    krate.write("build.rs", &format!("{SCRIPT}\n// Edited.\n"));
    let suite = "printf '// Again.\\n' >>build.rs && timeout 120 cargo test --quiet";
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    assert_eq!(output.lines_of("src/main.rs"), (3, 3));
}

#[test]
fn a_build_script_of_a_measured_dependency_may_start_cargo() {
    let krate = host("[dependencies]\nbeside.path = \"../beside\"\n");
    krate.write("../beside/Cargo.toml", &package("beside", ""));
    krate.write("../beside/src/lib.rs", "");
    krate.write("../beside/build.rs", SCRIPT);
    guest(&krate, "../beside/guest");
    for options in [&["--also", "beside"][..], &["--scope", "all"]] {
        is_as_in_an_ordinary_build(&krate, options, &[], &[]);
        is_as_in_an_ordinary_build(&krate, options, &["--release"], &[]);
    }
}

#[test]
fn a_build_script_of_the_suites_cargo_finds_what_the_user_has_set() {
    let krate = host("");
    krate.write("wrapper.sh", "#!/bin/sh\nexec \"$@\"\n");
    Output::of(krate.command("chmod").args(["+x", "wrapper.sh"])).ends_with(0);
    let path = |name: &str| krate.root.join(name).display().to_string();
    let (wrapper, target, build) = (path("wrapper.sh"), path("elsewhere"), path("build"));
    let variables = [
        ("STARTS_NONE", "1"),
        ("CARGO_TARGET_DIR", &target),
        ("CARGO_BUILD_BUILD_DIR", &build),
        ("RUSTC_WRAPPER", &wrapper),
        ("RUSTC_WORKSPACE_WRAPPER", &wrapper),
    ];
    for options in [&[][..], &["--scope", "all"]] {
        is_as_in_an_ordinary_build(&krate, options, &[], &variables);
    }
}
