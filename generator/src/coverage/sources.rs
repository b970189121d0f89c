//! Sources: whether they are still those that the program was built from.
//!
//! A mapping says which lines and columns, and nothing of the text, so counts would be shown beside code that they
//! do not belong to. The build has no digest of its sources either, so what counts is what counts for cargo: the time at
//! which a file was written.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::count::Coverage;
use super::place::Place;

/// Sources that are not those of the build.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stale<'a> {
    /// They were written after it.
    pub changed: Vec<&'a Path>,
    /// They are not there any more.
    pub gone: Vec<&'a Path>,
}

impl<'a> Stale<'a> {
    /// Looks at the files of the coverage of what was built at the `place`.
    pub fn find(coverage: &'a Coverage, place: &Place) -> Self {
        let mut stale = Self::default();
        let Some(built) = built(place) else {
            return stale;
        };
        for file in &coverage.files {
            let path = Path::new(&*file.path);
            match modified(path) {
                Ok(modified) if modified > built => stale.changed.push(path),
                Err(error) if error.kind() == io::ErrorKind::NotFound => stale.gone.push(path),
                // What cannot be looked at is not known to have changed.
                _ => {}
            }
        }
        stale
    }
}

/// When the build was over: cargo had looked whether each source is newer than what was made of it, and the recipe has
/// noted what there is, also where nothing had to be built. A copy of an object may be still younger.
fn built(place: &Place) -> Option<SystemTime> {
    let notes = place.directory.join("objects");
    let objects = fs::read_to_string(&notes).ok()?;
    let objects = objects
        .lines()
        .filter_map(|path| modified(Path::new(path)).ok());
    objects.chain(modified(&notes)).max()
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}
