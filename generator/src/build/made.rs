//! What rustc has made of a unit, so that it is known whether something has written over it since: cargo looks at times alone,
//! and takes it for fresh.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use llvm_coverage::files;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::texts::digest;
use super::units::{self, Unit};

/// A file as rustc has left it.
#[derive(Serialize, Deserialize)]
struct Made {
    size: u64,
    /// Not the time of its last change, which a link to it sets.
    modified: SystemTime,
    digest: String,
    /// The name of the directory of the wrapper that it went through.
    #[serde(default)]
    wrapper: String,
}

/// Notes what rustc has made for the wrapper in this directory.
///
/// # Errors
///
/// If it cannot be read, or the note not be written.
pub fn record(unit: &Unit, wrapper: &Path) -> io::Result<()> {
    let object = unit.object_at(&unit.stem);
    let Ok(file) = fs::metadata(&object) else {
        // As with `cargo check`.
        return Ok(());
    };
    let made = Made {
        size: file.len(),
        modified: file.modified()?,
        digest: digest(&object)?,
        wrapper: name(wrapper),
    };
    let half = unit
        .made()
        .with_extension(format!("half-{}", std::process::id()));
    fs::write(&half, serde_json::to_vec(&made)?)?;
    fs::rename(half, unit.made())
}

/// Whether it is what rustc has made, as far as that was noted. A cache that sets other times does not change it.
pub fn is_as_it_was(unit: &Unit) -> bool {
    let object = unit.object_at(&unit.stem);
    let (Some(known), Ok(file)) = (read(&unit.made()), fs::metadata(&object)) else {
        return true;
    };
    let has_its_time = file.modified().is_ok_and(|it| it == known.modified);
    file.len() == known.size && (has_its_time || digest(&object).is_ok_and(|it| it == known.digest))
}

/// The units in a target directory that went through the wrapper in this directory: their stems.
pub fn through<'a>(wrapper: &Path, target: &'a Path) -> impl Iterator<Item = PathBuf> + use<'a> {
    let wrapper = name(wrapper);
    let files = WalkDir::new(target).into_iter().flatten();
    let notes = files.map(walkdir::DirEntry::into_path);
    let notes = notes.filter(|path| path.extension().is_some_and(|it| it == units::MADE));
    let notes = notes.filter(move |path| read(path).is_some_and(|it| it.wrapper == wrapper));
    notes.map(|path| path.with_extension(""))
}

fn read(note: &Path) -> Option<Made> {
    serde_json::from_slice(&files::read(note, files::TEXT).ok()?).ok()
}

fn name(wrapper: &Path) -> String {
    let name = wrapper.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
