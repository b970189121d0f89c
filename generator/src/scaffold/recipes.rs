//! The configuration in `itcov.just`: the assignments at its top, whose values are the user's.

use std::ops::Range;

use anyhow::{Context, Result, bail};

/// The assignment that lists the programs, one a line.
const PROGRAMS: &str = "itcov_programs := '''";

/// The other assignments; each value stands between single quotes.
const SETTINGS: [&str; 3] = ["itcov_timeout", "itcov_profile", "itcov_scope"];

/// A program that the recipes can measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The package that the program belongs to.
    pub package: String,
    /// The binary target that is the program.
    pub bin: String,
    /// The features that the harness needs: its own, and what the binary requires.
    pub features: Vec<String>,
}

impl Program {
    /// The program's line in `itcov_programs`.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.package, self.bin, self.features.join(","))
    }
}

/// The programs that the text lists. An error where a line is not one, with its number.
pub fn programs(text: &str) -> Result<Vec<Program>> {
    let place = block(text).with_context(|| format!("it has no line `{PROGRAMS}`"))?;
    let first = text[..place.start].matches('\n').count() + 1;
    let mut programs = Vec::new();
    for (number, line) in text[place].lines().enumerate() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [] => {}
            [package, bin, features] => programs.push(Program {
                package: package.to_owned(),
                bin: bin.to_owned(),
                features: features.split(',').map(str::to_owned).collect(),
            }),
            _ => bail!(
                "line {} is not `PACKAGE BIN FEATURE,FEATURE`: {}",
                first + number,
                line.trim()
            ),
        }
    }
    Ok(programs)
}

/// The text with another list of programs.
pub fn with_programs(text: &str, programs: &[Program]) -> String {
    let line_end = super::manifest::line_end(text);
    let lines = programs.iter().fold(String::new(), |lines, program| {
        lines + "    " + &program.line() + line_end
    });
    replaced(text, block(text), &lines)
}

/// The value of a setting.
pub fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    setting(text, name).map(|value| &text[value])
}

/// The text with another value of a setting.
pub fn with_setting(text: &str, name: &str, value: &str) -> String {
    replaced(text, setting(text, name), value)
}

/// The text with the settings of another one, as far as both have them.
pub fn with_settings_of(text: &str, other: &str) -> String {
    SETTINGS
        .iter()
        .fold(text.to_owned(), |text, name| match setting(other, name) {
            Some(value) => with_setting(&text, name, &other[value]),
            None => text,
        })
}

/// The text with nothing in the place of each value.
pub fn without_values(text: &str) -> String {
    let text = replaced(text, block(text), "");
    SETTINGS
        .iter()
        .fold(text, |text, name| with_setting(&text, name, ""))
}

fn replaced(text: &str, place: Option<Range<usize>>, value: &str) -> String {
    let mut text = text.to_owned();
    if let Some(place) = place {
        text.replace_range(place, value);
    }
    text
}

/// Where the lines of the programs are.
fn block(text: &str) -> Option<Range<usize>> {
    let start = line_with(text, PROGRAMS)? + PROGRAMS.len();
    let start = start + text[start..].find('\n')? + 1;
    let end = start + text[start..].find("'''")?;
    // The closing quotes may be indented.
    let end = text[..end].rfind('\n').map_or(start, |line| line + 1);
    (start <= end).then_some(start..end)
}

/// Where the value of a setting is, between its quotes.
fn setting(text: &str, name: &str) -> Option<Range<usize>> {
    let opening = format!("{name} := '");
    let start = line_with(text, &opening)? + opening.len();
    let end = start + text[start..].find(['\'', '\n'])?;
    text[end..].starts_with('\'').then_some(start..end)
}

/// Where the line is that begins so.
fn line_with(text: &str, beginning: &str) -> Option<usize> {
    if text.starts_with(beginning) {
        return Some(0);
    }
    Some(text.find(&format!("\n{beginning}"))? + 1)
}

#[cfg(test)]
mod tests {
    use super::{Program, programs, with_programs, with_setting, with_settings_of, without_values};

    const TEXT: &str = "# head\nitcov_programs := '''\n    a b f\n    c d f,g\n'''\n\nitcov_timeout := '60s'\n# why\nitcov_scope := 'all'\nrecipe:\n    x\n";

    #[test]
    fn programs_are_read_and_written() {
        let read = programs(TEXT).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!((read[1].bin.as_str(), read[1].features.len()), ("d", 2));
        assert_eq!(with_programs(TEXT, &read), TEXT);
        let one = with_programs(TEXT, &read[..1]);
        assert_eq!(one, TEXT.replace("    c d f,g\n", ""));
        let windows = TEXT.replace('\n', "\r\n");
        assert_eq!(
            with_programs(&windows, &programs(&windows).unwrap()),
            windows
        );
    }

    #[test]
    fn a_line_that_is_no_program_is_named() {
        let error = programs(&TEXT.replace("c d f,g", "c d"))
            .unwrap_err()
            .to_string();
        assert_eq!(error, "line 4 is not `PACKAGE BIN FEATURE,FEATURE`: c d");
        assert!(programs("recipe:\n").is_err());
    }

    #[test]
    fn an_empty_list_is_one() {
        let none: [Program; 0] = [];
        assert!(programs(&with_programs(TEXT, &none)).unwrap().is_empty());
    }

    #[test]
    fn settings_are_taken_over() {
        let edited = with_setting(TEXT, "itcov_timeout", "5m");
        assert_eq!(edited, TEXT.replace("60s", "5m"));
        assert_eq!(with_settings_of(TEXT, &edited), edited);
        assert_eq!(without_values(&edited), without_values(TEXT));
    }
}
