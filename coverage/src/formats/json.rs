//! Coverage as the JSON of `llvm-cov export`, which many tools read.
//!
//! The keys are in the order in which llvm-cov writes them, the alphabet's, and every number has its text, so
//! that the same coverage is the same file. What is not there is what was not asked for: functions that have no
//! code in any of the files.
//!
//! The values that stand in arrays are those of LLVM's `CoverageExporterJson`:
//! - a segment: line, column, count, whether it has a count, whether a region starts there, whether it is a gap;
//! - a region: first line and column, last line and column, count, file, expanded file, kind.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::count::functions::{CountedRegion, Function};
use crate::count::ratio::Ratio;
use crate::count::segments::Segment;
use crate::count::summary::Summary;
use crate::count::{Coverage, FileCoverage};
use crate::parse::regions::Kind;

/// The version of the export that LLVM 22 writes.
const VERSION: &str = "3.1.0";

/// Writes the export on one line.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, coverage: &Coverage) -> io::Result<()> {
    let export = Export {
        data: [Data {
            files: Each(|| coverage.files.iter().map(|it| file(coverage, it))),
            functions: Each(|| coverage.functions.iter().map(function)),
            totals: coverage.total.into(),
        }],
        r#type: "llvm.coverage.json.export",
        version: VERSION,
    };
    export.serialize(&mut Serializer::with_formatter(&mut *out, Numbers))?;
    writeln!(out)
}

/// A sequence that is made while it is written: the export of a program with its dependencies is large.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0())
    }
}

type Nothing = [(); 0];

#[derive(Serialize)]
struct Export<D> {
    data: [D; 1],
    r#type: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Data<Files, Functions> {
    files: Files,
    functions: Functions,
    totals: Summaries,
}

#[derive(Serialize)]
struct File<'a, Expansions, Segments> {
    branches: Nothing,
    expansions: Expansions,
    filename: &'a str,
    mcdc_records: Nothing,
    segments: Segments,
    summary: Summaries,
}

#[derive(Serialize)]
struct Expansion<'a, Regions> {
    branches: Nothing,
    filenames: &'a [Arc<str>],
    source_region: EncodedRegion,
    target_regions: Regions,
}

#[derive(Serialize)]
struct FunctionRecord<'a, Regions> {
    branches: Nothing,
    count: i64,
    filenames: &'a [Arc<str>],
    mcdc_records: Nothing,
    name: &'a str,
    regions: Regions,
}

#[derive(Serialize)]
struct Summaries {
    branches: PartAndRest,
    functions: Part,
    instantiations: Part,
    lines: Part,
    mcdc: PartAndRest,
    regions: PartAndRest,
}

#[derive(Serialize)]
struct Part {
    count: usize,
    covered: usize,
    percent: f64,
}

#[derive(Serialize)]
struct PartAndRest {
    count: usize,
    covered: usize,
    notcovered: usize,
    percent: f64,
}

impl From<Summary> for Summaries {
    fn from(summary: Summary) -> Self {
        Self {
            branches: Ratio::default().into(),
            functions: summary.functions.into(),
            instantiations: summary.instantiations.into(),
            lines: summary.lines.into(),
            mcdc: Ratio::default().into(),
            regions: summary.regions.into(),
        }
    }
}

impl From<Ratio> for Part {
    fn from(ratio: Ratio) -> Self {
        Self {
            count: ratio.total,
            covered: ratio.covered,
            percent: ratio.percent().unwrap_or(0.0),
        }
    }
}

impl From<Ratio> for PartAndRest {
    fn from(ratio: Ratio) -> Self {
        Self {
            count: ratio.total,
            covered: ratio.covered,
            notcovered: ratio.total - ratio.covered,
            percent: ratio.percent().unwrap_or(0.0),
        }
    }
}

fn file<'a>(coverage: &'a Coverage, file: &'a FileCoverage) -> impl Serialize + 'a {
    let expansions = || {
        coverage.functions_of(file).flat_map(|function| {
            let own = function
                .own_file()
                .filter(|own| function.files[*own] == file.path);
            let regions = own
                .into_iter()
                .flat_map(|own| function.regions_in(own))
                .filter(|region| region.kind == Kind::Expansion);
            regions.map(move |region| Expansion {
                branches: [],
                filenames: &function.files,
                source_region: encoded_region(region),
                target_regions: Each(|| function.regions.iter().map(encoded_region)),
            })
        })
    };
    File {
        branches: [],
        expansions: Each(expansions),
        filename: &file.path,
        mcdc_records: [],
        segments: Each(|| file.segments.iter().map(encoded_segment)),
        summary: file.summary.into(),
    }
}

fn function(function: &Function) -> impl Serialize {
    FunctionRecord {
        branches: [],
        count: signed(function.count()),
        filenames: &function.files,
        mcdc_records: [],
        name: &function.name,
        regions: Each(|| function.regions.iter().map(encoded_region)),
    }
}

