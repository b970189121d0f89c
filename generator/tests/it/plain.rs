//! `just itcov` where `cargo itcov` is not installed: cargo and LLVM's tools alone.

use std::fs;

use crate::support::{Output, Reporter, TestCrate, tools::of_rustc};

/// A crate that is partly linked and says which flags it was built with, where cargo-itcov is not installed.
fn plain(krate: TestCrate) -> TestCrate {
    krate.write(
        "Cargo.toml",
        "[package]\nname = \"my-app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[profile.thin]\ninherits = \"dev\"\n",
    );
    krate.write("src/lib.rs", "pub fn one() {}\npub fn two() {}\n");
    krate.write("src/main.rs", PROGRAM);
    krate.itcov(&["init"]).ends_with(0);
    krate.reported_by(Reporter::Llvm)
}

const PROGRAM: &str = r#"#![allow(unexpected_cfgs)]
fn main() {
    println!("build {}", cfg!(from_build));
    println!("target {}", cfg!(from_target));
    println!("variable {}", cfg!(from_variable));
    println!("option {}", cfg!(from_option));
    my_app::one();
    std::process::exit(std::env::args().len() as i32 - 1)
}
"#;

/// Runs it with options, in a configuration of cargo and with variables.
fn run(krate: &TestCrate, options: &str, config: &str, variables: &[(&str, &str)]) -> Output {
    krate.write(".cargo/config.toml", config);
    let options = format!("itcov_options={options}");
    krate.just_with(&[&options, "itcov"], variables)
}

#[track_caller]
fn is_measured(output: Output) -> Output {
    let output = output.ends_with(0);
    assert_eq!(output.lines_of("main.rs"), (7, 7), "{}", output.stdout);
    output
}

#[test]
#[ignore = "needs LLVM's tools (rustup component add llvm-tools)"]
fn the_programs_are_found_wherever_cargo_puts_them() {
    let krate = plain(TestCrate::empty());
    let host = of_rustc("host: ");
    let target = format!("[build]\ntarget = \"{host}\"\n");
    // What the first run builds is there in all others.
    is_measured(run(&krate, "", "", &[]));
    is_measured(run(&krate, "", &target, &[]));
    is_measured(run(&krate, "", "", &[("CARGO_BUILD_TARGET", &host)]));
    is_measured(run(&krate, "-q", "", &[("CARGO_TARGET_DIR", "elsewhere")]));
    for options in ["--profile thin", "-r", "--release -v", "--target", ""] {
        let options = options.replace("--target", &format!("--target {host}"));
        is_measured(run(&krate, &options, "", &[]));
    }
    let arguments = ["itcov", "one", "two", "three"];
    let output = krate.just(&arguments).ends_with(3);
    assert_eq!(output.lines_of("lib.rs"), (1, 2), "{}", output.stdout);
}

#[test]
fn a_build_without_a_program_is_no_report() {
    let krate = plain(TestCrate::empty());
    let output = run(&krate, "--target-dir elsewhere", "", &[])
        .ends_with(2)
        .says("itcov: error: cargo has put no program into ");
    assert!(!output.stdout.contains("TOTAL"), "{}", output.stdout);
}

#[test]
#[ignore = "needs LLVM's tools (rustup component add llvm-tools)"]
fn flags_are_added_to_those_that_an_ordinary_build_has() {
    let krate = plain(TestCrate::empty());
    let build = "[build]\nrustflags = [\"--cfg\", \"from_build\"]\n";
    let target = "[target.'cfg(unix)']\nrustflags = [\"--cfg\", \"from_target\"]\n";
    let variable = ("RUSTFLAGS", "--cfg from_variable");
    let option = r#"--config "build.rustflags=['--cfg', 'from_option']""#;
    for (options, config, variables, expected) in [
        ("", build, &[][..], "build"),
        ("", build, &[variable], "variable"),
        ("", target, &[variable], "variable"),
        (option, build, &[], "build option"),
    ] {
        let output = is_measured(run(&krate, options, config, variables));
        let lines = output.stdout.lines();
        let has: Vec<_> = lines
            .filter_map(|line| line.strip_suffix(" true"))
            .collect();
        assert_eq!(has.join(" "), expected, "{options} {config} {variables:?}");
    }
    // They come before those of the recipe.
    run(&krate, "", target, &[])
        .ends_with(2)
        .says("itcov: error: the program has no counters: cargo takes flags from another place");
}

#[test]
#[ignore = "needs LLVM's tools (rustup component add llvm-tools)"]
fn the_name_of_a_directory_may_have_any_character() {
    let name = "d \"q\" 'x' {b} $(echo) [1-] \\ 100%more";
    let krate = plain(TestCrate::empty().inside(name));
    // The linker that Rust brings cannot write below a directory with a `%`.
    let config = "[build]\nrustflags = [\"-Clink-arg=-fuse-ld=bfd\"]\n";
    is_measured(run(&krate, "", config, &[]));
    let parent = krate.root.parent().unwrap();
    for directory in [parent, parent.parent().unwrap()] {
        assert_eq!(fs::read_dir(directory).unwrap().count(), 1, "{directory:?}");
    }
}

#[test]
fn options_that_only_the_tool_has_are_said_to_be_so() {
    let krate = plain(TestCrate::empty());
    for options in ["--timeout 5s", "--live", "--release --also itoa"] {
        let output = run(&krate, options, "", &[])
            .ends_with(2)
            .says("does not take these itcov_options; if they are right, they need cargo-itcov:");
        let said = output.stderr.to_lowercase();
        assert!(!said.contains("usage"), "{said}");
        assert!(!krate.has("target"), "{options}");
    }
}
