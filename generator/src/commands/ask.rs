//! A choice at a terminal.

use std::io::{IsTerminal, stderr, stdin};

use anyhow::{Result, bail};
use dialoguer::Select;
use dialoguer::theme::ColorfulTheme;

/// Asks for one of several; `None` where there is no terminal to ask at.
pub fn ask(question: &str, names: &[&str]) -> Result<Option<usize>> {
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Ok(None);
    }
    match Select::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .items(names)
        .default(0)
        .interact_opt()?
    {
        Some(number) => Ok(Some(number)),
        None => bail!("nothing was chosen; nothing was written"),
    }
}
