//! Coverage as an lcov trace file, which editors and coverage services read.
//!
//! The records are those of geninfo(1), in the order in which `llvm-cov export -format=lcov` writes them. A
//! function is there once for each instantiation, under its mangled name, so that no name is there twice in a file:
//! lcov 2 refuses a name that starts in two lines. lcov sums up what is listed and not what `FNF` and `LF` say: it
//! counts each line once, and each instantiation. A path with a line break cannot be said. A file that is not below
//! the root has its absolute path, as genhtml reads the source.

use std::io::{self, Write};
use std::path::Path;

use super::names;
use crate::count::{Coverage, FileCoverage};

/// Writes the trace file, with the paths of files below `root` relative to it.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, coverage: &Coverage, root: &Path) -> io::Result<()> {
    coverage
        .files
        .iter()
        .try_for_each(|file| write_file(out, coverage, file, root))
}

fn write_file(
    out: &mut dyn Write,
    coverage: &Coverage,
    file: &FileCoverage,
    root: &Path,
) -> io::Result<()> {
    let path =
        names::relative(Path::new(&*file.path), root).unwrap_or_else(|| (&*file.path).into());
    writeln!(out, "SF:{path}")?;
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