type EncodedSegment = (u32, u32, i64, bool, bool, bool);

fn encoded_segment(segment: &Segment) -> EncodedSegment {
    (
        segment.start.line,
        segment.start.column,
        signed(segment.count.unwrap_or(0)),
        segment.count.is_some(),
        segment.is_entry,
        segment.is_gap,
    )
}

type EncodedRegion = (u32, u32, u32, u32, i64, usize, usize, u8);

fn encoded_region(region: &CountedRegion) -> EncodedRegion {
    (
        region.start.line,
        region.start.column,
        region.end.line,
        region.end.column,
        signed(region.count),
        region.file,
        region.expanded_file.unwrap_or(0),
        match region.kind {
            Kind::Code => 0,
            Kind::Expansion => 1,
            Kind::Skipped => 2,
            Kind::Gap => 3,
            Kind::Branch => 4,
        },
    )
}

/// LLVM's JSON has signed numbers of 64 bits: a larger count is the largest of them.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Writes fractions as LLVM does: with 17 digits, as C's `%.17g`.
struct Numbers;

impl Formatter for Numbers {
    fn write_f64<W: Write + ?Sized>(&mut self, out: &mut W, value: f64) -> io::Result<()> {
        out.write_all(seventeen_digits(value).as_bytes())
    }
}

/// For percentages: below 0.0001 C would go on with an exponent, this does not.
fn seventeen_digits(value: f64) -> String {
    let scientific = format!("{value:e}");
    let exponent = scientific.rsplit_once('e').map_or("0", |(_, it)| it);
    let before_point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let decimals = usize::try_from(17 - before_point).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').into(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::regions::Position;

    #[test]
    fn a_fraction_has_seventeen_digits_and_no_zeros_at_its_end() {
        // As `printf("%.17g")` of glibc prints them.
        for (covered, total, text) in [
            (20.0, 51.0, "39.215686274509807"),
            (1.0, 3.0, "33.333333333333329"),
            (1.0, 30.0, "3.3333333333333335"),
            (1.0, 1234.0, "0.081037277147487846"),
            (1.0, 2.0, "50"),
            (1.0, 16.0, "6.25"),
            (7.0, 7.0, "100"),
            (0.0, 7.0, "0"),
        ] {
            assert_eq!(seventeen_digits(covered / total * 100.0), text);
        }
    }

    #[test]
    fn an_expansion_is_an_array_of_its_own_and_counts_are_no_larger_than_a_signed_number() {
        let place = |line, column| Position { line, column };
        let region = |kind, file, expanded_file| CountedRegion {
            kind,
            file,
            expanded_file,
            start: place(3, 5),
            end: place(4, 6),
            count: u64::MAX,
        };
        let function = Function {
            name: "f\"\n".into(),
            files: vec!["/a.rs".into(), "/macros.rs".into()],
            regions: vec![
                region(Kind::Code, 0, None),
                region(Kind::Expansion, 0, Some(1)),
                region(Kind::Gap, 1, None),
            ],
        };
        let file = |path: &str, segments| FileCoverage {
            path: path.into(),
            summary: Summary::default(),
            functions: vec![0],
            segments,
            lines: vec![],
        };
        let segment = Segment {
            start: place(3, 5),
            count: None,
            is_entry: true,
            is_gap: false,
        };
        let coverage = Coverage {
            files: vec![file("/a.rs", vec![segment]), file("/macros.rs", vec![])],
            functions: vec![function],
            ..Coverage::default()
        };
        let mut text = vec![];
        write(&mut text, &coverage).unwrap();
        let text = String::from_utf8(text).unwrap();
        let code = "[3,5,4,6,9223372036854775807,0,0,0]";
        let expansion = "[3,5,4,6,9223372036854775807,0,1,1]";
        let gap = "[3,5,4,6,9223372036854775807,1,0,3]";
        for part in [
            &*format!(
                "{{\"branches\":[],\"expansions\":[{{\"branches\":[],\"filenames\":[\"/a.rs\",\"/macros.rs\"],\
                 \"source_region\":{expansion},\"target_regions\":[{code},{expansion},{gap}]}}],\
                 \"filename\":\"/a.rs\",\"mcdc_records\":[],\"segments\":[[3,5,0,false,true,false]],"
            ),
            "{\"branches\":[],\"expansions\":[],\"filename\":\"/macros.rs\",",
            &*format!(
                "{{\"branches\":[],\"count\":9223372036854775807,\"filenames\":[\"/a.rs\",\"/macros.rs\"],\
                 \"mcdc_records\":[],\"name\":\"f\\\"\\n\",\"regions\":[{code},{expansion},{gap}]}}"
            ),
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
    }
}
