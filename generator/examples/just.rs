//! `just` for trying things in a working copy: runs the one of `tools/`, which is built the first time.
//!
//! ```sh
//! cargo build --bins --example just
//! PATH=$PWD/target/debug/examples:$PWD/target/debug:$PATH
//! ```

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let own = std::env::current_exe()?;
    let built = own
        .ancestors()
        .nth(2)
        .context("not in a target directory")?;
    let just = built.join("just");
    if !just.exists() {
        let target = built.parent().context("not in a target directory")?;
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--quiet", "--package", "tool-just", "--target-dir"]);
        cargo.arg(target).current_dir(env!("CARGO_MANIFEST_DIR"));
        if !cargo.status()?.success() {
            bail!("cannot build just");
        }
    }
    Err(Command::new(just)
        .args(std::env::args_os().skip(1))
        .exec()
        .into())
}
