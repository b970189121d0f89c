//! `cargo itcov`: integration coverage for Rust programs.

mod commands;
mod coverage;
mod doctor;
mod scaffold;

use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{ArgAction, Parser, Subcommand, ValueEnum};

/// Integration coverage: run a program's real `main` instrumented, use it, stop it, see which lines ran.
#[derive(Parser)]
#[command(name = "cargo itcov", bin_name = "cargo itcov", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say only what was asked for and what is wrong
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output options"
    )]
    quiet: bool,
    /// Say also what is being done
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Output options")]
    verbose: u8,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        help_heading = "Output options"
    )]
    color: Color,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Color {
    /// At a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    Init(commands::init::Init),
    Check(commands::check::Check),
    Update(commands::update::Update),
    Remove(commands::remove::Remove),
    Doctor(commands::doctor::Doctor),
    Report(commands::report::Report),
}

fn main() -> ExitCode {
    // cargo runs `cargo-itcov itcov ...`; the program also answers to `cargo-itcov ...`.
    let arguments = std::env::args_os()
        .enumerate()
        .filter(|(position, argument)| *position != 1 || argument != "itcov")
        .map(|(_, argument)| argument);
    let cli = Cli::parse_from(arguments);
    cli.set_output();
    let outcome = match cli.command {
        Command::Init(init) => init.run().map(|()| ExitCode::SUCCESS),
        Command::Check(check) => check.run(),
        Command::Update(update) => update.run().map(|()| ExitCode::SUCCESS),
        Command::Remove(remove) => remove.run().map(|()| ExitCode::SUCCESS),
        Command::Doctor(doctor) => doctor.run().map(|()| ExitCode::SUCCESS),
        Command::Report(report) => report.run().map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        anstream::eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

impl Cli {
    fn set_output(&self) {
        let choice = match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        let level = i8::try_from(self.verbose).unwrap_or(i8::MAX);
        commands::output::set_verbosity(if self.quiet { -1 } else { level });
    }
}
