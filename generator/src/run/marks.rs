//! Marks: where a scenario begins and ends, as the control address is told.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A scenario of this name begins, and the one before it ends. Whether its own end will be said.
    Begin(String, bool),
    /// The scenario that goes on ends, which has this name, if one is said; whether it has passed, if that is said.
    End(Option<String>, Option<bool>),
    /// The run ends before the scenario that goes on.
    Cut,
    /// A live report shows what runs from now on.
    Unnamed,
    /// What was counted is forgotten.
    Reset,
}

/// What is done at a mark. When it has returned, what runs from now on belongs to what comes next.
pub type Marks = Arc<dyn Fn(Mark) -> io::Result<()> + Send + Sync>;

/// No name is longer, in bytes.
const LONGEST: usize = 500;

impl Mark {
    /// The mark that a path and its query stand for: `/scenario/NAME` begins one, `/scenario`, `/scenario?passed`,
    /// `/scenario?failed` and `/scenario/NAME?passed` end it. `/scenario/NAME?ends` begins one of which the end will be said.
    /// `/mark` and `/reset` are others. `None` if it is another path.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the name or the query.
    pub fn parse(path: &str) -> Option<Result<Mark, &'static str>> {
        match path {
            "/mark" => return Some(Ok(Mark::Unnamed)),
            "/reset" => return Some(Ok(Mark::Reset)),
            _ => {}
        }
        let rest = path.strip_prefix("/scenario")?;
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let mut will_end = false;
        let has_passed = match query {
            None => None,
            Some("ends") if !rest.is_empty() => {
                will_end = true;
                None
            }
            Some("passed") => Some(true),
            Some("failed") => Some(false),
            Some(_) => {
                return Some(Err(
                    "a scenario ends as ?passed or ?failed; %3F is part of a name",
                ));
            }
        };
        if rest.is_empty() {
            return Some(Ok(Mark::End(None, has_passed)));
        }
        let name = rest.strip_prefix('/')?;
        Some(match (name_of(name), has_passed) {
            (None, _) => Err(
                "the name of a scenario is UTF-8, without control characters, of 1 to 500 bytes",
            ),
            (Some(name), None) => Ok(Mark::Begin(name, will_end)),
            (name, has_passed) => Ok(Mark::End(name, has_passed)),
        })
    }
}

/// Without percent-encoding: <https://www.rfc-editor.org/rfc/rfc3986#section-2.1>.
fn name_of(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        rest = behind;
        if *byte == b'%' {
            let [high, low, behind @ ..] = rest else {
                return None;
            };
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
            rest = behind;
        } else {
            bytes.push(*byte);
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    let is_right =
        !name.trim().is_empty() && name.len() <= LONGEST && !name.chars().any(char::is_control);
    is_right.then_some(name)
}

/// The path that begins a scenario.
pub fn path_of(name: &str) -> String {
    let mut path = "/scenario/".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{Mark, path_of};

    #[test]
    fn paths_are_marks_and_any_name_comes_back() {
        for name in ["a", "orders: two of them", "a/b?c=%41&d", "ä 雪", "100%"] {
            let mark = Mark::parse(&path_of(name)).unwrap();
            assert_eq!(mark, Ok(Mark::Begin(name.to_owned(), false)));
        }
        assert_eq!(Mark::parse("/scenario"), Some(Ok(Mark::End(None, None))));
        assert_eq!(
            Mark::parse("/scenario/a%3Fb?passed"),
            Some(Ok(Mark::End(Some("a?b".to_owned()), Some(true))))
        );
        assert_eq!(
            Mark::parse("/scenario?failed"),
            Some(Ok(Mark::End(None, Some(false))))
        );
        assert_eq!(Mark::parse("/mark"), Some(Ok(Mark::Unnamed)));
        assert_eq!(Mark::parse("/reset"), Some(Ok(Mark::Reset)));
        assert_eq!(
            Mark::parse("/scenario/a?ends"),
            Some(Ok(Mark::Begin("a".to_owned(), true)))
        );
        assert_eq!(Mark::parse("/scenarios"), None);
        assert_eq!(Mark::parse("/stop"), None);
        for wrong in [
            "/scenario/",
            "/scenario/%",
            "/scenario/%0a",
            "/scenario/%ff",
            "/scenario/a?b",
            "/scenario?x",
            "/scenario?ends",
        ] {
            assert!(Mark::parse(wrong).unwrap().is_err(), "{wrong}");
        }
        assert!(Mark::parse(&path_of(&"a".repeat(501))).unwrap().is_err());
    }
}
