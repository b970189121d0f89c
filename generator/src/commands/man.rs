//! `cargo itcov man`: the manual's pages.

use llvm_coverage::terminal::Harmless as _;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Command;
use clap_mangen::Man as Page;

/// The name of the page of the whole, which is the program's.
const NAME: &str = "cargo-itcov";

/// Print the manual page, or write those of all commands.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov man --dir ~/.local/share/man/man1
                                       then `man cargo-itcov` and `man cargo-itcov-init` show them
  cargo itcov man | man -l -           read the page once")]
pub struct Man {
    /// Write the pages cargo-itcov.1, cargo-itcov-init.1 and so on into this directory, which is made if need be
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    /// Prints or writes the pages of the command.
    pub fn run(&self, command: Command) -> Result<()> {
        let mut command = command.name(NAME).disable_help_subcommand(true);
        command.build();
        let Some(directory) = &self.dir else {
            let text = page(&command)?;
            return io::stdout()
                .write_all(&text)
                .context("cannot write the page");
        };
        fs::create_dir_all(directory).with_context(|| {
            format!(
                "cannot make the directory {}; name another one",
                directory.harmless()
            )
        })?;
        for command in std::iter::once(&command).chain(command.get_subcommands()) {
            let path = directory.join(format!("{}.1", name(command)));
            fs::write(&path, page(command)?)
                .with_context(|| format!("cannot write {}", path.harmless()))?;
        }
        Ok(())
    }
}

fn name(command: &Command) -> String {
    match command.get_name() {
        NAME => NAME.to_owned(),
        subcommand => format!("{NAME}-{subcommand}"),
    }
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let examples = command.get_after_help().map(ToString::to_string);
    let named = command.clone().display_name(name(command));
    let page = Page::new(named).source(format!("{NAME} {}", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    // Without a date its place is empty, and not missing.
    let title = String::from_utf8_lossy(&text).replace(" 1  \"", " 1 \"\" \"");
    text = title.into_bytes();
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    if let Some(examples) = examples {
        // As they stand: a line is a command.
        writeln!(text, ".SH EXAMPLES\n.nf")?;
        for line in examples.lines().filter(|line| *line != "Examples:") {
            writeln!(text, "{}", literal(line))?;
        }
        writeln!(text, ".fi")?;
    }
    Ok(text)
}

/// A line that roff shows as it is.
fn literal(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) {
        format!("\\&{line}")
    } else {
        line
    }
}
