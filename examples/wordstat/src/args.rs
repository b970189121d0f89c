use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

pub const USAGE: &str = "usage: wordstat [--top N] [--json] [--ignore-case] [FILE...]

  --top N        how many of the most frequent words to name (default 5)
  --json         print one JSON object
  --ignore-case  take `The` and `the` for the same word
  --help         print this
  --             every argument after this is a file
  FILE           what to count; standard input if there is none, or for `-`";

/// The name that stands for standard input.
pub const STDIN: &str = "-";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Count(Args),
}

/// What to count, and what to print.
#[derive(Debug, PartialEq, Eq)]
pub struct Args {
    pub top: usize,
    pub json: bool,
    pub ignore_case: bool,
    pub files: Vec<PathBuf>,
}

/// Reads the arguments after the program's name; an error says which of them is wrong.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parsed = Args {
        top: 5,
        json: false,
        ignore_case: false,
        files: Vec::new(),
    };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--top") => {
                let value = args.next().ok_or("--top needs a number")?;
                parsed.top = number(&value)?;
            }
            Some("--json") => parsed.json = true,
            Some("--ignore-case") => parsed.ignore_case = true,
            Some("--help" | "-h") => return Ok(Command::Help),
            Some("--") => parsed.files.extend(args.by_ref().map(PathBuf::from)),
            Some(option) if option.starts_with('-') && option != STDIN => {
                return Err(format!("unknown option `{option}`"));
            }
            _ => parsed.files.push(arg.into()),
        }
    }
    if parsed.files.is_empty() {
        parsed.files.push(STDIN.into());
    }
    Ok(Command::Count(parsed))
}

fn number(value: &OsStr) -> Result<usize, String> {
    let value = value.to_string_lossy();
    value
        .parse()
        .map_err(|_| format!("--top takes a number, not `{value}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn without_a_file_standard_input_is_read() {
        let Ok(Command::Count(args)) = parse_words("--top 3") else {
            panic!("the line is a count");
        };
        assert_eq!(args.top, 3);
        assert_eq!(args.files, [PathBuf::from(STDIN)]);
    }

    #[test]
    fn what_follows_two_dashes_is_a_file() {
        let Ok(Command::Count(args)) = parse_words("-- --json") else {
            panic!("the line is a count");
        };
        assert_eq!(args.files, [PathBuf::from("--json")]);
        assert!(!args.json);
    }

    #[test]
    fn an_error_names_the_argument() {
        assert_eq!(
            parse_words("--top x"),
            Err("--top takes a number, not `x`".into())
        );
        assert_eq!(parse_words("--all"), Err("unknown option `--all`".into()));
    }
}
