//! The harness of a package, as a source that rustc can compile.

use anyhow::Result;
use cargo_metadata::Package;
use llvm_coverage::files;

use super::harness::Source;
use crate::scaffold::harness::{Program, feature, path, program};
use crate::scaffold::template::builtin_harness;

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

/// The harness of the template, for a package without one.
///
/// # Errors
///
/// If the template cannot be rendered.
pub fn builtin(package: &Package, bin: &str) -> Result<Source> {
    let feature = "manual-integration".to_owned();
    let program = Program {
        package: package.name.to_string(),
        bin: bin.to_owned(),
        features: vec![feature.clone()],
        edition: package.edition,
    };
    Ok(Source {
        text: builtin_harness(&program)?,
        file: path(package).into_std_path_buf(),
        bin: program.bin,
        edition: package.edition,
        feature,
    })
}
