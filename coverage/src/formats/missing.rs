//! The lines that did not run, for people: a row for each file that has some.

use std::io::{self, Write};

use super::partial;
use super::view::View;
use crate::count::{Coverage, FileCoverage};

/// How far the rest of a long row is indented.
const INDENT: usize = 4;

/// Writes the lines of code that did not run, and those that ran but not all of them, below a title:
/// `src/args.rs: 3, 7-9; in part 12`.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, view: &View, title: &str) -> io::Result<()> {
    rows(out, view, title, &|file| {
        list(view.coverage, file, usize::MAX)
    })
}

/// Writes some lines of each file, at most so many stretches, below a title: `src/args.rs: 3, 7-9, and 2 more`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_lines(
    out: &mut dyn Write,
    view: &View,
    title: &str,
    most: usize,
    lines: &dyn Fn(&FileCoverage) -> Vec<u32>,
) -> io::Result<()> {
    rows(out, view, title, &|file| stretches(lines(file), most))
}

fn rows(
    out: &mut dyn Write,
    view: &View,
    title: &str,
    list: &dyn Fn(&FileCoverage) -> String,
) -> io::Result<()> {
    let files = view.files().into_iter();
    let mut rows = files
        .map(|(file, name)| (name, list(file)))
        .filter(|(_, list)| !list.is_empty())
        .peekable();
    if rows.peek().is_none() {
        return writeln!(out, "\n{title}: none");
    }
    writeln!(out, "\n{title}:")?;
    for (name, list) in rows {
        let name = format!("{name}:");
        let words = [&*name].into_iter().chain(list.split(' '));
        writeln!(out, "{}", view.screen.wrapped(words, INDENT))?;
    }
    Ok(())
}

/// The lines of a file that did not run, and those that ran in part; at most so many stretches of each.
pub(super) fn list(coverage: &Coverage, file: &FileCoverage, most: usize) -> String {
    let idle = file.lines.iter().filter(|line| line.count == 0);
    let idle = stretches(idle.map(|line| line.number), most);
    let in_part = stretches(partial::in_part(coverage, file), most);
    match (idle.is_empty(), in_part.is_empty()) {
        (_, true) => idle,
        (true, false) => format!("in part {in_part}"),
        (false, false) => format!("{idle}; in part {in_part}"),
    }
}

/// Lines that follow one another, from the first to the last.
pub(super) fn runs(numbers: impl IntoIterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = vec![];
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// Lines as `3-5, 7`: those that follow one another are one stretch. At most so many stretches.
pub fn stretches(numbers: impl IntoIterator<Item = u32>, most: usize) -> String {
    let mut stretches = runs(numbers);
    let more = stretches.len().saturating_sub(most);
    stretches.truncate(most);
    let text = |(first, last)| {
        if first == last {
            format!("{first}")
        } else {
            format!("{first}-{last}")
        }
    };
    let mut texts: Vec<_> = stretches.into_iter().map(text).collect();
    if more > 0 {
        texts.push(format!("and {more} more"));
    }
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_a_stretch_and_what_is_too_much_is_counted() {
        let numbers = [1, 3, 4, 5, 7, 9];
        assert_eq!(stretches(numbers, usize::MAX), "1, 3-5, 7, 9");
        assert_eq!(stretches(numbers, 2), "1, 3-5, and 2 more");
        assert_eq!(stretches([], 2), "");
    }
}
