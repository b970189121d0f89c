//! Looks at the machine: what is installed, which variables are set, which crate this is. Changes nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::semver::Version;

use super::crates::Place;
use super::{tools, variables};
use crate::scaffold::just;
use crate::verbosity;

/// What was found. Versions are `None` where the program cannot be run.
pub struct Machine {
    /// The system, as Rust names it.
    pub system: &'static str,
    /// Whether processes can be looked at below `/proc`.
    pub has_proc: bool,
    /// `cargo --version`
    pub cargo: Option<Version>,
    /// `rustc -vV`
    pub rustc: Option<Rustc>,
    /// `just --version`
    pub just: Option<Version>,
    /// `cargo itcov --version`, as the recipes call it.
    pub itcov: Option<String>,
    /// `llvm-cov` and `llvm-profdata`, in this order.
    pub llvm: [Option<LlvmTool>; 2],
    /// The commands of [`tools::COMMANDS`] and [`tools::LLVM_COMMANDS`] that are not there.
    pub absent: Vec<&'static str>,
    /// Whether there is git.
    pub has_git: bool,
    /// The variables that change a run, and their values.
    pub variables: Vec<(String, String)>,
    /// The crate.
    pub place: Place,
}

/// The compiler.
#[derive(Clone)]
pub struct Rustc {
    /// Its version.
    pub release: String,
    /// The major version of its LLVM.
    pub llvm: u64,
    /// Whether its library has the profiler runtime for this machine.
    pub has_profiler: bool,
}

/// One of LLVM's tools.
#[derive(Clone)]
pub struct LlvmTool {
    /// Where it is.
    pub path: String,
    /// Its major version; `None` where it cannot be run.
    pub major: Option<u64>,
}

impl Machine {
    /// Looks, where the given manifest is, or in the current directory.
    pub fn read(manifest_path: Option<&Utf8Path>) -> Machine {
        let place = Place::read(manifest_path);
        // There a toolchain may be chosen.
        let directory = place.root().map(Utf8Path::as_std_path);
        let compiler =
            std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
        let verbose = output(&compiler, &["-vV"], directory);
        let sysroot =
            output(Path::new("rustc"), &["--print", "sysroot"], directory).unwrap_or_default();
        let host = verbose
            .as_deref()
            .and_then(|text| after(text, "host: "))
            .unwrap_or_default();
        let libraries = Path::new(sysroot.trim()).join("lib/rustlib").join(host);
        let rustc = verbose
            .as_deref()
            .and_then(|text| rustc(text, &libraries.join("lib")));
        let major = rustc.as_ref().map_or(0, |rustc| rustc.llvm);
        let cargo = output(Path::new("cargo"), &["--version"], directory);
        let itcov = output(Path::new("cargo"), &["itcov", "--version"], directory);
        Machine {
            system: std::env::consts::OS,
            has_proc: Path::new("/proc/self/stat").exists(),
            cargo: cargo.and_then(|text| Version::parse(text.split(' ').nth(1)?.trim()).ok()),
            rustc,
            just: just::version(),
            itcov: itcov.and_then(|text| Some(text.split_whitespace().last()?.to_owned())),
            llvm: [("llvm-cov", "LLVM_COV"), ("llvm-profdata", "LLVM_PROFDATA")]
                .map(|(name, variable)| llvm_tool(name, variable, &libraries.join("bin"), major)),
            absent: tools::COMMANDS
                .into_iter()
                .chain(tools::LLVM_COMMANDS)
                .filter(|name| on_path(name).is_none())
                .collect(),
            has_git: on_path("git").is_some(),
            variables: std::env::vars_os()
                .map(|(name, value)| {
                    (
                        name.to_string_lossy().into_owned(),
                        value.to_string_lossy().into_owned(),
                    )
                })
                .filter(|(name, value)| variables::meaning(name, value).is_some())
                .collect(),
            place,
        }
    }
}

fn rustc(verbose: &str, libraries: &Path) -> Option<Rustc> {
    let llvm = after(verbose, "LLVM version: ")?
        .split('.')
        .next()?
        .parse()
        .ok()?;
    let mut entries = libraries.read_dir().into_iter().flatten().flatten();
    Some(Rustc {
        release: after(verbose, "release: ")?.to_owned(),
        llvm,
        has_profiler: entries.any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libprofiler_builtins-") && name.ends_with(".rlib")
        }),
    })
}

/// The tool that the recipes take: the named one, the toolchain's, the PATH's; the first that is not older than rustc's.
fn llvm_tool(name: &str, variable: &str, toolchain: &Path, major: u64) -> Option<LlvmTool> {
    if let Some(path) = std::env::var(variable).ok().filter(|path| !path.is_empty()) {
        return Some(LlvmTool {
            major: version_of_llvm(Path::new(&path)),
            path,
        });
    }
    let names = [
        format!("{name}-{major}"),
        format!("{name}-{}", major + 1),
        format!("{name}-{}", major + 2),
        name.to_owned(),
    ];
    let places =
        std::iter::once(toolchain.join(name)).chain(names.iter().filter_map(|name| on_path(name)));
    let found: Vec<LlvmTool> = places
        .filter(|path| path.is_file())
        .map(|path| LlvmTool {
            major: version_of_llvm(&path),
            path: path.display().to_string(),
        })
        .collect();
    let fits = found
        .iter()
        .find(|tool| tool.major.is_some_and(|found| found >= major));
    fits.or(found.first()).cloned()
}

fn version_of_llvm(tool: &Path) -> Option<u64> {
    let text = output(tool, &["--version"], None)?;
    let (_, version) = text.split_once("LLVM version ")?;
    version
        .split(|char: char| !char.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(key))
}

/// The file that a command is, as a shell would find it.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&path).map(|directory| directory.join(name));
    files.find(|file| file.is_file())
}

/// What a command prints, or `None` where it cannot be run or fails.
pub(super) fn output(
    program: &Path,
    arguments: &[&str],
    directory: Option<&Path>,
) -> Option<String> {
    let mut command = Command::new(program);
    if let Some(directory) = directory {
        command.current_dir(directory);
    }
    command.args(arguments).stdin(Stdio::null());
    verbosity::running(&command);
    let output = command.output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The root of the workspace that a manifest, or the current directory, is in. The error is cargo's.
pub(super) fn workspace(manifest_path: Option<&Utf8Path>) -> Result<Utf8PathBuf, String> {
    let mut command = Command::new("cargo");
    command.args([
        "locate-project",
        "--workspace",
        "--message-format",
        "plain",
        "--color",
        "never",
    ]);
    if let Some(path) = manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    verbosity::running(&command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr)
            .trim_end()
            .trim_start_matches("error: ")
            .to_owned());
    }
    let manifest = Utf8PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end());
    manifest
        .parent()
        .map(Utf8Path::to_owned)
        .ok_or_else(|| format!("{manifest} has no directory"))
}
