//! The code of a file in pieces: a function with all that lies inside of it is one, and what is in none, such as the inside of a macro,
//! is another.

use std::ops::RangeInclusive;

use crate::count::{Coverage, FileCoverage};
use crate::formats::html::functions::written;
use crate::formats::html::own_code::OwnCode;
use crate::parse::regions::Kind;

/// A function, or what is in none.
pub struct Piece {
    /// Its file, by the place that it has now. `None` of a file that is not there now.
    pub file: Option<usize>,
    /// That of the function; nothing of what is in none.
    pub name: String,
    /// Those that have code.
    pub lines: Vec<CodeLine>,
    /// What begins and ends in each of them.
    pub shapes: Vec<Shape>,
    /// What each of them says, without the space around it; if that is to be compared.
    pub texts: Option<Vec<String>>,
}

/// A line, and how often it ran.
pub struct CodeLine {
    pub number: u32,
    /// As llvm-cov counts it.
    count: u64,
    /// As the pages do, if they tell the code of functions apart.
    own: Option<u64>,
}

/// The ends of regions in a line: whether it is the last one, its column, and the kind of the region.
type Shape = Vec<(bool, i64, Kind)>;

/// What is known of the text of a file.
#[derive(Clone, Copy, Default)]
pub struct Text<'a> {
    pub text: Option<&'a str>,
    /// Whether lines are to be compared by it.
    pub is_compared: bool,
}

impl CodeLine {
    /// Whether it ran.
    pub fn ran(&self) -> bool {
        self.own.unwrap_or(self.count) > 0
    }

    /// Whether it ran, and whether `now` does. Both are counted in the same way.
    pub fn ran_and_runs(&self, now: &Self) -> (bool, bool) {
        let (was, is) = self.own.zip(now.own).unwrap_or((self.count, now.count));
        (was > 0, is > 0)
    }
}

/// The pieces of a file.
pub fn pieces(
    coverage: &Coverage,
    file: &FileCoverage,
    place: Option<usize>,
    text: Text<'_>,
) -> Vec<Piece> {
    let own = OwnCode::of(coverage, file, text.text);
    let texts: Option<Vec<&str>> = text
        .text
        .filter(|_| text.is_compared)
        .map(|text| text.lines().collect());
    let ends = ends(coverage, file);
    let mut functions = functions(coverage, file).into_iter().peekable();
    let piece = |name: String| Piece {
        file: place,
        name,
        lines: vec![],
        shapes: vec![],
        texts: texts.is_some().then(Vec::new),
    };
    let mut pieces: Vec<Piece> = vec![];
    let mut rest = piece(String::new());
    let mut current: Option<(RangeInclusive<u32>, i64)> = None;
    for line in &own.lines {
        let number = line.number;
        while let Some(next) = functions.next_if(|next| *next.lines.start() <= number) {
            current = Some((next.lines, next.column));
            pieces.push(piece(next.name));
        }
        let around = current
            .as_ref()
            .filter(|(lines, _)| lines.contains(&number));
        let (piece, column) = match (around, pieces.last_mut()) {
            (Some((_, column)), Some(piece)) => (piece, *column),
            _ => (&mut rest, 0),
        };
        let counted = file.lines.binary_search_by_key(&number, |it| it.number);
        piece.lines.push(CodeLine {
            number,
            count: counted.map_or(line.count, |it| file.lines[it].count),
            own: own.is_apart.then_some(line.count),
        });
        let first = ends.partition_point(|(it, _)| *it < number);
        let here = ends[first..].iter().take_while(|(it, _)| *it == number);
        let relative = |(is_last, at, kind): (bool, i64, Kind)| (is_last, at - column, kind);
        piece
            .shapes
            .push(here.map(|(_, it)| relative(*it)).collect());
        if let (Some(said), Some(texts)) = (&mut piece.texts, &texts) {
            let line = texts.get(number.saturating_sub(1) as usize);
            said.push(line.map_or("", |line| line.trim()).to_owned());
        }
    }
    pieces.push(rest);
    pieces.retain(|piece| !piece.lines.is_empty());
    pieces
}

struct Function {
    lines: RangeInclusive<u32>,
    column: i64,
    name: String,
}

/// The outermost functions of a file, none of which has a line of another one.
fn functions(coverage: &Coverage, file: &FileCoverage) -> Vec<Function> {
    let mut functions: Vec<Function> = vec![];
    for function in written(coverage, file) {
        let (first, last) = (function.start.line, function.end.line);
        match functions.last_mut() {
            Some(around) if first <= *around.lines.end() => {
                let last = last.max(*around.lines.end());
                around.lines = *around.lines.start()..=last;
            }
            _ => functions.push(Function {
                lines: first..=last,
                column: function.start.column.into(),
                name: function.name,
            }),
        }
    }
    functions
}

/// Where regions begin and end in a file, from the top to the bottom, each place once.
fn ends(coverage: &Coverage, file: &FileCoverage) -> Vec<(u32, (bool, i64, Kind))> {
    let mut ends = vec![];
    for function in coverage.functions_of(file) {
        let regions = function.regions.iter();
        for region in regions.filter(|region| function.files[region.file] == file.path) {
            for (is_last, place) in [(false, region.start), (true, region.end)] {
                ends.push((place.line, (is_last, place.column.into(), region.kind)));
            }
        }
    }
    ends.sort_unstable();
    ends.dedup();
    ends
}
