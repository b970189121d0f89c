//! Coverage as an lcov trace file, which editors and coverage services read.
//!
//! The records are those of geninfo(1), in the order in which `llvm-cov export -format=lcov` writes them. A
//! function is there once for each instantiation, under its mangled name, so that no name is there twice in a file:
//! lcov 2 refuses a name that starts in two lines. lcov sums up what is listed and not what `FNF` and `LF` say: it
//! counts each line once, and each instantiation. A file that is not below the root has its absolute path, as genhtml
//! reads the source.
//!
//! The format has no way to quote a name. Here `\u{a}` is the character U+000A, as in Rust: so are written those that
//! steer a terminal, end a line or turn the direction of the text, the commas of functions, and a backslash where `u{`
//! follows. So every record is one line, and no two names become one.

use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::path::Path;

use super::names;
use crate::count::{Coverage, FileCoverage};
use crate::terminal::steers;

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

/// As [`write()`], with the name of a test, one of [`test_names`].
///
/// # Errors
///
/// Those of `out`.
pub fn write_test(
    out: &mut dyn Write,
    coverage: &Coverage,
    root: &Path,
    test: &str,
) -> io::Result<()> {
    for file in &coverage.files {
        writeln!(out, "TN:{test}")?;
        write_file(out, coverage, file, root)?;
    }
    Ok(())
}

/// The names of tests as lcov has them, of letters, digits and `_`, no two the same.
pub fn test_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut known = HashSet::new();
    let unique = names.map(|name| {
        let is_plain = |it: char| it.is_ascii_alphanumeric();
        let plain = name.replace(|it| !is_plain(it), "_");
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let mut all = std::iter::once(plain.clone()).chain(numbered);
        let name = all.find(|it| !known.contains(it)).unwrap_or_default();
        known.insert(name.clone());
        name
    });
    unique.collect()
}

fn write_file(
    out: &mut dyn Write,
    coverage: &Coverage,
    file: &FileCoverage,
    root: &Path,
) -> io::Result<()> {
    let path =
        names::relative(Path::new(&*file.path), root).unwrap_or_else(|| (&*file.path).into());
    writeln!(out, "SF:{}", Escaped(&path, ""))?;
    // Where a macro was expanded, the function is in the file that it was expanded in.
    let written_here = || {
        coverage.functions_of(file).filter(|function| {
            let own = function.own_file();
            own.is_some_and(|own| function.files[own] == file.path)
        })
    };
    for function in written_here() {
        let name = Escaped(&function.name, ",");
        writeln!(out, "FN:{},{name}", function.line())?;
    }
    for function in written_here() {
        let name = Escaped(&function.name, ",");
        writeln!(out, "FNDA:{},{name}", function.count())?;
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

/// A name as it stands in a record, and the characters that would end it there.
struct Escaped<'a>(&'a str, &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, ends) = self;
        name.char_indices().try_for_each(|(place, character)| {
            let is_like_one = character == '\\' && name[place + 1..].starts_with("u{");
            if is_like_one || steers(character) || ends.contains(character) {
                write!(f, "{}", character.escape_unicode())
            } else {
                f.write_char(character)
            }
        })
    }
}
