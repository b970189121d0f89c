//! Crates with strict rules and with layouts, flags and toolchains of their own: each takes the harness in, goes on as
//! before without a word of complaint, and is measured.

mod flags;
mod half_done;
mod layout;
mod lints;
mod old_rust;

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
    /// The features that the harness requires.
    features: &'a str,
    /// Whether lints are forbidden that the harness allows for itself.
    is_forbidding: bool,
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
    features: "manual-integration",
    is_forbidding: false,
    run: &["itcov"],
    status: 0,
    covered: &[],
};

const TEST_TARGET: &str = "manual_integration";

const CLIPPY: &str = "clippy --all-targets --all-features";

impl Row<'_> {
    /// Puts the harness in, builds, tests, lints and measures. Returns the crate for a closer look.
    #[track_caller]
    fn holds(&self) -> TestCrate {
        let krate = self.is_quiet();
        self.is_measured(&krate);
        krate
    }

    /// Puts the harness in, builds, tests and lints; nobody notices it, and it runs when it is named.
    #[track_caller]
    fn is_quiet(&self) -> TestCrate {
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
            let output = without_warnings(command, output.ends_with(0));
            assert!(!output.stderr.contains(TEST_TARGET), "{}", output.stderr);
        }
        let mut harness = vec!["test", "--features", self.features, "--test", TEST_TARGET];
        if self.is_forbidding {
            harness.extend(["--config", "build.rustflags=['--cap-lints=warn']"]);
        }
        let output = self.output(&krate, Path::new("cargo"), &harness);
        let output = output.ends_with(self.status);
        if !self.is_forbidding && self.status == 0 {
            without_warnings("the harness", output);
        }
        krate
    }

    /// Measures.
    #[track_caller]
    fn is_measured(&self, krate: &TestCrate) {
        let before = paths(krate);
        let output = self.output(krate, tools::just(), self.run);
        let output = without_warnings("just", output.ends_with(self.status));
        for (file, lines) in self.covered {
            assert_eq!(output.lines_of(file), *lines, "{file}\n{}", output.stdout);
        }
        assert!(output.lines_of("Total").0 > 0, "{}", output.stdout);
        assert_eq!(
            paths(krate),
            before,
            "the run has left something in the source tree"
        );
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
