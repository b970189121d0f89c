//! A crate that is built instrumented, and what is collected of it, as the recipes do it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Output, command, stdout};

/// Adds the flags to the compilation of the workspace's own crates, but not to that of build scripts and macros.
const WRAPPER: &str = r#"#!/bin/sh
case " $* " in
*" --crate-name build_script_"* | *" --crate-type proc-macro "*) exec "$@" ;;
*) exec "$@" -C instrument-coverage -C llvm-args=-runtime-counter-relocation ;;
esac
"#;

/// A copy of a crate of `tests/fixtures`, built.
pub struct Instrumented {
    directory: TempDir,
    program: PathBuf,
}

impl Instrumented {
    /// Copies and builds the fixture. `libraries` are those that the program is linked from.
    pub fn build(fixture: &str, program: &str, libraries: &[&str]) -> Self {
        let directory = TempDir::with_prefix(fixture).unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        copy(&fixtures.join(fixture), &directory.path().join("crate"));
        let wrapper = directory.path().join("wrapper");
        fs::write(&wrapper, WRAPPER).unwrap();
        stdout(command("chmod", directory.path()).arg("+x").arg(&wrapper));

        let built = directory.path().join("crate/target/debug");
        let crate_itself = Self {
            program: built.join(program),
            directory,
        };
        crate_itself.rebuild();
        fs::create_dir_all(crate_itself.collected()).unwrap();
        let libraries = libraries
            .iter()
            .map(|library| built.join(format!("lib{library}.rlib")));
        let objects = [crate_itself.program.clone()].into_iter().chain(libraries);
        let lines: Vec<_> = objects.map(|object| object.display().to_string()).collect();
        fs::write(crate_itself.collected().join("objects"), lines.join("\n")).unwrap();
        let root = crate_itself.root().display().to_string();
        fs::write(crate_itself.collected().join("sources"), root).unwrap();
        crate_itself
    }

    /// Builds what has changed.
    pub fn rebuild(&self) {
        self.build_profile("dev");
    }

    /// Builds another cargo profile, and says where the program is.
    pub fn built_with(&self, profile: &str) -> PathBuf {
        self.build_profile(profile);
        let name = self.program.file_name().unwrap();
        self.root().join("target").join(profile).join(name)
    }

    fn build_profile(&self, profile: &str) {
        let mut cargo = command(env!("CARGO"), &self.root());
        cargo.args(["build", "--offline", "--profile", profile]);
        let wrapper = self.directory.path().join("wrapper");
        stdout(cargo.env("RUSTC_WORKSPACE_WRAPPER", wrapper));
    }

    pub fn root(&self) -> PathBuf {
        self.directory.path().join("crate")
    }

    /// The directory where everything that was collected is.
    pub fn collected(&self) -> PathBuf {
        self.root().join("target/itcov/coverage")
    }

    /// The program, and the libraries it was linked from.
    pub fn objects(&self) -> Vec<PathBuf> {
        let lines = fs::read_to_string(self.collected().join("objects")).unwrap();
        lines.lines().map(PathBuf::from).collect()
    }

    /// The profiles that were collected.
    pub fn profiles(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.collected())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .filter(|path| path.extension().is_some_and(|it| it == "profraw"))
            .collect()
    }

    /// Runs the program; its profile is collected.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Output::of(&mut self.program(arguments))
    }

    /// The program, its profile to be collected.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut program = command(&self.program, &self.root());
        program
            .args(arguments)
            .env("LLVM_PROFILE_FILE", self.collected().join("%m%c.profraw"));
        program
    }

    /// The command `cargo itcov report`, in the crate.
    pub fn report(&self, arguments: &[&str]) -> Command {
        let mut report = command(env!("CARGO_BIN_EXE_cargo-itcov"), &self.root());
        report.args(["itcov", "report"]).args(arguments);
        report
    }
}

/// Copies a directory with everything below it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
