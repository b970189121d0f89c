//! Build scripts and macros: what runs while something is built, and is not measured.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use llvm_coverage::files;

use super::call::Call;
use super::layout::digest;
use super::sources::{clean, is_final, listed};

/// Notes in the wrapper's directory where the list of the sources of one will be.
///
/// # Errors
///
/// If that cannot be written.
pub fn note(directory: &Path, call: &Call) -> io::Result<()> {
    let name = format!("{}{}.d", call.name, call.extra_filename);
    let list = call.out_dir.join(name);
    let notes = directory.join("early");
    fs::create_dir_all(&notes)?;
    let note = (env::current_dir()?, list);
    let key = digest(note.1.as_os_str().as_encoded_bytes());
    let half = notes.join(format!("{key}.{}", std::process::id()));
    fs::write(&half, serde_json::to_vec(&note)?)?;
    fs::rename(half, notes.join(key))
}

/// The sources of all that was noted beside the notes of units, without those that stay as they are.
pub fn sources(units: &Path) -> BTreeSet<PathBuf> {
    let notes = fs::read_dir(units.with_file_name("early"));
    let mut found = BTreeSet::new();
    for note in notes.into_iter().flatten().flatten() {
        let bytes = files::read(&note.path(), files::TEXT).unwrap_or_default();
        let Ok((directory, list)) = serde_json::from_slice::<(PathBuf, PathBuf)>(&bytes) else {
            continue;
        };
        let list = files::read_text(&list).unwrap_or_default();
        let files = listed(&list).map(|file| clean(&directory.join(file)));
        let files = files.map(|file| file.canonicalize().unwrap_or(file));
        found.extend(files.filter(|file| !is_final(file)));
    }
    found
}
