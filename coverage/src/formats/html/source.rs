//! The text of a source file, as the compiler reads it.

/// The text of a source file.
pub enum Source {
    /// As the compiler reads it: without a byte order mark, and with line feeds alone if all lines end alike.
    Text {
        /// The text.
        text: String,
        /// Its lines end with a carriage return, too.
        has_returns: bool,
    },
    /// There is none, for this reason.
    Missing(String),
}

/// A page has no more lines of text than this: each is many bytes of it, and a source of blank lines would be a page of gigabytes.
const LINES: usize = 200_000;

impl Source {
    /// What was read of a file, or why it could not be.
    pub fn new(read: Result<Vec<u8>, String>) -> Self {
        match read.map(String::from_utf8) {
            Ok(Ok(text)) if text.split_terminator('\n').nth(LINES).is_some() => {
                Self::Missing("it has more than 200,000 lines".into())
            }
            Ok(Ok(text)) => {
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
                let lines = text.matches('\n').count();
                let has_returns = lines > 0 && text.matches("\r\n").count() == lines;
                let text = if has_returns {
                    text.replace("\r\n", "\n")
                } else {
                    text.to_owned()
                };
                Self::Text { text, has_returns }
            }
            Ok(Err(_)) => Self::Missing("the file is not UTF-8".into()),
            Err(why) => Self::Missing(why),
        }
    }

    /// The text, if there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } => Some(text),
            Self::Missing(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_as_the_compiler_reads_it() {
        let read = |bytes: &[u8]| match Source::new(Ok(bytes.to_vec())) {
            Source::Text { text, has_returns } => (text, has_returns),
            Source::Missing(why) => panic!("{why}"),
        };
        assert_eq!(read(b"\xef\xbb\xbfa\r\nb\r"), ("a\nb\r".into(), true));
        assert_eq!(read(b"a\r\nb\n"), ("a\r\nb\n".into(), false));
        assert!(
            matches!(Source::new(Ok(vec![0xff])), Source::Missing(why) if why.contains("UTF-8"))
        );
        assert_eq!(read("\n".repeat(LINES).as_bytes()).0.len(), LINES);
    }
}
