//! The lines that did not run, for people: a row for each file that has some.

use std::io::{self, Write};

use super::super::count::lines::Line;
use super::view::View;

/// How far the rest of a long row is indented.
const INDENT: usize = 4;

/// Writes the lines of code that did not run: `src/args.rs: 3, 7-9`.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, view: &View) -> io::Result<()> {
    let mut rows = view
        .files()
        .into_iter()
        .map(|(file, name)| (name, ranges(&file.lines)))
        .filter(|(_, ranges)| !ranges.is_empty())
        .peekable();
    if rows.peek().is_none() {
        return writeln!(out, "\nLines that did not run: none");
    }
    writeln!(out, "\nLines that did not run:")?;
    for (name, ranges) in rows {
        let ranges = ranges.join(", ");
        let name = format!("{name}:");
        let words = [&*name].into_iter().chain(ranges.split(' '));
        writeln!(out, "{}", view.screen.wrapped(words, INDENT))?;
    }
    Ok(())
}

/// Lines that follow one another are one range.
pub(super) fn ranges(lines: &[Line]) -> Vec<String> {
    let mut ranges: Vec<(u32, u32)> = vec![];
    for line in lines.iter().filter(|line| line.count == 0) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == line.number => *last = line.number,
            _ => ranges.push((line.number, line.number)),
        }
    }
    let text = |(first, last)| {
        if first == last {
            format!("{first}")
        } else {
            format!("{first}-{last}")
        }
    };
    ranges.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_a_range_and_lines_that_ran_are_left_out() {
        let lines = [(1, 0), (2, 5), (3, 0), (4, 0), (5, 0), (7, 0), (9, 1)];
        let lines = lines.map(|(number, count)| Line { number, count });
        assert_eq!(ranges(&lines), ["1", "3-5", "7"]);
        assert!(ranges(&lines[1..2]).is_empty());
    }
}
