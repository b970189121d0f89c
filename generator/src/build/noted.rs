//! Notes of what was read for something that cargo has made without the wrapper: cargo tells by times whether that is what is
//! there now, and `mv`, `cp -p` and `tar` set times.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use llvm_coverage::files;
use serde::{Deserialize, Serialize};

use super::layout::digest;
use super::own;
use super::texts::Text;

/// See above.
#[derive(Serialize, Deserialize)]
struct Note {
    /// When it was made. A cache of the directory keeps that.
    made: SystemTime,
    texts: Vec<Text>,
}

/// The texts that were read for what was `made`, as they were when it was seen for the first time: it is known by a file that is
/// written anew when it is made anew.
pub fn noted(notes: &Path, made: &Path, read: impl FnOnce() -> Vec<Text>) -> Vec<Text> {
    let Ok(time) = fs::metadata(made).and_then(|it| it.modified()) else {
        return read();
    };
    let file = notes.join(digest(made.as_os_str().as_encoded_bytes()));
    let known = files::read(&file, files::TEXT).ok();
    let known = known.and_then(|it| serde_json::from_slice::<Note>(&it).ok());
    if let Some(known) = known.filter(|known| known.made == time) {
        return known.texts;
    }
    let note = Note {
        made: time,
        texts: read(),
    };
    // Without it, the next build takes what is there then for what was read.
    let _ = write(&file, &note);
    note.texts
}

fn write(file: &Path, note: &Note) -> io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(Path::new("")))?;
    own::write(file, &serde_json::to_vec(note)?)
}

/// Where a wrapper in this directory has such notes.
pub fn notes(directory: &Path) -> PathBuf {
    directory.join("early")
}
