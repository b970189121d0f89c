//! Texts as a terminal, or the log of a pipeline, may get them: names come from anywhere, and there may be line ends in them, and
//! sequences that steer one.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

/// Whether the character steers a terminal, ends a line for some program, or turns the direction of the text.
pub fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The name as a terminal may get it, on one line.
pub fn harmless<'a>(name: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    without(name.into(), steers)
}

/// A text as a terminal may get it. Its lines and tabs stay.
pub fn harmless_text<'a>(text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    without(text.into(), |it| steers(it) && it != '\n' && it != '\t')
}

/// Paths as a terminal may get them, on one line: files are brought from elsewhere.
pub trait Harmless {
    /// The path, or a part or word of one.
    fn harmless(&self) -> Cow<'_, str>;
}

impl Harmless for Path {
    fn harmless(&self) -> Cow<'_, str> {
        self.as_os_str().harmless()
    }
}

impl Harmless for OsStr {
    fn harmless(&self) -> Cow<'_, str> {
        harmless(self.to_string_lossy())
    }
}

fn without(text: Cow<'_, str>, is_out: fn(char) -> bool) -> Cow<'_, str> {
    if text.contains(is_out) {
        without_commands(text.replace(is_out, "\u{fffd}").into())
    } else {
        without_commands(text)
    }
}

/// Takes the first character from what whoever runs a pipeline would take for a command: `::error::` at the beginning of a line, and
/// `##[error]` or `##vso[task.complete]` anywhere
/// (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>,
/// <https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands>).
fn without_commands(text: Cow<'_, str>) -> Cow<'_, str> {
    let commands = commands(&text);
    if commands.is_empty() {
        return text;
    }
    let (mut harmless, mut next) = (String::new(), 0);
    for place in commands {
        harmless.push_str(&text[next..place]);
        harmless.push('\u{fffd}');
        next = place + 1;
    }
    (harmless + &text[next..]).into()
}

/// Whether there is one in a text.
pub(crate) fn has_command(text: &str) -> bool {
    !commands(text).is_empty()
}

/// Where they begin.
fn commands(text: &str) -> Vec<usize> {
    let pairs = text.match_indices("::").chain(text.match_indices('['));
    let mut places: Vec<usize> = pairs
        .filter_map(|(place, pair)| {
            let before = &text[..place];
            if pair == "::" {
                let line = before.rsplit('\n').next().unwrap_or_default();
                return line.trim_start().is_empty().then_some(place);
            }
            let area = |it: char| it.is_ascii_alphanumeric();
            let before = before.trim_end_matches(area).strip_suffix("##")?;
            Some(before.len())
        })
        .collect();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_steer_the_terminal() {
        assert_eq!(harmless("src/ä b.rs"), "src/ä b.rs");
        assert_eq!(harmless("src/\u{1b}[2J\n.rs"), "src/\u{fffd}[2J\u{fffd}.rs");
        // What turns the direction, and a sequence of one character.
        for steering in ['\u{202e}', '\u{2066}', '\u{2028}', '\u{9b}', '\u{7f}', '\r'] {
            assert_eq!(harmless(format!("a{steering}b")), "a\u{fffd}b");
            assert_eq!(harmless_text(format!("a{steering}b")), "a\u{fffd}b");
        }
        assert_eq!(harmless_text("a\n\tb"), "a\n\tb");
    }

    #[test]
    fn a_name_is_no_command_for_a_pipeline() {
        for (name, harmless_name) in [
            ("::add-mask::y.rs", "\u{fffd}:add-mask::y.rs"),
            (" \u{a0}::error::", " \u{a0}\u{fffd}:error::"),
            ("a/##vso[task.x]z/m.rs", "a/\u{fffd}#vso[task.x]z/m.rs"),
            ("###[error]##[group]", "#\u{fffd}#[error]\u{fffd}#[group]"),
            (
                "::error::##teamcity[x]",
                "\u{fffd}:error::\u{fffd}#teamcity[x]",
            ),
        ] {
            assert_eq!(harmless(name), harmless_name);
            assert_eq!(harmless_text(name), harmless_name);
        }
        assert_eq!(harmless("\r::error::"), "\u{fffd}::error::");
        assert_eq!(harmless_text("a\n\t::error::\n"), "a\n\t\u{fffd}:error::\n");
        for ordinary in [
            "tests/a.py::b[c]",
            "a::b",
            "# a",
            "## a",
            "a ## [b]",
            "#[test]",
            "x:",
            "",
        ] {
            assert_eq!(harmless(ordinary), ordinary);
        }
    }
}
