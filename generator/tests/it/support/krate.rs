//! A crate in a temporary directory, built and run as a user would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tools::{self, Reporter};
use super::{Output, Running, Terminal, shared};

/// The program of most test crates.
pub const PROGRAM: &str = include_str!("../../fixtures/program.rs");

/// The crate, its files and its tools. The directory goes with the value.
pub struct TestCrate {
    /// Holds the directory until the end of the test.
    _directory: tempfile::TempDir,
    /// The crate's root; of the shared crate, a directory in it.
    pub root: PathBuf,
    /// Which tool reports.
    pub reporter: Reporter,
}

impl TestCrate {
    /// A crate of one program, `main.rs` being [`PROGRAM`].
    pub fn new(name: &str) -> TestCrate {
        let krate = TestCrate::empty();
        krate.write(
            "Cargo.toml",
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        );
        krate.write("src/main.rs", PROGRAM);
        krate
    }

    /// A directory with nothing in it.
    pub fn empty() -> TestCrate {
        let is_kept = std::env::var_os("ITCOV_KEEP").is_some();
        let directory = tempfile::Builder::new().disable_cleanup(is_kept).tempdir();
        let directory = directory.unwrap();
        if is_kept {
            eprintln!("kept: {}", directory.path().display());
        }
        let root = directory.path().canonicalize().unwrap().join("krate");
        fs::create_dir(&root).unwrap();
        TestCrate {
            _directory: directory,
            root,
            reporter: Reporter::Itcov,
        }
    }

    /// The crate in which the truth is 2 of 9 lines: `unused.rs` is never reached, and so not linked.
    pub fn unlinked() -> TestCrate {
        let krate = TestCrate::partly_linked("unlinked", "unlinked");
        krate.itcov(&["init"]).ends_with(0);
        krate
    }

    /// The same crate under the given name, as a package and as a library, without the scaffold.
    pub fn partly_linked(package: &str, library: &str) -> TestCrate {
        let krate = TestCrate::new(package);
        krate.write(
            "src/lib.rs",
            "pub mod unused;\npub fn one() -> i32 { 1 }\npub fn two() -> i32 { 2 }\n",
        );
        krate.write(
            "src/unused.rs",
            "pub fn three(x: i32) -> i32 {\n    if x > 2 {\n        return 3;\n    }\n    4\n}\n",
        );
        krate.write(
            "src/main.rs",
            &format!("fn main() {{ println!(\"{{}}\", {library}::one()); }}\n"),
        );
        krate
    }

    /// A crate with the scaffold in place.
    pub fn scaffolded(name: &str) -> TestCrate {
        let krate = TestCrate::new(name);
        krate.itcov(&["init"]).ends_with(0);
        krate
    }

    /// A directory of its own in the shared crate, which is scaffolded and built: for what only runs.
    pub fn shared() -> TestCrate {
        let directory = shared::directory();
        TestCrate {
            root: directory.path().to_owned(),
            _directory: directory,
            reporter: Reporter::Itcov,
        }
    }

    /// The crate in a directory of this one.
    pub fn inside(mut self, directory: &str) -> TestCrate {
        self.root.push(directory);
        self
    }

    /// The same crate, reported on by the given tool.
    pub fn reported_by(mut self, reporter: Reporter) -> TestCrate {
        self.reporter = reporter;
        self
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// A command in the crate's directory, to be changed before it runs.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = tools::command(program, self.reporter);
        command.current_dir(&self.root);
        command
    }

    pub fn cargo(&self, arguments: &[&str]) -> Output {
        Output::of(self.command("cargo").args(arguments))
    }

    /// The harness as cargo runs it, without the recipes; `arguments` are the program's.
    pub fn harness(&self, arguments: &[&str]) -> Output {
        let test = [
            "test",
            "--quiet",
            "--features",
            "manual-integration",
            "--test",
            "manual_integration",
            "--",
        ];
        self.cargo(&[&test, arguments].concat())
    }

    pub fn itcov(&self, arguments: &[&str]) -> Output {
        Output::of(
            self.command(tools::cargo_itcov())
                .arg("itcov")
                .args(arguments),
        )
    }

    pub fn just(&self, arguments: &[&str]) -> Output {
        self.just_with(arguments, &[])
    }

    /// `just` with variables in its environment.
    pub fn just_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        Output::of(
            self.command(tools::just())
                .args(arguments)
                .envs(variables.iter().copied()),
        )
    }

    /// `just`, running on.
    pub fn start_just(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Running {
        Running::start(
            self.command(tools::just())
                .args(arguments)
                .envs(variables.iter().copied()),
        )
    }

    /// A shell with a script, the tools on its PATH.
    pub fn sh(&self, script: &str) -> Output {
        Output::of(self.command("sh").args(["-c", script]))
    }

    /// An interactive shell at a pseudo-terminal, in the crate's directory.
    pub fn terminal(&self, variables: &[(&str, &str)]) -> Terminal {
        let mut command = self.command("sh");
        command.envs(variables.iter().copied());
        Terminal::start(&command)
    }

    /// Every file below the root but those below `target`, with its bytes.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut directories = vec![self.root.clone()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(&directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if !path.ends_with("target") && !path.ends_with(".git") {
                        directories.push(path);
                    }
                } else {
                    files.push((path.clone(), fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }
}
