//! Texts as a terminal may get them: names come from anywhere, and there may be line ends in them, and sequences that steer
//! one.

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
        text.replace(is_out, "\u{fffd}").into()
    } else {
        text
    }
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
}
