//! The harness as a program: it needs nothing but the standard library, so rustc alone makes it.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use cargo_metadata::Edition;

use super::layout::digest;
use super::leftovers;
use super::own;
use super::rustc::Rustc;
use crate::output;
use crate::run::process::status_of;
use crate::run::{Failure, interrupts};
use llvm_coverage::terminal::Harmless as _;

/// What a harness is compiled from.
pub struct Source {
    /// The file, or where it would be.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
    /// The feature that it is behind.
    pub feature: String,
    /// The name of the program in it: `env!("CARGO_BIN_EXE_<name>")`.
    pub bin: String,
    /// The edition of its package.
    pub edition: Edition,
}

/// Compiles the harness of a program into the directory, unless it is there.
///
/// # Errors
///
/// If rustc refuses it, with what rustc says.
pub fn compile(
    rustc: &Rustc,
    source: &Source,
    program: &Path,
    directory: &Path,
) -> Result<PathBuf> {
    let key = digest(format!(
        "{} {} {} {} {}\n{}",
        rustc.version,
        source.feature,
        source.bin,
        source.edition,
        program.to_string_lossy(),
        source.text
    ));
    own::private_directory(directory)?;
    let harness = directory.join(format!("manual_integration-{key}"));
    if let Ok(there) = File::open(&harness) {
        // It is in use: see `keep_only`.
        there.set_modified(SystemTime::now())?;
        return Ok(harness);
    }
    // No dot: rustc calls what it makes on the way after what stands before it, so two at a time would share that.
    let half = format!("manual_integration-{}", std::process::id());
    let input = directory.join(format!("manual_integration.{}.rs", std::process::id()));
    let file = if source.file.exists() {
        &source.file
    } else {
        fs::write(&input, &source.text)?;
        &input
    };
    let mut command = Command::new(&rustc.path);
    command
        .args(["--crate-name=manual_integration", "--crate-type=bin"])
        .args(["--cap-lints=allow", "-Cdebuginfo=0"])
        // A quarter of the time less.
        .args(["-Ccodegen-units=1", "-Cstrip=symbols"])
        .arg(format!("--edition={}", source.edition))
        .arg("--cfg")
        .arg(format!("feature={:?}", source.feature))
        // Relative, as a linker may take a `%` in the directory for a placeholder.
        .args(["-o", &half])
        .current_dir(directory)
        .arg(file)
        .env(format!("CARGO_BIN_EXE_{}", source.bin), program);
    output::running(&command);
    let output = command.output().context("cannot run rustc");
    let _ = fs::remove_file(&input);
    let output = output?;
    if let Some(signal) = output.status.signal() {
        return Err(Failure {
            status: u8::try_from(status_of(signal)).unwrap_or(1),
            message: format!(
                "{} has ended rustc, which was compiling the harness",
                interrupts::name(signal)
            ),
        }
        .into());
    }
    if !output.status.success() {
        bail!(
            "rustc cannot compile {} by itself; it may use nothing but the standard library\n{}",
            source.file.harmless(),
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    fs::rename(directory.join(half), &harness)?;
    Ok(harness)
}

/// Removes what there is in the directory of harnesses but these. Another run may be about to start one that it has just asked
/// for, so what was used less than a minute ago stays.
pub fn keep_only(used: &[&Path], directory: &Path) {
    leftovers::remove_old(directory, Duration::from_mins(1), &|path| {
        !used.contains(&path)
    });
}
