//! The JSON of `llvm-cov export`, read back. The functions with their regions are enough: segments and lines are made of them.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;

use crate::count::Coverage;
use crate::count::functions::{CountedRegion, Function, Functions};
use crate::parse::Malformed;
use crate::parse::regions::{Kind, Position};

const TYPE: &str = "llvm.coverage.json.export";

/// For each byte, so many lines: a function of some hundred bytes could have billions of them.
const LINES_TIMES: u64 = 2;
/// So many lines it may have in any case.
const LINES: u64 = 128 * 1024;

#[derive(Deserialize)]
struct Export {
    r#type: String,
    data: Vec<Data>,
}

#[derive(Deserialize)]
struct Data {
    files: Vec<File>,
    #[serde(default)]
    functions: Vec<Record>,
    totals: Totals,
}

#[derive(Deserialize)]
struct File {
    filename: Arc<str>,
}

#[derive(Deserialize)]
struct Record {
    name: Arc<str>,
    filenames: Vec<Arc<str>>,
    regions: Vec<EncodedRegion>,
}

/// First line and column, last line and column, count, file, expanded file, kind.
type EncodedRegion = (u32, u32, u32, u32, i64, usize, usize, u8);

#[derive(Deserialize)]
struct Totals {
    lines: Total,
}

#[derive(Deserialize)]
struct Total {
    count: usize,
}

/// The coverage that an export was made of.
///
/// # Errors
///
/// If it is something else, is damaged, or has not all that a comparison needs.
pub fn read(json: &[u8]) -> Result<Coverage, Malformed> {
    let export: Export = serde_json::from_slice(json)
        .map_err(|error| Malformed::from(format!("it is no JSON of `llvm-cov export`: {error}")))?;
    if export.r#type != TYPE {
        let found = export.r#type;
        return Err(format!("its type is {found:?}, and not {TYPE:?}").into());
    }
    let mut reader = Reader::new(json.len());
    let mut functions = Functions::default();
    let mut files = HashSet::new();
    let mut lines = 0;
    for data in export.data {
        if data.functions.is_empty() && !data.files.is_empty() {
            return Err(Malformed::new(
                "it has no functions, as with llvm-cov's -skip-functions or -summary-only",
            ));
        }
        files.extend(data.files.into_iter().map(|file| file.filename));
        lines += data.totals.lines.count;
        for record in data.functions {
            functions.known.extend(reader.function(record)?);
        }
    }
    let is_in_it = |path: &std::path::Path| path.to_str().is_some_and(|it| files.contains(it));
    let coverage = Coverage::new(functions, is_in_it);
    if coverage.total.lines.total > lines {
        return Err(Malformed::new(
            "it is a report on some of the lines alone, as with --changed-since",
        ));
    }
    Ok(coverage)
}

struct Reader {
    /// Each path once.
    paths: HashSet<Arc<str>>,
    /// So many lines it may still have.
    lines: u64,
}

impl Reader {
    fn new(length: usize) -> Self {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        Self {
            paths: HashSet::new(),
            lines: length.saturating_mul(LINES_TIMES).saturating_add(LINES),
        }
    }

    /// A function, unless it has no code.
    fn function(&mut self, record: Record) -> Result<Option<Function>, Malformed> {
        let paths = record.filenames.into_iter();
        let files: Vec<_> = paths.map(|path| self.once(path)).collect();
        let mut regions = Vec::with_capacity(record.regions.len());
        for encoded in record.regions {
            regions.extend(region(encoded, files.len())?);
        }
        let mut extents = vec![None; files.len()];
        for CountedRegion {
            file, start, end, ..
        } in &regions
        {
            let (first, last) = extents[*file].get_or_insert((start.line, end.line));
            (*first, *last) = (start.line.min(*first), end.line.max(*last));
        }
        for (first, last) in extents.into_iter().flatten() {
            let lines = u64::from(last - first) + 1;
            self.lines = self.lines.checked_sub(lines).ok_or(Malformed::new(
                "its functions would have far more lines than can be",
            ))?;
        }
        Ok((!regions.is_empty()).then_some(Function {
            name: record.name,
            files,
            regions,
        }))
    }

    fn once(&mut self, path: Arc<str>) -> Arc<str> {
        if let Some(known) = self.paths.get(&path) {
            return Arc::clone(known);
        }
        self.paths.insert(Arc::clone(&path));
        path
    }
}

/// A region of a function with so many files. None of the outcomes of conditions, which count nowhere.
fn region(encoded: EncodedRegion, files: usize) -> Result<Option<CountedRegion>, Malformed> {
    let (line, column, last_line, last_column, count, file, expanded, kind) = encoded;
    let kind = match kind {
        0 => Kind::Code,
        1 => Kind::Expansion,
        2 => Kind::Skipped,
        3 => Kind::Gap,
        _ => return Ok(None),
    };
    let expanded_file = (kind == Kind::Expansion).then_some(expanded);
    if file >= files || expanded_file.is_some_and(|it| it >= files) {
        return Err(Malformed::new(
            "it has a region in a file that is not there",
        ));
    }
    let start = Position { line, column };
    let end = Position {
        line: last_line,
        column: last_column,
    };
    if end < start {
        return Err(Malformed::new("it has a region that ends before it begins"));
    }
    Ok(Some(CountedRegion {
        kind,
        file,
        expanded_file,
        start,
        end,
        count: u64::try_from(count).unwrap_or(0),
    }))
}
