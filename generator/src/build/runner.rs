//! The runner: this executable under another name, with which cargo is told to run programs. It runs nothing, and writes
//! down how cargo would have: the environment and the words.

use llvm_coverage::terminal::Harmless as _;
use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

/// The name of the executable that is the runner. cargo says that it runs it, so the name says that nothing has run yet.
pub const NAME: &str = "itcov-dry-run";

/// The variable that names the file that it writes.
pub const FILE: &str = "ITCOV_INVOCATION";

/// The variable that tells cargo what to run programs with, which it splits at each space, for a target.
pub fn variable(target: &str) -> String {
    let name = Path::new(target).file_stem().unwrap_or_default();
    let name = name.to_string_lossy().replace('-', "_").to_uppercase();
    format!("CARGO_TARGET_{name}_RUNNER")
}

/// Whether cargo splits the text.
pub fn is_split(text: &OsStr) -> bool {
    text.to_string_lossy().contains(char::is_whitespace)
}

/// How cargo runs a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The whole environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// The path of the program.
    pub executable: PathBuf,
}

/// Whether this process was started as the runner.
pub fn is_meant(name: &OsStr) -> bool {
    Path::new(name).file_name() == Some(OsStr::new(NAME))
}

/// Writes its environment and its first word into the file.
pub fn main(arguments: &[OsString]) -> ExitCode {
    let (Some(file), [_, executable, ..]) = (env::var_os(FILE), arguments) else {
        eprintln!("error: cargo calls this program");
        return ExitCode::FAILURE;
    };
    match write(Path::new(&file), executable) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write {}: {error}", file.harmless());
            ExitCode::FAILURE
        }
    }
}

/// Each text ends in a zero byte, which none can have.
fn write(file: &Path, executable: &OsStr) -> io::Result<()> {
    // cargo names it relative to its own directory.
    let executable = env::current_dir()?.join(executable);
    let mut bytes = executable.into_os_string().into_vec();
    bytes.push(0);
    for (name, value) in env::vars_os() {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(b'=');
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
    }
    fs::write(file, bytes)
}

impl Invocation {
    /// Reads what the runner has written.
    ///
    /// # Errors
    ///
    /// If it has not written it.
    pub fn read(file: &Path) -> Result<Invocation> {
        let bytes = fs::read(file).context("cargo has not run the program")?;
        let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
        let mut texts = bytes.split(|byte| *byte == 0);
        let executable = PathBuf::from(text(texts.next().unwrap_or_default()));
        let environment = texts.filter_map(|pair| {
            let place = pair.iter().position(|byte| *byte == b'=')?;
            Some((text(&pair[..place]), text(&pair[place + 1..])))
        });
        Ok(Invocation {
            environment: environment.collect(),
            executable,
        })
    }
}
