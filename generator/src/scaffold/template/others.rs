//! The files of a template that are neither harness nor recipes.

use anyhow::{Result, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};

use crate::scaffold::metadata::TextFile;

/// A file of a template, and what is in its place.
pub struct Other {
    /// Its path in the workspace.
    pub name: Utf8PathBuf,
    /// What the template makes of it.
    pub text: String,
    /// What it made of it for the programs that have a harness already.
    pub earlier: String,
    /// Whether it is to be executable.
    pub is_executable: bool,
    /// What is there.
    pub file: TextFile,
}

/// Reads what is in a file's place, which is to be inside the workspace, whatever links there are.
pub fn read(root: &Utf8Path, name: &Utf8Path) -> Result<TextFile> {
    let path = root.join(name);
    let real_root = root.canonicalize_utf8()?;
    let is_inside = |place: &Utf8Path| {
        let real = place.canonicalize_utf8();
        real.is_ok_and(|real| real.starts_with(&real_root))
    };
    for place in path.ancestors().take_while(|place| *place != root) {
        if place.is_symlink() && !is_inside(place) {
            bail!(
                "{place} links to a place outside of the workspace, so {name} of the template cannot be put there"
            );
        }
        if place != path && place.exists() && !place.is_dir() {
            bail!("{place} is a file, so {name} of the template cannot be put there");
        }
    }
    if path.is_dir() {
        bail!("{path} is a directory, and the template has a file of this name");
    }
    TextFile::read(path)
}

impl Other {
    /// Whether the file is what the template made of it.
    pub fn is_as_rendered(&self) -> bool {
        self.file.text.as_ref() == Some(&self.earlier)
    }
}
