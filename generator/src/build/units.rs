//! Notes of the wrapper: what it has instrumented, and of what each is made.
//!
//! A unit is a crate as it was compiled once. The wrapper notes each, so the libraries that make up a program are found by
//! following what rustc was told, whatever the features and wherever the files.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use llvm_coverage::files;
use serde::{Deserialize, Serialize};

use super::layout::digest;

/// The ending of notes of how rustc has left something.
pub const MADE: &str = "made";

/// An instrumented unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The name of the crate.
    pub name: String,
    /// Where its files are, without `lib` before their names and without what follows a dot: `…/deps/core-1a2b3c`.
    pub stem: PathBuf,
    /// What it was compiled to.
    pub kind: Kind,
    /// The directory of its manifest.
    pub manifest: PathBuf,
    /// Whether its own code counts. It has counters in any case, as it may have instances of generic code that counts.
    pub counts: bool,
    /// Where rustc ran: what the paths of the sources are relative to.
    pub directory: PathBuf,
    /// The stems of the crates that it uses.
    pub uses: Vec<PathBuf>,
    /// What was set for it, as `rustc --print cfg` says it; nothing if that is not known.
    #[serde(default)]
    pub cfg: Vec<String>,
    /// The stem of copies, where a suite's cargo was told another target directory: it may be gone before the report.
    #[serde(default)]
    pub copy: Option<PathBuf>,
}

/// Which file of a unit has its whole mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// An executable.
    Program,
    /// An executable of tests.
    Test,
    /// An archive of Rust code, from which the linker takes what it needs.
    Archive,
    /// A shared library without such an archive.
    Shared,
}

impl Unit {
    /// The file that has its mapping.
    pub fn object(&self) -> PathBuf {
        self.object_at(self.place())
    }

    /// Whether cargo has made it of an example, which may have the name of a program of its package.
    pub fn is_example(&self) -> bool {
        let directory = self.stem.parent().and_then(Path::file_name);
        directory.is_some_and(|it| it == "examples")
    }

    /// The list of its sources.
    pub fn dep_info(&self) -> PathBuf {
        self.place().with_extension("d")
    }

    /// The list of the texts that it was made of: see `texts`.
    pub fn texts(&self) -> PathBuf {
        self.place().with_extension("texts")
    }

    /// The list of the texts that its libraries were made of when it was linked: these may have been compiled again since.
    pub fn linked_texts(&self) -> PathBuf {
        self.place().with_extension("linked")
    }

    /// The note of how rustc has left it.
    pub fn made(&self) -> PathBuf {
        self.stem.with_extension(MADE)
    }

    fn place(&self) -> &Path {
        self.copy.as_ref().unwrap_or(&self.stem)
    }

    /// The file that has its mapping, if it has this stem.
    pub fn object_at(&self, stem: &Path) -> PathBuf {
        let name = stem.file_name().unwrap_or_default().to_string_lossy();
        match self.kind {
            Kind::Program | Kind::Test => stem.to_owned(),
            Kind::Archive => stem.with_file_name(format!("lib{name}.rlib")),
            Kind::Shared => stem.with_file_name(format!("lib{name}.so")),
        }
    }

    /// Makes the copies, once it is compiled.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn make_copy(&self) -> io::Result<()> {
        let Some(directory) = self.copy.as_deref().and_then(Path::parent) else {
            return Ok(());
        };
        fs::create_dir_all(directory)?;
        for (from, to) in [
            (self.object_at(&self.stem), self.object()),
            (self.stem.with_extension("d"), self.dep_info()),
        ] {
            fs::copy(from, to)?;
        }
        Ok(())
    }

    /// Writes it into the directory of notes.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn note(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory)?;
        let file = directory.join(key(&self.stem));
        let half = directory.join(format!("{}.{}", key(&self.stem), std::process::id()));
        fs::write(&half, serde_json::to_vec(self)?)?;
        fs::rename(half, file)
    }
}

/// The stem of a file that rustc has written or is to read.
pub fn stem(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.split('.').next().unwrap_or_default();
    file.with_file_name(name.strip_prefix("lib").unwrap_or(name))
}

/// Where copies of a unit with this stem are, beside the directory of notes: their stem.
pub fn copy_of(notes: &Path, stem: &Path) -> PathBuf {
    let name = stem.file_name().unwrap_or_default();
    copies(notes).join(key(stem)).join(name)
}

fn copies(notes: &Path) -> PathBuf {
    notes.with_file_name("copies")
}

/// Forgets the units whose copies are all that is left of them.
pub fn forget_copies(notes: &Path) {
    for unit in all(notes) {
        if unit.copy.is_some() && !unit.object_at(&unit.stem).exists() {
            // What stays takes some space, and the next time removes it.
            let _ = fs::remove_file(notes.join(key(&unit.stem)));
            let _ = fs::remove_dir_all(copies(notes).join(key(&unit.stem)));
        }
    }
}

/// Where a wrapper in this directory has its notes.
pub fn notes(directory: &Path) -> PathBuf {
    directory.join("units")
}

/// The files below `target` that were compiled with these notes. Without the notes, they are of no use. What a link leads out of it
/// is not below it.
pub fn files_below(notes: &Path, target: &Path) -> Vec<PathBuf> {
    let real = |path: &Path| path.canonicalize().ok();
    let target = real(target);
    let is_below = |file: &PathBuf| {
        let directory = file.parent().and_then(real);
        directory.is_some_and(|it| target.as_ref().is_some_and(|target| it.starts_with(target)))
    };
    let files = all(notes).map(|unit| unit.object_at(&unit.stem));
    files.filter(is_below).collect()
}

fn key(stem: &Path) -> String {
    digest(stem.as_os_str().as_encoded_bytes())
}

