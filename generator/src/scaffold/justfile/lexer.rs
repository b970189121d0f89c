//! The tokens of a justfile, statement by statement.

/// What a statement consists of; white space and comments are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A name or a keyword.
    Word(&'a str),
    /// A string or a backtick, without its delimiters.
    Text(&'a str),
    /// `:=`
    Assign,
    /// Any other character.
    Sign(char),
}

/// The tokens of the statement that begins there, and where the next line begins after it.
pub fn statement(text: &str, start: usize) -> (Vec<Token<'_>>, usize) {
    tokens(text, start, Until::LineEnd).unwrap_or_else(|| {
        let end = after_line(text, start);
        // Nothing closes what is open there, so only this one line is read.
        let line = &text[..end];
        (
            tokens(line, start, Until::Anything).unwrap_or_default().0,
            end,
        )
    })
}

/// Where the next line begins after a line of a recipe's body, whose interpolations may have line ends in them.
pub fn body_line(text: &str, start: usize) -> usize {
    let mut at = start;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with('\n') {
            return at + 1;
        }
        if rest.starts_with("{{{{") {
            at += 4;
        } else if rest.starts_with("{{") {
            match tokens(text, at + 2, Until::Braces) {
                Some((_, end)) => at = end,
                None => return after_line(text, at),
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// Where tokens end.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    /// A line end outside brackets, or the end of the text.
    LineEnd,
    /// `}}`, which closes an interpolation.
    Braces,
    /// The end of the text, open brackets or not; an open string ends the tokens.
    Anything,
}

/// The tokens up to an end, and where it is over; `None` where the end does not come.
fn tokens(text: &str, start: usize, until: Until) -> Option<(Vec<Token<'_>>, usize)> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        let rest = &text[at..];
        let Some(char) = rest.chars().next() else {
            let is_end = until == Until::Anything || until == Until::LineEnd && depth == 0;
            return is_end.then_some((found, at));
        };
        match char {
            '\n' if until == Until::LineEnd && depth == 0 => return Some((found, at + 1)),
            '}' if until == Until::Braces && depth == 0 && rest.starts_with("}}") => {
                return Some((found, at + 2));
            }
            ' ' | '\t' | '\r' | '\n' => at += 1,
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            '\\' if rest.starts_with("\\\n") => at += 2,
            '\\' if rest.starts_with("\\\r\n") => at += 3,
            '\'' | '"' | '`' => {
                let is_format = found.last() == Some(&Token::Word("f"));
                match string(text, at, is_format) {
                    Some((token, end)) => {
                        found.push(token);
                        at = end;
                    }
                    None if until == Until::Anything => return Some((found, text.len())),
                    None => return None,
                }
            }
            ':' if rest.starts_with(":=") => {
                found.push(Token::Assign);
                at += 2;
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let word = |char: char| !(char.is_ascii_alphanumeric() || "_-".contains(char));
                let end = rest.find(word).unwrap_or(rest.len());
                found.push(Token::Word(&rest[..end]));
                at += end;
            }
            _ => {
                match char {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                found.push(Token::Sign(char));
                at += char.len_utf8();
            }
        }
    }
}

/// The string that begins there, and where it is over; `None` where it is not closed.
fn string(text: &str, start: usize, is_format: bool) -> Option<(Token<'_>, usize)> {
    let delimiter = ["'''", "\"\"\"", "```", "'", "\"", "`"]
        .into_iter()
        .find(|delimiter| text[start..].starts_with(delimiter))?;
    let begin = start + delimiter.len();
    let mut at = begin;
    loop {
        let rest = &text[at..];
        if rest.starts_with(delimiter) {
            return Some((Token::Text(&text[begin..at]), at + delimiter.len()));
        }
        let next = rest.chars().next()?;
        if next == '\\' && delimiter.starts_with('"') {
            at += 1 + rest[1..].chars().next()?.len_utf8();
        } else if is_format && rest.starts_with("{{{{") {
            at += 4;
        } else if is_format && rest.starts_with("{{") {
            at = tokens(text, at + 2, Until::Braces)?.1;
        } else {
            at += next.len_utf8();
        }
    }
}

fn after_line(text: &str, start: usize) -> usize {
    text[start..]
        .find('\n')
        .map_or(text.len(), |length| start + length + 1)
}
