//! What is said of arguments that cannot be understood.

use std::ffi::OsString;
use std::io::Write;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use llvm_coverage::terminal::{harmless_text, steers};

/// Says what clap says, in colours unless there is something in the words that steers a terminal, and ends.
pub fn wrong(mut error: Error, words: &[OsString], commands: &clap::Command) -> ! {
    if let Some(tip) = of_another(&error, commands) {
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    let steers = |word: &OsString| word.to_string_lossy().contains(steers);
    if error.use_stderr() && words.iter().any(steers) {
        let text = error.render().to_string();
        let _ = write!(std::io::stderr(), "{}", harmless_text(&text));
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// Which commands have the option that was given to one that does not have it.
fn of_another(error: &Error, commands: &clap::Command) -> Option<StyledStr> {
    let option = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) if error.kind() == ErrorKind::UnknownArgument => option,
        _ => return None,
    };
    let name = option.strip_prefix("--")?;
    let has_it = |command: &&clap::Command| {
        let mut options = command.get_arguments();
        options.any(|it| it.get_long() == Some(name))
    };
    let all = commands.get_subcommands().filter(has_it);
    let names: Vec<&str> = all.map(clap::Command::get_name).collect();
    let owners = match names[..] {
        [] => return None,
        ["report"] => "`cargo itcov report`: type that after the run".to_owned(),
        _ => format!("`cargo itcov {}`", names.join("`, `")),
    };
    Some(format!("{option} is an option of {owners}").into())
}
