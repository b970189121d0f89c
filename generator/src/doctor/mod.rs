//! What a measured run and its report need, and whether it is there. Changes nothing.
//!
//! Each file looks at one thing and judges it: facts in, findings out.

mod crates;
mod finding;
mod justfile;
mod optional;
mod ran;
pub mod show;
mod system;
mod toolchain;
mod variables;

use cargo_metadata::camino::Utf8Path;

pub use finding::Finding;

/// Looks, where the given manifest is, or in the current directory.
pub fn findings(manifest_path: Option<&Utf8Path>) -> Vec<Finding> {
    let toolchain = toolchain::Toolchain::look();
    let mut findings = vec![system::finding(&system::System::look())];
    findings.extend(toolchain::findings(&toolchain));
    findings.extend(optional::findings(&optional::Tools::look(&toolchain)));
    findings.extend(variables::findings(&variables::look()));
    findings.extend(crates::findings(&crates::NearestCrate::look(manifest_path)));
    findings
}
