//! `cargo itcov completions`: what a shell needs to complete the command line.

use std::io::Write;

use anyhow::{Context, Result};
use clap::{Command, ValueEnum};
use clap_complete::Shell as Generator;

/// The program's own name, which cargo makes of `cargo itcov`.
const NAME: &str = "cargo-itcov";

/// Its name among the functions of bash.
const BASH_NAME: &str = "cargo_itcov";

/// Print what a shell needs to complete the command line.
///
/// The script completes `cargo-itcov` and `cargo itcov`; what completes the rest of cargo stays in charge of that. In
/// PowerShell it completes `cargo-itcov` only.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov completions bash > ~/.local/share/bash-completion/completions/cargo-itcov
                                       and in ~/.bashrc: . ~/.local/share/bash-completion/completions/cargo-itcov
  cargo itcov completions zsh > ~/.zfunc/_cargo-itcov
                                       and in ~/.zshrc, before compinit: fpath+=~/.zfunc
  cargo itcov completions fish > ~/.config/fish/conf.d/cargo-itcov.fish
  cargo itcov completions elvish > ~/.config/elvish/lib/cargo-itcov.elv
                                       and in ~/.config/elvish/rc.elv: use cargo-itcov
  cargo itcov completions powershell >> $PROFILE")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

impl Completions {
    /// Prints the script for the command.
    pub fn run(&self, command: Command) -> Result<()> {
        // cargo's completion in zsh calls that of `cargo-itcov` by itself.
        let (generator, within_cargo) = match self.shell {
            Shell::Bash => (Generator::Bash, include_str!("completions/cargo.bash")),
            Shell::Elvish => (Generator::Elvish, include_str!("completions/cargo.elv")),
            Shell::Fish => (Generator::Fish, include_str!("completions/cargo.fish")),
            Shell::Powershell => (Generator::PowerShell, ""),
            Shell::Zsh => (Generator::Zsh, ""),
        };
        let mut script = match self.shell {
            // Its functions for subcommands are not found where the name has a hyphen.
            Shell::Bash => script(generator, command, BASH_NAME)?
                .replace(&format!("default {BASH_NAME}"), &format!("default {NAME}")),
            _ => script(generator, command, NAME)?,
        };
        script.push_str(within_cargo);
        let mut stdout = std::io::stdout();
        stdout
            .write_all(script.as_bytes())
            .context("cannot write the script")
    }
}

fn script(generator: Generator, command: Command, name: &'static str) -> Result<String> {
    let mut script = Vec::new();
    let mut command = command.name(name).bin_name(name);
    clap_complete::generate(generator, &mut command, name, &mut script);
    String::from_utf8(script).context("the script is not UTF-8")
}
