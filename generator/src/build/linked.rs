//! What is linked into every program: where its profile goes.
//!
//! rustc defines `__llvm_profile_filename` as `default_%m_%p.profraw`, so a process that has lost the variable
//! `LLVM_PROFILE_FILE` leaves such a file in its working directory. The linker can lead the runtime's reference to another
//! symbol: `--wrap=__llvm_profile_filename` makes it `__wrap___llvm_profile_filename`, which an object of a few bytes
//! defines. The variable still has the last word.
//!
//! Executables of tests are linked with measured libraries, and what they do is not measured. An object that defines
//! `__llvm_profile_runtime` keeps the linker from taking the part of the runtime that writes a profile:
//! <https://clang.llvm.org/docs/SourceBasedCodeCoverage.html#using-the-profiling-runtime-without-static-initializers>.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::call::Call;
use super::layout::digest;

/// What an object is for.
#[derive(Debug)]
pub enum Linked {
    /// The profile goes to this path, unless the environment says otherwise.
    Path(PathBuf),
    /// There is to be no profile.
    Nothing,
}

/// What the linker is told.
pub const WRAP: &str = "--wrap=__llvm_profile_filename";

/// What the path of a profile ends in: a number for the binary, and the mark for counters that are mapped from the file.
pub const PATTERN: &str = "%m%c.profraw";

/// What the path of a test's profile ends in. A test may have no counter, which cannot be mapped.
pub const PATTERN_OF_TESTS: &str = "%m.profraw";

/// Whether the path can be part of a profile's name: the runtime takes each `%` for a placeholder.
pub fn is_possible(directory: &Path) -> bool {
    !directory.as_os_str().as_encoded_bytes().contains(&b'%')
}

/// Whether a program has the path: where no reference leads to it, linkers leave it out.
///
/// # Errors
///
/// If the program cannot be read.
pub fn is_in(program: &Path, directory: &Path) -> io::Result<bool> {
    if !cfg!(target_os = "linux") {
        return Ok(true);
    }
    let bytes = fs::read(program)?;
    let path = directory.join(PATTERN);
    Ok(memchr::memmem::find(&bytes, path.as_os_str().as_encoded_bytes()).is_some())
}

impl Linked {
    /// What it adds to rustc's command line. The object is made by rustc the first time.
    ///
    /// # Errors
    ///
    /// If rustc cannot make it.
    pub fn arguments(
        &self,
        rustc: &Path,
        call: &Call,
        directory: &Path,
    ) -> io::Result<Vec<OsString>> {
        if !cfg!(target_os = "linux") {
            return Ok(Vec::new());
        }
        let mut argument = OsString::from("-Clink-arg=");
        let target = call.target.as_deref();
        argument.push(object(rustc, target, directory, &self.source())?);
        let mut arguments = vec![argument];
        if let Linked::Path(_) = self {
            let through = if call.calls_linker() { "" } else { "-Wl," };
            arguments.push(format!("-Clink-arg={through}{WRAP}").into());
        }
        Ok(arguments)
    }

    /// A library that defines the symbol.
    fn source(&self) -> String {
        let definition = match self {
            Linked::Path(path) => {
                let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
                bytes.push(0);
                let length = bytes.len();
                format!("__wrap___llvm_profile_filename: [u8; {length}] = {bytes:?}")
            }
            Linked::Nothing => "__llvm_profile_runtime: i32 = 0".to_owned(),
        };
        format!("#![no_std]\n#[unsafe(no_mangle)]\npub static {definition};\n")
    }
}

fn object(
    rustc: &Path,
    target: Option<&str>,
    directory: &Path,
    source: &str,
) -> io::Result<PathBuf> {
    let key = digest(format!("{} {source}", target.unwrap_or_default()));
    let object = directory.join(format!("profile-{key}.o"));
    if object.exists() {
        return Ok(object);
    }
    let half = directory.join(format!("{}.o", std::process::id()));
    let mut command = Command::new(rustc);
    command
        .args([
            "--edition=2021",
            "--crate-type=lib",
            "--crate-name=itcov_profile",
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
    let older = source.replace("unsafe(no_mangle)", "no_mangle");
    let mut sources = [source, &older].into_iter();
    let made = sources.any(|source| compile(&mut command, source).unwrap_or(false));
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
