//! A choice at a terminal.

use std::fmt;
use std::io::{ErrorKind, IsTerminal, stderr, stdin};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use anstream::{AutoStream, ColorChoice};
use anyhow::{Result, bail};
use dialoguer::console::{Term, set_colors_enabled_stderr};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Error, Select};

use super::output::INTERRUPTED;
use crate::progress::can_move_the_cursor;

/// Whether the question is on the screen.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Ctrl-C at the question. Not an error that is worth a word.
#[derive(Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted; nothing was written")
    }
}

impl std::error::Error for Interrupted {}

/// Asks for one of several; `None` where there is no terminal to ask at.
pub fn ask(question: &str, names: &[&str]) -> Result<Option<usize>> {
    if !stdin().is_terminal() || !stderr().is_terminal() || !can_move_the_cursor() {
        return Ok(None);
    }
    let is_coloured = AutoStream::choice(&stderr()) != ColorChoice::Never;
    set_colors_enabled_stderr(is_coloured);
    let theme: &dyn Theme = if is_coloured {
        &ColorfulTheme::default()
    } else {
        &SimpleTheme
    };
    outlive_interrupts();
    ASKING.store(true, SeqCst);
    let answer = Select::with_theme(theme)
        .with_prompt(format!("{question} (arrow keys, Enter; Esc chooses none)"))
        .items(names)
        .default(0)
        .interact_opt();
    ASKING.store(false, SeqCst);
    match answer {
        Ok(Some(number)) => Ok(Some(number)),
        Ok(None) => bail!("nothing was chosen; nothing was written"),
        Err(Error::IO(error)) => {
            // It was hidden, and stays so after an error.
            let _ = Term::stderr().show_cursor();
            if error.kind() == ErrorKind::Interrupted {
                return Err(Interrupted.into());
            }
            Err(error.into())
        }
    }
}

/// Ctrl-C would end the process with the cursor hidden.
fn outlive_interrupts() {
    // It can be set once only, which is enough.
    let _ = ctrlc::set_handler(|| {
        if !ASKING.load(SeqCst) {
            std::process::exit(INTERRUPTED.into());
        }
    });
}
