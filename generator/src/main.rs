//! `cargo itcov`: integration coverage for Rust programs.

mod commands;
mod coverage;
mod doctor;
mod scaffold;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Integration coverage: run a program's real `main` instrumented, use it, stop it, see which lines ran.
#[derive(Parser)]
#[command(name = "cargo itcov", bin_name = "cargo itcov", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Doctor(commands::doctor::Doctor),
    Init(commands::init::Init),
    Report(commands::report::Report),
}

fn main() -> ExitCode {
    // cargo runs `cargo-itcov itcov ...`; the program also answers to `cargo-itcov ...`.
    let arguments = std::env::args_os()
        .enumerate()
        .filter(|(position, argument)| *position != 1 || argument != "itcov")
        .map(|(_, argument)| argument);
    let outcome = match Cli::parse_from(arguments).command {
        Command::Doctor(doctor) => doctor.run(),
        Command::Init(init) => init.run(),
        Command::Report(report) => report.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
