//! Crates with strict rules and with layouts, flags and toolchains of their own: each takes the harness in, goes on as
//! before without a word of complaint, and is measured.

mod flags;
mod layout;
mod lints;
mod old_rust;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Output, TestCrate, tools};

/// One crate, and what holds of it.
struct Row<'a> {
    /// Path and text of each of its files.
    files: &'a [(&'a str, &'a str)],
    /// Options of `cargo itcov init`.
    init: &'a [&'a str],
    /// What is in the environment of every command.
    variables: &'a [(&'a str, &'a str)],
    /// cargo's commands besides `build` and `test --all-features` that have to go well, split at spaces.
    commands: &'a [&'a str],
    /// The arguments of `just`.
    run: &'a [&'a str],
    /// The status of the run.
    status: i32,
    /// Files in the report, with how many of their lines ran and how many there are.
    covered: &'a [(&'a str, (u32, u32))],
}

const ROW: Row = Row {
    files: &[],
    init: &[],
    variables: &[],
    commands: &[],
    run: &["itcov"],
    status: 0,
    covered: &[],
};

const CLIPPY: &str = "clippy --all-targets --all-features";

impl Row<'_> {
    /// Puts the harness in, builds, tests, lints and measures. Returns the crate for a closer look.
    #[track_caller]
    fn holds(&self) -> TestCrate {
        let krate = TestCrate::empty();
        for (path, text) in self.files {
            krate.write(path, text);
        }
        let init: Vec<&str> = [&["itcov", "init"], self.init].concat();
        self.output(&krate, tools::cargo_itcov(), &init)
            .ends_with(0);
        for command in ["build", "test --all-features"].iter().chain(self.commands) {
            let arguments: Vec<&str> = command.split(' ').collect();
            let output = self.output(&krate, Path::new("cargo"), &arguments);
            without_warnings(command, output.ends_with(0));
        }

        let before = paths(&krate);
        let output = self.output(&krate, tools::just(), self.run);
        let output = without_warnings("just", output.ends_with(self.status));
        for (file, lines) in self.covered {
            assert_eq!(output.lines_of(file), *lines, "{file}\n{}", output.stdout);
        }
        assert!(output.lines_of("Total").0 > 0, "{}", output.stdout);
        assert_eq!(
            paths(&krate),
            before,
            "the run has left something in the source tree"
        );
        krate
    }

    fn output(&self, krate: &TestCrate, program: &Path, arguments: &[&str]) -> Output {
        let mut command = krate.command(program);
        command.env_remove("RUSTDOCFLAGS").args(arguments);
        Output::of(command.envs(self.variables.iter().copied()))
    }
}

/// Fails the test if cargo or the compiler complains of anything: the crates are such that they have no reason to.
#[track_caller]
fn without_warnings(command: &str, output: Output) -> Output {
    let complaint = |line: &&str| line.starts_with("warning") || line.starts_with("error");
    let found: Vec<&str> = output.stderr.lines().filter(complaint).collect();
    assert!(found.is_empty(), "{command}: {}", output.stderr);
    output
}

/// The files of the crate, its target directory aside.
fn paths(krate: &TestCrate) -> Vec<PathBuf> {
    krate.files().into_iter().map(|(path, _)| path).collect()
}

/// Whether rustc has the standard library for a target; says so if it has not.
fn has_target(target: &str) -> bool {
    let sysroot = Output::of(std::process::Command::new("rustc").args(["--print", "sysroot"]));
    let sysroot = sysroot.ends_with(0).stdout;
    let libraries = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(target)
        .join("lib");
    let found = fs::read_dir(libraries).is_ok_and(|mut entries| entries.next().is_some());
    if !found {
        eprintln!("skipped: no standard library for {target} (rustup target add {target})");
    }
    found
}
