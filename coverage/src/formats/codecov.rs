//! Coverage as Codecov's own JSON, which says of a line whether all of it ran.
//!
//! The format is described in Codecov's documentation, "Codecov Custom Coverage Format": of each line how often it
//! ran, or how many parts of how many. The parts are regions: those that begin in the line, and the one that was
//! open before it, if that ran. Codecov counts a line as covered if all of it was.

use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};

use super::json::signed;
use super::{names, partial};
use crate::count::{Coverage, FileCoverage};

/// Writes the report, the files as [`names`] calls them in the workspace at `root`.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, coverage: &Coverage, root: &Path) -> io::Result<()> {
    let report = Report {
        coverage: Files(coverage, root),
    };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Report<'a> {
    coverage: Files<'a>,
}

struct Files<'a>(&'a Coverage, &'a Path);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let files = names::in_order(self.0, self.1);
        serializer.collect_map(files.into_iter().map(|(file, name)| (name, Lines(file))))
    }
}

struct Lines<'a>(&'a FileCoverage);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(hits(self.0))
    }
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Hits {
    Whole(i64),
    Partial(String),
}

/// The lines of code by their numbers.
fn hits(file: &FileCoverage) -> impl Iterator<Item = (u32, Hits)> {
    partial::parts(file).map(|parts| {
        let (line, regions) = (parts.line, parts.regions());
        let hits = if line.count > 0 && regions.missing() > 0 {
            Hits::Partial(regions.to_string())
        } else {
            Hits::Whole(signed(line.count))
        };
        (line.number, hits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::lines::lines;
    use crate::count::segments::Segment;
    use crate::count::summary::Summary;
    use crate::parse::regions::Position;

    fn segment((line, column): (u32, u32), count: Option<u64>, is_entry: bool) -> Segment {
        Segment {
            start: Position { line, column },
            count,
            is_entry,
            is_gap: false,
        }
    }

    #[test]
    fn a_line_is_partial_if_it_ran_and_a_region_in_it_did_not() {
        let segments = vec![
            segment((1, 1), Some(7), true),
            segment((2, 5), Some(0), true),
            segment((3, 6), Some(7), false),
            segment((3, 9), Some(0), true),
            segment((5, 2), None, false),
            segment((5, 3), None, true),
            segment((9, 1), Some(0), true),
            segment((10, 1), Some(2), true),
            segment((10, 9), Some(u64::MAX), true),
            segment((11, 1), None, false),
        ];
        let file = FileCoverage {
            path: "/app/src/\"main\"\n.rs".into(),
            summary: Summary::default(),
            functions: vec![],
            lines: lines(&segments),
            segments,
        };
        let coverage = Coverage {
            files: vec![file],
            ..Coverage::default()
        };
        let mut text = vec![];
        write(&mut text, &coverage, Path::new("/app")).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "{\"coverage\":{\"src/\\\"main\\\"\\n.rs\":{\"1\":7,\"2\":\"1/2\",\"3\":0,\"4\":0,\"5\":0,\
             \"9\":0,\"10\":9223372036854775807,\"11\":9223372036854775807}}}\n"
        );
    }
}
