//! The compiler, and what it says of itself.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::output;
use llvm_coverage::terminal::Harmless as _;

/// The compiler.
#[derive(Debug, Clone)]
pub struct Rustc {
    /// What to call.
    pub path: PathBuf,
    /// What `rustc -vV` says.
    pub version: String,
}

impl Rustc {
    /// Asks the compiler.
    ///
    /// # Errors
    ///
    /// If it cannot be run.
    pub fn ask(path: PathBuf) -> Result<Rustc> {
        let mut command = Command::new(&path);
        command.arg("-vV");
        output::running(&command);
        let output = command
            .output()
            .with_context(|| format!("cannot run {}", path.harmless()))?;
        if !output.status.success() {
            bail!(
                "{} -vV failed: {}",
                path.harmless(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let version = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Rustc { path, version })
    }

    /// What stands behind a key, such as `host`.
    pub fn says(&self, key: &str) -> &str {
        let mut lines = self.version.lines();
        let value = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        value.unwrap_or_default()
    }
}
