//! Sources: whether they are still those that the program was built from.
//!
//! A mapping says which lines and columns, and nothing of the text, so counts would be shown beside code that they do
//! not belong to. What is written after the build has changed, unless its text is the one that an earlier report has
//! seen since the build and before it was written, as after a checkout of another branch and back.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use llvm_coverage::{Coverage, files};

/// Sources that are not those of the build.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stale<'a> {
    /// They have changed since.
    pub changed: Vec<&'a Path>,
    /// They are not there any more.
    pub gone: Vec<&'a Path>,
}

impl<'a> Stale<'a> {
    /// Looks at the files of a coverage. `built` is when cargo had looked whether each source is newer than what was made of
    /// it, also where nothing had to be built. Files below `root` are kept in mind in the `store` for the next time.
    pub fn find(coverage: &'a Coverage, built: SystemTime, store: &Path, root: &Path) -> Self {
        let mut stale = Self::default();
        let mut known = Known::read(store, built);
        for file in &coverage.files {
            let path = Path::new(&*file.path);
            match modified(path) {
                Ok(modified) if modified > built && known.has(path) => {}
                Ok(modified) if modified > built => stale.changed.push(path),
                Ok(_) if path.starts_with(root) => known.add(path, built),
                Err(error) if error.kind() == io::ErrorKind::NotFound => stale.gone.push(path),
                // What cannot be looked at is not known to have changed.
                _ => {}
            }
        }
        known.write();
        stale
    }
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

/// Digests of sources as they were built, in the file `digests` beside what is collected: in its first line the time of
/// the build in nanoseconds, then the digests with their paths.
struct Known {
    file: PathBuf,
    time: String,
    digests: BTreeMap<PathBuf, String>,
    is_new: bool,
}

impl Known {
    fn read(store: &Path, built: SystemTime) -> Self {
        let file = store.join("digests");
        let since = built.duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = since.as_nanos().to_string();
        let text = files::read_text(&file).unwrap_or_default();
        let of_this_build = text
            .split_once('\n')
            .filter(|(head, _)| *head == time)
            .map_or("", |(_, digests)| digests);
        let digests = of_this_build.lines().filter_map(|line| {
            let (digest, path) = line.split_once(' ')?;
            Some((path.into(), digest.to_owned()))
        });
        Self {
            digests: digests.collect(),
            file,
            time,
            is_new: false,
        }
    }

    /// Whether the text of the file is that of the build.
    fn has(&self, path: &Path) -> bool {
        let known = self.digests.get(path);
        known.is_some_and(|known| digest(path).is_ok_and(|digest| digest == *known))
    }

    /// Adds a file that has not been written since the build.
    fn add(&mut self, path: &Path, built: SystemTime) {
        if self.digests.contains_key(path) {
            return;
        }
        // It may be written just now: what was read counts only if it is not newer even then.
        if let (Ok(digest), Ok(modified)) = (digest(path), modified(path))
            && modified <= built
        {
            self.digests.insert(path.to_owned(), digest);
            self.is_new = true;
        }
    }

    /// Keeps what is new. It saves false alarms and nothing else, so it may fail, as where only reading is allowed.
    fn write(&self) {
        if !self.is_new {
            return;
        }
        let mut text = format!("{}\n", self.time);
        for (path, digest) in &self.digests {
            let path = path.to_str().filter(|path| !path.contains('\n'));
            text.extend(path.map(|path| format!("{digest} {path}\n")));
        }
        let half = self.file.with_extension(std::process::id().to_string());
        if fs::write(&half, text)
            .and_then(|()| fs::rename(&half, &self.file))
            .is_err()
        {
            let _ = fs::remove_file(&half);
        }
    }
}

fn digest(path: &Path) -> io::Result<String> {
    Ok(format!(
        "{:x}",
        md5::compute(files::read(path, files::TEXT)?)
    ))
}
