//! What several tests need.

pub mod instrumented;
pub mod llvm;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs a command to its end, and fails the test if the command cannot be started.
pub fn output(command: &mut Command) -> Output {
    command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Runs a command that must succeed, and gives what it printed.
pub fn stdout(command: &mut Command) -> String {
    let output = output(command);
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{printed}",
        output.status
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A command that sees nothing of how the tests themselves are built.
pub fn command(program: impl AsRef<Path>, directory: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let builds = [
            "CARGO_BUILD_",
            "CARGO_TARGET_",
            "CARGO_ENCODED_",
            "CARGO_PROFILE_",
            "CARGO_PKG_",
        ];
        let others = [
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "LLVM_PROFILE_FILE",
            "CLICOLOR_FORCE",
        ];
        if builds.iter().any(|prefix| name.starts_with(prefix)) || others.contains(&&*name) {
            command.env_remove(&*name);
        }
    }
    command
}
