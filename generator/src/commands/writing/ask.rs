//! A choice at a terminal.

use std::fmt;
use std::io::{ErrorKind, IsTerminal, stderr, stdin};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, LazyLock};

use anstream::{AutoStream, ColorChoice};
use anyhow::{Result, bail};
use dialoguer::console::{Term, set_colors_enabled_stderr};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Error, Select};
use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_shutdown;

use crate::output::INTERRUPTED;
use crate::progress::can_move_the_cursor;

/// Whether no question is on the screen, so that Ctrl-C ends the process. At a question, it would end with the cursor hidden.
static IS_ANSWERED: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| {
    let it = Arc::<AtomicBool>::default();
    let _ = register_conditional_shutdown(SIGINT, INTERRUPTED.into(), Arc::clone(&it));
    it
});

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
    IS_ANSWERED.store(false, SeqCst);
    let answer = Select::with_theme(theme)
        .with_prompt(format!("{question} (arrow keys, Enter; Esc chooses none)"))
        .items(names)
        .default(0)
        .interact_opt();
    IS_ANSWERED.store(true, SeqCst);
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
