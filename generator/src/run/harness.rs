//! The template's harness as a process: this executable under another name. Only an edited one has to be compiled.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// See `build.rs`.
#[allow(clippy::all, clippy::pedantic, unreachable_pub, unsafe_code)]
mod of_template {
    include!(concat!(env!("OUT_DIR"), "/harness.rs"));
}

/// The name of the executable that is the harness.
const NAME: &str = "itcov-harness";

/// What starts it. The program has to be in `ITCOV_PROGRAM`.
pub fn command() -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg0(NAME);
    command
}

/// Whether this process was started as the harness.
pub fn is_meant(name: &OsStr) -> bool {
    name == NAME
}

/// Runs the program, as the harness of a crate does.
pub fn main() -> ! {
    // What `ps` and `top` show; else it would be `exe`.
    let _ = fs::write("/proc/self/comm", NAME);
    of_template::main();
    unreachable!("it ends with the program's status");
}
