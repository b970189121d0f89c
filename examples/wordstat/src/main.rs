//! Counts lines, words and characters, and names the most frequent words.

mod args;
mod count;
mod output;

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::args::{Args, Command, USAGE};
use crate::count::Counts;

fn main() -> ExitCode {
    match args::parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => finish(print(&format!("{USAGE}\n"))),
        Ok(Command::Count(args)) => finish(count(&args)),
        Err(message) => {
            eprintln!("wordstat: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn finish(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("wordstat: {message}");
            ExitCode::from(1)
        }
    }
}

fn count(args: &Args) -> Result<(), String> {
    let mut counts = Counts::default();
    for file in &args.files {
        let text = read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        counts.add(&text, args.ignore_case);
    }
    let top = counts.top(args.top);
    print(&if args.json {
        output::json(&args.files, &counts, &top)
    } else {
        output::text(&counts, &top)
    })
}

fn read(file: &Path) -> io::Result<String> {
    if file != Path::new(args::STDIN) {
        return fs::read_to_string(file);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        // Whoever reads the output has seen enough of it.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| format!("cannot write the output: {error}")),
    }
}
