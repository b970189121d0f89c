//! What is said of arguments that cannot be understood.

use std::ffi::OsString;
use std::io::Write;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use llvm_coverage::terminal::{harmless_text, steers};

/// What a command calls its words behind `--`, in which others may not stand.
const OF_PROGRAM: &str = "arguments";

/// Says what clap says, in colours unless there is something in the words that steers a terminal, and ends.
pub fn wrong(mut error: Error, words: &[OsString], commands: &clap::Command) -> ! {
    let tip = scenarios_of_requests(&error, words)
        .or_else(|| of_another(&error, commands))
        .or_else(|| of_program(&error, words, commands))
        .or_else(|| no_command(&error, commands));
    if let Some(tip) = tip {
        let tips = ContextValue::StyledStrs(vec![tip]);
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

/// The argument that a command does not know.
fn unknown(error: &Error) -> Option<&str> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) if error.kind() == ErrorKind::UnknownArgument => {
            Some(argument)
        }
        _ => None,
    }
}

/// That a word is the program's only behind `--`, if it can be.
fn of_program(error: &Error, words: &[OsString], commands: &clap::Command) -> Option<StyledStr> {
    let argument = unknown(error)?;
    let mut words = words.iter().filter_map(|word| word.to_str());
    let command = words.find_map(|word| commands.find_subcommand(word))?;
    let mut arguments = command.get_arguments();
    arguments.find(|it| it.get_id() == OF_PROGRAM)?;
    Some(format!("if '{argument}' is for the program, use '-- {argument}'").into())
}

/// What tells apart the requests to a program that runs.
fn scenarios_of_requests(error: &Error, words: &[OsString]) -> Option<StyledStr> {
    let is_meant = unknown(error)? == "--scenarios" && words.iter().any(|word| word == "suite");
    is_meant.then(|| {
        "a suite of a running program names its scenarios itself: see `cargo itcov help scenario`".into()
    })
}

/// Which commands have an option.
fn owners<'a>(name: &str, commands: &'a clap::Command) -> Vec<&'a str> {
    let has_it = |command: &&clap::Command| {
        let mut options = command.get_arguments();
        options.any(|it| it.get_long() == Some(name))
    };
    let all = commands.get_subcommands().filter(has_it);
    all.map(clap::Command::get_name).collect()
}

/// What may be meant by a command that there is not: an option, or a suite.
fn no_command(error: &Error, commands: &clap::Command) -> Option<StyledStr> {
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    if error.get(ContextKind::SuggestedSubcommand).is_some() {
        return None;
    }
    let tip = match owners(name, commands).first() {
        Some(owner) => format!("--{name} is an option of `cargo itcov {owner}`"),
        None if ["test", "t", "nextest"].contains(&&**name) => {
            format!("`cargo itcov exec cargo {name}` measures what it starts")
        }
        None => format!("`cargo itcov exec {name}` measures a suite, if this is one"),
    };
    Some(tip.into())
}

/// Which commands have the option that was given to one that does not have it.
fn of_another(error: &Error, commands: &clap::Command) -> Option<StyledStr> {
    let option = unknown(error)?;
    let names = owners(option.strip_prefix("--")?, commands);
    let owners = match names[..] {
        [] => return None,
        ["report"] => "`cargo itcov report`: type that after the run".to_owned(),
        _ => format!("`cargo itcov {}`", names.join("`, `")),
    };
    Some(format!("{option} is an option of {owners}").into())
}
