//! The path of the profile, linked into every program.
//!
//! rustc defines `__llvm_profile_filename` as `default_%m_%p.profraw`, so a process that has lost the variable
//! `LLVM_PROFILE_FILE` leaves such a file in its working directory. The linker can lead the runtime's reference to another
//! symbol: `--wrap=__llvm_profile_filename` makes it `__wrap___llvm_profile_filename`, which an object of a few bytes
//! defines. The variable still has the last word.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::layout::digest;

/// What the path of a profile ends in: a number for the binary, and the mark for counters that are mapped from the file.
pub const PATTERN: &str = "%m%c.profraw";

/// Whether the path can be part of a profile's name: the runtime takes each `%` for a placeholder.
pub fn is_possible(directory: &Path) -> bool {
    !directory.as_os_str().as_encoded_bytes().contains(&b'%')
}

/// The object with a path for a target, made by rustc the first time.
///
/// # Errors
///
/// If rustc cannot make it.
pub fn object(
    rustc: &Path,
    target: Option<&str>,
    directory: &Path,
    path: &Path,
) -> io::Result<PathBuf> {
    let key = digest(format!("{} {}", target.unwrap_or_default(), path.display()));
    let object = directory.join(format!("profile-path-{key}.o"));
    if object.exists() {
        return Ok(object);
    }
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    bytes.push(0);
    let source = format!(
        "#![no_std]\n#[unsafe(no_mangle)]\npub static __wrap___llvm_profile_filename: [u8; {}] = {bytes:?};\n",
        bytes.len()
    );
    let half = directory.join(format!("{}.o", std::process::id()));
    let mut command = Command::new(rustc);
    command
        .args([
            "--edition=2021",
            "--crate-type=lib",
            "--crate-name=itcov_profile_path",
        ])
        .args([
            "--emit=obj",
            "--cap-lints=allow",
            "-Cpanic=abort",
            "-Cdebuginfo=0",
            "-o",
        ])
        .arg(&half)
        .arg("-");
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    // Before 1.82 the attribute is not called unsafe.
    let sources = [
        source.clone(),
        source.replace("unsafe(no_mangle)", "no_mangle"),
    ];
    let made = sources
        .iter()
        .any(|source| compile(&mut command, source).unwrap_or(false));
    if !made {
        return Err(io::Error::other(format!("{command:?} failed")));
    }
    fs::rename(half, &object)?;
    Ok(object)
}

fn compile(command: &mut Command, source: &str) -> io::Result<bool> {
    let mut rustc = command
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = rustc.stdin.take() {
        input.write_all(source.as_bytes())?;
    }
    Ok(rustc.wait()?.success())
}
