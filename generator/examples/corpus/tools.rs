//! The programs that published crates are put through, and how they are run.

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};

/// No command may take longer than this many seconds.
const LIMIT: &str = "1200";

/// Variables that would change what cargo builds, or where, or what a run does.
const CLEARED: [&str; 17] = [
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_MANIFEST_DIR",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "LLVM_PROFILE_FILE",
    "ITCOV_ARGS",
    "ITCOV_PROGRAM",
    "ITCOV_READY",
    "ITCOV_CONTROL",
    "ITCOV_TIMEOUT",
    "GIT_DIR",
];

/// Where things are.
pub struct Tools {
    /// What is left there: `<target>/corpus` and the like.
    pub directory: PathBuf,
    path: OsString,
}

/// What a command has printed.
pub struct Output {
    /// Whether it ended with 0.
    pub success: bool,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Builds `cargo itcov` and `just` as this program was built, and puts them first on a PATH. `name` is that of the
/// directory in the target directory.
pub fn prepare(repository: &Path, name: &str) -> Result<Tools> {
    // <target>/debug/examples/corpus
    let program = env::current_exe()?;
    let built = program
        .ancestors()
        .nth(2)
        .context("a program has a directory")?;
    let mut arguments = vec![
        "build",
        "--package",
        "cargo-itcov",
        "--package",
        "tool-just",
        "--bins",
    ];
    if built.ends_with("release") {
        arguments.push("--release");
    }
    let status = Command::new("cargo")
        .args(arguments)
        .current_dir(repository)
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        bail!("cargo itcov and just do not build");
    }
    let directory = built.with_file_name(name);
    let bin = directory.join("bin");
    fs::create_dir_all(&bin)?;
    for (name, program) in [
        ("cargo-itcov", built.join("cargo-itcov")),
        ("just", built.join("just")),
    ] {
        let link = bin.join(name);
        if fs::symlink_metadata(&link).is_ok() {
            fs::remove_file(&link)?;
        }
        symlink(program, link)?;
    }
    let rest = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(bin).chain(env::split_paths(&rest)))?;
    Ok(Tools { directory, path })
}

impl Tools {
    /// A command in a crate, with the tools on its PATH and a bound on its time.
    pub fn command(&self, program: &str, krate: &Path) -> Command {
        let mut command = Command::new("timeout");
        for variable in CLEARED {
            command.env_remove(variable);
        }
        command
            .args([LIMIT, program])
            .current_dir(krate)
            .stdin(Stdio::null())
            .env("PATH", &self.path)
            .env("CARGO_TERM_COLOR", "never")
            // Nobody's own settings of git have a say.
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }
}

/// Runs a command to its end.
pub fn output(command: &mut Command) -> Result<Output> {
    let output = command
        .output()
        .context("cannot run timeout, of the coreutils")?;
    Ok(Output {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs a command that has to succeed. The error is what it says itself, in one line.
pub fn run(command: &mut Command) -> Result<Output> {
    let result = output(command)?;
    if result.success {
        return Ok(result);
    }
    let lines: Vec<&str> = result
        .stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let start = lines
        .iter()
        .position(|line| line.starts_with("error"))
        .unwrap_or(lines.len().saturating_sub(2));
    let words = lines[start..].iter().take(4).copied().collect::<Vec<_>>();
    let place = command
        .get_current_dir()
        .map(|directory| format!("{}/", directory.display()));
    let said = words.join(" ").replace(&place.unwrap_or_default(), "");
    let program = command
        .get_args()
        .skip(1)
        .map(|argument| argument.to_string_lossy());
    bail!(
        "`{}`: {said}",
        program.take(3).collect::<Vec<_>>().join(" ")
    )
}
