//! Files that git reads by itself, and would wait for.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Result, bail};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

/// What git opens in every directory that it looks into.
const OPENED: [&str; 2] = [".gitattributes", ".gitignore"];

/// Whether git can be asked about these files: in their directories, up to that of the repository, there is no pipe or
/// device in the place of a file that it reads.
///
/// # Errors
///
/// If there is one.
pub fn by_git<'a>(asked: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for file in asked {
        for directory in file.ancestors().skip(1) {
            if !seen.insert(directory) {
                break;
            }
            for path in OPENED.map(|name| directory.join(name)) {
                if let Err(error) = files::open(&path)
                    && error.kind() == ErrorKind::Other
                {
                    bail!(
                        "git cannot be asked, as it would wait for {}: {error}; replace it by a file",
                        path.harmless()
                    );
                }
            }
            if directory.join(".git").exists() {
                break;
            }
        }
    }
    Ok(())
}
