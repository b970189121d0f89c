//! A text as lines, some of which are added or removed while every byte of the others stays.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The line end that most lines of the text have.
pub fn line_end(text: &str) -> &'static str {
    let windows = text.matches("\r\n").count();
    if windows * 2 > text.matches('\n').count() {
        "\r\n"
    } else {
        "\n"
    }
}

/// Where the lines of a text are. Lines are counted from zero here, for people from one.
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        let ends = text.split_inclusive('\n').scan(0, |end, line| {
            let start = *end;
            *end += line.len();
            Some(start)
        });
        Lines {
            text,
            starts: ends.collect(),
        }
    }

    /// The line in which a byte is.
    pub fn at(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    /// The lines in which a range of bytes is.
    pub fn of(&self, span: &Range<usize>) -> Range<usize> {
        self.at(span.start)..self.at(span.end.saturating_sub(1).max(span.start)) + 1
    }

    /// The line without its end.
    pub fn content(&self, line: usize) -> &'a str {
        let whole = self.whole(line);
        let content = whole.strip_suffix('\n').unwrap_or(whole);
        content.strip_suffix('\r').unwrap_or(content)
    }

    /// The first byte of a line.
    pub fn start(&self, line: usize) -> usize {
        self.starts[line]
    }

    pub fn text(&self, range: Range<usize>) -> &'a str {
        &self.text[range]
    }

    /// What precedes a byte in its line.
    pub fn before(&self, offset: usize) -> &'a str {
        &self.text[self.starts[self.at(offset)]..offset]
    }

    /// What is left of the line that ends behind a byte.
    pub fn behind(&self, offset: usize) -> &'a str {
        let line = self.at(offset.saturating_sub(1));
        let end = self.starts[line] + self.content(line).len();
        &self.text[offset..end.max(offset)]
    }

    pub fn count(&self) -> usize {
        self.starts.len()
    }

    fn whole(&self, line: usize) -> &'a str {
        let end = self.starts.get(line + 1).copied();
        &self.text[self.starts[line]..end.unwrap_or(self.text.len())]
    }
}

/// Changes to a text, by lines.
pub struct Edits<'a> {
    pub lines: Lines<'a>,
    line_end: &'static str,
    /// By the line that they are put behind.
    inserted: HashMap<usize, Vec<String>>,
    appended: Vec<String>,
    removed: HashSet<usize>,
    /// Within a line.
    erased: Vec<Range<usize>>,
}

impl<'a> Edits<'a> {
    pub fn new(text: &'a str) -> Self {
        Edits {
            lines: Lines::new(text),
            line_end: line_end(text),
            inserted: HashMap::new(),
            appended: Vec::new(),
            removed: HashSet::new(),
            erased: Vec::new(),
        }
    }

    /// Puts a line behind another.
    pub fn insert_behind(&mut self, line: usize, new: String) {
        self.inserted.entry(line).or_default().push(new);
    }

    /// Puts a section at the end, behind an empty line.
    pub fn append(&mut self, section: impl IntoIterator<Item = String>) {
        self.appended.push(String::new());
        self.appended.extend(section);
    }

    pub fn remove(&mut self, lines: impl IntoIterator<Item = usize>) {
        self.removed.extend(lines);
    }

    /// Removes the header of a section that was appended, along with the empty line before it.
    pub fn remove_header(&mut self, line: usize) {
        self.removed.insert(line);
        if line > 0 && self.lines.content(line - 1).is_empty() {
            self.removed.insert(line - 1);
        }
    }

    /// Removes the comment that follows a byte in its line.
    pub fn erase_comment(&mut self, offset: usize) {
        let rest = self.lines.behind(offset);
        let kept = rest
            .find('#')
            .map_or(rest, |start| rest[..start].trim_end());
        self.erased.push(offset + kept.len()..offset + rest.len());
    }

    pub fn is_removed(&self, line: usize) -> bool {
        self.removed.contains(&line)
    }

    /// The number that the line of a byte has after the removals, counted from one.
    pub fn number(&self, offset: usize) -> usize {
        let line = self.lines.at(offset);
        line + 1 - self.removed.iter().filter(|it| **it < line).count()
    }

    /// The text with the changes, or `None` where there are none.
    ///
    /// A line end separates two lines rather than ending one: the last line has one afterwards if the last line had
    /// one before, whichever it is now. So adding and removing undo each other.
    pub fn apply(&self) -> Option<String> {
        if self.inserted.is_empty()
            && self.appended.is_empty()
            && self.removed.is_empty()
            && self.erased.is_empty()
        {
            return None;
        }
        let text = self.lines.text;
        let mut after = String::with_capacity(text.len() + 1024);
        for line in 0..self.lines.count() {
            let whole = self.lines.whole(line);
            let content = self.lines.content(line);
            let end = match &whole[content.len()..] {
                "" => self.line_end,
                end => end,
            };
            if !self.removed.contains(&line) {
                let start = self.lines.starts[line];
                let erased = self
                    .erased
                    .iter()
                    .find(|range| self.lines.at(range.start) == line);
                after.push_str(erased.map_or(content, |range| &content[..range.start - start]));
                after.push_str(end);
            }
            for new in self.inserted.get(&line).into_iter().flatten() {
                after.push_str(new);
                after.push_str(end);
            }
        }
        for new in &self.appended {
            after.push_str(new);
            after.push_str(self.line_end);
        }
        if !text.is_empty() && !text.ends_with('\n') && after.ends_with('\n') {
            after.pop();
            if after.ends_with('\r') {
                after.pop();
            }
        }
        Some(after)
    }
}
