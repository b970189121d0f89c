//! `cargo itcov scenario`: names a part of a suite.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, ExitStatus};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use llvm_coverage::terminal::Harmless as _;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::background;
use crate::run::marks::path_of;
use crate::run::plan::find_command;
use crate::run::{ask, interrupts, terminal};

/// How often it is looked whether the command has ended, or a signal has come for it.
const TICK: Duration = Duration::from_millis(10);

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
        let mut signals = signals()?;
        let status = self.run_command(&mut signals);
        end_with(signals);
        let has_passed = status.as_ref().is_ok_and(ExitStatus::success);
        let outcome = if has_passed { "passed" } else { "failed" };
        post(&format!("{}?{outcome}", path_of(&self.name)))?;
        let status =
            status.with_context(|| format!("cannot run {}", self.command[0].harmless()))?;
        let code = status.code();
        let code = code.or_else(|| Some(128 + status.signal()?)).unwrap_or(1);
        Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
    }

    /// Runs the command to its end, which is noted: whoever signals this process means the command.
    fn run_command(&self, signals: &mut Signals) -> io::Result<ExitStatus> {
        let mut command = Command::new(&self.command[0]);
        let mut child = command.args(&self.command[1..]).spawn()?;
        let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            for number in signals.pending() {
                // A key of the terminal has reached both.
                let is_key = [SIGINT, SIGQUIT].contains(&number) && terminal::is_in_foreground();
                if let (Some(id), Some(signal)) = (id, Signal::from_named_raw(number))
                    && !is_key
                {
                    let _ = kill_process(id, signal);
                }
            }
            thread::sleep(TICK);
        }
    }
}

/// What is sent to this process, and would end it.
fn signals() -> io::Result<Signals> {
    let numbers = [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter();
    Signals::new(numbers.filter(|it| !interrupts::is_ignored(*it)))
}

/// From here on, signals end this process: the command has ended. That is noted first, if it can be at once.
fn end_with(mut signals: Signals) {
    let _ = background::begin(move || {
        for number in signals.forever() {
            thread::sleep(interrupts::TO_THE_END);
            let _ = emulate_default_handler(number);
        }
    });
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
