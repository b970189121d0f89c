//! The formats that are a file.

use std::io::{self, Write};
use std::path::Path;

use llvm_coverage::Coverage;
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::formats::{cobertura, codecov, json, lcov, markdown};

use super::time;

/// A format that is a file: an option, what it says in the help, and what writes a coverage, the files as they
/// are called in the workspace at the path, with what it is of.
pub struct FileFormat {
    pub option: &'static str,
    pub help: &'static str,
    /// Whether who reads it knows the files of the repository alone.
    pub of_repository: bool,
    pub write: fn(&mut dyn Write, &Coverage, &Path, &Subject) -> io::Result<()>,
}

/// In the order of the help.
#[rustfmt::skip]
pub const FORMATS: [FileFormat; 5] = [
    FileFormat { option: "lcov", help: "Write an lcov trace file", of_repository: false, write: |out, it, root, _| lcov::write(out, it, root) },
    FileFormat { option: "json", help: "Write the JSON of `llvm-cov export`", of_repository: false, write: |out, it, _, _| json::write(out, it) },
    FileFormat { option: "cobertura", help: "Write Cobertura's XML", of_repository: true, write: |out, it, root, _| cobertura::write(out, it, root, time::now()?) },
    FileFormat { option: "codecov", help: "Write Codecov's JSON", of_repository: true, write: |out, it, root, _| codecov::write(out, it, root) },
    FileFormat { option: "markdown", help: "Write Markdown, for a comment on a pull request", of_repository: false, write: |out, it, root, subject| markdown::write(out, it, root, subject, "itcov") },
];