/// The unit with this stem.
pub fn read(directory: &Path, stem: &Path) -> Option<Unit> {
    let bytes = files::read(&directory.join(key(stem)), files::TEXT).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The unit that is the executable, which cargo has linked or copied to another place.
pub fn of_program(directory: &Path, executable: &Path) -> Option<Unit> {
    let name = executable.file_name()?.to_str()?;
    let name = name.replace('-', "_");
    let deps = executable.parent()?.join("deps");
    let mut units: Vec<(Unit, fs::Metadata)> = fs::read_dir(&deps)
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let file = path.file_name()?.to_str()?;
            let is_candidate = path.extension().is_none()
                && file
                    .strip_prefix(&name)
                    .is_some_and(|rest| rest.starts_with('-'));
            let unit = is_candidate.then(|| read(directory, &path))??;
            let metadata = fs::metadata(&path).ok()?;
            (unit.kind == Kind::Program && unit.name == name).then_some((unit, metadata))
        })
        .collect();
    let wanted = fs::metadata(executable).ok()?;
    let is_same = |one: &fs::Metadata| {
        use std::os::unix::fs::MetadataExt;
        one.ino() == wanted.ino() && one.dev() == wanted.dev()
    };
    if let Some(place) = units.iter().position(|(_, metadata)| is_same(metadata)) {
        return Some(units.swap_remove(place).0);
    }
    units.retain(|(_, metadata)| metadata.len() == wanted.len());
    let bytes = files::read(executable, files::PROFILE).ok()?;
    units
        .into_iter()
        .map(|(unit, _)| unit)
        .find(|unit| files::read(&unit.stem, files::PROFILE).is_ok_and(|other| other == bytes))
}

/// The executables of this kind that there are, of whatever package, features and profile.
pub fn of_kind(directory: &Path, kind: Kind) -> impl Iterator<Item = Unit> {
    all(directory).filter(move |unit| unit.kind == kind && unit.object().is_file())
}

fn all(directory: &Path) -> impl Iterator<Item = Unit> {
    let notes = fs::read_dir(directory).into_iter().flatten().flatten();
    notes.filter_map(|note| {
        let bytes = files::read(&note.path(), files::TEXT).ok()?;
        serde_json::from_slice::<Unit>(&bytes).ok()
    })
}

/// The unit that is a shared library, which cargo has put beside the programs. It is called after its crate.
pub fn of_shared(directory: &Path, library: &Path) -> Option<Unit> {
    let deps = library.parent()?.join("deps");
    read(directory, &stem(&deps.join(library.file_name()?)))
}

/// The units with code that counts that a unit is made of, itself first.
pub fn closure(directory: &Path, first: Unit) -> Vec<Unit> {
    let mut seen = HashSet::from([first.stem.clone()]);
    let mut units = vec![first];
    let mut next = 0;
    while next < units.len() {
        for stem in units[next].uses.clone() {
            if seen.insert(stem.clone())
                && let Some(unit) = read(directory, &stem)
            {
                units.push(unit);
            }
        }
        next += 1;
    }
    // What an archive has of the code that counts is linked into the program, or in its own archive as well.
    units.retain(|unit| unit.counts || unit.kind == Kind::Shared);
    units
}

#[cfg(test)]
mod tests {
    use super::{Kind, Unit, closure, files_below, forget_copies, stem};
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    fn unit(name: &str, uses: &[&str]) -> Unit {
        Unit {
            name: name.to_owned(),
            stem: PathBuf::from(format!("/t/deps/{name}-1")),
            kind: if name == "app" {
                Kind::Program
            } else {
                Kind::Archive
            },
            manifest: PathBuf::from("/w"),
            counts: name != "between",
            directory: PathBuf::from("/w"),
            uses: uses
                .iter()
                .map(|name| format!("/t/deps/{name}-1").into())
                .collect(),
            cfg: Vec::new(),
            copy: None,
        }
    }

    #[test]
    fn files_of_one_unit_have_one_stem() {
        for file in [
            "/t/deps/libcore-1a.rlib",
            "/t/deps/libcore-1a.rmeta",
            "/t/deps/core-1a",
        ] {
            assert_eq!(stem(Path::new(file)), Path::new("/t/deps/core-1a"));
        }
    }

    #[test]
    fn what_is_noted_of_files_elsewhere_deletes_none_of_them() {
        let target = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let (target, outside) = (target.path(), outside.path());
        let notes = target.join("units");
        symlink(outside, target.join("link")).unwrap();
        let name = outside.file_name().unwrap().to_str().unwrap();
        for stem in ["own", &format!("../{name}/kept"), "link/kept"] {
            let unit = Unit {
                stem: target.join(stem),
                copy: Some(outside.join("kept")),
                ..unit("app", &[])
            };
            unit.note(&notes).unwrap();
        }
        assert_eq!(files_below(&notes, target), [target.join("own")]);
        forget_copies(&notes);
        assert!(outside.exists() && files_below(&notes, target).is_empty());
    }

    #[test]
    fn a_program_is_made_of_what_it_uses_and_what_that_uses() {
        let directory = tempfile::tempdir().unwrap();
        for unit in [
            unit("app", &["a", "between", "serde"]),
            unit("between", &["c"]),
            unit("c", &[]),
            unit("a", &["b"]),
            unit("b", &["a"]),
            unit("other", &[]),
        ] {
            unit.note(directory.path()).unwrap();
        }
        let units = closure(directory.path(), unit("app", &["a", "between", "serde"]));
        let names: Vec<_> = units.iter().map(|unit| unit.name.as_str()).collect();
        assert_eq!(names, ["app", "a", "b", "c"]);
        assert_eq!(units[1].object(), Path::new("/t/deps/liba-1.rlib"));
    }
}
