//! What rustc has made of a unit, so that it is known whether something has written over it since: cargo looks at times alone,
//! and takes it for fresh.

use std::fs;
use std::io;
use std::time::SystemTime;

use llvm_coverage::files;
use serde::{Deserialize, Serialize};

use super::texts::digest;
use super::units::Unit;

/// A file as rustc has left it.
#[derive(Serialize, Deserialize)]
struct Made {
    size: u64,
    /// Not the time of its last change, which a link to it sets.
    modified: SystemTime,
    digest: String,
}

/// Notes what rustc has made.
///
/// # Errors
///
/// If it cannot be read, or the note not be written.
pub fn record(unit: &Unit) -> io::Result<()> {
    let object = unit.object_at(&unit.stem);
    let Ok(file) = fs::metadata(&object) else {
        // As with `cargo check`.
        return Ok(());
    };
    let made = Made {
        size: file.len(),
        modified: file.modified()?,
        digest: digest(&object)?,
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
    let known = files::read(&unit.made(), files::TEXT).ok();
    let known = known.and_then(|it| serde_json::from_slice::<Made>(&it).ok());
    let (Some(known), Ok(file)) = (known, fs::metadata(&object)) else {
        return true;
    };
    let has_its_time = file.modified().is_ok_and(|it| it == known.modified);
    file.len() == known.size && (has_its_time || digest(&object).is_ok_and(|it| it == known.digest))
}
