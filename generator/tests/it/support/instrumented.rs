//! A crate that `cargo itcov build` has built, and what was collected of it: profiles in a directory, as they are brought
//! from elsewhere. So a test needs no run, and none for each of its questions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::{Output, command, stdout};

/// A copy of a crate of `tests/fixtures`, built.
pub struct Instrumented {
    directory: TempDir,
    bin: String,
}

impl Instrumented {
    /// Copies and builds the fixture with this program.
    pub fn build(fixture: &str, bin: &str) -> Self {
        let directory = TempDir::with_prefix(fixture).unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("generator/tests/fixtures");
        copy(&fixtures.join(fixture), &directory.path().join("crate"));
        let crate_itself = Self {
            directory,
            bin: bin.to_owned(),
        };
        crate_itself.rebuild();
        fs::create_dir(crate_itself.collected()).unwrap();
        crate_itself
    }

    /// Builds what has changed.
    pub fn rebuild(&self) {
        self.build_profile("dev");
    }

    /// Builds with one of cargo's profiles.
    pub fn build_profile(&self, profile: &str) {
        let mut build = self.itcov(&["build", "--offline", "--bin", &self.bin]);
        stdout(build.args(["--profile", profile]));
    }

    pub fn root(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join("crate")
    }

    /// The directory of the profiles that were collected.
    pub fn collected(&self) -> PathBuf {
        self.root().join("target/collected")
    }

    /// What the tool keeps of the last build.
    fn kept(&self) -> Value {
        kept(&self.root().join("target/itcov"))
    }

    /// The program, and the libraries it was linked from.
    pub fn objects(&self) -> Vec<PathBuf> {
        objects(&self.kept())
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
        let kept = self.kept();
        let executable = kept["programs"][0]["executable"].as_str().unwrap();
        let mut program = command(executable, &self.root());
        program
            .args(arguments)
            .env("LLVM_PROFILE_FILE", self.collected().join("%m%c.profraw"));
        program
    }

    /// The command `cargo itcov report`, in the crate, on the profiles that were collected unless others are named.
    pub fn report(&self, arguments: &[&str]) -> Command {
        let mut report = self.itcov(&["report"]);
        if !arguments.contains(&"--profiles") {
            report.arg("--profiles").arg(self.collected());
        }
        report.args(arguments);
        report
    }

    /// The command `cargo itcov`, in the crate.
    pub fn itcov(&self, arguments: &[&str]) -> Command {
        let mut itcov = command(env!("CARGO_BIN_EXE_cargo-itcov"), &self.root());
        itcov.arg("itcov").args(arguments);
        itcov
    }
}

/// What the tool keeps of the last build in the only checkout of a target directory.
pub fn kept(itcov: &Path) -> Value {
    let checkouts = fs::read_dir(itcov.join(".checkouts")).unwrap();
    let checkouts: Vec<PathBuf> = checkouts.map(|entry| entry.unwrap().path()).collect();
    let [checkout] = &checkouts[..] else {
        panic!("several checkouts: {checkouts:?}")
    };
    let build = fs::read(checkout.join("build.json")).unwrap();
    serde_json::from_slice(&build).unwrap()
}

/// The objects of the only program.
pub fn objects(kept: &Value) -> Vec<PathBuf> {
    let files = kept["programs"][0]["objects"]["files"].as_array().unwrap();
    files
        .iter()
        .map(|file| file.as_str().unwrap().into())
        .collect()
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
