//! The oldest Rust that the harness is for, where it is there: `.ci/old-rust DIRECTORY` gets it from Debian.

use std::path::{Path, PathBuf};

use crate::support::{Output, Reporter, TestCrate, tools};

/// The directory that `ITCOV_OLD_RUST` names, or `None`, having said so.
fn old_rust() -> Option<PathBuf> {
    let directory = std::env::var_os("ITCOV_OLD_RUST");
    if directory.is_none() {
        eprintln!("skipped: ITCOV_OLD_RUST names no directory that .ci/old-rust has made");
    }
    let programs = PathBuf::from(directory?).join("bin");
    assert!(
        programs.join("rustc").exists(),
        "no rustc in {}",
        programs.display()
    );
    Some(programs)
}

#[test]
fn the_oldest_rust_builds_the_harness_and_measures() {
    let Some(programs) = old_rust() else { return };
    for edition in ["2015", "2021"] {
        measured(&programs, edition, Reporter::Llvm);
    }
}

/// `cargo itcov report` cannot read what so old an LLVM writes.
#[test]
fn where_itcov_is_installed_and_rust_is_too_old_for_it_llvm_reports() {
    let Some(programs) = old_rust() else { return };
    measured(&programs, "2018", Reporter::Itcov);
}

/// Puts the harness into a crate of this edition, builds and tests it, and runs it to a death that nothing survives but
/// the mapped counters.
#[track_caller]
fn measured(programs: &Path, edition: &str, reporter: Reporter) {
    let krate = TestCrate::empty().reported_by(reporter);
    krate.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"with-dash\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\nrust-version = \"1.63\"\n"
        ),
    );
    krate.write(
        "src/main.rs",
        "#![deny(warnings)]\nextern crate with_dash;\nfn main() {\n    println!(\"{}\", with_dash::used());\n    \
         if std::env::args().len() > 1 {\n        std::process::abort();\n    }\n}\n",
    );
    krate.write(
        "src/lib.rs",
        "pub mod unlinked;\npub fn used() -> i32 {\n    1\n}\n",
    );
    krate.write("src/unlinked.rs", "pub fn never() -> i32 {\n    2\n}\n");
    let run = |program: &Path, arguments: &[&str]| {
        let mut command = krate.command(program);
        let of_the_tools = command.get_envs().find(|(name, _)| *name == "PATH");
        // Behind the directory with just, before everything else.
        let mut path: Vec<PathBuf> =
            std::env::split_paths(of_the_tools.unwrap().1.unwrap()).collect();
        path.insert(1, programs.to_owned());
        command
            .args(arguments)
            .env_remove("CARGO")
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("LLVM_COV", programs.join("llvm-cov"))
            .env("LLVM_PROFDATA", programs.join("llvm-profdata"));
        Output::of(&mut command)
    };
    run(tools::cargo_itcov(), &["itcov", "init"]).ends_with(0);
    for arguments in [&["build"][..], &["test", "--all-features"]] {
        let output = run("cargo".as_ref(), arguments).ends_with(0);
        assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    }
    let output = run(tools::just(), &["itcov", "now"])
        .ends_with(128 + 6)
        .prints("1\n");
    assert_eq!(output.lines_of("lib.rs"), (3, 3));
    assert_eq!(output.lines_of("unlinked.rs"), (0, 3));
    assert!(output.lines_of("main.rs").0 > 0, "{}", output.stdout);
}
