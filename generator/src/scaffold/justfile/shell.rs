//! The shell that a justfile sets, which runs the lines of our recipes too.

use super::Source;
use super::items::{Kind, items};
use super::lexer::{Token, statement};

/// Shells that take what POSIX has.
const POSIX: [&str; 10] = [
    "ash", "bash", "busybox", "dash", "ksh", "ksh93", "mksh", "sh", "yash", "zsh",
];

/// The shell, if one is set that is no POSIX shell.
pub fn foreign(sources: &[Source]) -> Option<&str> {
    let shells = sources.iter().flat_map(|source| set(&source.text));
    shells.into_iter().find(|shell| !is_posix(shell))
}

/// The programs of `set shell := ['program', …]`.
fn set(text: &str) -> Vec<&str> {
    let settings = items(text)
        .into_iter()
        .filter(|item| item.kind == Kind::Setting && item.name == "shell");
    let program = |start| {
        let (tokens, _) = statement(text, start);
        let words = tokens.into_iter().filter_map(|token| match token {
            Token::Text(word) => Some(word),
            _ => None,
        });
        // `env` is told by its arguments.
        words
            .into_iter()
            .find(|word| base(word) != "env" && !word.starts_with('-') && !word.contains('='))
    };
    settings
        .filter_map(|item| program(item.span.start))
        .collect()
}

fn is_posix(shell: &str) -> bool {
    let name = base(shell);
    POSIX.contains(&name.strip_suffix(".exe").unwrap_or(name))
}

fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{Source, foreign};

    #[test]
    fn only_shells_of_another_kind_are_foreign() {
        for (text, expected) in [
            ("a:\n", None),
            ("set shell := ['bash', '-euo', 'pipefail', '-c']\n", None),
            ("set shell := [\"/usr/bin/env\", \"zsh\", \"-c\"]\n", None),
            ("set shell := ['/bin/busybox', 'sh', '-c']\n", None),
            ("set windows-shell := ['powershell.exe', '-c']\n", None),
            ("# set shell := ['fish', '-c']\n", None),
            ("set shell := ['fish', '-c']\n", Some("fish")),
            (
                "set shell := [\n  '/usr/bin/env', 'nu',\n  '-c'\n]\n",
                Some("nu"),
            ),
            ("set shell := ['python3', '-c']\n", Some("python3")),
        ] {
            let sources = ["import 'b.just'\n", text].map(|text| Source {
                path: "/a/justfile".into(),
                text: text.to_owned(),
            });
            assert_eq!(foreign(&sources), expected, "{text}");
        }
    }
}
