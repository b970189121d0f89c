use std::path::PathBuf;

use crate::count::{Counts, Frequency};

/// The counts as text: a line each, then the most frequent words.
pub fn text(counts: &Counts, top: &[Frequency<'_>]) -> String {
    let mut text = format!(
        "lines {}\nwords {}\ncharacters {}\n",
        counts.lines, counts.words, counts.characters
    );
    text.extend(
        top.iter()
            .map(|Frequency { word, count }| format!("{count:>6} {word}\n")),
    );
    text
}

/// The counts as one JSON object on one line.
pub fn json(files: &[PathBuf], counts: &Counts, top: &[Frequency<'_>]) -> String {
    let files: Vec<_> = files
        .iter()
        .map(|file| string(&file.to_string_lossy()))
        .collect();
    let top: Vec<_> = top
        .iter()
        .map(|Frequency { word, count }| format!(r#"{{"word":{},"count":{count}}}"#, string(word)))
        .collect();
    format!(
        "{{\"files\":[{}],\"lines\":{},\"words\":{},\"characters\":{},\"top\":[{}]}}\n",
        files.join(","),
        counts.lines,
        counts.words,
        counts.characters,
        top.join(",")
    )
}

/// A JSON string, RFC 8259 section 7.
fn string(text: &str) -> String {
    let mut string = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                string.push('\\');
                string.push(c);
            }
            '\n' => string.push_str("\\n"),
            '\t' => string.push_str("\\t"),
            '\0'..' ' => string += &by_number(c),
            _ => string.push(c),
        }
    }
    string.push('"');
    string
}

fn by_number(c: char) -> String {
    format!("\\u{:04x}", u32::from(c))
}
