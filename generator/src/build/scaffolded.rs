//! The harness of a package, as a source that rustc can compile.

use cargo_metadata::Package;
use llvm_coverage::files;

use super::harness::Source;
use crate::scaffold::harness::{feature, path, program};

/// The harness of a package; `None` where it has none.
pub fn of_package(package: &Package) -> Option<Source> {
    let file = path(package).into_std_path_buf();
    let text = files::read_text(&file).ok()?;
    Some(Source {
        feature: feature(&text)?.to_owned(),
        bin: program(&text)?.to_owned(),
        edition: package.edition,
        file,
        text,
    })
}
