//! Old versions of Rust, where they are there: `.ci/old-rust` gets them from Debian.

use std::path::{Path, PathBuf};

use crate::support::{Output, Reporter, TestCrate, tools};

/// Where the programs are of each directory that `ITCOV_OLD_RUST` names; says so if it names none.
fn old_rusts() -> Vec<PathBuf> {
    let Some(directories) = std::env::var_os("ITCOV_OLD_RUST") else {
        eprintln!("skipped: ITCOV_OLD_RUST names no directory that .ci/old-rust has made");
        return Vec::new();
    };
    std::env::split_paths(&directories)
        .map(|directory| directory.join("bin"))
        .collect()
}

#[test]
fn an_old_rust_builds_the_harness_and_llvm_reports() {
    for programs in old_rusts() {
        for edition in ["2015", "2021"] {
            measured(&programs, edition, Reporter::Llvm);
        }
    }
}

/// Where it cannot read what so old an LLVM writes, the recipes report through LLVM's tools all the same.
#[test]
fn an_old_rust_is_no_trouble_where_itcov_is_installed() {
    for programs in old_rusts() {
        measured(&programs, "2018", Reporter::Itcov);
    }
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
    // LLVM's table leaves out the directory that all files have in common.
    let root = if output.stdout.contains("src/lib.rs") {
        "src/"
    } else {
        ""
    };
    assert_eq!(output.lines_of(&format!("{root}lib.rs")), (3, 3));
    assert_eq!(output.lines_of(&format!("{root}unlinked.rs")), (0, 3));
    assert!(
        output.lines_of(&format!("{root}main.rs")).0 > 0,
        "{}",
        output.stdout
    );
}
