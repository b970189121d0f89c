//! Screens: how wide they are, what they can show, and how text is made to fit.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What people read on. Without a width it is a file or another program, and a line is as long as it needs to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Screen {
    /// In columns.
    pub width: Option<usize>,
    /// Whether it shows more than ASCII.
    pub unicode: bool,
}

/// How many columns the text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

impl Screen {
    /// The end of the text, which tells files apart better than their beginning, in this many columns.
    pub fn end_of(self, text: &str, columns: usize) -> Cow<'_, str> {
        if width(text) <= columns {
            return text.into();
        }
        let mark = if self.unicode { "…" } else { "..." };
        let Some(left) = columns.checked_sub(width(mark)) else {
            return Cow::from(&mark[..if mark.is_ascii() { columns } else { 0 }]);
        };
        // Characters that stand together may take more columns than each alone, and fewer.
        let starts = text.char_indices().map(|(place, _)| place).rev();
        let start = starts
            .take_while(|place| width(&text[*place..]) <= left)
            .last()
            .unwrap_or(text.len());
        // An accent without its letter would stand on the mark.
        let end = text[start..].trim_start_matches(|it: char| it.width() == Some(0));
        format!("{mark}{end}").into()
    }

    /// The words, with spaces between, in lines that are as wide as the screen; all but the first are indented by
    /// this many columns.
    pub fn wrapped(
        self,
        words: impl IntoIterator<Item = impl AsRef<str>>,
        indent: usize,
    ) -> String {
        let mut text = String::new();
        let mut column = 0;
        for word in words {
            let word = word.as_ref();
            let next = column + 1 + width(word);
            if column == 0 {
                column = width(word);
            } else if self.width.is_none_or(|width| next <= width) {
                text.push(' ');
                column = next;
            } else {
                text.push('\n');
                text.extend(std::iter::repeat_n(' ', indent));
                column = indent + width(word);
            }
            text.push_str(word);
        }
        text
    }

    /// A bar of up to this many columns for a share. It is full, and empty, only where the share is.
    pub fn bar(self, covered: usize, total: usize, columns: usize) -> String {
        const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
        let steps = columns * if self.unicode { 8 } else { 1 };
        let filled = match covered {
            0 => 0,
            _ => (covered.saturating_mul(steps) / total.max(1)).clamp(1, steps),
        };
        if self.unicode {
            "█".repeat(filled / 8) + EIGHTHS[filled % 8]
        } else {
            "#".repeat(filled)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNICODE: Screen = Screen {
        width: Some(20),
        unicode: true,
    };
    const ASCII: Screen = Screen {
        unicode: false,
        ..UNICODE
    };

    #[test]
    fn a_long_name_keeps_its_end() {
        let name = "crates/app/src/main.rs";
        assert_eq!(UNICODE.end_of(name, 22), name);
        assert_eq!(UNICODE.end_of(name, 12), "…src/main.rs");
        assert_eq!(ASCII.end_of(name, 12), "...c/main.rs");
        assert_eq!(UNICODE.end_of(name, 1), "…");
        assert_eq!(UNICODE.end_of(name, 0), "");
        assert_eq!(ASCII.end_of(name, 2), "..");
    }

    #[test]
    fn a_wide_character_takes_two_columns_and_is_never_cut() {
        assert_eq!(width("源/主.rs"), 8);
        assert_eq!(UNICODE.end_of("源/主.rs", 7), "…/主.rs");
        assert_eq!(UNICODE.end_of("源/主.rs", 5), "….rs");
        // A letter and the accent above it.
        assert_eq!(UNICODE.end_of("a/e\u{301}.rs", 5), "…e\u{301}.rs");
        assert_eq!(UNICODE.end_of("a/e\u{301}.rs", 4), "….rs");
        // A cloud that the character behind it makes a picture, which is wider.
        let clouds = "\u{2601}\u{fe0f}".repeat(9);
        for columns in 1..18 {
            let end = UNICODE.end_of(&clouds, columns);
            assert!(width(&end) <= columns, "{end} in {columns}");
        }
    }

    #[test]
    fn words_are_wrapped_and_without_a_screen_they_are_not() {
        let words = ["src/main.rs:", "1-20,", "33,", "40"];
        assert_eq!(UNICODE.wrapped(words, 4), "src/main.rs: 1-20,\n    33, 40");
        assert_eq!(
            Screen::default().wrapped(words, 4),
            "src/main.rs: 1-20, 33, 40"
        );
        let long = ["a-word-that-is-longer-than-the-screen", "b"];
        assert_eq!(UNICODE.wrapped(long, 2), format!("{}\n  b", long[0]));
    }

    #[test]
    fn a_bar_is_full_only_for_all_and_empty_only_for_nothing() {
        assert_eq!(UNICODE.bar(0, 9, 4), "");
        assert_eq!(UNICODE.bar(0, 0, 4), "");
        assert_eq!(UNICODE.bar(1, 1000, 4), "▏");
        assert_eq!(UNICODE.bar(5, 8, 4), "██▌");
        assert_eq!(UNICODE.bar(999, 1000, 4), "███▉");
        assert_eq!(UNICODE.bar(9, 9, 4), "████");
        assert_eq!(ASCII.bar(1, 1000, 4), "#");
        assert_eq!(ASCII.bar(999, 1000, 4), "###");
        assert_eq!(ASCII.bar(9, 9, 4), "####");
    }
}
