//! `cargo itcov`: integration coverage for Rust programs. This is the program, and nothing for others to call.

#![warn(clippy::disallowed_methods)]

mod background;
mod build;
mod commands;
mod deep;
mod definitions;
mod doctor;
mod duration;
mod git_dir;
mod live;
mod measured;
mod near;
mod output;
mod parsed;
mod progress;
mod readable;
mod restored;
mod run;
mod scaffold;
mod usage;
mod verbosity;
mod walk;

use std::ffi::OsString;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{ArgAction, CommandFactory, Parser, Subcommand, ValueEnum};
use commands::writing::ask::Interrupted;

const EXAMPLES: &str = "\
Examples:
  cargo itcov run -- --port 8080       run the program, use it, press Ctrl-C, read the report
  cargo itcov exec -- cargo test       run tests that start the program, read the report
  cargo itcov report --html coverage   the last report again, as pages
  cargo itcov init                     put a harness and recipes for just into the crate
  cargo itcov help run                 what a command does, and its options";

/// Integration coverage: run a program's real `main` instrumented, use it, stop it, see which lines ran.
#[derive(Parser)]
#[command(name = "cargo itcov", bin_name = "cargo itcov", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print only what was asked for, warnings and errors
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output options"
    )]
    quiet: bool,
    /// Print also what is being done
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
    #[allow(dead_code)] // It is looked for before everything else: see `Color::of`.
    color: Color,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Color {
    /// As `CARGO_TERM_COLOR` says, else at a terminal unless `NO_COLOR` is set
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
    #[command(alias = "uninstall")]
    Remove(commands::remove::Remove),
    Run(Box<commands::run::Run>),
    Suite(Box<commands::suite::Suite>),
    Exec(Box<commands::exec::Exec>),
    Build(Box<commands::build::Build>),
    Clean(commands::clean::Clean),
    Report(Box<commands::report::Report>),
    Scenario(commands::scenario::Scenario),
    Scenarios(Box<commands::scenarios::Scenarios>),
    Doctor(commands::doctor::Doctor),
    Completions(commands::completions::Completions),
    Man(commands::man::Man),
}

/// Runs the program, with the arguments and under the name that the process has: cargo starts it also in the place of a compiler.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let name = arguments.first().cloned().unwrap_or_default();
    if build::wrapper::is_meant(&name) {
        return build::compile::main(&arguments);
    }
    if build::runner::is_meant(&name) {
        return build::runner::main(&arguments);
    }
    if run::harness::is_meant(&name) {
        run::harness::main();
    }
    if run::sentinel::is_meant(&name) {
        return run::sentinel::main();
    }
    if live::browser::is_meant(&name) {
        return live::browser::main(&arguments);
    }
    if build::guard::is_meant(&name) {
        return build::guard::main(&arguments);
    }
    if measured::scenarios::apart::is_meant(&name) {
        return measured::scenarios::apart::main(&arguments);
    }
    run::interrupts::let_large_writes_fail();
    // Whoever waits for a run may go before it begins.
    let _ = run::ancestor::Ancestor::just();
    // cargo runs `cargo-itcov itcov ...`; the program also answers to `cargo-itcov ...`.
    let arguments: Vec<OsString> = arguments
        .into_iter()
        .enumerate()
        .filter(|(position, argument)| *position != 1 || argument != "itcov")
        .map(|(_, argument)| argument)
        .collect();
    // Before the arguments are understood, as what is wrong with them is said in colour as well.
    Color::of(&arguments).choice().write_global();
    if arguments.len() <= 1 {
        let printed = Cli::command().print_help();
        return ExitCode::from(u8::from(printed.is_err()));
    }
    let cli = Cli::try_parse_from(&arguments)
        .unwrap_or_else(|error| usage::wrong(error, &arguments, &Cli::command()));
    verbosity::set(cli.verbosity());
    // What a scenario starts is of the run around it.
    let has_its_own_place = matches!(
        cli.command,
        Command::Run(_)
            | Command::Suite(_)
            | Command::Exec(_)
            | Command::Build(_)
            | Command::Report(_)
            | Command::Scenarios(_)
            | Command::Clean(_)
    );
    if has_its_own_place && let Err(error) = restored::begin_again(&arguments) {
        output::error(&error.into());
        return ExitCode::FAILURE;
    }
    let done = cli.run();
    run::interrupts::let_go();
    run::said::finish();
    match done {
        Ok(status) => status,
        Err(error) if error.is::<Interrupted>() => ExitCode::from(output::INTERRUPTED),
        Err(error) => {
            output::error(&error);
            let status = error
                .downcast_ref::<run::Failure>()
                .map_or(1, |failure| failure.status);
            ExitCode::from(status)
        }
    }
}

impl Cli {
    fn run(self) -> anyhow::Result<ExitCode> {
        let done = match self.command {
            Command::Run(run) => return run.run(),
            Command::Suite(suite) => return suite.run(),
            Command::Exec(exec) => return exec.run(),
            Command::Build(build) => return build.run(),
            Command::Scenario(scenario) => return scenario.run(),
            Command::Scenarios(scenarios) => return deep::with_room(|| scenarios.run()),
            Command::Clean(clean) => return clean.run(),
            Command::Check(check) => check.run(&Cli::command()),
            Command::Init(init) => init.run(),
            Command::Update(update) => update.run(),
            Command::Remove(remove) => remove.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Report(report) => deep::with_room(|| report.run()),
            Command::Completions(completions) => completions.run(Cli::command()),
            Command::Man(man) => man.run(Cli::command()),
        };
        done.map(|()| ExitCode::SUCCESS)
    }

    fn verbosity(&self) -> i8 {
        let level = i8::try_from(self.verbose).unwrap_or(i8::MAX);
        if self.quiet { -1 } else { level }
    }
}

impl Color {
    /// What `--color` says, as far as that can be told.
    fn of(arguments: &[OsString]) -> Color {
        let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
        let value = words.iter().enumerate().find_map(|(number, word)| {
            let rest = word.strip_prefix("--color")?;
            rest.strip_prefix('=')
                .or_else(|| words.get(number + 1).copied())
        });
        value
            .and_then(|value| Color::from_str(value, false).ok())
            .unwrap_or_default()
    }

    fn choice(self) -> ColorChoice {
        match self {
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
            Color::Auto => match std::env::var("CARGO_TERM_COLOR").as_deref() {
                Ok("always") => ColorChoice::Always,
                Ok("never") => ColorChoice::Never,
                _ => ColorChoice::Auto,
            },
        }
    }
}
