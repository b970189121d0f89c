//! All or nothing: whatever stops a command half-way, the crate is one that builds, and the next run completes.

mod changed;
mod errors;
mod full_disk;
mod killed;
mod links;
mod permissions;
mod scenario;
mod strace;
mod together;
mod tree;
mod uncommitted;

use std::path::Path;
use std::process::Command;

use crate::support::{Output, TestCrate, tools};

/// Whether this is root.
fn is_root() -> bool {
    Output::of(Command::new("id").arg("-u")).stdout == "0\n"
}

/// `cargo itcov` with the rights of an ordinary user: root may write everywhere, unless it gives the capability up.
fn itcov_as_anyone(krate: &TestCrate, arguments: &[&str]) -> Output {
    let mut command = if is_root() {
        let capability = "-dac_override";
        let mut command = krate.command("setpriv");
        command.args(["--bounding-set", capability, "--inh-caps", capability]);
        command.arg(tools::cargo_itcov());
        command
    } else {
        krate.command(tools::cargo_itcov())
    };
    Output::of(command.arg("itcov").args(arguments))
}

fn chmod(mode: &str, path: &Path) {
    Output::of(Command::new("chmod").arg(mode).arg(path)).ends_with(0);
}
