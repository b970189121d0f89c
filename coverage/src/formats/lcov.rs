//! Coverage as an lcov trace file, which editors and coverage services read.
//!
//! The records are those of geninfo(1), in the order in which `llvm-cov export -format=lcov` writes them. A
//! function is there once for each instantiation, under its mangled name, so that no name is there twice in a file:
//! lcov 2 refuses a name that starts in two lines. lcov sums up what is listed and not what `FNF` and `LF` say: it
//! counts each line once, and each instantiation. A path with a line break cannot be said.

use std::io::{self, Write};

use crate::count::{Coverage, FileCoverage};

/// Writes the trace file.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, coverage: &Coverage) -> io::Result<()> {
    coverage
        .files
        .iter()
        .try_for_each(|file| write_file(out, coverage, file))
}

fn write_file(out: &mut dyn Write, coverage: &Coverage, file: &FileCoverage) -> io::Result<()> {
    writeln!(out, "SF:{}", file.path)?;
    // Where a macro was expanded, the function is in the file that it was expanded in.
    let written_here = || {
        coverage.functions_of(file).filter(|function| {
            let own = function.own_file();
            own.is_some_and(|own| function.files[own] == file.path)
        })
    };
    for function in written_here() {
        writeln!(out, "FN:{},{}", function.line(), function.name)?;
    }
    for function in written_here() {
        writeln!(out, "FNDA:{},{}", function.count(), function.name)?;
    }
    let summary = &file.summary;
    writeln!(
        out,
        "FNF:{}\nFNH:{}",
        summary.functions.total, summary.functions.covered
    )?;
    for line in &file.lines {
        writeln!(out, "DA:{},{}", line.number, line.count)?;
    }
    writeln!(out, "BRF:0\nBRH:0")?;
    writeln!(
        out,
        "LF:{}\nLH:{}\nend_of_record",
        summary.lines.total, summary.lines.covered
    )
}
