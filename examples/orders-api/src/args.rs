use std::ffi::OsString;
use std::path::PathBuf;

pub const USAGE: &str = "usage: orders-api [--listen ADDR] [--db PATH]

  --listen ADDR  where to listen (default 127.0.0.1:8080)
  --db PATH      the SQLite database, created if it is not there (default orders.db)
  --help         print this";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Serve(Args),
}

/// How to serve.
#[derive(Debug, PartialEq, Eq)]
pub struct Args {
    pub listen: String,
    pub db: PathBuf,
}

/// Reads the arguments after the program's name; an error says which of them is wrong.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parsed = Args {
        listen: "127.0.0.1:8080".into(),
        db: "orders.db".into(),
    };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let arg = arg.to_string_lossy();
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_ref() {
            "--listen" => parsed.listen = value()?.to_string_lossy().into_owned(),
            "--db" => parsed.db = value()?.into(),
            "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(format!("unknown argument `{arg}`")),
        }
    }
    Ok(Command::Serve(parsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn what_is_not_given_has_a_default() {
        assert_eq!(
            parse_words("--db /tmp/o.db"),
            Ok(Command::Serve(Args {
                listen: "127.0.0.1:8080".into(),
                db: "/tmp/o.db".into(),
            }))
        );
    }

    #[test]
    fn an_error_names_the_argument() {
        assert_eq!(parse_words("--db"), Err("--db needs a value".into()));
        assert_eq!(
            parse_words("--port 1"),
            Err("unknown argument `--port`".into())
        );
    }
}
