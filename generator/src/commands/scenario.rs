//! `cargo itcov scenario`: names a part of a suite.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, anyhow, bail};
use signal_hook::consts::{SIGINT, SIGQUIT, SIGTERM};

use crate::run::ask;
use crate::run::marks::path_of;
use crate::run::plan::find_command;
use llvm_coverage::terminal::Harmless as _;

/// Run a command as a scenario: a named part of a suite, so that you can see which lines it reaches.
///
/// Call it in the suite of a run, one at a time: what the program runs meanwhile belongs to the scenario. Other languages post to
/// `/scenario/NAME` and `/scenario` at `$ITCOV_CONTROL`. The exit status is the command's.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov scenario refund -- ./refund.sh
                                       in a suite that `just itcov-suite` runs
  ITCOV_CONTROL=127.0.0.1:40331 cargo itcov scenario by-hand -- sh
                                       beside `just itcov`, which prints this address")]
pub struct Scenario {
    /// The name of the scenario
    name: String,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "CMD", help_heading = None)]
    command: Vec<OsString>,
}

impl Scenario {
    pub fn run(self) -> Result<ExitCode> {
        let address = control()?;
        find_command(&self.command[0])?;
        let post = |path: &str| {
            ask::post(address, path).map_err(|error| match error.kind() {
                ErrorKind::ConnectionRefused => anyhow!(
                    "no run goes on at ITCOV_CONTROL={address}; call this while one does: {error}"
                ),
                _ => anyhow!("this was not noted by the run at ITCOV_CONTROL={address}: {error}"),
            })
        };
        // Where this process is killed, the scenario is cut.
        post(&format!("{}?ends", path_of(&self.name)))?;
        // Whoever interrupts means the command; its end is noted.
        for signal in [SIGINT, SIGQUIT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
        }
        let status = Command::new(&self.command[0])
            .args(&self.command[1..])
            .status();
        let has_passed = status.as_ref().is_ok_and(std::process::ExitStatus::success);
        let outcome = if has_passed { "passed" } else { "failed" };
        post(&format!("{}?{outcome}", path_of(&self.name)))?;
        let status =
            status.with_context(|| format!("cannot run {}", self.command[0].harmless()))?;
        let code = status.code();
        let code = code.or_else(|| Some(128 + status.signal()?)).unwrap_or(1);
        Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
    }
}

/// The control address of the run.
fn control() -> Result<SocketAddr> {
    let said = std::env::var("ITCOV_CONTROL").unwrap_or_default();
    if said.is_empty() {
        bail!(
            "ITCOV_CONTROL is not set: call this in the suite of a run, which has it in its environment, or set it to the address that \
             `cargo itcov run` prints"
        );
    }
    let address = said.parse();
    address
        .with_context(|| format!("ITCOV_CONTROL={said} is not an address such as 127.0.0.1:40331"))
}
